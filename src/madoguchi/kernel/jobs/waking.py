"""Rousing the workers of this process as soon as a job is committed, instead of at their next look.

Workers of other processes find the job when they poll.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from madoguchi.kernel.database import Database

_sleepers: WeakKeyDictionary[Database, set[asyncio.Event]] = WeakKeyDictionary()


@contextmanager
def sleeper(database: Database) -> Iterator[asyncio.Event]:
    """An event that is set whenever a job is committed through `database` in this process."""
    roused = asyncio.Event()
    _sleepers.setdefault(database, set()).add(roused)
    try:
        yield roused
    finally:
        _sleepers[database].discard(roused)


def rouse_after_commit(session: AsyncSession) -> None:
    """Rouse the sleepers when the session commits."""
    session.info["rouses"] = True


@event.listens_for(Session, "after_commit")
def _rouse(session: Session) -> None:
    if not session.info.get("rouses") or session.in_nested_transaction():
        return
    session.info["rouses"] = False
    for roused in _sleepers.get(session.info["database"], ()):
        roused.set()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("rouses", None)
