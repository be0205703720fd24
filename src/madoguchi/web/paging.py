"""Paging (ページ送り) by keyset: a cursor names the last row seen, so pages stay right and fast.

Cursors are opaque to callers and signed: one that was changed, or made for another list, is
refused instead of being trusted as a query.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.sql.elements import SQLColumnExpression

from madoguchi.kernel.errors import DomainError

Item = TypeVar("Item")
LONGEST_CURSOR = 1_000
SIGNATURE_BYTES = 12


class CursorError(DomainError):
    """The cursor is not one of ours (無効なカーソル)."""

    def __init__(self) -> None:
        super().__init__(
            "invalid_cursor",
            400,
            {
                "ja": "ページの位置を読み取れません。一覧の最初から開き直してください。",
                "en": "The position in the list cannot be read. Open the list from its start.",
            },
        )


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list: its items and the cursor of the next page, None on the last."""

    items: list[Item]
    next: str | None = None


def make_cursor(secret: str, list_name: str, values: Sequence[Any]) -> str:
    """The cursor behind a row of `list_name`; values: str, int, None, date, datetime (aware)."""
    body = json.dumps([_written(value) for value in values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sign(secret, list_name, body) + body).decode().rstrip("=")


def read_cursor(secret: str, list_name: str, cursor: str) -> tuple[Any, ...]:
    """The values of a cursor made by make_cursor for the same list. CursorError otherwise."""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise CursorError
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _sign(secret, list_name, body)):
            raise CursorError
        return tuple(_read(value) for value in json.loads(body))
    except ValueError as fault:
        raise CursorError from fault


def after(
    columns: Sequence[SQLColumnExpression[Any]], values: Sequence[Any], *, descending: bool = False
) -> ColumnElement[bool]:
    """The condition "behind this row" for a list ordered by columns, all in one direction.

    The last column must be unique. CursorError when the cursor holds another number of values.
    """
    if len(columns) != len(values):
        raise CursorError
    row = tuple_(*columns)
    other = tuple_(*values)
    return row < other if descending else row > other


def page_of(rows: Sequence[Item], limit: int, secret: str, list_name: str, key: Any) -> Page[Item]:
    """A page from up to limit + 1 rows fetched; key(row) gives the values of its cursor."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return Page(items, make_cursor(secret, list_name, key(items[-1])) if more and items else None)


def link_header(current: str, page: Page[Any]) -> dict[str, str]:
    """The Link header (RFC 8288) of a page; `current` is the list's address without cursor."""
    if page.next is None:
        return {}
    joint = "&" if "?" in current else "?"
    return {"Link": f'<{current}{joint}cursor={page.next}>; rel="next"'}


def _sign(secret: str, list_name: str, body: bytes) -> bytes:
    key = hashlib.sha256(f"madoguchi.web.paging:{secret}".encode()).digest()
    text = list_name.encode() + b"\0" + body
    return hmac.digest(key, text, "sha256")[:SIGNATURE_BYTES]


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"a cursor cannot hold {type(value).__name__}")


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        if "t" in value:
            return datetime.fromisoformat(value["t"])
        return date.fromisoformat(value["d"])
    return value
