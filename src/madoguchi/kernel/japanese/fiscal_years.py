"""Fiscal years (会計年度, 財政法第11条): 1 April to 31 March, named by the year they begin in."""

import re
from datetime import date

from madoguchi.kernel.japanese.eras import BY_NAME, GREGORIAN_START, era_of
from madoguchi.kernel.japanese.faults import JapaneseInputError
from madoguchi.kernel.japanese.kanji_numbers import KANJI, read_number
from madoguchi.kernel.japanese.normalising import fold

_FISCAL_YEAR = re.compile(
    rf"(?P<era>令和|平成|昭和|大正|明治|令|平|昭|大|明|[RHSTM])?(?P<year>[0-9{KANJI}]{{1,12}})(?:年度?|FY)?|"
    r"FY(?P<fy>[0-9]{4})"
)


def fiscal_year_of(day: date) -> int:
    """The fiscal year a day lies in: 31 March 2027 lies in 2026."""
    return day.year if day.month >= 4 else day.year - 1


def format_fiscal_year(year: int) -> str:
    """ "令和8年度". The year of a change takes the era of 1 May: 2019 is 令和元年度.

    (Government offices were told to write 令和元年度 for the whole of 2019 from 1 May 2019 on.)
    """
    era = era_of(date(year, 5, 1))
    if era is None:
        return f"{year}年度"
    number = era.year(year)
    return f"{era.name}{'元' if number == 1 else number}年度"


def parse_fiscal_year(text: str) -> int:
    """The western year a fiscal year begins in, from 2026, 2026年度, FY2026, 令和8年度, R8.

    平成31年度 and 令和元年度 are the same year 2019. Raises JapaneseInputError: empty,
    fiscal_year_format, date_two_digit_year, fiscal_year_other_era.
    """
    typed = "".join(fold(text).upper().split())
    if not typed:
        raise JapaneseInputError("empty")
    match = _FISCAL_YEAR.fullmatch(typed)
    number = read_number(match["fy"] or match["year"]) if match else None
    if match is None or number is None:
        raise JapaneseInputError("fiscal_year_format")
    era = BY_NAME.get(match["era"] or "")
    if era is None:
        return _western(number)
    if not 1 <= number <= 999:
        raise JapaneseInputError("date_no_such_year")
    year = era.first.year + number - 1
    first, last = date(year, 4, 1), date(year + 1, 3, 31)
    if first < GREGORIAN_START:
        raise JapaneseInputError("date_before_calendar")
    if not era.holds(first) and not (era.holds(last) and era.first.year == year):
        raise JapaneseInputError(
            "fiscal_year_other_era", era=era.name, right=format_fiscal_year(year), iso=year
        )
    return year


def _western(number: int) -> int:
    if number < 100:
        raise JapaneseInputError("date_two_digit_year")
    if not GREGORIAN_START.year <= number <= 9998:
        raise JapaneseInputError("fiscal_year_format")
    return number
