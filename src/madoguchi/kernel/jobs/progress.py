"""How far a job is (進捗)."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs.models import Job


@dataclass(frozen=True)
class Progress:
    """`done` of `total` (None: unknown) with a note; `state` of the job and its last error."""

    done: int
    total: int | None = None
    note: str | None = None
    state: str = "running"
    error: str | None = None


# What running handlers of this process last reported, by job id: on SQLite a handler that writes
# holds the only write lock, so its progress cannot be in the database before it commits.
_live: WeakKeyDictionary[Database, dict[str, Progress]] = WeakKeyDictionary()


def live(database: Database) -> dict[str, Progress]:
    """Progress of the jobs now running in this process."""
    return _live.setdefault(database, {})


async def progress(session: AsyncSession, name: str, key: str) -> Progress | None:
    """The progress of the job enqueued under (name, key); None when there is none."""
    statement = select(Job).where(Job.name == name, Job.key == key)
    job = (await session.scalars(statement)).first()
    if job is None:
        return None
    database = session.info.get("database")
    if isinstance(database, Database) and job.id in live(database):
        return live(database)[job.id]
    return Progress(
        job.progress_done, job.progress_total, job.progress_note, job.state, job.last_error
    )
