"""Watching the registry (登記の見守り): what it says of proved organisations since puts proofs in doubt.

Each record is compared with the one last seen, whenever its file arrived: files that come late, or
twice, or out of order change nothing. The registry of corporate numbers (法人番号公表サイト) tells
name, address and closure; who represents is known where a source of details names them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.proofing.models import RegistryWatch
from madoguchi.identity.models import Organisation, Person, Verification
from madoguchi.identity.reproof.rules import CLOSED, MOVED, RENAMED, SUCCEEDED
from madoguchi.identity.reproof.service import doubt
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import Handler, JobContext, enqueue
from madoguchi.registry.activities.models import Detail
from madoguchi.registry.comparing import person_key
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.search.addresses import fold_address

WATCH_JOB = "cases.proofing.watch"
AT_ONCE = 200
REPRESENTATIVE = "representative_name"


@dataclass(frozen=True)
class Told:
    """What the registry says of a corporation; `representative` is "" where nobody tells."""

    name: str
    address: str
    representative: str
    closed: bool


def doubt_of(before: Told | None, now: Told, proved: str) -> str:
    """Why a proof is in doubt after a change, "" when it is not; the gravest reason counts.

    Seen for the first time (`before` None) a record says nothing new, unless it is closed. `proved`
    is the proof's holder: a record that comes to name them confirms it.
    """
    if now.closed and not (before and before.closed):
        return CLOSED
    if before is None:
        return ""
    named = person_key(now.representative)
    if named and named not in (person_key(before.representative), person_key(proved)):
        return SUCCEEDED
    if before.name != now.name:
        return RENAMED
    moved = fold_address(before.address) != fold_address(now.address)
    return MOVED if moved else ""


def handlers() -> Mapping[str, Handler]:
    """The work of watching."""
    return {WATCH_JOB: _watch}


async def watch_daily(session: AsyncSession, at: datetime, part: int = 0) -> None:
    """Have it done at that moment, once a day; also at the start of the program."""
    key = f"{jst_date(at).isoformat()}:{part}"
    await enqueue(session, WATCH_JOB, {"part": part}, key=key, run_at=at)


async def _watch(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    now = context.clock()
    if await look(session, now) >= AT_ONCE:  # each part in a transaction of its own
        await watch_daily(session, now, int(payload.get("part", 0)) + 1)
    await watch_daily(session, now + timedelta(days=1))


async def look(session: AsyncSession, now: datetime) -> int:
    """Look at what changed of organisations with a proved representative; at how many, at most
    `AT_ONCE`. The caller commits.
    """
    newest = (
        select(func.max(Detail.recorded_at))
        .where(Detail.number == Corporation.number, Detail.field == REPRESENTATIVE)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Organisation, Corporation, RegistryWatch)
        .join(Corporation, Corporation.number == Organisation.corporate_number)
        .outerjoin(RegistryWatch, RegistryWatch.organisation_id == Organisation.id)
        .where(
            Organisation.closed_at.is_(None),
            exists().where(Verification.organisation_id == Organisation.id),
            or_(
                RegistryWatch.organisation_id.is_(None),
                RegistryWatch.updated_on != Corporation.updated_on,
                RegistryWatch.sequence != Corporation.sequence,
                newest > RegistryWatch.seen_at,
            ),
        )
        .order_by(Organisation.id)
        .limit(AT_ONCE)
    )
    found = [(row[0], row[1], row[2]) for row in rows]
    for organisation, corporation, watch in found:
        told = await _told(session, corporation)
        before = (
            Told(watch.name, watch.address, watch.representative, watch.closed) if watch else None
        )
        why = doubt_of(before, told, await _proved(session, organisation.id))
        if why:
            await doubt(session, now, organisation.id, why)
        await session.merge(
            RegistryWatch(
                organisation_id=organisation.id,
                name=told.name,
                address=told.address,
                representative=told.representative,
                closed=told.closed,
                updated_on=corporation.updated_on,
                sequence=corporation.sequence,
                seen_at=now,
            )
        )
    return len(found)


async def _told(session: AsyncSession, record: Corporation) -> Told:
    named = await session.scalar(
        select(Detail.value)
        .where(Detail.number == record.number, Detail.field == REPRESENTATIVE)
        .order_by(Detail.as_of.desc(), Detail.recorded_at.desc())
        .limit(1)
    )
    address = record.abroad or f"{record.prefecture}{record.city}{record.street}"
    representative = named[:300] if isinstance(named, str) else ""
    return Told(record.name, address, representative, record.closed_on is not None)


async def _proved(session: AsyncSession, organisation_id: str) -> str:
    """The name of who was proved last."""
    name: str | None = await session.scalar(
        select(Person.name)
        .join(Verification, Verification.person_id == Person.id)
        .where(Verification.organisation_id == organisation_id)
        .order_by(Verification.at.desc())
        .limit(1)
    )
    return name or ""


async def successors_of(session: AsyncSession, numbers: Collection[str]) -> dict[str, str]:
    """Of these corporations those that were succeeded by another (承継先), with its number."""
    rows = await session.execute(
        select(Corporation.number, Corporation.successor).where(
            Corporation.number.in_(set(numbers)), Corporation.successor != ""
        )
    )
    return {row[0]: row[1] for row in rows}
