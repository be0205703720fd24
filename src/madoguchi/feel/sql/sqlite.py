"""What SQLite lacks (SQLiteに足す関数): letter case, patterns and months as FEEL has them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from typing import Any

from .. import far
from ..arithmetic import add_months
from ..builtins.strings import lower_case, upper_case
from ..patterns import matches
from ..values import YearsMonths

DAY_NUMBER_OF_ORDINAL_0 = 1_721_425  # the Julian day of 31 December 1 BC, from noon


def sqlite_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the SQL for SQLite may call (``needs_functions``)."""
    for name, count, function in (
        ("feel_upper_case", 1, upper_case),
        ("feel_lower_case", 1, lower_case),
        ("feel_matches", 3, matches),
        ("feel_add_months", 2, months_later),
    ):
        connection.create_function(name, count, null_or(function), deterministic=True)


def null_or(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give null for null, and where FEEL does."""

    def call(*arguments: Any) -> Any:
        if None in arguments:
            return None
        try:
            return function(*arguments)
        except (ArithmeticError, ValueError):
            return None

    return call


def months_later(day_number: int, months: int) -> int:
    """Add months to a day given by its number; also leads out of the years 1 to 9999."""
    cycles, rest = divmod(day_number - DAY_NUMBER_OF_ORDINAL_0 - 1, far.CYCLE.days)
    day = far.whole(cycles, date.fromordinal(rest + 1))
    cycles, near = far.split(add_months(day, YearsMonths(months)))
    return int(near.toordinal() + cycles * far.CYCLE.days + DAY_NUMBER_OF_ORDINAL_0)
