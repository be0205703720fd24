"""Making an edition: every format in one pass, aside, and put in place at once."""

import asyncio
import csv
import gzip
import hashlib
import io
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, cast

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.database import Database
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.dumps.edition import KINDS, DumpFile, Edition, write_manifest
from madoguchi.registry.linked.reading import Published, published
from madoguchi.registry.linked.snapshot import aside_of, put_in_place, quads_of
from madoguchi.registry.linked.tree import Shape, Writer
from madoguchi.registry.linked.vocabulary import PREFIXES

COLUMNS = tuple(name for name in Record._fields if name not in ("sequence", "hidden"))
_DATES = frozenset({"updated_on", "changed_on", "closed_on", "assigned_on"})

Tell = Callable[[int], None]


async def make_dump(
    database: Database,
    clock: Clock,
    root: Path,
    *,
    limit: int | None = None,
    tell: Tell = lambda corporations: None,
) -> Edition:
    """Write an edition below `root` and put it in place; a fault leaves the one before in place.

    RDF is in gBizINFO's full shape, with a blank node for each structure.
    """
    done = 0
    with aside_of(root) as aside:
        with ExitStack() as stack:
            files = _Files(aside, stack)
            async for piece in published(database, limit=limit):
                await asyncio.to_thread(files.add, piece)
                done += len(piece)
                tell(done)
            await asyncio.to_thread(files.end)
        found = [await asyncio.to_thread(_summed, aside / kind.name) for kind in KINDS]
        write_manifest(Edition(aside, jst_date(clock()), done, tuple(found)))
        folder = put_in_place(root, aside)
    return Edition(folder, jst_date(clock()), done, tuple(found))


class _Files:
    """The files of an edition while they are written."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        import pyarrow as arrow
        from pyarrow.parquet import ParquetWriter

        def opened(name: str) -> BinaryIO:
            file = stack.enter_context((folder / name).open("wb"))
            # Without name and time in it, the same content is the same file.
            packed = gzip.GzipFile("", "wb", 6, file, mtime=0)
            return cast(BinaryIO, stack.enter_context(packed))

        kinds = {"corrected": arrow.bool_(), **dict.fromkeys(_DATES, arrow.date32())}
        self._arrow = arrow
        self._schema = arrow.schema([(name, kinds.get(name, arrow.string())) for name in COLUMNS])
        self._parquet = stack.enter_context(
            ParquetWriter(folder / "corporations.parquet", self._schema, compression="zstd")
        )
        self._csv = opened("corporations.csv.gz")
        self._csv.write(b"\xef\xbb\xbf" + _line(COLUMNS))
        self._quads = opened("registry.nq.gz")
        self._turtle = opened("registry.ttl.gz")
        self._json = opened("registry.jsonld.gz")
        self._json.write(b"[")
        self._first = True
        self._writer = Writer(Shape.FULL)

    def add(self, piece: list[Published]) -> None:
        """Write a piece into every file."""
        records = [one.record._asdict() for one in piece]
        rows = [{name: record[name] for name in COLUMNS} for record in records]
        self._parquet.write_table(self._arrow.Table.from_pylist(rows, schema=self._schema))
        self._csv.write(b"".join(_line(row.values()) for row in rows))
        quads: list[Quad] = [quad for one in piece for quad in quads_of(self._writer, one)]
        triples = [Triple(quad.subject, quad.predicate, quad.object) for quad in quads]
        self._quads.write(serialize(quads, format=RdfFormat.N_QUADS) or b"")
        self._turtle.write(serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b"")
        # Each piece is an array of JSON-LD; one array of all of them is the same dataset.
        items = (serialize(quads, format=RdfFormat.JSON_LD) or b"[]").strip().removeprefix(b"[")
        self._json.write((b"" if self._first else b",\n") + items.removesuffix(b"]"))
        self._first = False

    def end(self) -> None:
        """Close what has to be closed by more than its end."""
        self._json.write(b"]")


def _line(values: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(
        ["1" if value is True else "0" if value is False else value for value in values]
    )
    return text.getvalue().encode()


def _summed(path: Path) -> DumpFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return DumpFile(path.name, path.stat().st_size, digest)
