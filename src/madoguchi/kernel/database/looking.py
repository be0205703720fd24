"""Looking (素の照会): a SELECT given to asyncpg as it is, past SQLAlchemy's way of executing one.

Around a query that PostgreSQL and asyncpg answer in a tenth of a millisecond, SQLAlchemy spends half
of one. The connection is still its pool's: looked after, replaced and counted as every other.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncEngine

from madoguchi.kernel.database.explaining import explained

Convert = Callable[[Any], Any] | None


class _Plain(NamedTuple):
    """A statement as asyncpg takes it: its parameters in order, and how values are converted."""

    text: str
    names: tuple[str, ...]
    given: tuple[Convert, ...]
    fixed: Mapping[str, Any]
    read: tuple[Convert, ...]


async def look_plainly(
    engine: AsyncEngine, statement: Executable, asked: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """The rows of one SELECT of columns, outside any transaction, with the types SQLAlchemy gives.

    `statement` must be one that is made once and kept: what it compiles to is remembered by it.
    DomainError as for every statement.
    """
    plain = _plain(statement, engine.dialect)
    values = [
        value if convert is None else convert(value)
        for value, convert in zip(
            (asked.get(name, plain.fixed.get(name)) for name in plain.names),
            plain.given,
            strict=True,
        )
    ]
    rows = await _fetched(engine, plain.text, values)
    if not any(plain.read):
        return [tuple(row) for row in rows]
    return [
        tuple(
            value if read is None else read(value)
            for value, read in zip(row, plain.read, strict=True)
        )
        for row in rows
    ]


async def _fetched(engine: AsyncEngine, text: str, values: Sequence[Any]) -> Sequence[Any]:
    connection = await engine.raw_connection()
    driver: Any = connection.driver_connection
    try:
        return await driver.fetch(text, *values)  # type: ignore[no-any-return]
    except BaseException as fault:
        # Whoever gets it next must not hear what became of this statement.
        lost = driver.is_closed() or not hasattr(fault, "sqlstate")
        if lost:
            connection.invalidate(fault)
        known = explained(fault, lost=lost) if isinstance(fault, Exception) else None
        if known is None:
            raise
        raise known from fault
    finally:
        connection.close()


@lru_cache(maxsize=200)
def _plain(statement: Executable, dialect: Dialect) -> _Plain:
    compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    names = tuple(compiled.positiontup or ())
    readers = [
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in compiled.statement.selected_columns
    ]
    givers = compiled._bind_processors
    return _Plain(
        str(compiled),
        names,
        tuple(givers.get(name) for name in names),
        compiled.params,
        tuple(readers),
    )
