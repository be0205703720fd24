"""Any answer, whatever its type: as one text for people, as JSON for storage, and whether it is blank."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from madoguchi.feel.temporal import duration_text
from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.fields.types import TYPES

_WHOLE = frozenset({"integer", "money", "fiscal_year"})


def is_blank(raw: object) -> bool:
    """Whether nothing was answered: null, white space, or parts that are all blank."""
    if raw is None:
        return True
    if isinstance(raw, str):
        return not raw.strip(" \t\r\n\u3000\u200b\ufeff")
    if isinstance(raw, Mapping):
        return all(is_blank(value) for name, value in raw.items() if name != "row")
    if isinstance(raw, list):
        return all(is_blank(item) for item in raw)
    return False


def to_json(field: Field, value: object) -> object:
    """The stored form of a value: plain JSON, decimals as strings, dates and times as ISO 8601."""
    if isinstance(value, Decimal):
        if field.type in _WHOLE:
            return int(value)
        plain = f"{value.normalize():f}"
        return "0" if plain == "-0" else plain
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if field.type == "table" and isinstance(value, list):
        return [{"row": row["row"], **_members(field.columns, row)} for row in value]
    if field.parts and isinstance(value, Mapping):
        return _members(field.parts, value)
    return value


def _members(fields: Mapping[str, Field], value: Mapping[str, object]) -> dict[str, object]:
    return {
        name: to_json(member, value[name])
        for name, member in fields.items()
        if value.get(name) is not None
    }


def show(field: Field, value: object, language: str) -> str:
    """Any answer as text; parts of a composite on lines, rows of a table counted."""
    if value is None:
        return ""
    if field.type in TYPES:
        return TYPES[field.type].display(field, value, language)
    if field.type == "table" and isinstance(value, list):
        return f"{len(value)}件" if language == "ja" else f"{len(value)} rows"
    if field.type == "address" and isinstance(value, Mapping):
        return _address(value)
    if field.parts and isinstance(value, Mapping):
        shown = (show(part, value.get(name), language) for name, part in field.parts.items())
        return "\n".join(item for item in shown if item)
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("number") or "")
    return str(value)


def _address(value: Mapping[str, object]) -> str:
    code = str(value.get("postal_code") or "")
    place = "".join(str(value.get(name) or "") for name in ("prefecture", "city", "street"))
    parts = [f"〒{code[:3]}-{code[3:]}" if code else "", place, str(value.get("building") or "")]
    return " ".join(item for item in parts if item)
