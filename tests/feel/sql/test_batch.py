"""Many rules over one table find the rows that each finds by itself."""

import duckdb
import pytest

from madoguchi import feel

SCOPE = {"a": feel.NUMBER, "b": feel.NUMBER, "ok": feel.BOOLEAN}
COLUMNS = {name: f"t.{name}" for name in SCOPE}
RULES = [
    "ok and a > 3 and b in [1, 2]",
    "ok and a > 3",
    "ok and a > 3 and not(b = 1)",
    "ok and (a > 3 or b > 3)",
    "ok",
    "ok and a > b",
]


def sql_of(rule: str) -> feel.Sql:
    return feel.to_sql(feel.compile(rule, SCOPE), COLUMNS, "duckdb", where=True, inline=True)


def test_shared_parts_are_computed_once() -> None:
    found = feel.batch([sql_of(rule) for rule in RULES], least=3)
    assert found.common == "t.ok"
    assert found.columns == {"shared_1": "(t.a > 3)"}
    assert found.conditions[0] == "shared_1 AND (t.b IN (1, 2))"
    assert found.conditions[4] == "TRUE"


@pytest.mark.parametrize("least", [1, 2, 3, 99])
def test_the_same_rows_are_found(least: int) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT nullif(x.range, 2) AS a, nullif(y.range, 3) AS b, z.ok"
            " FROM range(6) x, range(6) y, (VALUES (TRUE), (FALSE), (NULL)) z(ok)"
        )
        found = feel.batch([sql_of(rule) for rule in RULES], least)
        parts = "".join(f", COALESCE({sql}, FALSE) AS {n}" for n, sql in found.columns.items())
        connection.execute(f"CREATE TABLE p AS SELECT t.*{parts} FROM t WHERE {found.common}")
        for rule, condition in zip(RULES, found.conditions, strict=True):
            alone = f"SELECT a, b FROM t WHERE {sql_of(rule).text} ORDER BY ALL"
            shared = f"SELECT a, b FROM p AS t WHERE {condition} ORDER BY ALL"
            rows = connection.execute(alone).fetchall()
            assert rows
            assert connection.execute(shared).fetchall() == rows


def test_rules_of_a_batch_are_inline() -> None:
    scope = {"name": feel.STRING}
    sql = feel.to_sql(feel.compile('name = "x"', scope), {"name": "t.name"}, "duckdb")
    with pytest.raises(ValueError, match="inline"):
        feel.batch([sql])
