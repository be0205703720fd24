"""Reminding holders that a term ends and can be renewed (更新のお知らせ): once for each number of days."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.expiry.expiring import day_text
from madoguchi.cases.expiry.renewals import pending, renewal_in
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.rules import SUSPENDED, VALID
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.messages import service as messages
from madoguchi.procedures.package.renewal import RenewalSpec, window_of
from madoguchi.procedures.service import Package

CATCH_UP = 7  # days: a reminder that could not be sent is sent so much later still
AT_ONCE = 200
_SUBJECT: Text = {"ja": "更新の時期です:{number}", "en": "Time to renew: {number}"}
_BODY: Text = {
    "ja": "{title}({number})の有効期間は{until}までです。\n"
    "続けるときは、{opens}から{closes}までに「{procedure}」をしてください。",
    "en": "The term of {number} ({title}) ends on {until}. To go on, file “{procedure}” from {opens} to {closes}.",
}


async def remind_some(
    session: AsyncSession, package: Package, days: int, at: datetime, after: str = ""
) -> str | None:
    """Tell the holders whose term ends in `days` (or up to CATCH_UP fewer); where to go on, if so.

    Nobody is told who has filed the renewal already.
    """
    register, spec = package.spec.register_, renewal_in(package)
    if register is None or spec is None:
        return None
    last = jst_date(at) + timedelta(days=days + 1)
    query = (
        select(RegisterEntry)
        .where(
            RegisterEntry.register == register.name,
            RegisterEntry.superseded_at.is_(None),
            RegisterEntry.status.in_((VALID, SUSPENDED)),
            RegisterEntry.valid_to > last - timedelta(days=CATCH_UP),
            RegisterEntry.valid_to <= last,
            RegisterEntry.entry_id > after,
        )
        .order_by(RegisterEntry.entry_id)
        .limit(AT_ONCE)
    )
    rows = (await session.scalars(query)).all()
    renewed = await pending(session, [package.id], [row.entry_id for row in rows])
    for row in rows:
        if row.entry_id not in renewed and row.organisation_id is not None and row.valid_to:
            await _tell(session, row, row.valid_to, package, spec, days, at)
    return rows[-1].entry_id if len(rows) == AT_ONCE else None


async def _tell(
    session: AsyncSession,
    row: RegisterEntry,
    end: date,
    package: Package,
    spec: RenewalSpec,
    days: int,
    at: datetime,
) -> None:
    window = window_of(spec, end - timedelta(days=1))
    await messages.notify(
        session,
        to=messages.Recipient(organisation=row.organisation_id),
        subject=_SUBJECT,
        body=_BODY,
        at=at,
        dedupe_key=f"renewal:{row.entry_id}:{end}:{days}",
        link=f"/procedures/{package.id}",
        values={
            "number": row.number,
            "title": row.labels.get("title") or row.register,
            "procedure": dict(package.title),
            "until": day_text(window.valid_until),
            "opens": day_text(window.opens_on),
            "closes": day_text(window.closes_on),
        },
    )
