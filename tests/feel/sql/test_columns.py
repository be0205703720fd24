"""`madoguchi feel sql`: the SQL of a rule, its columns given or inferred, refusals with exit 1."""

import pytest
from typer.testing import CliRunner, Result

from madoguchi.cli import app


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["feel", "sql", "--lang", "en", *arguments])


INFERRED = [
    ("employees <= 300", '("employees" <= 300)'),
    ('starts with(name, "1") and licensed', """(STARTS_WITH("name", '1') AND "licensed")"""),
    ("a + b > c * 2", '((CAST("a" AS NUMERIC) + CAST("b" AS NUMERIC)) > (CAST("c" AS NUMERIC) * CAST(2 AS NUMERIC)))'),
    ('founded + duration("P20D") < today', '(("founded" + (20)) < "today")'),
    ('company.name = "x" and company.area > 1', """(("company"."name" IS NOT DISTINCT FROM 'x') AND ("company"."area" > 1))"""),
    ("年商 > 1", '("年商" > 1)'),
    ('a"b > 1', None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "sql"), INFERRED)
def test_types_follow_from_the_rule(rule: str, sql: str | None) -> None:
    done = run(rule, "--dialect", "postgresql")
    assert (done.exit_code, done.stdout.strip()) == ((0, sql) if sql else (1, ""))


def test_columns_may_be_given() -> None:
    columns = "sales amount: number(18,2), staff:number(6), 名:string"
    rule = 'sales amount / staff > 1.5 and 名 != ""'
    done = run(rule, "--dialect", "sqlite", "--columns", columns, "--where")
    assert done.exit_code == 0, done.stderr
    assert '"sales amount"' in done.stdout
    refused = run(
        "sales amount * staff > 1", "--dialect", "sqlite", "--columns", columns.replace("6", "12")
    )
    assert refused.exit_code == 1
    assert "“30 digits”" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a > b", "--dialect", "duckdb"], "the type of a, b cannot be told"),
        (
            ["a ** 2 > 1", "--dialect", "duckdb"],
            "1:3: “number ** number” has no translation to duckdb",
        ),
        (["every x in lines satisfies x.q > 0", "--dialect", "duckdb"], "1:12: “lines” has no"),
        (['a > 1 and a = "x"', "--dialect", "duckdb"], "1:13: “=” cannot be applied"),
        (["nonsense(a) > 3", "--dialect", "sqlite"], "There is nothing called “nonsense”"),
        (["is_open_day(d)", "--dialect", "sqlite"], "“is_open_day” has no translation to sqlite"),
        (["a >", "--dialect", "sqlite"], "an expression is needed"),
        (["a > 1", "--dialect", "sqlite", "--columns", "a:money"], "'a:money': write name:number"),
        (["a > 1", "--dialect", "sqlite", "--columns", "b:number"], "There is nothing called “a”"),
    ],
)
def test_refusals_say_what_and_where(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 1
    assert said in done.stderr
    assert not done.stdout


def test_refusals_are_in_japanese_too() -> None:
    done = run("年商 ** 2 > 1", "--dialect", "sqlite", "--lang", "ja")
    assert "1:4: 「number ** number」は sqlite のSQLでは" in done.stderr


def test_the_calendar_is_known_to_eval() -> None:
    done = CliRunner().invoke(app, ["feel", "eval", 'wareki(date("2026-04-01"))'])
    assert (done.stdout, done.stderr) == ('"令和8年4月1日"\n', "")


def test_an_unknown_dialect_is_refused() -> None:
    assert run("a > 1", "--dialect", "oracle").exit_code == 2


def test_sqlite_is_said_to_need_functions() -> None:
    done = run('upper case(name) = "A"', "--dialect", "sqlite")
    assert done.stdout.strip() == """(feel_upper_case("name") IS 'A')"""
    assert "sqlite_functions" in done.stderr
