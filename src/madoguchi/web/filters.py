"""Jinja filters: how dates, numbers, money and texts are written for people, in ja and en."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup, escape

from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.language import pick
from madoguchi.kernel.periods import from_text, until_text
from madoguchi.web.rendering import page_language, rendering

_RUBY = re.compile(r"\{([^{}|]{1,60})\|([^{}|]{1,120})\}")
# What may follow an address in a sentence is no part of it; quotes and < are escaped by then.
_ADDRESS = re.compile(r"https?://[^\s<>\"'（）「」]*[^\s<>\"'（）「」.,;:!?)]")
_SIZES = ("B", "KB", "MB", "GB", "TB")
_MONTHS = "January February March April May June July August September October November December"
# First day of each era still met in filings; before Meiji 6 the calendar was another one.
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1873, 1, 1), "明治"),
)
_MEIJI_OFFSET = 1867


def text_filter(value: Any) -> Any:
    """The page's language of {"ja", "en"}; a string or Markup as it is; None as ""."""
    if value is None:
        return ""
    if not isinstance(value, Mapping):
        return value
    content = rendering.get().content
    return value[content] if value.get(content) else pick(value, page_language())


def plain_filter(value: Any) -> str:
    """The text without furigana marks, for titles and attributes: {漢字|かんじ} → 漢字."""
    return _RUBY.sub(r"\1", str(text_filter(value)))


def furigana_filter(value: Any) -> Markup:
    """The text, escaped, with {漢字|かんじ} as <ruby>. Markup passes as it is."""
    chosen = text_filter(value)
    if isinstance(chosen, Markup):
        return chosen
    return Markup(  # noqa: S704 - built from escaped text only
        _RUBY.sub(
            r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>",
            str(escape(chosen)),
        )
    )


def date_filter(value: Any) -> str:
    """2026年4月1日 or 1 April 2026; a datetime counts in JST; other values as they are."""
    day = _day(value)
    if day is None:
        return str(text_filter(value))
    if page_language() == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS.split()[day.month - 1]} {day.year}"


def wareki_filter(value: Any) -> str:
    """令和8年4月1日 (元年 for a first year); in English the same as `date`."""
    day = _day(value)
    if day is None or page_language() != "ja":
        return date_filter(value)
    for start, era in _ERAS:
        if day >= start:
            year = day.year - (_MEIJI_OFFSET if era == "明治" else start.year - 1)
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return date_filter(day)


def until_filter(value: Any) -> str:
    """By when: the last day, with the time where the time limit is not the end of a day."""
    moment = _moment(value)
    return date_filter(value) if moment is None else until_text(moment)[page_language()]


def from_when_filter(value: Any) -> str:
    """From when: the day, with the time where it is not the day's first moment."""
    moment = _moment(value)
    return date_filter(value) if moment is None else from_text(moment)[page_language()]


def datetime_filter(value: Any) -> str:
    """2026年4月1日 10時30分 or 1 April 2026, 10:30 (JST)."""
    moment = _moment(value)
    if moment is None:
        return date_filter(value)
    if page_language() == "ja":
        return f"{date_filter(moment)} {moment.hour}時{moment.minute:02d}分"
    return f"{date_filter(moment)}, {moment:%H:%M} (JST)"


def time_tag_filter(value: Any) -> Markup:
    """The moment or day as people read it within <time datetime="…">."""
    moment = _moment(value)
    if moment is not None:
        return Markup('<time datetime="{}">{}</time>').format(
            moment.isoformat(timespec="seconds"), datetime_filter(moment)
        )
    day = _day(value)
    if day is None:
        return escape(text_filter(value))
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), date_filter(day))


def number_filter(value: Any) -> str:
    """Thousands separated by commas; decimals as they are, without exponent."""
    number = _number(value)
    return str(text_filter(value)) if number is None else f"{number:,f}"


def money_filter(value: Any) -> str:
    """1,234円, in English ¥1,234."""
    number = _number(value)
    if number is None:
        return str(text_filter(value))
    if page_language() == "ja":
        return f"{number:,f}円"
    return f"−¥{-number:,f}" if number < 0 else f"¥{number:,f}"


def filesize_filter(value: Any) -> str:
    """Bytes as 512 B, 12.3 KB, 1.2 MB (1 KB = 1,024 B)."""
    size = _number(value)
    if size is None:
        return ""
    unit = 0
    while size >= 1024 and unit < len(_SIZES) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:,.0f} {_SIZES[unit]}" if unit == 0 else f"{size:,.1f} {_SIZES[unit]}"


def paragraphs_filter(value: Any) -> Markup:
    """The text, escaped: blank lines part paragraphs, single line ends become <br>."""
    chosen = text_filter(value)
    if isinstance(chosen, Markup):
        return chosen
    blocks = re.split(r"(?:\r?\n[ \t]*){2,}", str(chosen).strip())
    return Markup("").join(
        Markup("<p>{}</p>").format(
            Markup("<br>").join(furigana_filter(line) for line in block.splitlines())
        )
        for block in blocks
        if block.strip()
    )


def hash_id_filter(value: Any) -> str:
    """A short id that is always the same for the same text, for ids nobody links to."""
    return hashlib.sha256(str(value).encode()).hexdigest()[:8]


def breaks_filter(value: Any) -> Markup:
    """The text, escaped, its line ends as <br>."""
    chosen = text_filter(value)
    if isinstance(chosen, Markup):
        return chosen
    return Markup("<br>").join(furigana_filter(line) for line in str(chosen).strip().splitlines())


def lines_filter(value: Any) -> list[Any]:
    """A text, several of them or none, as a list."""
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str | Mapping) else list(value)


def links_filter(value: Any) -> Markup:
    """Text or Markup with every web address as a link. For texts of packages, never of people."""
    shown = furigana_filter(value)
    return Markup(_ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', str(shown)))  # noqa: S704 - escaped before


def zip_values_filter(first: Iterable[Any], *others: Iterable[Any]) -> list[list[Any]]:
    """Rows out of columns: [a, b] and [1, 2] → [[a, 1], [b, 2]]."""
    return [list(row) for row in zip(first, *others, strict=True)]


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return as_jst(value).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def _moment(value: Any) -> datetime | None:
    return as_jst(value) if isinstance(value, datetime) and value.tzinfo else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 40 else None


FILTERS = {
    "text": text_filter,
    "plain": plain_filter,
    "furigana": furigana_filter,
    "date": date_filter,
    "wareki": wareki_filter,
    "datetime": datetime_filter,
    "until": until_filter,
    "from_when": from_when_filter,
    "time_tag": time_tag_filter,
    "number": number_filter,
    "money": money_filter,
    "filesize": filesize_filter,
    "paragraphs": paragraphs_filter,
    "hash_id": hash_id_filter,
    "breaks": breaks_filter,
    "lines": lines_filter,
    "links": links_filter,
    "zip_values": zip_values_filter,
}
