"""From a stored answer to the cell of an export: the kind of its column and how it is written."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from madoguchi.cases.exports.sheets import (
    DAY,
    INTEGER,
    LIST,
    MOMENT,
    NUMBER,
    TEXT,
    YEN,
    YES_NO,
    Cell,
)
from madoguchi.kernel.language import pick
from madoguchi.procedures.service import Field

Write = Callable[[Any], Cell]
_YES_NO = {"ja": ("いいえ", "はい"), "en": ("No", "Yes")}


def cell_of(field: Field, language: str | None) -> tuple[str, Write]:
    """The kind and the writer of a field's cells.

    With a language for people: options by their labels in it. Without one for programs: their keys,
    yes and no as true and false, several choices as a list.
    """
    match field.type:
        case "integer" | "fiscal_year":
            return INTEGER, _same
        case "money":
            return YEN, _same
        case "decimal":
            return NUMBER, _same
        case "date":
            return DAY, _day
        case "datetime":
            return MOMENT, datetime.fromisoformat
        case "boolean" | "checkbox" | "pledge":
            return (TEXT, _yes_no(language)) if language else (YES_NO, bool)
        case "choice":
            return TEXT, _choice(_labels(field, language)) if language else str
        case "multichoice":
            labels = _labels(field, language or "ja")
            return (TEXT, _choices(labels)) if language else (LIST, _listed)
        case "file" | "entry":
            return TEXT, _named
    return TEXT, str


def _same(stored: Any) -> Cell:
    return stored if isinstance(stored, int) else str(stored)


def _day(stored: Any) -> Cell:
    return date.fromisoformat(stored)


def _yes_no(language: str) -> Write:
    words = _YES_NO.get(language, _YES_NO["ja"])
    return lambda stored: words[bool(stored)]


def _labels(field: Field, language: str) -> dict[str, str]:
    return {key: pick(option.label, language) for key, option in (field.spec.options or {}).items()}


def _choice(labels: Mapping[str, str]) -> Write:
    return lambda stored: labels.get(stored, str(stored))


def _choices(labels: Mapping[str, str]) -> Write:
    return lambda stored: "、".join(labels.get(key, str(key)) for key in stored)


def _listed(stored: Any) -> Cell:
    return [str(item) for item in stored] if isinstance(stored, list) else [str(stored)]


def _named(stored: Any) -> Cell:
    if isinstance(stored, Mapping):
        return str(stored.get("number") or stored.get("name") or stored.get("id") or "")
    return str(stored)
