"""The three databases as one function each: rows and a rule's SQL in, values out."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import duckdb
import pytest

from madoguchi import feel
from tests.conftest import POSTGRES

Row = dict[str, Any]
Ask = Callable[[feel.Sql, Sequence[Row]], list[Any]]
ORDER = ("a", "b", "big", "price", "area", "ok", "name", "alias", "day", "until")
TYPES = {
    "duckdb": "INTEGER BIGINT BIGINT DECIMAL(8,2) SMALLINT BOOLEAN TEXT TEXT DATE DATE".split(),
    "postgresql": "integer bigint numeric(18) numeric(8,2) smallint boolean text text date date".split(),
    "sqlite": "INTEGER INTEGER INTEGER REAL INTEGER BOOLEAN TEXT TEXT TEXT TEXT".split(),
}


def table(dialect: str) -> str:
    columns = ", ".join(f"{n} {t}" for n, t in zip(ORDER, TYPES[dialect], strict=True))
    return f"CREATE TEMPORARY TABLE t (line INTEGER, {columns})"


def values_of(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [(line, *(row[name] for name in ORDER)) for line, row in enumerate(rows)]


@contextmanager
def in_sqlite() -> Iterator[Ask]:
    connection = sqlite3.connect(":memory:")
    feel.sqlite_functions(connection)
    connection.execute(table("sqlite"))

    def held(value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        return float(value) if isinstance(value, Decimal) else value

    def ask(sql: feel.Sql, rows: Sequence[Row]) -> list[Any]:
        connection.execute("DELETE FROM t")
        made = [tuple(map(held, row)) for row in values_of(rows)]
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * 11)})", made)
        found = connection.execute(f"SELECT {sql.text} FROM t ORDER BY line", sql.parameters)
        return [value for (value,) in found]

    yield ask
    connection.close()


@contextmanager
def in_duckdb() -> Iterator[Ask]:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(table("duckdb"))

    def ask(sql: feel.Sql, rows: Sequence[Row]) -> list[Any]:
        connection.execute("DELETE FROM t")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * 11)})", values_of(rows))
        query = f"SELECT {sql.text} FROM t ORDER BY line"
        return [value for (value,) in connection.execute(query, sql.parameters).fetchall()]

    yield ask
    connection.close()


@contextmanager
def in_postgresql() -> Iterator[Ask]:
    with asyncio.Runner() as runner:
        try:
            connection = runner.run(asyncpg.connect(f"{POSTGRES}/postgres", timeout=30))
        except (OSError, TimeoutError, asyncpg.PostgresError):
            pytest.skip("no PostgreSQL")
        runner.run(connection.execute(table("postgresql")))
        held = ["integer", *TYPES["postgresql"]]

        async def asked(sql: feel.Sql, rows: Sequence[Row]) -> list[Any]:
            await connection.execute("DELETE FROM t")
            # As text, since asyncpg makes infinities of the first and the last day.
            places = ", ".join(f"CAST(${i}::text AS {t})" for i, t in enumerate(held, 1))
            made = [[None if v is None else str(v) for v in row] for row in values_of(rows)]
            await connection.executemany(f"INSERT INTO t VALUES ({places})", made)
            query = sql.text
            for place, name in enumerate(sql.parameters, 1):
                query = query.replace(f":{name} ", f"${place} ")
            query = f"SELECT {query} FROM t ORDER BY line"
            return [row[0] for row in await connection.fetch(query, *sql.parameters.values())]

        yield lambda sql, rows: runner.run(asked(sql, rows))
        runner.run(connection.close())


DATABASES = {"sqlite": in_sqlite, "duckdb": in_duckdb, "postgresql": in_postgresql}
