"""Values of register columns: stored as JSON that gives rules back the types they wrote.

JSON has no dates, and a decimal stored as text would come back to FEEL as a string. So dates and
decimals with a fraction are tagged: {"$date": "2026-04-01"}, {"$decimal": "12.5"}.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from madoguchi.kernel.japanese import format_wareki


def tagged(value: object) -> object:
    """The stored form of what a column's rule gave."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        whole = value == value.to_integral_value() and value.adjusted() < 18
        return int(value) if whole else {"$decimal": f"{value.normalize():f}"}
    if isinstance(value, datetime | time):
        return value.isoformat()
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        return {str(name): tagged(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [tagged(item) for item in value]
    if isinstance(value, timedelta):
        return f"P{value.days}D"
    return str(value)


def typed(stored: object) -> object:
    """The value as rules see it again."""
    if isinstance(stored, Mapping):
        if stored.keys() == {"$decimal"}:
            return Decimal(str(stored["$decimal"]))
        if stored.keys() == {"$date"}:
            return date.fromisoformat(str(stored["$date"]))
        return {name: typed(item) for name, item in stored.items()}
    return [typed(item) for item in stored] if isinstance(stored, list) else stored


def plain(stored: object) -> object:
    """The value as open data: decimals and dates as texts."""
    if isinstance(stored, Mapping):
        if stored.keys() in ({"$decimal"}, {"$date"}):
            return next(iter(stored.values()))
        return {name: plain(item) for name, item in stored.items()}
    return [plain(item) for item in stored] if isinstance(stored, list) else stored


def shown(stored: object, language: str) -> str:
    """The value as people read it; lists and contexts on lines."""
    if stored is None:
        return ""
    if isinstance(stored, bool):
        return {"ja": ("いいえ", "はい"), "en": ("No", "Yes")}.get(language, ("No", "Yes"))[stored]
    if isinstance(stored, int):
        return f"{stored:,}"
    if isinstance(stored, Mapping):
        if stored.keys() == {"$date"}:
            day = date.fromisoformat(str(stored["$date"]))
            return format_wareki(day) if language == "ja" else f"{day.day} {day:%B %Y}"
        if stored.keys() == {"$decimal"}:
            return f"{Decimal(str(stored['$decimal'])):,f}"
        return " / ".join(text for item in stored.values() if (text := shown(item, language)))
    if isinstance(stored, list):
        return "\n".join(shown(item, language) for item in stored)
    return str(stored)
