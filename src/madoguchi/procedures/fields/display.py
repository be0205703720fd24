"""Values to the text people read, in their language."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from madoguchi.kernel import japanese
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures.fields.field import Field

_YES: Text = {"ja": "はい", "en": "Yes"}
_NO: Text = {"ja": "いいえ", "en": "No"}
_PLEDGED: Text = {"ja": "誓約する", "en": "Pledged"}


def text(field: Field, value: object, language: str) -> str:
    """As it was filed."""
    return str(value)


def postal_code(field: Field, value: object, language: str) -> str:
    """〒100-8901."""
    code = str(value)
    return f"〒{code[:3]}-{code[3:]}"


def telephone(field: Field, value: object, language: str) -> str:
    """03-1234-5678, however it was typed."""
    return japanese.format_telephone(str(value))


def number(field: Field, value: object, language: str) -> str:
    """1,200.5 m3/day."""
    unit = pick(field.spec.unit, language)
    return grouped(value) + (f" {unit}" if unit else "")


def money(field: Field, value: object, language: str) -> str:
    """90,000円, ¥90,000."""
    return f"{grouped(value)}円" if language == "ja" else f"¥{grouped(value)}"


def day(field: Field, value: object, language: str) -> str:
    """令和8年4月1日, 1 April 2026."""
    if not isinstance(value, date):
        return str(value)
    return japanese.format_wareki(value) if language == "ja" else f"{value.day} {value:%B %Y}"


def clock(field: Field, value: object, language: str) -> str:
    """15時05分, 15:05."""
    return japanese.format_time(value, language) if isinstance(value, time) else str(value)


def moment(field: Field, value: object, language: str) -> str:
    """令和8年4月1日 15時05分, 1 April 2026, 15:05."""
    if not isinstance(value, datetime):
        return str(value)
    on, at = japanese.day_and_clock(value)
    between = " " if language == "ja" else ", "
    return day(field, on, language) + between + clock(field, at, language)


def duration(field: Field, value: object, language: str) -> str:
    """1時間30分, 1 hour 30 minutes."""
    return japanese.format_duration(value, language) if isinstance(value, timedelta) else str(value)


def year_month(field: Field, value: object, language: str) -> str:
    """令和8年4月, April 2026."""
    first = date.fromisoformat(f"{value}-01")
    return (
        japanese.format_wareki(first).removesuffix("1日") if language == "ja" else f"{first:%B %Y}"
    )


def fiscal_year(field: Field, value: object, language: str) -> str:
    """令和8年度, FY2026."""
    year = int(str(value))
    if language != "ja":
        return f"FY{year}"
    return japanese.format_wareki(date(year, 12, 31)).split("年")[0] + "年度"


def boolean(field: Field, value: object, language: str) -> str:
    """はい or いいえ."""
    return pick(_YES if value else _NO, language)


def pledge(field: Field, value: object, language: str) -> str:
    """誓約する."""
    return pick(_PLEDGED if value else _NO, language)


def choice(field: Field, value: object, language: str) -> str:
    """The label of the chosen option."""
    option = (field.spec.options or {}).get(str(value))
    return pick(option.label, language) if option else str(value)


def multichoice(field: Field, value: object, language: str) -> str:
    """The labels of the chosen options, joined."""
    chosen = value if isinstance(value, list) else []
    return ("、" if language == "ja" else ", ").join(choice(field, key, language) for key in chosen)


def grouped(value: object) -> str:
    """A number with thousands separated and no needless zeros."""
    if isinstance(value, Decimal):
        value = (
            value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
        )
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"


def points(field: Field, value: object, language: str) -> str:
    """The pointers, one a line."""
    return "\n".join(map(str, value)) if isinstance(value, list) else ""
