"""Letting registrations expire whose term is over, or hold while their renewal is decided."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from madoguchi.cases.expiry.renewals import pending, renewal_in, renewing
from madoguchi.cases.models import Case, RegisterEntry
from madoguchi.cases.registers.rules import EXPIRED, SUSPENDED, VALID, held_over, in_force
from madoguchi.cases.registers.service import Change, close, current, rewrite
from madoguchi.identity.service import SYSTEM_ACTOR
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.messages import service as messages
from madoguchi.procedures.service import Package

AT_ONCE = 100
STILL_NEWS = timedelta(days=30)  # of what ended longer ago nobody is told any more
_BODY: Text = {
    "ja": "{title}({number})の有効期間は{until}で終わりました。続けるには、新しい申請が必要です。",
    "en": "The term of {number} ({title}) ended on {until}. To go on, apply anew.",
}
_HELD: Text = {
    "ja": "{title}({number})の有効期間は{until}で終わりましたが、更新の申請を審査しているため、決まるまでは有効です。",
    "en": "The term of {number} ({title}) ended on {until}. It stays in force until your renewal is decided.",
}


async def expire_some(session: AsyncSession, at: datetime) -> bool:
    """Let up to AT_ONCE registrations expire, or hold; whether there may be more."""
    today = jst_date(at)
    rows = await _over(session, today)
    packages = await renewing(session, today)
    holding = [p.id for p in packages.values() if (spec := renewal_in(p)) and spec.holds]
    renewed = await pending(session, holding, [row.entry_id for row in rows])
    for row in rows:
        package = packages.get(row.register)
        if row.entry_id in renewed and package is not None and package.id in holding:
            await _hold(session, row, at)
        else:
            await _expire(session, row, at)
    return len(rows) == AT_ONCE


async def renewal_ended(session: AsyncSession, case: Case, package: Package, at: datetime) -> None:
    """A renewal was refused or withdrawn: what only held because of it expires now."""
    if renewal_in(package) is None or package.about.entry is None:
        return
    chosen = case.data.get(package.about.entry)
    entry_id = str(chosen.get("id") if isinstance(chosen, dict) else chosen or "")
    if not entry_id or await pending(session, [package.id], [entry_id]):
        return
    _, spans = await current(session, entry_id)
    now = in_force(spans, jst_date(at))
    if now is not None and now.term_to is not None:
        await close(session, entry_id, _change(at, jst_date(at), case.id), EXPIRED)


async def _over(session: AsyncSession, today: date) -> Sequence[RegisterEntry]:
    """The last versions of registrations whose term is over, without what follows it."""
    later = aliased(RegisterEntry)
    query = (
        select(RegisterEntry)
        .where(
            RegisterEntry.superseded_at.is_(None),
            RegisterEntry.valid_to <= today,
            RegisterEntry.status.in_((VALID, SUSPENDED)),
            ~exists().where(
                later.entry_id == RegisterEntry.entry_id,
                later.superseded_at.is_(None),
                later.valid_from >= RegisterEntry.valid_to,
            ),
        )
        .order_by(RegisterEntry.valid_to, RegisterEntry.id)
        .limit(AT_ONCE)
    )
    return (await session.scalars(query)).all()


async def _expire(session: AsyncSession, row: RegisterEntry, at: datetime) -> None:
    assert row.valid_to is not None  # noqa: S101 - the query asked for it
    end = row.valid_to
    await close(session, row.entry_id, _change(at, end), EXPIRED)
    if jst_date(at) - end <= STILL_NEWS:
        subject = {"ja": "有効期間が終わりました:{number}", "en": "Term ended: {number}"}
        await _tell(session, row, end, "expired", subject, _BODY, at)


async def _hold(session: AsyncSession, row: RegisterEntry, at: datetime) -> None:
    assert row.valid_to is not None  # noqa: S101 - the query asked for it
    end = row.valid_to
    rows, spans = await current(session, row.entry_id)
    await rewrite(session, rows, spans, held_over(spans), "held_over", _change(at, end), {})
    subject = {"ja": "更新の審査中も有効です:{number}", "en": "Still in force: {number}"}
    await _tell(session, row, end, "held", subject, _HELD, at)


def _change(at: datetime, on: date, case_id: str | None = None) -> Change:
    return Change(SYSTEM_ACTOR.id, at, on, case_id)


async def _tell(
    session: AsyncSession,
    row: RegisterEntry,
    end: date,
    what: str,
    subject: Text,
    body: Text,
    at: datetime,
) -> None:
    if row.organisation_id is None:
        return
    await messages.notify(
        session,
        to=messages.Recipient(organisation=row.organisation_id),
        subject=subject,
        body=body,
        at=at,
        dedupe_key=f"expiry:{row.entry_id}:{end}:{what}",
        link=f"/registers/{row.register}/{row.number}",
        values={
            "number": row.number,
            "title": row.labels.get("title") or row.register,
            "until": day_text(end - timedelta(days=1)),
        },
    )


def day_text(day: date) -> Text:
    """A day as people read it."""
    return {"ja": f"{day.year}年{day.month}月{day.day}日", "en": f"{day.day} {day:%B %Y}"}
