"""Counting tables anew (統計の更新) after much was taken in, so that statements are planned for what is there."""

from sqlalchemy import text

from madoguchi.kernel.database.columns import Base
from madoguchi.kernel.database.engine import Database


async def analyse(database: Database, *tables: type[Base]) -> None:
    """Tell PostgreSQL to look at these tables now; SQLite needs no telling for our statements.

    Its autovacuum would do it in a minute or, on a busy machine, in an hour. Until then it takes the
    tables for empty: a corporation's activities were read over a whole index, twenty times slower.
    """
    if database.is_sqlite:
        return
    async with database.session() as session:
        for table in tables:
            await session.execute(text(f"ANALYZE {table.__tablename__}"))
        await session.commit()


def has_doubled(pieces: int) -> bool:
    """Whether there is twice as much as when this last held: after 1, 2, 4, 8 … pieces.

    Who fills an empty table looks up what is there, too; planned for an empty table, each look reads
    the whole of what came before.
    """
    return pieces & (pieces - 1) == 0
