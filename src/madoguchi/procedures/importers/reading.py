"""Reading foreign JSON leniently (寛容な読取): the wrong type is as good as nothing."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def words_of(value: object) -> list[str]:
    """The texts of a list."""
    return [item for item in listed(value) if isinstance(item, str)]


def text_of(value: object) -> str:
    """The text; numbers as their digits; "" for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float | Decimal) else ""


def truth(value: object, *, default: bool) -> bool:
    """A boolean that may have been written as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return default


def number(value: object) -> Decimal | None:
    """A number that may have been written as text; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 30 else None


def whole(value: object) -> int | None:
    """A whole number, zero or more."""
    found = number(value)
    return int(found) if found is not None and found == int(found) and found >= 0 else None
