"""Entering, amending, ending registrations (登録・変更・抹消), in the caller's transaction.

What suspends a registration or passes it on is in `standing`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.announcing import announce_entry
from madoguchi.cases.errors import case_error
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.keys import renew_keys
from madoguchi.cases.registers.rules import (
    CLOSED,
    ENDED,
    VALID,
    Span,
    amended_from,
    ended_from,
    in_force,
    lasting_until,
)
from madoguchi.cases.registers.values import plain, shown, tagged
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.japanese import search_key
from madoguchi.kernel.jobs import enqueue

ENTRY_JOB = "registers.entry_changed"  # after every change: duties and reminders are renewed
ACTIVITY_JOB = "registers.tell_activity"  # likewise, of what the registry of corporations tells


@dataclass(frozen=True)
class Change:
    """Who changes a registration, from which day, because of which case or official act.

    `on` is the day it takes effect, `at` the moment it is recorded: either may be the earlier.
    """

    actor: str
    at: datetime
    on: date
    case_id: str | None = None
    reason: str | None = None
    act_id: str | None = None


@dataclass(frozen=True)
class Registration:
    """What a new registration says; `labels`: {"title", "columns": [{name, label, public}]}."""

    register: str
    number: str
    agency_id: str
    organisation_id: str | None
    organisation_name: str
    columns: Mapping[str, object]
    public: Collection[str]
    labels: Mapping[str, object]
    valid_to: date | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


async def enter(session: AsyncSession, registration: Registration, change: Change) -> RegisterEntry:
    """A new registration, in force from `change.on`."""
    columns = {name: tagged(value) for name, value in registration.columns.items()}
    public = {name: value for name, value in columns.items() if name in registration.public}
    span = Span(
        change.on,
        registration.valid_to,
        VALID,
        columns,
        public,
        registration.organisation_name,
        registration.organisation_id,
        registration.agency_id,
        registration.number,
    )
    entry = RegisterEntry(
        entry_id=new_id(),
        register=registration.register,
        labels=dict(registration.labels),
        **_version(span, change),
    )
    session.add(entry)
    await session.flush()
    await renew_keys(session, [entry])
    await _journal(session, entry, "entered", change, columns)
    return entry


async def amend(
    session: AsyncSession,
    entry_id: str,
    columns: Mapping[str, object],
    public: Collection[str],
    change: Change,
    *,
    organisation_name: str | None = None,
    valid_to: date | None = None,
) -> RegisterEntry:
    """Change columns from `change.on` on; others stay. CaseError 404, 409 when ended.

    Of the columns only those count that say something else than the register says today: a change
    that takes effect on another day carries along what the register said when it was written.
    """
    rows, spans = await current(session, entry_id)
    day = from_its_first_day(spans, change.on)
    still_open(spans, day)
    today = in_force(spans, jst_date(change.at))
    said = today.columns if today is not None else {}
    new = {name: tagged(value) for name, value in columns.items()}
    new = {name: value for name, value in new.items() if name not in said or value != said[name]}
    written = amended_from(spans, day, new, public, organisation_name)
    if valid_to is not None:
        written = lasting_until(written, valid_to)
    return await rewrite(session, rows, spans, written, "amended", change, new)


async def close(
    session: AsyncSession, entry_id: str, change: Change, status: str = CLOSED
) -> RegisterEntry:
    """End a registration from `change.on` on: closed 抹消, cancelled 取消し, lapsed 失効.

    CaseError 404, 409 when it has ended by then.
    """
    rows, spans = await current(session, entry_id)
    day = from_its_first_day(spans, change.on)
    if any(span.status in ENDED and span.valid_from <= day for span in spans):
        raise _ended()
    return await rewrite(session, rows, spans, ended_from(spans, day, status), status, change, {})


async def entry_made_by(session: AsyncSession, case_id: str, register: str) -> str | None:
    """The entry a case made in a register, as it stands, if it made one."""
    found: str | None = await session.scalar(
        select(RegisterEntry.entry_id)
        .where(
            RegisterEntry.register == register,
            RegisterEntry.superseded_at.is_(None),
            RegisterEntry.entry_id.in_(
                select(RegisterEntry.entry_id).where(
                    RegisterEntry.case_id == case_id, RegisterEntry.register == register
                )
            ),
        )
        .limit(1)
    )
    return found


async def current(
    session: AsyncSession, entry_id: str
) -> tuple[Sequence[RegisterEntry], list[Span]]:
    """What the register says now of a registration, which stays locked until the caller commits.

    CaseError 404.
    """
    # The first version stands for the registration: whoever holds it changes the registration.
    # The versions are read afterwards, so that they are those of whoever held it before.
    await session.execute(
        select(RegisterEntry.id)
        .where(RegisterEntry.entry_id == entry_id)
        .order_by(RegisterEntry.id)
        .limit(1)
        .with_for_update()
    )
    rows = (
        await session.scalars(
            select(RegisterEntry)
            .where(RegisterEntry.entry_id == entry_id, RegisterEntry.superseded_at.is_(None))
            .order_by(RegisterEntry.valid_from, RegisterEntry.id)
            .execution_options(populate_existing=True)
        )
    ).all()
    if not rows:
        raise case_error(
            "no-entry",
            404,
            "登録簿にこの登録が見つかりません。",
            "The register has no such registration.",
        )
    return rows, [span_of(row) for row in rows]


def span_of(row: RegisterEntry) -> Span:
    """What a version says."""
    return Span(
        row.valid_from,
        row.valid_to,
        row.status,
        row.columns,
        row.public,
        row.organisation_name,
        row.organisation_id,
        row.agency_id,
        row.number,
        row.term_to,
    )


def from_its_first_day(spans: Sequence[Span], day: date) -> date:
    """Nothing happens to a registration before the day from which it stands."""
    return max(day, spans[0].valid_from)


def still_open(spans: Sequence[Span], on: date) -> None:
    """CaseError 409 unless the registration stands on a day, suspended or not."""
    now = in_force(spans, on)
    if now is None or now.status in ENDED:
        raise _ended()


def _ended() -> Exception:
    return case_error(
        "entry-closed",
        409,
        "この登録は、すでに抹消されたか、有効期間が終わっています。",
        "This registration has been closed or has run out.",
    )


async def rewrite(
    session: AsyncSession,
    rows: Sequence[RegisterEntry],
    spans: Sequence[Span],
    changed: Sequence[Span],
    action: str,
    change: Change,
    columns: Mapping[str, object],
) -> RegisterEntry:
    """Let the register say `changed` from now on, journaled; the version in force on `change.on`.

    `rows` and `spans` are what `current` gave. Versions that still hold are not written again.
    """
    kept = []
    for row, span in zip(rows, spans, strict=True):
        if span in changed:
            kept.append(row)
        else:
            row.superseded_at = change.at
    await session.flush()  # the old rows leave the unique index before the new ones enter it
    versions = [
        RegisterEntry(
            entry_id=rows[0].entry_id,
            register=rows[0].register,
            labels=rows[-1].labels,
            **_version(span, change),
        )
        for span in changed
        if span not in spans
    ]
    session.add_all(versions)
    await session.flush()
    standing = sorted([*kept, *versions], key=lambda version: version.valid_from)
    await renew_keys(session, standing)
    day = from_its_first_day(changed, change.on)
    now = next((v for v in standing if span_of(v).covers(day)), standing[-1])
    await _journal(session, now, action, change, columns)
    return now


def _version(span: Span, change: Change) -> dict[str, object]:
    return {
        "id": new_id(),
        "number": span.number,
        "agency_id": span.agency,
        "organisation_id": span.holder,
        "organisation_name": span.name,
        "columns": span.columns,
        "public": span.public,
        "valid_from": span.valid_from,
        "valid_to": span.valid_to,
        "term_to": span.term_to,
        "recorded_at": change.at,
        "superseded_at": None,
        "case_id": change.case_id,
        "status": span.status,
        "reason": change.reason,
        "search_text": search_key(
            "\n".join(
                [span.number, span.name, *(shown(value, "ja") for value in span.public.values())]
            )
        ),
    }


async def _journal(
    session: AsyncSession,
    entry: RegisterEntry,
    action: str,
    change: Change,
    columns: Mapping[str, object],
) -> None:
    await journal.append(
        session,
        subject=f"register:{entry.entry_id}",
        action=action,
        actor=change.actor,
        at=change.at,
        payload={
            "register": entry.register,
            "number": entry.number,
            "from": change.on,
            "case": change.case_id,
            **({"act": change.act_id} if change.act_id else {}),
            "columns": plain(columns),
        },
    )
    await enqueue(session, ENTRY_JOB, {"entry": entry.entry_id}, key=new_id())
    if "activity" in entry.labels:
        await enqueue(session, ACTIVITY_JOB, {"entry": entry.entry_id}, key=new_id())
    await announce_entry(session, entry, action, change.case_id, change.at)


async def number_of(session: AsyncSession, entry_id: str) -> str:
    """The number of a registration. CaseError 404."""
    rows, _ = await current(session, entry_id)
    return rows[-1].number


def day_after(day: date) -> date | None:
    """The first day on which a registration valid until `day` is no longer so."""
    return day + timedelta(days=1) if day < date.max else None
