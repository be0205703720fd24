"""The table of jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime

SCHEDULED = "scheduled"  # to be run at run_at: given a time, or to be tried again
WAITING = "waiting"  # ready to run
RUNNING = "running"  # leased by a worker until leased_until
DONE = "done"
DEAD = "dead"  # given up after max_attempts; an administrator may requeue it


class Job(Base):
    """Job (非同期処理): a named piece of work with its payload, run by whichever worker is free.

    (name, key) is unique: enqueueing the same work twice makes one job. Lists of ready, due and
    expired jobs have an index each, which holds only those: finished jobs cost nothing.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("name", "key"),
        Index(
            "ix_job_waiting",
            text("priority DESC"),
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_job_scheduled",
            "run_at",
            sqlite_where=text("state = 'scheduled'"),
            postgresql_where=text("state = 'scheduled'"),
        ),
        Index(
            "ix_job_running",
            "leased_until",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "ix_job_dead",
            "id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str | None] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    priority: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(12))
    run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int]
    leased_by: Mapped[str | None] = mapped_column(String(60))
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int | None]
    progress_note: Mapped[str | None] = mapped_column(String(200))
    last_error: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
