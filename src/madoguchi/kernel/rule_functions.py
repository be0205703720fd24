"""Functions of the calendar for rules (規則で使う暦の関数): open days, fiscal years, 和暦, ages.

One table for every module that evaluates rules; in SQL where no list of holidays is needed.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

from madoguchi import feel
from madoguchi.kernel import calendar
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import (
    fiscal_year_of,
    format_fiscal_year,
    format_wareki,
    parse_date,
)
from madoguchi.kernel.japanese.eras import ERAS, GREGORIAN_START
from madoguchi.kernel.periods import HOURS, last_day, read_period

MOST_DAYS = 10_000


def null_outside(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give null for what no calendar reaches and for a text that cannot be read."""

    @wraps(function)
    def call(*arguments: Any) -> Any:
        if not all(isinstance(value, date | Decimal | str) for value in arguments):
            return None  # a date of a year that rules can reckon with but no calendar has
        try:
            return function(*arguments)
        except (DomainError, OverflowError, ValueError):
            return None

    return call


@null_outside
def _add_open_days(start: date, days: Decimal) -> date | None:
    return calendar.add_open_days(start, int(days)) if abs(days) <= MOST_DAYS else None


@null_outside
def _open_days_between(start: date, end: date) -> Decimal:
    return Decimal(calendar.open_days_between(start, end))


@null_outside
def _period_end(start: date, text: str) -> date | None:
    period = read_period(text)
    return None if period is None or period.unit == HOURS else last_day(start, period)


def _fiscal_year(day: date) -> Decimal:
    return Decimal(fiscal_year_of(day))


@null_outside
def _fiscal_year_name(year: Decimal) -> str:
    return format_fiscal_year(int(year))


def _age_on(born: date, day: date) -> Decimal | None:
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return Decimal(years) if born <= day else None


Part = Callable[[str, str], str]


def _fiscal_year_sql(part: Part, day: str) -> str:
    return f"({part('year', day)} - CASE WHEN {part('month', day)} < 4 THEN 1 ELSE 0 END)"


def _age_on_sql(part: Part, born: str, day: str) -> str:
    months, days = (f"({part(unit, day)} - {part(unit, born)})" for unit in ("month", "day"))
    before = f"{months} < 0 OR ({months} = 0 AND {days} < 0)"
    years = f"{part('year', day)} - {part('year', born)} - CASE WHEN {before} THEN 1 ELSE 0 END"
    return f"(CASE WHEN {born} <= {day} THEN {years} END)"


def _wareki_sql(part: Part, day: str) -> str:
    def text(number: str) -> str:
        return f"CAST(CAST({number} AS INTEGER) AS TEXT)"

    def years() -> Iterator[str]:
        for era in ERAS:
            number = f"{part('year', day)} - {era.first.year - 1}"
            first = max(era.first, GREGORIAN_START)
            shown = f"CASE WHEN {number} = 1 THEN '元' ELSE {text(number)} END"
            yield f"WHEN {day} >= {part('date', first.isoformat())} THEN '{era.name}' || {shown}"
        yield f"ELSE {text(part('year', day))}"

    rest = f"'年' || {text(part('month', day))} || '月' || {text(part('day', day))} || '日'"
    return f"((CASE {' '.join(years())} END) || {rest})"


CALENDAR = feel.function_table(
    feel.Function("add_open_days(start: date, days: number) -> date", _add_open_days),
    feel.Function("open_days_between(start: date, end: date) -> number", _open_days_between),
    feel.Function("is_open_day(day: date) -> boolean", null_outside(calendar.is_open_day)),
    feel.Function("open_day(day: date) -> date", null_outside(calendar.roll_forward)),
    feel.Function("period_end(start: date, period: string) -> date", _period_end),
    feel.Function(
        "fiscal_year(day: date) -> number", _fiscal_year, feel.in_every_dialect(_fiscal_year_sql)
    ),
    feel.Function("fiscal_year_name(year: number) -> string", _fiscal_year_name),
    feel.Function("wareki(day: date) -> string", format_wareki, feel.in_every_dialect(_wareki_sql)),
    feel.Function("date_of_wareki(text: string) -> date", null_outside(parse_date)),
    feel.Function(
        "age_on(born: date, day: date) -> number", _age_on, feel.in_every_dialect(_age_on_sql)
    ),
)
