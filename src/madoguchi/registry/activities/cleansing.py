"""Cleansing (データクレンジング): what of a published row can be true, and what was found wrong.

What was published stays in `data`; only what is searched and added up is emptied. Pure: row in, row out.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.registry.activities.figures import ImpossibleFigure, decimal_in, known_as
from madoguchi.registry.activities.kinds import FINANCE, WORKPLACE
from madoguchi.registry.activities.ministries import ministry_of
from madoguchi.registry.activities.models import LONGEST_TITLE
from madoguchi.registry.activities.published import Published
from madoguchi.registry.activities.texts import has_control, has_markup, plain

PLACEHOLDERS = frozenset({0, 1, 100})
"""Yen written where a unit price was agreed or nothing was known."""
MOST = 10**13
"""More than any contract or grant: what is above is commonly two amounts written as one."""
EARLIEST = date(1868, 10, 23)  # 明治改元

RULES: Mapping[str, str] = {
    "amount-unreadable": "金額が数として読めない / the amount is no number",
    "amount-negative": "金額が負 / the amount is negative",
    "amount-fraction": "金額に1円未満の端数がある / the amount has a fraction of a yen",
    "amount-placeholder": "金額が0円・1円・100円（仮の値） / 0, 1 or 100 yen stand for no amount",
    "amount-impossible": "金額が10兆円以上（あり得ない値） / ten trillion yen or more",
    "day-unreadable": "日付が読めない / the day is no day",
    "day-in-future": "日付が取込日より後 / the day is after that of taking in",
    "day-before-1868": "日付が明治より前 / the day is before the Meiji era",
    "updated-unreadable": "更新日時が読めないか未来 / the update time is no time, or in the future",
    "title-missing": "活動名称がない / there is no title",
    "title-markup": "活動名称にHTMLが含まれる / HTML in the title",
    "title-control": "活動名称に制御文字が含まれる / control characters in the title",
    "title-long": "活動名称が600字を超える / a title of more than 600 characters",
    "figure-impossible": "資本金・従業員数などが数でないか、あり得ない値 / an impossible figure",
    "doubled": "同じ行が重複 / the same row twice",
    "number-unknown": "法人番号が法人の記録にない / the number is in no record of corporations",
}
"""Every rule by its name, as reports show it."""


class Clean(NamedTuple):
    """A row as it is kept, the details it tells {field: (value, figure)}, and the rules it broke."""

    published: Published
    title: str
    day: date | None
    amount: int | None
    department: str
    ministry: str
    target: str
    updated_on: date | None
    details: Mapping[str, tuple[Any, int | None]]
    findings: tuple[str, ...]


def cleansed(row: Published, today: date) -> Clean:
    """What can be true of a row taken in `today`."""
    findings: list[str] = []
    department = plain(row.department)[:300]
    return Clean(
        row,
        _title(row, findings),
        _day(row.day, today, findings),
        _amount(row.amount, findings),
        department,
        ministry_of(department),
        "\n".join(plain(line) for line in row.target.splitlines())[:1000],
        _updated(row.updated, today, findings),
        _details(row.details, findings),
        tuple(findings),
    )


def _title(row: Published, findings: list[str]) -> str:
    title = plain(row.title)
    if has_markup(row.title):
        findings.append("title-markup")
    if has_control(row.title):
        findings.append("title-control")
    if not title and row.kind not in (FINANCE, WORKPLACE, ""):
        findings.append("title-missing")
    if len(title) > LONGEST_TITLE:
        findings.append("title-long")
    return title[:LONGEST_TITLE]


def _amount(text: str, findings: list[str]) -> int | None:
    if not text.strip():
        return None
    amount = decimal_in(text)
    wrong = (
        "amount-unreadable" if amount is None
        else "amount-negative" if amount < 0
        else "amount-fraction" if amount != amount.to_integral_value()
        else "amount-placeholder" if amount in PLACEHOLDERS
        else "amount-impossible" if amount >= MOST
        else None
    )  # fmt: skip
    if wrong is not None:
        findings.append(wrong)
    return None if wrong is not None or amount is None else int(amount)


def _day(text: str, today: date, findings: list[str]) -> date | None:
    if not text.strip():
        return None
    day = day_in(text)
    wrong = (
        "day-unreadable" if day is None
        else "day-in-future" if day > today
        else "day-before-1868" if day < EARLIEST
        else None
    )  # fmt: skip
    if wrong is not None:
        findings.append(wrong)
    return None if wrong is not None else day


def _updated(text: str, today: date, findings: list[str]) -> date | None:
    if not text.strip():
        return None
    day = day_in(text)
    if day is None or not EARLIEST <= day <= today:
        findings.append("updated-unreadable")
        return None
    return day


def _details(told: Mapping[str, Any], findings: list[str]) -> Mapping[str, tuple[Any, int | None]]:
    found: dict[str, tuple[Any, int | None]] = {}
    for field, value in told.items():
        try:
            found[field] = known_as(field, value)
        except ImpossibleFigure:
            findings.append("figure-impossible")
    return found


_ISO_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:.{0,30}", re.ASCII)


def day_in(text: str) -> date | None:
    """The day a text names, in any usual way, with or without a time; None for none.

    Times are taken as they are written: gBizINFO writes Japan's.
    """
    typed = text.strip()
    if moment := _ISO_MOMENT.fullmatch(typed):
        typed = moment[1]
    if len(typed) > 40:
        return None
    try:
        return parse_date(typed)
    except JapaneseInputError:
        return None
