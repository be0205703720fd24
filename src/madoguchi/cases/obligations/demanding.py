"""Demanding what is overdue (督促): a letter where the package has one, and a message."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.obligations.duties import duty_called
from madoguchi.cases.obligations.models import OPEN, Obligation
from madoguchi.cases.registers.letters import About, issue
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.japanese import format_wareki
from madoguchi.messages import service as messages
from madoguchi.procedures.periods import in_words
from madoguchi.procedures.service import Obligation as Duty
from madoguchi.procedures.service import Package

MOST_AT_ONCE = 200


async def demand(
    session: AsyncSession, actor: Actor, ids: Collection[str], clock: Clock
) -> list[Obligation]:
    """Demand these duties, those of them that are overdue at the official's agencies; the caller
    commits. A duty demanded today already is passed over, so that a second click does nothing.
    """
    at = clock()
    today = jst_date(at)
    query = select(Obligation).where(
        Obligation.id.in_(sorted(ids)[:MOST_AT_ONCE]),
        Obligation.state == OPEN,
        Obligation.due_on < today,
    )
    done = []
    for found in await session.scalars(query.with_for_update()):
        again = found.demanded_at is not None and jst_date(found.demanded_at) == today
        if again or not roles_at(actor, found.agency_id):
            continue
        duty, package = await duty_called(session, found.duty, today)
        await _letter(session, found, duty, package, at)
        await _tell(session, found, duty, at)
        found.demanded_at = at
        await journal.append(
            session,
            subject=f"obligation:{found.id}",
            action="demanded",
            actor=actor.id,
            at=at,
            payload={"duty": found.duty, "period": found.period, "due_on": found.due_on},
        )
        done.append(found)
    await session.flush()
    return done


async def _letter(
    session: AsyncSession, found: Obligation, duty: Duty, package: Package, at: datetime
) -> None:
    key = duty.spec.overdue.letter
    if key is None:
        return
    query = (
        select(RegisterEntry)
        .where(RegisterEntry.entry_id == found.entry_id, RegisterEntry.superseded_at.is_(None))
        .order_by(RegisterEntry.valid_from.desc(), RegisterEntry.id.desc())
        .limit(1)
    )
    entry = await session.scalar(query)
    if entry is None:
        return
    names = {
        "title": duty.spec.title["ja"],
        "period": in_words(duty.spec.period, found.period, "ja"),
        "due_on": found.due_on,
        "due_on_wareki": format_wareki(found.due_on),
    }
    await issue(session, About(f"obligation:{found.id}", entry, {"duty": names}), package, key, at)


async def _tell(session: AsyncSession, found: Obligation, duty: Duty, at: datetime) -> None:
    if found.organisation_id is None:
        return
    await messages.notify(
        session,
        to=messages.Recipient(organisation=found.organisation_id),
        subject={"ja": "督促:{title}", "en": "Demand: {title}"},
        body={
            "ja": "「{title}」({period}、登録番号 {number})が期限({due})までに届いていません。すぐに提出してください。",
            "en": "“{title}” ({period}, number {number}) has not arrived by {due}. File it at once.",
        },
        at=at,
        dedupe_key=f"demand:{found.id}:{jst_date(at)}",
        link="/obligations",
        values={
            "title": dict(duty.spec.title),
            "period": {
                language: in_words(duty.spec.period, found.period, language)
                for language in ("ja", "en")
            },
            "number": found.number,
            "due": found.due_on.isoformat(),
        },
    )
