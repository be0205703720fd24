"""The index a process searches: opened, and opened again whenever it has changed."""

import threading
from pathlib import Path
from weakref import WeakKeyDictionary

from tantivy import Index

from madoguchi.kernel.database import Database
from madoguchi.registry.search.finding import Opened
from madoguchi.registry.search.generations import current, read_state

_Seen = tuple[str, int, int]


class Unreadable(Exception):
    """The index is damaged."""


class ServedIndex:
    """The index in a folder, as this process has opened it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._seen: _Seen | None = None
        self._opened: Opened | None = None

    def opened(self) -> Opened | None:
        """The newest state; None without an index of this format. Unreadable when it is damaged.

        Two looks at files when nothing has changed.
        """
        generation = current(self.folder)
        seen = _seen(generation)
        if generation is None or seen is None:
            return None
        with self._lock:
            if seen != self._seen:
                try:
                    self._opened = _open(generation)
                except Unreadable:
                    # A builder may have put another in its place while it was being opened.
                    newer = current(self.folder)
                    if newer is None or newer == generation:
                        raise
                    generation, seen = newer, _seen(newer)
                    self._opened = _open(newer)
                self._seen = seen
            return self._opened

    def drop(self) -> None:
        """Open anew at the next question: what was opened turned out to be damaged."""
        with self._lock:
            self._seen = self._opened = None


_served: WeakKeyDictionary[Database, ServedIndex] = WeakKeyDictionary()


def serve_from(database: Database, folder: Path) -> ServedIndex:
    """Search this database's corporations in the index of a folder from now on."""
    return _served.setdefault(database, ServedIndex(folder))


def served(database: Database) -> ServedIndex | None:
    """The index that is searched for a database; None when none was named."""
    return _served.get(database)


def _seen(generation: Path | None) -> _Seen | None:
    """What changes whenever there is something new to be read."""
    if generation is None:
        return None
    try:
        found = (generation / "meta.json").stat()
    except OSError:
        return None
    return generation.name, found.st_mtime_ns, found.st_ino


def _open(generation: Path) -> Opened | None:
    if read_state(generation) is None:
        return None
    try:
        index = Index.open(str(generation))
        index.config_reader("manual")
        return Opened(index.searcher())
    except ValueError as fault:
        raise Unreadable(str(fault)) from fault
