"""A record as the thirty columns of the agency (リソース定義書), and whole answers of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.files import XML_NAMES
from madoguchi.registry.corporations.record import Record

# The columns that are words stand in quotation marks, codes, numbers and days do not.
_QUOTED = frozenset(
    """
    name prefectureName cityName streetNumber addressOutside changeCause enName enPrefectureName
    enCityName enAddressOutside furigana
    """.split()
)
_MISSING_GLYPH = "〓"


@dataclass(frozen=True)
class Answer:
    """What every format tells: `rows` are (record, whether it is the newest) of this division."""

    rows: tuple[tuple[Record, bool], ...]
    last_update: date | None
    count: int
    division: int
    divisions: int
    first: int = 1


@dataclass(frozen=True)
class Format:
    """One of the formats: how an answer is written, and as what."""

    write: Callable[[Answer], bytes]
    media_type: str


def columns(sequence: int, record: Record, latest: bool) -> tuple[str, ...]:
    """The columns in their order. A withdrawn number (99) is blank but for its number and day."""
    if record.process == DELETED:
        told = {0: str(sequence), 1: record.number, 2: record.process, 4: str(record.updated_on)}
        return tuple(told.get(place, "") for place in range(len(XML_NAMES)))
    return (
        str(sequence),
        record.number,
        record.process,
        "1" if record.corrected else "0",
        str(record.updated_on),
        str(record.changed_on or ""),
        record.name,
        record.name_image,
        record.kind,
        record.prefecture,
        record.city,
        record.street,
        record.address_image,
        record.prefecture_code,
        record.city_code,
        record.postal_code,
        record.abroad,
        record.abroad_image,
        str(record.closed_on or ""),
        record.close_cause,
        record.successor,
        record.change_cause,
        str(record.assigned_on or ""),
        "1" if latest else "0",
        record.english_name,
        record.english_prefecture,
        record.english_city,
        record.english_abroad,
        record.kana,
        "1" if record.hidden else "0",
    )


def as_csv(answer: Answer) -> str:
    """A line about the answer, then one for each record."""
    head = f"{answer.last_update or ''},{answer.count},{answer.division},{answer.divisions}"
    return "\r\n".join([head, *map(_line, _numbered(answer))]) + "\r\n"


def as_xml(answer: Answer) -> bytes:
    """The same as XML."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<corporations>',
        _element("lastUpdateDate", str(answer.last_update or "")),
        _element("count", str(answer.count)),
        _element("divideNumber", str(answer.division)),
        _element("divideSize", str(answer.divisions)),
    ]
    for row in _numbered(answer):
        parts.append("<corporation>")
        parts += map(_element, XML_NAMES, row)
        parts.append("</corporation>")
    parts.append("</corporations>\n")
    return "".join(parts).encode()


def shift_jis(text: str) -> bytes:
    """Text in the agency's Shift_JIS; what it has no character for is marked 〓, never guessed."""
    try:
        return text.encode("cp932")
    except UnicodeEncodeError:
        return "".join(map(_representable, text)).encode("cp932")


def _representable(character: str) -> str:
    try:
        character.encode("cp932")
    except UnicodeEncodeError:
        return _MISSING_GLYPH
    return character


def _numbered(answer: Answer) -> Iterable[tuple[str, ...]]:
    return (
        columns(place, record, latest)
        for place, (record, latest) in enumerate(answer.rows, answer.first)
    )


def _line(row: tuple[str, ...]) -> str:
    return ",".join(
        f'"{value.replace(chr(34), chr(34) * 2)}"' if value and name in _QUOTED else value
        for name, value in zip(XML_NAMES, row, strict=True)
    )


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value, quote=False)}</{name}>" if value else f"<{name}/>"


FORMATS: Mapping[str, Format] = {
    "01": Format(lambda answer: shift_jis(as_csv(answer)), "text/csv; charset=Shift_JIS"),
    "02": Format(lambda answer: as_csv(answer).encode(), "text/csv; charset=UTF-8"),
    "12": Format(as_xml, "application/xml; charset=UTF-8"),
}
"""By the parameter `type`."""
