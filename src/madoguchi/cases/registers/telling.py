"""Telling the registry of corporations what a register says of one (法人活動情報の公表)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.offices import office_named
from madoguchi.cases.registers.labels import columns_of
from madoguchi.cases.registers.rules import ENDED, SUSPENDED
from madoguchi.cases.registers.service import ACTIVITY_JOB
from madoguchi.cases.registers.values import shown, typed
from madoguchi.identity import service as identity
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.language import pick
from madoguchi.kernel.periods import start_of_day
from madoguchi.registry.activities.publishing import Told, publish, withdraw

_LANGUAGE = "ja"  # gBizINFO has one


@dataclass(frozen=True)
class _Holding:
    """The corporate number of each organisation that held an entry, now or before."""

    numbers: Mapping[str, str]

    def of(self, entry: RegisterEntry) -> str:
        return self.numbers.get(entry.organisation_id or "", "")


async def tell_activity(
    session: AsyncSession, payload: dict[str, Any], context: JobContext
) -> None:
    """The job after each change of an entry: what its public columns say today is told, or nothing.

    An entry that has ended is withdrawn; one that is to come is told on its day. Whoever held it
    before is told of no longer. Entries of people, and of corporations without a number, are not
    told. Running it twice gives the same.
    """
    entry_id, at = str(payload["entry"]), context.clock()
    versions = await _versions(session, entry_id)
    if not versions or "activity" not in versions[-1].labels:
        return
    held = await _held(session, entry_id)
    today = jst_date(at)
    now = _in_force(versions, today)
    told = await _told(session, now, versions[0], held.of(now)) if now else None
    if told is not None:
        await publish(session, told, at)
    keys = {_key(number, entry_id) for number in held.numbers.values()}
    others = keys - ({told.key} if told else set())
    await withdraw(session, _source(versions[-1]), others, at)
    await _come_back(session, versions, today)


def _key(number: str, entry_id: str) -> str:
    return f"{number}_{entry_id}"


def _source(entry: RegisterEntry) -> str:
    return f"register:{entry.register}"


def _in_force(versions: Sequence[RegisterEntry], today: date) -> RegisterEntry | None:
    now = next((v for v in versions if _covers(v, today)), None)
    return None if now is None or now.status in ENDED else now


def _covers(version: RegisterEntry, day: date) -> bool:
    return version.valid_from <= day and (version.valid_to is None or day < version.valid_to)


async def _come_back(session: AsyncSession, versions: Sequence[RegisterEntry], today: date) -> None:
    """Look again on the next day on which another version begins or the last one ends."""
    days = {day for v in versions for day in (v.valid_from, v.valid_to) if day and day > today}
    if days:
        day = min(days)
        entry_id = versions[-1].entry_id
        await enqueue(
            session,
            ACTIVITY_JOB,
            {"entry": entry_id},
            key=f"{entry_id}:{day.isoformat()}",
            run_at=start_of_day(day),
        )


async def _versions(session: AsyncSession, entry_id: str) -> Sequence[RegisterEntry]:
    return (
        await session.scalars(
            select(RegisterEntry)
            .where(RegisterEntry.entry_id == entry_id, RegisterEntry.superseded_at.is_(None))
            .order_by(RegisterEntry.valid_from, RegisterEntry.id)
        )
    ).all()


async def _held(session: AsyncSession, entry_id: str) -> _Holding:
    ids = await session.scalars(
        select(RegisterEntry.organisation_id)
        .where(RegisterEntry.entry_id == entry_id, RegisterEntry.organisation_id.is_not(None))
        .distinct()
    )
    found = [await identity.organisation(session, id) for id in ids.all() if id is not None]
    return _Holding({row.id: row.corporate_number for row in found if row.corporate_number})


async def _told(
    session: AsyncSession, now: RegisterEntry, first: RegisterEntry, number: str
) -> Told | None:
    if not number:
        return None
    activity = now.labels["activity"]
    words = {column.name: column.words for column in columns_of(now.labels)}

    def text(filled: str) -> str:
        name = activity["columns"].get(filled, "")
        return shown(now.public.get(name), _LANGUAGE, words.get(name))

    def value(filled: str) -> object:
        return typed(now.public.get(activity["columns"].get(filled, "")))

    day, amount = value("day"), value("amount")
    end = now.valid_to - timedelta(days=1) if now.valid_to is not None else None
    return Told(
        source=_source(now),
        key=_key(number, now.entry_id),
        number=number,
        kind=activity["kind"],
        title=text("title") or pick(activity["title"], _LANGUAGE),
        day=day if type(day) is date else first.valid_from,
        department=(await office_named(session, now.agency_id)).name,
        link=f"/registers/{now.register}/{now.number}",
        amount=_yen(amount),
        target=text("target"),
        category=text("category"),
        note=text("note"),
        expires_on=end,
        standing="効力停止中" if now.status == SUSPENDED else "",
        more={
            "register": pick(now.labels.get("title") or {"ja": now.register}, _LANGUAGE),
            "register_number": now.number,
        },
    )


def _yen(amount: object) -> int | None:
    """Whole yen: a fraction is cut off, as 国等の債権債務等の金額の端数計算に関する法律 does."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        return None
    return int(amount)
