"""An obligation as pages and API tell it: plain data, in both languages."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.obligations.duties import duties_on
from madoguchi.cases.obligations.models import Obligation
from madoguchi.cases.obligations.queries import open_duties, standing_of
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.procedures.periods import in_words
from madoguchi.procedures.service import Obligation as Duty

TONES = {"overdue": "error", "open": "info", "fulfilled": "success"}
SOON_DAYS = 30


def titles(duties: Mapping[str, Duty], found: Obligation) -> tuple[Text, Text]:
    """The title of a duty and its period in words; the id where no package in force defines it."""
    duty = duties.get(found.duty)
    if duty is None:
        return {"ja": found.duty, "en": found.duty}, {"ja": found.period, "en": found.period}
    kind = duty.spec.period
    period = {language: in_words(kind, found.period, language) for language in ("ja", "en")}
    return {str(language): text for language, text in duty.spec.title.items()}, period


def line(duties: Mapping[str, Duty], found: Obligation, today: date) -> dict[str, Any]:
    """An obligation as a line of a list."""
    title, period = titles(duties, found)
    standing = standing_of(found, today)
    days = (found.due_on - today).days
    return {
        "id": found.id,
        "duty": found.duty,
        "title": title,
        "period": period,
        "number": found.number,
        "register": found.register,
        "holder": found.holder,
        "due_on": found.due_on,
        "moved": found.due_on != found.set_on,
        "reason": found.reason,
        "standing": standing,
        "tone": "warning" if standing == "open" and days <= SOON_DAYS else TONES.get(standing),
        "days": days,
        "case_id": found.case_id,
        "late": late(found),
        "fulfilled_at": found.fulfilled_at,
        "demanded_at": found.demanded_at,
        "procedure_id": found.procedure_id,
    }


async def due_lines(
    session: AsyncSession, actor: Actor, today: date, limit: int = 5
) -> list[dict[str, Any]]:
    """The duties due first, for the first page."""
    rows = await open_duties(session, actor, limit=limit)
    if not rows:
        return []
    duties = {id: duty for id, (duty, _) in (await duties_on(session, today)).items()}
    return [line(duties, row, today) for row in rows[:limit]]


def late(found: Obligation) -> bool:
    """Whether it was fulfilled after its last day (到達主義: the day of arrival in Japan counts)."""
    at: datetime | None = found.fulfilled_at
    return at is not None and jst_date(at) > found.due_on
