"""The SQL of a rule means what its Python means, on each database, for random rules and rows."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi import feel
from tests.feel.sql.databases import DATABASES, Row
from tests.feel.sql.rules import COLUMNS, SCOPE, conditions, rows, rules

REFUSED_MAY_BE = {"number / number", "date.year", "date.month", "date.day", "/"}


def by_python(rule: feel.Expression, row: Row) -> Any:
    return rule({**row, "site": {"area": row["area"]}})


def plain(value: Any, like: feel.Type) -> Any:
    """Booleans of SQLite are 0 and 1; its fractions are the nearest floats."""
    if value is None:
        return None
    if like == feel.BOOLEAN:
        return bool(value)
    return (
        Decimal(repr(value) if isinstance(value, float) else value)
        if like == feel.NUMBER
        else value
    )


def translated(rule: feel.Expression, dialect: str, where: bool = False) -> feel.Sql | None:
    """The SQL; None where it is refused, which may only be for the reasons known."""
    try:
        return feel.to_sql(rule, COLUMNS, dialect, where=where)
    except feel.FeelError as error:
        said = error.faults[0].message["en"].split("”")[0].split("“")[1]
        assert said in REFUSED_MAY_BE or said.endswith(" digits"), said
        return None


@pytest.mark.parametrize("dialect", DATABASES)
def test_values_are_the_same(dialect: str) -> None:
    with DATABASES[dialect]() as ask:
        compared = refused = 0

        @given(rules, st.lists(rows, min_size=1, max_size=5))
        def agree(text: str, given_rows: list[Row]) -> None:
            nonlocal compared, refused
            rule = feel.compile(text, SCOPE, strict=False)
            sql = translated(rule, dialect)
            if sql is None:
                refused += 1
                return
            compared += 1
            found = [plain(value, rule.type) for value in ask(sql, given_rows)]
            assert found == [by_python(rule, row) for row in given_rows], (
                f"{text}\n{sql.text}\n{given_rows}"
            )

        agree()
        assert compared > refused


@pytest.mark.parametrize("dialect", DATABASES)
def test_the_same_rows_are_found(dialect: str) -> None:
    with DATABASES[dialect]() as ask:

        @given(conditions, st.lists(rows, min_size=1, max_size=5))
        def agree(text: str, given_rows: list[Row]) -> None:
            rule = feel.compile(text, SCOPE, strict=False)
            sql = translated(rule, dialect, where=True)
            if sql is not None:
                found = [bool(value) for value in ask(sql, given_rows)]
                assert found == [by_python(rule, row) is True for row in given_rows], (
                    f"{text}\n{sql.text}\n{given_rows}"
                )

        agree()
