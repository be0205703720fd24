"""Where a page of answers ended (カーソル), so that the next begins there however many there are."""

import hashlib
import re
from dataclasses import dataclass, replace

from madoguchi.registry.search.asked import Asked
from madoguchi.registry.search.errors import unknown_cursor

_WRITTEN = re.compile(r"([0-9]{1,3})\.([0-9]{1,14})\.([0-9a-f]{16})", re.ASCII)


@dataclass(frozen=True)
class Cursor:
    """Behind this place of this tier; place -1: from the tier's beginning."""

    tier: int
    place: int


START = Cursor(0, -1)


def write(cursor: Cursor, asked: Asked) -> str:
    """The cursor as a text for programs; it belongs to this question alone."""
    return f"{cursor.tier}.{cursor.place}.{_digest(asked)}"


def read(asked: Asked) -> Cursor:
    """Where to go on. RegistryError when the cursor is none, or that of another question."""
    if not asked.after:
        return START
    found = _WRITTEN.fullmatch(asked.after)
    if found is None or found[3] != _digest(asked):
        raise unknown_cursor()
    return Cursor(int(found[1]), int(found[2]))


def _digest(asked: Asked) -> str:
    """What is asked, without what may differ from page to page."""
    question = replace(asked, after="", limit=0, facets=False)
    return hashlib.sha256(repr(question).encode("utf-8", "backslashreplace")).hexdigest()[:16]
