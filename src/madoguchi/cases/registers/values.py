"""Values of register columns: stored as JSON that gives rules back the types they wrote.

JSON has no dates, and a decimal stored as text would come back to FEEL as a string. So dates,
times and decimals with a fraction are tagged: {"$date": "2026-04-01"}, {"$decimal": "12.5"}.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from madoguchi.feel.temporal import duration_from_text, duration_text
from madoguchi.kernel.japanese import day_and_clock, format_duration, format_time, format_wareki
from madoguchi.kernel.language import Text, pick

Words = Mapping[str, Text]
_TIMES: Mapping[str, Callable[[str], object]] = {
    "$datetime": datetime.fromisoformat,
    "$time": time.fromisoformat,
    "$duration": duration_from_text,
}


def tagged(value: object) -> object:
    """The stored form of what a column's rule gave."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        whole = value == value.to_integral_value() and value.adjusted() < 18
        return int(value) if whole else {"$decimal": f"{value.normalize():f}"}
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Mapping):
        return {str(name): tagged(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [tagged(item) for item in value]
    if isinstance(value, timedelta):
        return {"$duration": duration_text(value)}
    return str(value)


def typed(stored: object) -> object:
    """The value as rules see it again."""
    if isinstance(stored, Mapping):
        if stored.keys() == {"$decimal"}:
            return Decimal(str(stored["$decimal"]))
        if stored.keys() == {"$date"}:
            return date.fromisoformat(str(stored["$date"]))
        if stored.keys() <= _TIMES.keys() and len(stored) == 1:
            (tag, text), *_ = stored.items()
            return _TIMES[str(tag)](str(text))
        return {name: typed(item) for name, item in stored.items()}
    return [typed(item) for item in stored] if isinstance(stored, list) else stored


def plain(stored: object) -> object:
    """The value as open data: decimals and dates as texts."""
    if isinstance(stored, Mapping):
        if len(stored) == 1 and stored.keys() <= {"$decimal", "$date", *_TIMES}:
            return next(iter(stored.values()))
        return {name: plain(item) for name, item in stored.items()}
    return [plain(item) for item in stored] if isinstance(stored, list) else stored


def shown(stored: object, language: str, words: Words | None = None) -> str:
    """The value as people read it; lists and contexts on lines. `words`: of the keys of a choice."""
    if stored is None:
        return ""
    if isinstance(stored, str) and words and stored in words:
        return pick(words[stored], language)
    if isinstance(stored, bool):
        return {"ja": ("いいえ", "はい"), "en": ("No", "Yes")}.get(language, ("No", "Yes"))[stored]
    if isinstance(stored, int):
        return f"{stored:,}"
    if isinstance(stored, Mapping):
        if stored.keys() == {"$date"}:
            day = date.fromisoformat(str(stored["$date"]))
            return format_wareki(day) if language == "ja" else f"{day.day} {day:%B %Y}"
        if len(stored) == 1 and stored.keys() <= _TIMES.keys():
            return _time_shown(typed(stored), language)
        if stored.keys() == {"$decimal"}:
            return f"{Decimal(str(stored['$decimal'])):,f}"
        return " / ".join(text for item in stored.values() if (text := shown(item, language)))
    if isinstance(stored, list):
        return "\n".join(shown(item, language, words) for item in stored)
    return str(stored)


def brief(stored: object, language: str, words: Words | None = None) -> str:
    """The value in a list of many: of each row of a table its first two texts, without figures.

    Figures without their headings tell nothing; the entry's own page and the files have them all.
    """
    if isinstance(stored, list) and any(isinstance(item, Mapping) for item in stored):
        return "\n".join(_row_in_brief(item, language) for item in stored)
    return shown(stored, language, words)


def _row_in_brief(row: object, language: str) -> str:
    if not isinstance(row, Mapping) or any(name.startswith("$") for name in row):
        return shown(row, language)
    texts = [item for item in row.values() if isinstance(item, str) and item]
    # 東京都 and then 東京都江東区有明 says the prefecture twice.
    told = [text for text in texts if not any(text != other and text in other for other in texts)]
    first, rest = told[:1], told[1:2]
    return ("、" if language == "ja" else ", ").join([*first, *rest])


def _time_shown(value: object, language: str) -> str:
    if isinstance(value, datetime):
        day, clock = day_and_clock(value)
        return f"{shown(tagged(day), language)} {format_time(clock, language)}"
    if isinstance(value, time):
        return format_time(value, language)
    return format_duration(value, language) if isinstance(value, timedelta) else str(value)
