"""The table of jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Text, UniqueConstraint, literal, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime

SCHEDULED = "scheduled"  # to be run at run_at: given a time, or to be tried again
WAITING = "waiting"  # ready to run
RUNNING = "running"  # leased by a worker until leased_until
DONE = "done"
DEAD = "dead"  # given up after max_attempts; an administrator may requeue it


def _index_of(state: str, *columns: str) -> Index:
    """An index of the jobs in one state only: finished jobs cost nothing."""
    condition = text(f"state = '{state}'")
    return Index(f"ix_job_{state}", *columns, sqlite_where=condition, postgresql_where=condition)


class Job(Base):
    """Job (非同期処理): a named piece of work with its payload, run by whichever worker is free.

    (name, key) is unique: enqueueing the same work twice makes one job. `rank` is the negated
    priority, so that one ascending index gives the next job of a name.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("name", "key"),
        _index_of(WAITING, "name", "rank", "id"),
        _index_of(SCHEDULED, "run_at"),
        _index_of(RUNNING, "leased_until"),
        _index_of(DEAD, "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str | None] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    rank: Mapped[int] = mapped_column(default=0)
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


def in_state(state: str) -> ColumnElement[bool]:
    """The condition on state, written into the SQL: as a parameter it would hide the indexes."""
    return Job.state == literal(state, literal_execute=True)
