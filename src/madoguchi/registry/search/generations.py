"""The folder of the index: generations (世代), one of which is served.

    current                     the name of the one that is served, replaced in one step
    lock                        held by the one process that writes
    generations/NAME/           the files of an index, and
        state.json              its format and the place in the log of changes it has taken in

Readers keep the files they have opened, also after a writer has taken their names away.
"""

import contextlib
import fcntl
import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from madoguchi.kernel.durable import sync, write_whole
from madoguchi.registry.search.fields import FORMAT


@dataclass(frozen=True)
class State:
    """How far a generation is. `format`: of its fields. `whole`: everything is in it."""

    place: int
    whole: bool = False
    format: int = FORMAT


class Busy(Exception):
    """Another process is writing the index."""


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Be the one who writes. Busy when another process, or another part of this one, is."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy from None
        yield


def current(folder: Path) -> Path | None:
    """The generation that is served; None without one."""
    try:
        name = (folder / "current").read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    return folder / "generations" / name if name.isalnum() else None


def read_state(generation: Path) -> State | None:
    """How far a generation is; None when it cannot be read or is of another format."""
    try:
        found = State(**json.loads((generation / "state.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.format == FORMAT else None


def write_state(generation: Path, state: State) -> None:
    """Say how far a generation is."""
    write_whole(generation / "state.json", json.dumps(asdict(state)).encode())


def begin(folder: Path, place: int) -> Path:
    """A new, empty generation that will have everything up to a place."""
    made = folder / "generations" / secrets.token_hex(8)
    made.mkdir(parents=True)
    write_state(made, State(place))
    return made


def unfinished(folder: Path) -> Path | None:
    """The generation a builder was stopped in, if one was."""
    served = current(folder)
    for found in sorted((folder / "generations").glob("*")):
        state = read_state(found)
        if found != served and state is not None and not state.whole:
            return found
    return None


def serve(folder: Path, generation: Path) -> None:
    """Have readers turn to this generation, and take the others away."""
    sync(generation)
    sync(generation.parent)
    write_whole(folder / "current", generation.name.encode("ascii"))
    sync(folder)
    for found in (folder / "generations").iterdir():
        if found != generation:
            shutil.rmtree(found, ignore_errors=True)


def size_of(generation: Path) -> int:
    """How many bytes it takes on the disk."""
    total = 0
    for file in generation.iterdir():
        with contextlib.suppress(OSError):  # merged away meanwhile
            total += file.stat().st_size
    return total
