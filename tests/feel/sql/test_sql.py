"""What the SQL of a rule looks like, what is refused, and that no text of a rule becomes SQL."""

import sqlite3
import time
from datetime import date
from decimal import Decimal

import pytest

from madoguchi import feel
from tests.feel.sql.databases import DATABASES
from tests.feel.sql.rules import COLUMNS, SCOPE

EMPTY = dict.fromkeys(["a", "b", "big", "price", "area", "ok", "name", "alias", "day", "until"])


def sql_of(text: str, dialect: str = "postgresql", **options: bool) -> feel.Sql:
    return feel.to_sql(feel.compile(text, SCOPE, strict=False), COLUMNS, dialect, **options)


REFUSED = [
    ("a > 1 and\n  a ** 2 > 1", "number ** number", "duckdb", (2, 3)),
    ("a / b = 2", "number / number", "postgresql", (1, 1)),
    ("a / 3 + 1 > 2", "number / number", "sqlite", (1, 3)),
    ("big * big > 1", "36 digits", "postgresql", (1, 1)),
    ("big * 2 > 1", "19 digits", "sqlite", (1, 1)),
    ("big > 0.0000000000000000000000001", "43 digits", "duckdb", (1, 1)),
    ("big / price > 0.00000000000000000000000001", "/", "duckdb", (1, 1)),
    ('matches(name, "(a+)+$")', "matches: (a+)+$", "postgresql", (1, 1)),
    ('matches(name, "(a)\\\\1")', "matches: (a)\\1", "duckdb", (1, 1)),
    ('matches(name, "a", "i")', "matches: a", "duckdb", (1, 1)),
    ("some x in [1..5] satisfies x = a", "x", "postgresql", (1, 6)),
    ("some x in 1..2000 satisfies x = a", "x", "postgresql", (1, 6)),
    ("for x in [1] return x", "for", "postgresql", (1, 1)),
    ("substring(name, a) = alias", "substring", "sqlite", (1, 1)),
    ('(day + @"P1M").month > 3', "date.month", "sqlite", (1, 1)),
    ('day + @"PT3H" > until', "date + days and time duration", "duckdb", (1, 1)),
    ('day + @"P5000Y" > until', "date + years and months duration", "postgresql", (1, 1)),
    ("day < today()", "today", "duckdb", (1, 7)),
    ("decimal(a, 0) > 1", "decimal", "duckdb", (1, 1)),
    ("stddev(a, b) > 1", "stddev", "duckdb", (1, 1)),
    ("unknown > 1", "unknown", "duckdb", (1, 1)),
    ("site != null", "site", "duckdb", (1, 1)),
    ("a instance of number", "instanceof", "duckdb", (1, 1)),
]


@pytest.mark.parametrize(("text", "what", "dialect", "place"), REFUSED)
def test_what_has_no_equal_translation_is_refused_by_name_and_place(
    text: str, what: str, dialect: str, place: tuple[int, int]
) -> None:
    with pytest.raises(feel.FeelError) as raised:
        sql_of(text, dialect)
    (found,) = raised.value.faults
    assert found.code == "no-sql"
    assert f"“{what}”" in found.message["en"]
    assert f"「{what.partition(':')[0]}" in found.message["ja"]
    assert found.line == place[0]
    assert found.column >= place[1]


MULTIPLYING = [
    "substring before(" * 40 + "name" + ', "a")' * 40 + ' = "a"',
    "some x in 1..1000 satisfies some y in 1..1000 satisfies x * y = a",
    "ok" + " in (true, false, ok, a > 1, a > 2, a > 3, a > 4)" * 30,
    "(" * 30 + "a" + " in [1..b])" * 30,
    "max(" * 40 + "a" + ", 1, b)" * 40 + " > 1",
]


@pytest.mark.parametrize("dialect", DATABASES)
@pytest.mark.parametrize("rule", MULTIPLYING)
def test_rules_that_would_grow_without_end_are_refused_soon(rule: str, dialect: str) -> None:
    compiled = feel.compile(rule, SCOPE, strict=False)
    started = time.process_time()
    with pytest.raises(feel.FeelError):
        feel.to_sql(compiled, COLUMNS, dialect)
    assert time.process_time() - started < 5


HOSTILE = [
    "'; DROP TABLE t; --",
    "\\'; DROP TABLE t; --",
    '"; --',
    ":p1",
    "$p1",
    "%s",
    "a''b",
    "\\",
    "{}",
]


@pytest.mark.parametrize("dialect", DATABASES)
@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("inline", [False, True])
def test_a_text_of_a_rule_is_only_ever_a_value(dialect: str, hostile: str, inline: bool) -> None:
    escaped = hostile.replace("\\", "\\\\").replace('"', '\\"')
    rule = f'name = "{escaped}" and contains(name, "{escaped}") and name in ["{escaped}", "x"]'
    sql = sql_of(rule, dialect, inline=inline)
    if not inline:
        assert "DROP" not in sql.text
        assert hostile in sql.parameters.values()
    with DATABASES[dialect]() as ask:
        found = ask(sql, [{**EMPTY, "name": hostile}, {**EMPTY, "name": "x"}])
    assert list(map(bool, found)) == [True, False]


def test_a_text_that_no_database_can_hold_is_refused() -> None:
    with pytest.raises(feel.FeelError, match="NUL"):
        sql_of('name = "a\\u0000"', "duckdb")


WRITTEN = [
    ("a >= 300 and ok", "((t.a >= 300) AND t.ok)", {}),
    ('name = "A"', "(t.name IS NOT DISTINCT FROM CAST(:p1 AS TEXT))", {"p1": "A"}),
    ("price > 1.50", "(t.price > 1.5)", {}),
    ("price > 1 / 3", "(t.price > 0.3333333333333333333333333333333333)", {}),
    ("a - -3 > 0", "((CAST(t.a AS NUMERIC) - CAST((-3) AS NUMERIC)) > 0)", {}),
    (
        'day + @"P1M" >= until',
        "(CAST(t.day + (1) * INTERVAL '1 month' AS DATE) >= t.until)",
        {},
    ),
    ("a = null or ok != null", "((t.a IS NULL) OR (t.ok IS NOT NULL))", {}),
    ("a in [1, 2]", "(COALESCE(t.a IN (1, 2), FALSE))", {}),
]


@pytest.mark.parametrize(("text", "written", "parameters"), WRITTEN)
def test_the_sql_can_be_read(text: str, written: str, parameters: dict[str, object]) -> None:
    assert sql_of(text) == feel.Sql(written, parameters)


def test_where_only_the_true_rows_matter_indexes_can_be_used() -> None:
    text = 'name = "A" and (a in [1, 2] or not(a = 3)) and b in (1, 2)'
    assert sql_of(text, "sqlite", where=True, inline=True).text == (
        "((t.name = 'A') AND ((t.a IN (1, 2)) OR (NOT (t.a IS 3))) AND ((t.b = 1) OR (t.b = 2)))"
    )


def test_sqlite_is_told_what_it_lacks() -> None:
    plain, asking = sql_of("a > 1", "sqlite"), sql_of('upper case(name) = "A"', "sqlite")
    assert (plain.needs_functions, asking.needs_functions) == (False, True)
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError, match="no such function"):
        connection.execute("SELECT feel_upper_case('a')")
    feel.sqlite_functions(connection)
    assert connection.execute("SELECT feel_upper_case('straße')").fetchone() == ("STRASSE",)
    assert connection.execute("SELECT feel_upper_case(NULL)").fetchone() == (None,)
    connection.close()


@pytest.mark.parametrize("dialect", DATABASES)
def test_results_other_than_conditions(dialect: str) -> None:
    row = {**EMPTY, "a": 7, "price": Decimal("12.50"), "name": "Ａbß", "day": date(2024, 1, 31)}
    wanted = {
        "price * a": 87.5,
        "round half up(price / 8, 1)": 1.6,
        "upper case(name)": "ＡBSS",
        "max(a, price)": 12.5,
        'string length(name) + (day + @"P30D" - day).days': 33,
        "month of year(day)": "January",
    }
    with DATABASES[dialect]() as ask:
        for text, value in wanted.items():
            (found,) = ask(sql_of(text, dialect), [row])
            assert (found if isinstance(found, str) else float(found)) == value
        (day,) = ask(sql_of('day + @"P1M"', dialect), [row])
        assert str(day) == "2024-02-29"
