"""Asking the registry link (登記情報の照会): kept answers, time limits, a circuit, a log of it all.

Every question is logged with who asked, about whom, for what purpose and on what legal basis,
whatever becomes of it.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.registry.link import LinkUnavailable, LookUp, RegistryRecord, simulated_look_up
from madoguchi.registry.models import LinkState, RegistryAnswer, RegistryQuery

NAME = "registry"
SECONDS = 5.0
KEPT = timedelta(days=7)
OPENS_AFTER = 3
REST = timedelta(minutes=2)
FAULTS = ("", "timeout", "unavailable", "under_change", "not_found", "wrong_data")


@dataclass(frozen=True)
class Why:
    """Why somebody asks: the purpose, the article of law that allows it, who, for which case."""

    purpose: str
    legal_basis: str
    asked_by: str
    case_id: str | None = None


@dataclass(frozen=True)
class Consulted:
    """What came of a question: found, not_found, under_change or unavailable.

    `record` is the record as JSON when found, `corporation` the same as a value of that type.
    """

    outcome: str
    at: datetime
    record: Mapping[str, Any] | None = None
    corporation: Mapping[str, Any] | None = None
    remembered: bool = False


async def look(
    database: Database,
    number: str,
    why: Why,
    clock: Clock,
    *,
    link: LookUp | None = None,
    fresh: bool = False,
    seconds: float = SECONDS,
) -> Consulted:
    """Ask about a company; never raises for what the other side does. It commits its own log.

    An answer of the last seven days is used again unless `fresh`. After three failures in a row
    nobody is made to wait: for two minutes the answer is unavailable at once. Without `link` the
    simulator answers, with the fault an administrator chose.
    """
    now = clock()
    async with database.reading() as session:
        state = await session.get(LinkState, NAME)
        kept = None if fresh else await session.get(RegistryAnswer, number)
    if kept is not None and now - kept.retrieved_at < KEPT:
        known = Consulted("found", kept.retrieved_at, kept.record, kept.record, remembered=True)
        return await _noted(database, number, why, known, now, 0)
    if state is not None and state.open_until is not None and now < state.open_until:
        return await _noted(database, number, why, Consulted("unavailable", now), now, 0)
    asked = link or simulator(state.fault if state is not None else "")
    begun = time.monotonic()
    found = await _ask(asked, number, now, seconds)
    spent = round((time.monotonic() - begun) * 1000)
    return await _noted(database, number, why, found, now, spent, tried=True)


def simulator(fault: str) -> LookUp:
    """The simulated link with one of FAULTS."""

    async def look_up(number: str) -> RegistryRecord | None:
        if fault == "timeout":
            await asyncio.sleep(60)
        if fault in ("timeout", "unavailable"):
            raise LinkUnavailable
        record = None if fault == "not_found" else await simulated_look_up(number)
        if record is None:
            return None
        if fault == "under_change":
            return replace(record, under_change=True)
        if fault == "wrong_data":
            first, *others = record.officers
            changed = (replace(first, name="模擬 誤"), *others)
            return replace(record, name=f"{record.name}（誤）", officers=changed)
        return record

    return look_up


async def state_of(session: AsyncSession) -> LinkState | None:
    """How the link stands; None before the first question."""
    return await session.get(LinkState, NAME)


async def simulate(session: AsyncSession, fault: str) -> None:
    """Choose what the simulator does from now on (ValueError for none of FAULTS); closes the
    circuit. The caller commits.
    """
    if fault not in FAULTS:
        raise ValueError(fault)
    state = await _state(session)
    state.fault, state.failures, state.open_until = fault, 0, None


async def latest_queries(session: AsyncSession, limit: int = 50) -> list[RegistryQuery]:
    """The latest questions, newest first."""
    query = select(RegistryQuery).order_by(RegistryQuery.at.desc(), RegistryQuery.id.desc())
    return list(await session.scalars(query.limit(limit)))


async def _ask(link: LookUp, number: str, now: datetime, seconds: float) -> Consulted:
    try:
        async with asyncio.timeout(seconds):
            record = await link(number)
    except (LinkUnavailable, TimeoutError, OSError):
        return Consulted("unavailable", now)
    if record is None:
        return Consulted("not_found", now)
    if record.under_change:
        return Consulted("under_change", now)
    value = {**record.as_json(), **record.as_corporation()}
    return Consulted("found", now, value, value)


async def _noted(
    database: Database,
    number: str,
    why: Why,
    found: Consulted,
    now: datetime,
    spent: int,
    *,
    tried: bool = False,
) -> Consulted:
    async with database.session() as session:
        session.add(
            RegistryQuery(
                id=new_id(),
                corporate_number=number,
                purpose=why.purpose[:200],
                legal_basis=why.legal_basis[:200],
                asked_by=why.asked_by,
                case_id=why.case_id,
                at=now,
                outcome=found.outcome,
                remembered=found.remembered,
                milliseconds=spent,
            )
        )
        if tried:
            _count(await _state(session), found.outcome != "unavailable", now)
        if tried and found.record is not None:
            await session.merge(
                RegistryAnswer(corporate_number=number, record=dict(found.record), retrieved_at=now)
            )
        await session.commit()
    return found


async def _state(session: AsyncSession) -> LinkState:
    query = select(LinkState).where(LinkState.name == NAME).with_for_update()
    state = await session.scalar(query)
    if state is None:
        state = LinkState(name=NAME, failures=0, fault="")
        session.add(state)
        await session.flush()
    return state


def _count(state: LinkState, answered: bool, now: datetime) -> None:
    if answered:
        state.failures, state.open_until, state.answered_at = 0, None, now
        return
    state.failures, state.failed_at = state.failures + 1, now
    if state.failures >= OPENS_AFTER:
        state.open_until = now + REST
