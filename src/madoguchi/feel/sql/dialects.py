"""How the databases differ (データベースの違い): exact numbers, dates, null, parameters.

DuckDB and PostgreSQL have exact decimals; SQLite has none, so a number of n decimal places is kept
there as a whole number of its 10⁻ⁿ. SQLite's dates are ISO text; one that was moved, which may leave
the years 1 to 9999, is the number of its day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Term:
    """A part of the SQL; numbers below 10**whole with ``scale`` decimal places; dates moved or not."""

    text: str
    whole: int = 0
    scale: int = 0
    moved: bool = False


@dataclass(frozen=True)
class Dialect:
    """The ways of one database (方言)."""

    name: str
    widest: int  # digits of the widest exact number
    parameter: str
    equal: str
    unequal: str
    truth: tuple[str, str]
    collation: str  # orders text by code points, whatever the locale
    position: str  # of {1} in {0}, 0 when it is not there
    starts: str  # {0} with {1}
    quotient: str  # of whole numbers, towards zero
    greatest: str
    least: str
    literal_date: str
    day_between: str
    exact: Callable[[Term, Term], str]  # an operand, so that the result is exact
    align: Callable[[Sequence[Term]], list[str]]
    number: Callable[[Decimal, int], str]
    part: Callable[[str, Term], str | None]
    add_days: Callable[[Term, int], str]
    add_months: Callable[[Term, int], str]

    def boolean(self, value: bool) -> str:
        """Write true or false."""
        return self.truth[0] if value else self.truth[1]


def width(terms: Sequence[Term]) -> tuple[int, int]:
    """Give the digits before and after the point that hold every one of the numbers."""
    return max(term.whole for term in terms), max(term.scale for term in terms)


def as_they_are(terms: Sequence[Term]) -> list[str]:
    """Compare values as they are."""
    return [term.text for term in terms]


def plain_number(value: Decimal, _scale: int) -> str:
    """Write a number in digits; a negative one must not make a comment of a minus before it."""
    return f"({value:f})" if value < 0 else f"{value:f}"


# ── PostgreSQL and DuckDB ────────────────────────────────────────────────────────────────────


def extracted(name: str, day: Term) -> str:
    """Take the year, month, day, weekday (Monday is 1), day or week of the year."""
    field = {"weekday": "ISODOW", "day of year": "DOY", "week": "WEEK"}.get(name, name.upper())
    return f"EXTRACT({field} FROM {day.text})"


def extracted_before_christ(name: str, day: Term) -> str:
    """Take a part of a date in PostgreSQL, which has no year 0."""
    found = extracted(name, day)
    if name == "year" and day.moved:
        return f"({found} + CASE WHEN {day.text} < DATE '0001-01-01' THEN 1 ELSE 0 END)"
    return found


def decimals(term: Term, result: Term) -> str:
    """Give an operand the DuckDB type that just holds it, in which the result is exact too."""
    if result.scale or result.whole > 18:  # a product wider than 18 digits asks for a wide factor
        least = 19 if result.whole + result.scale > 18 else 1
        return f"CAST({term.text} AS DECIMAL({max(term.whole + term.scale, least)}, {term.scale}))"
    return f"CAST({term.text} AS BIGINT)"


def of_one_type(terms: Sequence[Term]) -> list[str]:
    """Give numbers one DuckDB type where their own might meet as floats."""
    whole, scale = width(terms)
    if not scale and whole <= 18:
        return as_they_are(terms)
    common = Term("", whole, scale)
    return [decimals(Term(term.text, whole, scale), common) for term in terms]


POSTGRESQL = Dialect(
    name="postgresql",
    widest=1000,
    parameter="CAST(:{} AS TEXT)",
    equal="IS NOT DISTINCT FROM",
    unequal="IS DISTINCT FROM",
    truth=("TRUE", "FALSE"),
    collation=' COLLATE "C"',
    position="STRPOS({}, {})",
    starts="STARTS_WITH({}, {})",
    quotient="DIV({}, {})",
    greatest="GREATEST",
    least="LEAST",
    literal_date="DATE '{}'",
    day_between="CAST({} - {} AS BIGINT)",
    exact=lambda term, _: f"CAST({term.text} AS NUMERIC)",
    align=as_they_are,
    number=plain_number,
    part=extracted_before_christ,
    add_days=lambda day, days: f"({day.text} + ({days}))",
    add_months=lambda day, months: f"CAST({day.text} + ({months}) * INTERVAL '1 month' AS DATE)",
)
DUCKDB = Dialect(
    name="duckdb",
    widest=38,
    parameter="${}",
    equal="IS NOT DISTINCT FROM",
    unequal="IS DISTINCT FROM",
    truth=("TRUE", "FALSE"),
    collation="",
    position="STRPOS({}, {})",
    starts="STARTS_WITH({}, {})",
    quotient="({} // {})",
    greatest="GREATEST",
    least="LEAST",
    literal_date="DATE '{}'",
    day_between="DATE_DIFF('day', {1}, {0})",
    exact=decimals,
    align=of_one_type,
    number=plain_number,
    part=extracted,
    add_days=lambda day, days: f"({day.text} + ({days}))",
    add_months=lambda day, months: f"CAST({day.text} + INTERVAL ({months}) MONTH AS DATE)",
)


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────

STRFTIME = {"year": "%Y", "month": "%m", "day": "%d", "day of year": "%j"}


def day_number(day: Term) -> str:
    """Number a day, from 24 November 4714 BC on."""
    return day.text if day.moved else f"CAST(JULIANDAY({day.text}) + 0.5 AS INTEGER)"


def of_iso_text(name: str, day: Term) -> str | None:
    """Take a part of a date kept as ISO text; of a moved one only the weekday."""
    if name == "weekday":
        return f"({day_number(day)} % 7 + 1)"
    if day.moved:
        return None
    if name == "week":  # that of the Thursday of the same week
        thursday = f"STRFTIME('%j', {day.text}, '-3 days', 'weekday 4')"
        return f"((CAST({thursday} AS INTEGER) - 1) / 7 + 1)"
    return f"CAST(STRFTIME('{STRFTIME[name]}', {day.text}) AS INTEGER)"


def of_one_scale(terms: Sequence[Term]) -> list[str]:
    """Count numbers in the smallest of their units, and days by number if one of them is."""
    if any(term.moved for term in terms):
        return [day_number(term) for term in terms]
    scale = width(terms)[1]
    return [
        f"({term.text} * {10 ** (scale - term.scale)})" if term.scale < scale else term.text
        for term in terms
    ]


def result_of(term: Term) -> str:
    """Give a number or date as SQLite has them: the nearest float, ISO text."""
    if term.moved:
        return f"DATE({term.text})"
    return f"({term.text} / 1e{term.scale})" if term.scale else term.text


SQLITE = Dialect(
    name="sqlite",
    widest=18,
    parameter=":{}",
    equal="IS",
    unequal="IS NOT",
    truth=("1", "0"),
    collation=" COLLATE BINARY",
    position="INSTR({}, {})",
    starts="(SUBSTR({0}, 1, LENGTH({1})) = {1})",
    quotient="({} / {})",
    greatest="MAX",
    least="MIN",
    literal_date="'{}'",
    day_between="({} - {})",
    exact=lambda term, _: term.text,
    align=of_one_scale,
    number=lambda value, scale: plain_number(Decimal(int(value.scaleb(scale))), 0),
    part=of_iso_text,
    add_days=lambda day, days: f"({day_number(day)} + ({days}))",
    add_months=lambda day, months: f"feel_add_months({day_number(day)}, {months})",
)
DIALECTS = {dialect.name: dialect for dialect in (DUCKDB, POSTGRESQL, SQLITE)}


def in_every_dialect(write: Callable[..., str]) -> dict[str, Callable[..., str]]:
    """Make a domain function's SQL for every database from one writer.

    It is given a function for what differs, and the SQL of the arguments: ``part("year", day)`` is
    the year, month or day of a date, ``part("date", "2026-04-01")`` a date.
    """

    def writer(dialect: Dialect) -> Callable[..., str]:
        def part(name: str, day: str) -> str:
            if name == "date":
                return dialect.literal_date.format(day)
            return dialect.part(name, Term(day)) or ""

        return lambda *arguments: write(part, *arguments)

    return {name: writer(dialect) for name, dialect in DIALECTS.items()}
