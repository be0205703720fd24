"""What tables are made of: the declarative base, and column types equal on both databases."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from madoguchi.kernel.canonical import scalar_text
from madoguchi.kernel.clock import as_utc
from madoguchi.kernel.errors import DomainError

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table; constraints get fixed names so migrations can refer to them."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment (日時): aware datetimes in, aware UTC datetimes out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; SQLite has no zone to store. ValueError for a time without zone."""
        if value is None:
            return None
        moment = as_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value: JSONB on PostgreSQL, text on SQLite. None is SQL NULL.

    Decimals, dates and times are stored as strings; numbers with a fraction come back as Decimal.
    """

    impl = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    cache_ok = True


class UnstorableText(DomainError):
    """A text no database keeps: NUL or half a surrogate pair (保存できない文字)."""

    def __init__(self) -> None:
        super().__init__(
            "unstorable_text",
            422,
            {
                "ja": "使えない文字(制御文字など)が含まれています。取り除いてください。",
                "en": "The text contains a character that cannot be stored. Please remove it.",
            },
        )


def write_json(value: Any) -> str:
    """Serialise for a Json column. UnstorableText for what PostgreSQL would refuse."""
    text = _encode(value)
    if "\\u0000" in text and _holds_nul(value):
        raise UnstorableText
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise UnstorableText from fault
    return text


# Made once: json.dumps and json.loads would make one for each value, which takes longer than small
# values do.
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=scalar_text
).encode
_decode = json.JSONDecoder(parse_float=Decimal).decode


def read_json(text: str | bytes | float) -> Any:
    """Parse a Json column: a number with a fraction becomes a Decimal, never a float."""
    if isinstance(text, int | float):  # SQLite gives a lone number back as one
        return text if isinstance(text, int) else Decimal(repr(text))
    return _decode(text if isinstance(text, str) else text.decode())


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list | tuple) and any(_holds_nul(item) for item in value)
