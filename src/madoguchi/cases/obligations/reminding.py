"""Telling people in time, and when it is late (お知らせ・督促): one message an organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.obligations.duties import duty_called
from madoguchi.cases.obligations.models import OPEN, Obligation
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.language import Text
from madoguchi.messages import service as messages
from madoguchi.webhooks.events import Audience, announce

REMIND_JOB = "obligations.remind"
OVERDUE = -1  # the last thing told: the day has passed
TOLD_AT_ONCE = 200  # organisations in one transaction
_SOON: tuple[Text, Text] = (
    {"ja": "提出期限が近づいています:{title}", "en": "Due soon: {title}"},
    {
        "ja": "「{title}」の期限は{due}です({count}件)。「提出するもの」から提出してください。",
        "en": "“{title}” is due on {due} ({count} to file). File it from “What is due”.",
    },
)
_LATE: tuple[Text, Text] = (
    {"ja": "提出期限を過ぎています:{title}", "en": "Overdue: {title}"},
    {
        "ja": "「{title}」の期限({due})を過ぎましたが、まだ届いていません({count}件)。すぐに提出してください。",
        "en": "“{title}” was due on {due} and has not arrived ({count} to file). File it at once.",
    },
)


@dataclass(frozen=True)
class Round:
    """One round of telling: of a duty, `days` before the last day (OVERDUE: after it)."""

    duty: str
    days: int

    def due(self, today: date, after: int) -> list[ColumnElement[bool]]:
        """Whose turn it is: open, due in the round, and not told as much before."""
        told_less = or_(Obligation.reminded.is_(None), Obligation.reminded > self.days)
        when = (
            [Obligation.due_on <= today - timedelta(days=after)]
            if self.days == OVERDUE
            else [
                Obligation.due_on >= today,
                Obligation.due_on <= today + timedelta(days=self.days),
            ]
        )
        return [Obligation.duty == self.duty, Obligation.state == OPEN, told_less, *when]


async def remind(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job of one round: tells some organisations, and enqueues itself for those left."""
    at = context.clock()
    today = jst_date(at)
    duty, _ = await duty_called(session, str(payload["duty"]), today)
    round = Round(duty.id, int(payload["days"]))
    conditions = round.due(today, max(1, duty.spec.overdue.after))
    query = (
        select(Obligation.organisation_id, func.min(Obligation.due_on), func.count())
        .where(*conditions, Obligation.organisation_id.is_not(None))
        .group_by(Obligation.organisation_id)
        .limit(TOLD_AT_ONCE)
    )
    told = (await session.execute(query)).all()
    for organisation_id, due_on, count in told:
        values = {"title": dict(duty.spec.title), "due": _day(due_on), "count": count}
        await _tell(session, str(organisation_id), round, values, due_on, at)
    statement = update(Obligation).where(
        *conditions, Obligation.organisation_id.in_([row[0] for row in told])
    )
    await session.execute(
        statement.values(reminded=round.days), execution_options={"synchronize_session": False}
    )
    if len(told) == TOLD_AT_ONCE:
        await enqueue(session, REMIND_JOB, payload, key=f"{context.id}:more")


async def _tell(
    session: AsyncSession,
    organisation_id: str,
    round: Round,
    values: Mapping[str, object],
    due_on: date,
    at: datetime,
) -> None:
    late = round.days == OVERDUE
    await announce(
        session,
        "obligation.overdue" if late else "obligation.due",
        Audience(organisation_id),
        subject="/api/v1/obligations",
        data={"duty": round.duty, "due_on": due_on, "count": values["count"]},
        at=at,
    )
    subject, body = _LATE if late else _SOON
    await messages.notify(
        session,
        to=messages.Recipient(organisation=organisation_id),
        subject=subject,
        body=body,
        at=at,
        dedupe_key=f"duty:{round.duty}:{round.days}:{organisation_id}:{jst_date(at)}",
        link="/obligations",
        values=values,
    )


def _day(day: date) -> Text:
    return {"ja": f"{day.year}年{day.month}月{day.day}日", "en": f"{day.day} {day:%B %Y}"}
