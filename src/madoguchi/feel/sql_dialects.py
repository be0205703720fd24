"""How the databases differ (データベースの違い): parameters, equality of nulls, dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = Decimal | str | date
CASTS = {Decimal: "NUMERIC", str: "TEXT", date: "DATE"}


def by_name(name: str, value: Value) -> str:
    """Write a parameter with its type, which PostgreSQL cannot always infer."""
    return f"CAST(:{name} AS {CASTS[type(value)]})"


def plainly(value: Value) -> object:
    """Bind a value as it is."""
    return value


def for_sqlite(value: Value) -> object:
    """Bind what SQLite can hold exactly: whole numbers, text, and dates as ISO text."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value() and abs(value) < 2**63
        return int(value) if whole else None
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Dialect:
    """The ways of one database (方言)."""

    name: str
    placeholder: Callable[[str, Value], str]
    bind: Callable[[Value], object]
    equal: str
    unequal: str
    truth: tuple[str, str]
    collation: str
    position: Callable[[str, str], str]
    days_between: Callable[[str, str], str]
    add_days: Callable[[str, int], str]
    add_months: Callable[[str, int], str] | None
    part: Callable[[str, str], str]

    def boolean(self, value: bool) -> str:
        """Write true or false."""
        return self.truth[0] if value else self.truth[1]

    def same(self, left: str, right: str, negated: bool) -> str:
        """Write an equality that is never unknown: null is null, and nothing else is."""
        return f"({left} {self.unequal if negated else self.equal} {right})"

    def by_code_point(self, text: str) -> str:
        """Order text by code points, whatever the locale."""
        return f"{text}{self.collation}"


def extracted(name: str, day: str) -> str:
    """Take the year, month, day or weekday (Monday is 1) of a date."""
    field = "ISODOW" if name == "weekday" else name.upper()
    return f"EXTRACT({field} FROM {day})"


def of_iso_text(name: str, day: str) -> str:
    """Take a part of a date kept as ISO text."""
    if name == "weekday":
        return f"((CAST(STRFTIME('%w', {day}) AS INTEGER) + 6) % 7 + 1)"
    return (
        f"CAST(STRFTIME('{ {'year': '%Y', 'month': '%m', 'day': '%d'}[name] }', {day}) AS INTEGER)"
    )


POSTGRESQL = Dialect(
    name="postgresql",
    placeholder=by_name,
    bind=plainly,
    equal="IS NOT DISTINCT FROM",
    unequal="IS DISTINCT FROM",
    truth=("TRUE", "FALSE"),
    collation=' COLLATE "C"',
    position=lambda text, part: f"STRPOS({text}, {part})",
    days_between=lambda later, earlier: f"(({later} - {earlier}) * 86400)",
    add_days=lambda day, days: f"({day} + ({days}))",
    add_months=lambda day, months: f"CAST({day} + ({months}) * INTERVAL '1 month' AS DATE)",
    part=extracted,
)
DUCKDB = Dialect(
    name="duckdb",
    placeholder=lambda name, _value: f"${name}",
    bind=plainly,
    equal="IS NOT DISTINCT FROM",
    unequal="IS DISTINCT FROM",
    truth=("TRUE", "FALSE"),
    collation="",
    position=lambda text, part: f"STRPOS({text}, {part})",
    days_between=lambda later, earlier: f"(DATE_DIFF('day', {earlier}, {later}) * 86400)",
    add_days=lambda day, days: f"({day} + ({days}))",
    add_months=lambda day, months: f"CAST({day} + INTERVAL ({months}) MONTH AS DATE)",
    part=extracted,
)
SQLITE = Dialect(
    name="sqlite",
    placeholder=lambda name, _value: f":{name}",
    bind=for_sqlite,
    equal="IS",
    unequal="IS NOT",
    truth=("1", "0"),
    collation=" COLLATE BINARY",
    position=lambda text, part: f"INSTR({text}, {part})",
    days_between=lambda later, earlier: (
        f"(CAST(JULIANDAY({later}) - JULIANDAY({earlier}) AS INTEGER) * 86400)"
    ),
    add_days=lambda day, days: f"DATE({day}, '{days:+d} days')",
    add_months=None,  # SQLite makes 3 March of 31 January and a month
    part=of_iso_text,
)
DIALECTS = {dialect.name: dialect for dialect in (DUCKDB, POSTGRESQL, SQLITE)}
