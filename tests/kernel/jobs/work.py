"""What the tests of jobs share: a handler whose effect is counted, and a movable clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel import journal
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import (
    Job,
    JobContext,
    enqueue,
)

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


async def note(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """A handler whose effect can be counted."""
    await journal.append(
        session, subject="notes", action="noted", actor="job", at=NOON, payload=payload
    )


async def add(database: Database, name: str, payload: dict[str, Any], **options: Any) -> str:
    async with database.session() as session:
        id = await enqueue(session, name, payload, **options)
        await session.commit()
        return id


async def noted(database: Database) -> list[Any]:
    async with database.reading() as session:
        return [entry.payload["n"] for entry in await journal.entries(session, "notes", limit=999)]


async def jobs(database: Database) -> list[Job]:
    async with database.reading() as session:
        return list(await session.scalars(select(Job).order_by(Job.id)))
