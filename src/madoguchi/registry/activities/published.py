"""A row as somebody published it (公表された行): texts as they stood, nothing judged yet."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from madoguchi.kernel.database.columns import UnstorableText, write_json
from madoguchi.kernel.japanese import is_corporate_number
from madoguchi.registry.opening import BadRow

_LONGEST_KEY = 280


class Published(NamedTuple):
    """One activity as published. `data`: the fields of the section under their v2 names.

    `title`, `day`, `amount`, `department`, `target`, `updated` are what is read from it for
    searching, still as texts; `details` are fields told of the corporation itself. `kind` "": only
    those, no activity.
    """

    kind: str
    number: str
    key: str
    title: str
    day: str
    amount: str
    department: str
    target: str
    updated: str
    data: Mapping[str, Any]
    details: Mapping[str, Any]


def number_in(text: str | None) -> str:
    """A corporate number. BadRow for anything else, a wrong check digit included."""
    number = (text or "").strip()
    if not is_corporate_number(number):
        raise BadRow(f"not a corporate number: {number[:20]!r}")
    return number


def key_of(number: str, given: str, *content: str) -> str:
    """What makes a row itself: the publisher's key, or a hash of what it says.

    That is taken where there is none, or one so long that nobody can have meant it.
    """
    if not given or len(given) > _LONGEST_KEY:
        text = "\x1f".join(content).encode("utf-8", "surrogatepass")
        given = hashlib.sha256(text).hexdigest()[:32]
    return given if given.startswith(number) else f"{number}_{given}"


def storable(row: Published) -> Published:
    """The row itself. BadRow for what no database keeps: NUL, half a surrogate pair."""
    try:
        write_json(row)
    except UnstorableText:
        raise BadRow("bytes that are no text, or a NUL character") from None
    return row
