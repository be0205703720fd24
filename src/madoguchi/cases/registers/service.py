"""Entering, amending, closing registrations (登録・変更・抹消), in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.rules import CLOSED, VALID, Span, changed_from, closed_from, in_force
from madoguchi.cases.registers.values import plain, shown, tagged, typed
from madoguchi.kernel import journal
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.japanese import search_key
from madoguchi.procedures.package.spec import RegisterSpec


@dataclass(frozen=True)
class Change:
    """Who changes a registration, from which day, because of which case."""

    actor: str
    at: datetime
    on: date
    case_id: str | None = None
    reason: str | None = None


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
        change.on, registration.valid_to, VALID, columns, public, registration.organisation_name
    )
    entry = RegisterEntry(
        entry_id=new_id(),
        register=registration.register,
        number=registration.number,
        agency_id=registration.agency_id,
        organisation_id=registration.organisation_id,
        labels=dict(registration.labels),
        **_version(span, registration.number, change),
    )
    session.add(entry)
    await session.flush()
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
    """Change columns from `change.on` on; others stay. CaseError 404, 409 when closed."""
    rows, spans = await _current(session, entry_id)
    _still_open(spans, change.on)
    new = {name: tagged(value) for name, value in columns.items()}

    def changed(span: Span) -> Span:
        both = {**span.columns, **new}
        shown_too = {*span.public, *public}
        return replace(
            span,
            columns=both,
            public={name: value for name, value in both.items() if name in shown_too},
            name=organisation_name or span.name,
            valid_to=valid_to if valid_to is not None else span.valid_to,
        )

    replaced, written = changed_from(spans, change.on, changed)
    return await _rewrite(session, rows, replaced, written, "amended", change, new)


async def close(session: AsyncSession, entry_id: str, change: Change) -> RegisterEntry:
    """End a registration from `change.on` on (抹消). CaseError 404, 409 when closed already."""
    rows, spans = await _current(session, entry_id)
    if any(span.status == CLOSED for span in spans):
        raise _closed()
    replaced, written = closed_from(spans, change.on)
    return await _rewrite(session, rows, replaced, written, "closed", change, {})


async def entries_held(
    session: AsyncSession, organisation_id: str | None, on: date, entry_ids: Collection[str] = ()
) -> dict[str, dict[str, object]]:
    """The registrations a party holds on a day, as rules see them: {entry id: {id, number, …}}.

    For `Environment.entries`. `entry_ids` adds registrations wherever they stand: a case about an
    entry that was closed since must still be readable.
    """
    if organisation_id is None and not entry_ids:
        return {}
    mine = (RegisterEntry.organisation_id == organisation_id) & (RegisterEntry.valid_from <= on)
    rows = await session.scalars(
        select(RegisterEntry)
        .where(
            RegisterEntry.superseded_at.is_(None),
            mine | RegisterEntry.entry_id.in_(list(entry_ids)),
        )
        .order_by(RegisterEntry.register, RegisterEntry.number, RegisterEntry.valid_from)
    )
    held: dict[str, dict[str, object]] = {}
    for row in rows:
        in_force_now = row.status == VALID and (row.valid_to is None or on < row.valid_to)
        if in_force_now or row.entry_id in entry_ids:
            held[row.entry_id] = as_context(row)
    return held


def as_context(row: RegisterEntry) -> dict[str, object]:
    """A version of a registration as rules see it."""
    columns = typed(row.columns)
    return {
        "agency": row.agency_id,
        **(columns if isinstance(columns, dict) else {}),
        "id": row.entry_id,
        "number": row.number,
        "register": row.register,
    }


async def _current(
    session: AsyncSession, entry_id: str
) -> tuple[Sequence[RegisterEntry], list[Span]]:
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
            .order_by(RegisterEntry.valid_from)
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
    return rows, [
        Span(
            row.valid_from, row.valid_to, row.status, row.columns, row.public, row.organisation_name
        )
        for row in rows
    ]


def _still_open(spans: Sequence[Span], on: date) -> None:
    now = in_force(spans, on)
    if now is None or now.status == CLOSED:
        raise _closed()


def _closed() -> Exception:
    return case_error(
        "entry-closed",
        409,
        "この登録は、すでに抹消されたか、有効期間が終わっています。",
        "This registration has been closed or has run out.",
    )


async def _rewrite(
    session: AsyncSession,
    rows: Sequence[RegisterEntry],
    replaced: Sequence[int],
    written: Sequence[Span],
    action: str,
    change: Change,
    columns: Mapping[str, object],
) -> RegisterEntry:
    for index in replaced:
        rows[index].superseded_at = change.at
    await session.flush()  # the old rows leave the unique index before the new ones enter it
    base = rows[-1]
    versions = [
        RegisterEntry(
            entry_id=base.entry_id,
            register=base.register,
            number=base.number,
            agency_id=base.agency_id,
            organisation_id=base.organisation_id,
            labels=base.labels,
            **_version(span, base.number, change),
        )
        for span in written
    ]
    session.add_all(versions)
    await session.flush()
    newest = max(versions, key=lambda version: version.valid_from)
    await _journal(session, newest, action, change, columns)
    return newest


def _version(span: Span, number: str, change: Change) -> dict[str, object]:
    return {
        "id": new_id(),
        "organisation_name": span.name,
        "columns": span.columns,
        "public": span.public,
        "valid_from": span.valid_from,
        "valid_to": span.valid_to,
        "recorded_at": change.at,
        "superseded_at": None,
        "case_id": change.case_id,
        "status": span.status,
        "reason": change.reason,
        "search_text": search_key(
            "\n".join([number, span.name, *(shown(value, "ja") for value in span.public.values())])
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
            "columns": plain(columns),
        },
    )


async def number_of(session: AsyncSession, entry_id: str) -> str:
    """The number of a registration. CaseError 404."""
    rows, _ = await _current(session, entry_id)
    return rows[-1].number


def labels_of(spec: RegisterSpec) -> dict[str, object]:
    """Title and columns of a register as entries carry them (see Registration.labels)."""
    return {
        "title": dict(spec.title),
        "columns": [
            {"name": name, "label": dict(column.label), "public": column.public}
            for name, column in spec.columns.items()
        ],
    }


def day_after(day: date) -> date | None:
    """The first day on which a registration valid until `day` is no longer so."""
    return day + timedelta(days=1) if day < date.max else None
