"""Storing many new rows at once: COPY on PostgreSQL, one prepared statement on SQLite.

For rows nobody else can be writing: there is no ON CONFLICT, and a row the database refuses takes
the transaction with it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, insert, inspect, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database.columns import Base
from madoguchi.kernel.database.unsaved import default_of

Row = Mapping[str, Any]
Processor = Callable[[Any], Any] | None
Column = tuple[str, Callable[[], Any], Processor]


async def store(session: AsyncSession, table: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows {column: value} of a table; columns a row does not name take their defaults.

    The transaction must have begun (something was read or written in it).
    """
    if not rows:
        return
    dialect = session.get_bind().dialect
    if dialect.name == "sqlite":
        plain = [_values(table, row) for row in rows]
        await session.execute(insert(table.__table__), plain)  # type: ignore[arg-type]
        return
    columns = _columns(table, dialect)
    connection = await (await session.connection()).get_raw_connection()
    await connection.driver_connection.copy_records_to_table(  # type: ignore[union-attr]
        table.__tablename__,
        columns=[name for name, _, _ in columns],
        records=[_record(row, columns) for row in rows],
    )


async def store_new(
    session: AsyncSession, table: type[Base], rows: Sequence[Row]
) -> set[tuple[Any, ...]]:
    """Insert those rows of a table whose primary key is not there; the keys inserted.

    A key another transaction is inserting is waited for: give rows in the order of their keys. On
    SQLite the session must be a writing one.
    """
    if not rows:
        return set()
    dialect = session.get_bind().dialect
    keys = [column.name for column in inspect(table).primary_key]
    if dialect.name == "sqlite":
        return await _store_new_sqlite(session, table, keys, rows)
    columns = _columns(table, dialect)
    records = [_record(row, columns) for row in rows]
    connection = await (await session.connection()).get_raw_connection()
    added = await connection.driver_connection.fetch(  # type: ignore[union-attr]
        _insert_new(table, dialect), *map(list, zip(*records, strict=True))
    )
    return {tuple(row) for row in added}


async def _store_new_sqlite(
    session: AsyncSession, table: type[Base], keys: list[str], rows: Sequence[Row]
) -> set[tuple[Any, ...]]:
    """There is one writer: what is not there now is new."""
    primary = [getattr(table, key) for key in keys]
    named = {tuple(row[key] for key in keys): row for row in rows}
    found = await session.execute(select(*primary).where(tuple_(*primary).in_(list(named))))
    known = {tuple(row) for row in found}
    await store(session, table, [row for key, row in named.items() if key not in known])
    return named.keys() - known


@cache
def _insert_new(table: type[Base], dialect: Dialect) -> str:
    columns = [attribute.columns[0] for attribute in inspect(table).column_attrs]
    names = ", ".join(f'"{column.name}"' for column in columns)
    arrays = ", ".join(
        f"${number}::{column.type.compile(dialect)}[]" for number, column in enumerate(columns, 1)
    )
    keys = ", ".join(f'"{column.name}"' for column in inspect(table).primary_key)
    return (
        f'INSERT INTO "{table.__tablename__}" ({names}) SELECT * FROM unnest({arrays}) '  # noqa: S608
        f"ON CONFLICT ({keys}) DO NOTHING RETURNING {keys}"
    )


def _record(values: Row, columns: tuple[Column, ...]) -> tuple[Any, ...]:
    return tuple(
        [
            value
            if (value := values[name] if name in values else default()) is None or processor is None
            else processor(value)
            for name, default, processor in columns
        ]
    )


def _values(table: type[Base], values: Row) -> dict[str, Any]:
    return {
        name: values[name] if name in values else default()
        for name, default, _ in _columns(table, None)
    }


@cache
def _columns(table: type[Base], dialect: Dialect | None) -> tuple[Column, ...]:
    """(name, default, what makes a value of the driver's) of every column."""
    columns = []
    for attribute in inspect(table).column_attrs:
        column = attribute.columns[0]
        if column.name != attribute.key:
            raise ValueError(f"{table.__name__}.{attribute.key} has a column of another name")
        processor = column.type.dialect_impl(dialect).bind_processor(dialect) if dialect else None
        columns.append((attribute.key, default_of(column.default), processor))
    return tuple(columns)
