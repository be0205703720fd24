"""Snapshots (世代): everything published as one read-only store, made aside and put in place at once.

Opening a store while another process writes to it is undefined (pyoxigraph), so a generation is
never written to once it is in place: readers keep the one they have, new readers get the new one.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from pyoxigraph import Literal, Quad, RdfFormat, Store

from madoguchi.kernel.database import Database
from madoguchi.kernel.durable import sync
from madoguchi.kernel.ids import new_id
from madoguchi.registry.linked.acts import GRAPH_OF, act_iri, act_thing
from madoguchi.registry.linked.figures import (
    FINANCE,
    FINANCE_INDICATORS,
    SIZES,
    WORKPLACE,
    WORKPLACE_INDICATORS,
)
from madoguchi.registry.linked.graph import (
    city_thing,
    code_things,
    corporation_thing,
    indicator_thing,
)
from madoguchi.registry.linked.literals import PROPERTIES, LiteralWriter
from madoguchi.registry.linked.reading import Published, published
from madoguchi.registry.linked.tree import Shape, Writer
from madoguchi.registry.linked.vocabulary import BASIC_GRAPH, CODE_GRAPH, graph, ic

CURRENT = "current"
PIECE = 1_000  # corporations that are read at a time
KEPT = 2  # the generation in place and the one before, which readers may still have open
LOADED = 500_000  # quads of one call to the engine, which holds them all until they are sorted
_LABELS = {ic(name).value: name for name in PROPERTIES}

Tell = Callable[[int], None]


@dataclass(frozen=True)
class Made:
    """A generation that was made: its folder, what stands in it, how long it took (seconds)."""

    folder: Path
    corporations: int
    quads: int
    seconds: float


async def make_snapshot(
    database: Database,
    root: Path,
    *,
    codes: Path | None = None,
    limit: int | None = None,
    tell: Tell = lambda corporations: None,
) -> Made:
    """Write a generation below `root` and put it in place. `codes`: Turtle of the common codes.

    A fault or an interruption leaves the generation before in place, and nothing half made is ever
    read. SyntaxError when `codes` is no Turtle.
    """
    started = time.monotonic()
    with aside_of(root) as aside:
        store = Store(str(aside / "store"))
        corporations = await _write(database, store, aside, codes, limit, tell)
        quads = await asyncio.to_thread(_settle, store)
        del store  # its files are closed before anybody else opens them
        folder = put_in_place(root, aside)
    return Made(folder, corporations, quads, time.monotonic() - started)


def quads_of(writer: Writer, one: Published) -> Iterator[Quad]:
    """The quads of a corporation in their graphs."""
    corporation = corporation_thing(one.record, [act_iri(act) for act in one.acts])
    yield from writer.quads(corporation, graph(BASIC_GRAPH))
    for act in one.acts:
        yield from writer.quads(act_thing(act, one.record), graph(GRAPH_OF[act.kind]))


def code_quads(writer: Writer, cities: dict[str, tuple[str, str]]) -> Iterator[Quad]:
    """The quads of the common codes; `cities`: prefecture and city by code."""
    things = code_things()
    things += [city_thing(*names, code) for code, names in sorted(cities.items())]
    things += [indicator_thing(FINANCE, name) for name in FINANCE_INDICATORS.values()]
    things += [indicator_thing(WORKPLACE, name) for name, _ in WORKPLACE_INDICATORS.values()]
    things += [indicator_thing(WORKPLACE, name) for name in SIZES.values()]
    for thing in things:
        yield from writer.quads(thing, graph(CODE_GRAPH))


def current(root: Path) -> Path | None:
    """The generation in place; None before the first."""
    try:
        return root / os.readlink(root / CURRENT)
    except OSError:
        return None


@contextmanager
def aside_of(root: Path) -> Iterator[Path]:
    """A new folder below `root` that no reader sees; it goes if it is not finished."""
    root.mkdir(parents=True, exist_ok=True)
    aside = root / f".{new_id()}.new"
    aside.mkdir()
    try:
        yield aside
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def put_in_place(root: Path, aside: Path) -> Path:
    """Give a finished folder its name, point to it, and let go of those before the last."""
    folder = root / aside.name.removeprefix(".").removesuffix(".new")
    sync(aside)
    aside.rename(folder)
    pointer = root / f".{CURRENT}.new"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(folder.name)
    pointer.replace(root / CURRENT)
    sync(root)
    made = sorted(
        path
        for path in root.iterdir()
        if path.is_dir() and path.name[0] != "." and not path.is_symlink()
    )
    for old in made[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


async def _write(
    database: Database,
    store: Store,
    aside: Path,
    codes: Path | None,
    limit: int | None,
    tell: Tell,
) -> int:
    """Load everything in calls of LOADED quads: a call's memory grows with it, its files do not."""
    literals = LiteralWriter(aside)
    writer = Writer(Shape.COMPACT)
    cities: dict[str, tuple[str, str]] = {}
    loop, pieces = asyncio.get_running_loop(), published(database, limit=limit, piece=PIECE)
    done = 0

    async def following() -> list[Published]:
        return await anext(pieces, [])

    def quads() -> Iterator[Quad]:
        nonlocal done
        while piece := asyncio.run_coroutine_threadsafe(following(), loop).result():
            cities.update(_cities(piece))
            found = [quad for one in piece for quad in quads_of(writer, one)]
            literals.add(_labels(found))
            yield from found
            done += len(piece)
            tell(done)

    def load() -> None:
        every = quads()
        for first in every:
            store.bulk_extend(chain([first], islice(every, LOADED - 1)))

    await asyncio.to_thread(load)
    await asyncio.to_thread(_load_codes, store, literals, writer, cities, codes)
    await asyncio.to_thread(literals.finish)
    return done


def _cities(piece: list[Published]) -> dict[str, tuple[str, str]]:
    return {
        record.prefecture_code + record.city_code: (record.prefecture, record.city)
        for record, _ in piece
        if record.city_code
    }


def _load_codes(
    store: Store,
    literals: LiteralWriter,
    writer: Writer,
    cities: dict[str, tuple[str, str]],
    codes: Path | None,
) -> None:
    quads = list(code_quads(writer, cities))
    if codes is not None:
        store.bulk_load(path=str(codes), format=RdfFormat.TURTLE, to_graph=graph(CODE_GRAPH))
        # Codes that were given take the place of ours, which have fewer fields.
        given = store.quads_for_pattern(None, None, None, graph(CODE_GRAPH))
        literals.add(_labels(given))
        known = {
            quad.subject for quad in store.quads_for_pattern(None, None, None, graph(CODE_GRAPH))
        }
        quads = [quad for quad in quads if quad.subject not in known]
    store.bulk_extend(quads)
    literals.add(_labels(quads))


def _labels(quads: Iterable[Quad]) -> Iterator[tuple[str, str, str]]:
    for quad in quads:
        name = _LABELS.get(quad.predicate.value)
        if name is not None and isinstance(quad.object, Literal):
            language = quad.object.language
            yield name, quad.object.value, f"@{language}" if language else ""


def _settle(store: Store) -> int:
    store.optimize()
    store.flush()
    return len(store)
