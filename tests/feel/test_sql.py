"""The SQL of a rule means what its Python means, on each database at hand."""

import sqlite3
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi import feel
from tests.conftest import POSTGRES

SCOPE = {
    "a": feel.NUMBER,
    "b": feel.NUMBER,
    "ok": feel.BOOLEAN,
    "name": feel.STRING,
    "day": feel.DATE,
    "other": feel.DATE,
    "site": feel.ContextType({"area": feel.NUMBER}),
}
COLUMNS = {name: f"t.{name}" for name in SCOPE if name != "site"} | {"site.area": "t.area"}
numbers = st.integers(-30, 30)
names = st.sampled_from(["", "a", "ab", "山", "山田", "Ａ", "a'b", "%", "😀"])
dates = st.dates(date(1999, 12, 1), date(2030, 1, 1))
rows = st.fixed_dictionaries(
    {
        "a": st.none() | numbers,
        "b": st.none() | numbers,
        "ok": st.none() | st.booleans(),
        "name": st.none() | names,
        "day": st.none() | dates,
        "other": st.none() | dates,
        "area": st.none() | numbers,
    }
)
number_texts = st.recursive(
    st.sampled_from(["a", "b", "site.area", "1", "-3", "20", "string length(name)", "day.year"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner)
        | st.builds("abs({})".format, inner)
        | st.builds("(if ok then {} else {})".format, inner, inner)
    ),
    max_leaves=4,
)
compare = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
text_texts = names.map(lambda name: f'"{name}"') | st.just("name") | st.just('(name + "x")')
day_texts = st.sampled_from(
    ["day", "other", '@"2020-02-29"', 'day + duration("P20D")', 'other - duration("P1D")']
)
atoms = (
    st.builds("{} {} {}".format, number_texts, compare, number_texts)
    | st.builds("{} {} {}".format, text_texts, compare, text_texts)
    | st.builds("{} {} {}".format, day_texts, compare, day_texts)
    | st.builds('{} - {} > duration("P30D")'.format, day_texts, day_texts)
    | st.builds("{} in (1, > 10, [2..5), {})".format, number_texts, number_texts)
    | st.builds("{} in [1, 2, {}]".format, number_texts, number_texts)
    | st.builds("name in ({}, {})".format, text_texts, text_texts)
    | st.builds("{} between {} and 5".format, number_texts, number_texts)
    | st.builds("contains(name, {})".format, text_texts)
    | st.builds("starts with(name, {})".format, text_texts)
    | st.builds("ends with(name, {})".format, text_texts)
    | st.sampled_from(["ok", "ok = null", "name != null", "a = null", "day.weekday > 5"])
)
conditions = st.recursive(
    atoms,
    lambda inner: (
        st.builds("({} and {})".format, inner, inner)
        | st.builds("({} or {})".format, inner, inner)
        | st.builds("not({})".format, inner)
        | st.builds("(if {} then {} else {})".format, inner, inner, inner)
    ),
    max_leaves=4,
)


def by_python(rule: feel.Expression, row: dict[str, Any]) -> Any:
    return rule({**row, "site": {"area": row["area"]}})


def by_sqlite(rule: feel.Expression, row: dict[str, Any]) -> Any:
    sql = feel.to_sql(rule, COLUMNS, "sqlite")
    held = {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}
    made = ", ".join(f":row_{name} AS {name}" for name in row)
    values = {**sql.parameters, **{f"row_{name}": value for name, value in held.items()}}
    connection = sqlite3.connect(":memory:")
    try:
        (answer,) = connection.execute(
            f"SELECT {sql.text} FROM (SELECT {made}) t", values
        ).fetchone()
    finally:
        connection.close()
    return None if answer is None else bool(answer)


@given(conditions, rows)
def test_sqlite_agrees_with_python(text: str, row: dict[str, Any]) -> None:
    rule = feel.compile(text, SCOPE, strict=False)
    assert by_sqlite(rule, row) is by_python(rule, row)


@given(conditions, rows)
def test_duckdb_agrees_with_python(text: str, row: dict[str, Any]) -> None:
    duckdb = pytest.importorskip("duckdb")
    rule = feel.compile(text, SCOPE, strict=False)
    sql = feel.to_sql(rule, COLUMNS, "duckdb")
    types = {"a": "BIGINT", "b": "BIGINT", "area": "BIGINT", "ok": "BOOLEAN", "name": "TEXT"}
    made = ", ".join(f"CAST($row_{n} AS {types.get(n, 'DATE')}) AS {n}" for n in row)
    values = {**sql.parameters, **{f"row_{name}": value for name, value in row.items()}}
    found = duckdb.execute(f"SELECT {sql.text} FROM (SELECT {made}) t", values).fetchone()
    assert found[0] is by_python(rule, row)


async def test_postgresql_agrees_with_python() -> None:
    try:
        connection = await asyncpg.connect(f"{POSTGRES}/postgres", timeout=3)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        pytest.skip("no PostgreSQL")
    examples: list[tuple[str, dict[str, Any]]] = []

    @given(conditions, rows)
    def draw(text: str, row: dict[str, Any]) -> None:
        examples.append((text, row))

    draw()
    types = {"a": "numeric", "b": "numeric", "area": "numeric", "ok": "boolean", "name": "text"}
    try:
        for text, row in examples:
            rule = feel.compile(text, SCOPE, strict=False)
            sql = feel.to_sql(rule, COLUMNS, "postgresql")
            query, values = sql.text, []
            for name in sorted(sql.parameters, key=len, reverse=True):
                values.append(sql.parameters[name])
                query = query.replace(f":{name} ", f"${len(values)} ")
            made = ", ".join(
                f"CAST(${len(values) + i} AS {types.get(name, 'date')}) AS {name}"
                for i, name in enumerate(row, 1)
            )
            numbers_ = {k: Decimal(v) if type(v) is int else v for k, v in row.items()}
            answer = await connection.fetchval(
                f"SELECT {query} FROM (SELECT {made}) t", *values, *numbers_.values()
            )
            assert answer is by_python(rule, row), text
    finally:
        await connection.close()


REFUSED = [
    ("a / 2 > 1", "number / number", "postgresql"),
    ("a ** 2 > 1", "number ** number", "duckdb"),
    ('upper case(name) = "A"', "upper case", "sqlite"),
    ('matches(name, "a")', "matches", "postgresql"),
    ("some x in [1, 2] satisfies x = a", "quantified", "postgresql"),
    ("a > 1.5", "1.5", "sqlite"),
    ('day + duration("P1M") > other', "date + years and months duration", "sqlite"),
    ("day < today()", "today", "duckdb"),
    ("sum([a, b]) > 1", "sum", "duckdb"),
    ("unknown > 1", "unknown", "duckdb"),
]


@pytest.mark.parametrize(("text", "what", "dialect"), REFUSED)
def test_what_has_no_equal_translation_is_refused_by_name(
    text: str, what: str, dialect: str
) -> None:
    with pytest.raises(feel.FeelError) as raised:
        feel.to_sql(feel.compile(text, SCOPE, strict=False), COLUMNS, dialect)
    (found,) = raised.value.faults
    assert found.code == "no-sql"
    assert f"“{what}”" in found.message["en"]
    assert f"「{what}」" in found.message["ja"]


def test_months_are_added_where_the_database_clamps_as_feel_does() -> None:
    rule = feel.compile('day + duration("P1M") >= other', SCOPE)
    sql = feel.to_sql(rule, COLUMNS, "postgresql")
    assert sql.text == "(CAST(t.day + (1) * INTERVAL '1 month' AS DATE) >= t.other)"


def test_texts_of_an_expression_are_never_part_of_the_sql() -> None:
    rule = feel.compile('name = "x\'; DROP TABLE t; --"', SCOPE)
    sql = feel.to_sql(rule, COLUMNS, "duckdb")
    assert sql.text == "(t.name IS NOT DISTINCT FROM $p1)"
    assert sql.parameters == {"p1": "x'; DROP TABLE t; --"}
