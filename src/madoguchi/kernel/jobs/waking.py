"""Rousing the workers of this process as soon as a job is committed, instead of at their next look.

Workers of other processes find the job when they poll.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from madoguchi.kernel.database import Database

_sleepers: WeakKeyDictionary[Database, dict[asyncio.Event, frozenset[str]]] = WeakKeyDictionary()


@contextmanager
def sleeper(database: Database, names: Iterable[str]) -> Iterator[asyncio.Event]:
    """An event that is set whenever a job of one of these names is committed through `database`
    in this process.
    """
    roused = asyncio.Event()
    _sleepers.setdefault(database, {})[roused] = frozenset(names)
    try:
        yield roused
    finally:
        del _sleepers[database][roused]


def rouse_after_commit(session: AsyncSession, names: Iterable[str]) -> None:
    """Rouse those who wait for jobs of these names when the session commits."""
    session.info["rouses"] = session.info.get("rouses", frozenset()) | frozenset(names)


@event.listens_for(Session, "after_commit")
def _rouse(session: Session) -> None:
    if not session.info.get("rouses") or session.in_nested_transaction():
        return
    names = session.info.pop("rouses")
    for roused, waited_for in _sleepers.get(session.info["database"], {}).items():
        if names & waited_for:
            roused.set()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("rouses", None)
