"""What is recorded on site (検査の記録): by page, by the phone when it is on line again, by API.

Every record is kept once (its client id), whoever else recorded what in the meantime. What comes
too late for the results is kept beside them, marked late. Nothing recorded is ever thrown away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.checklist import load_state
from madoguchi.cases.inspections.findings import late_for_findings, take_over
from madoguchi.cases.inspections.models import VisitRecord
from madoguchi.cases.inspections.opening import begin_visit
from madoguchi.cases.inspections.step import Visit, visit_by
from madoguchi.cases.inspections.values import ValueRefused, read_value
from madoguchi.identity.service import Actor
from madoguchi.kernel.canonical import digest
from madoguchi.kernel.clock import Clock, as_utc
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.language import Text

ACCEPTED, DUPLICATE, LATE, REFUSED = "accepted", "duplicate", "late", "refused"
MOST_RECORDS = 500
_CLASH: Text = {
    "ja": "同じ番号の別の記録がすでに届いています。もう一度入力してください。",
    "en": "Another record of the same id has arrived already. Please enter it again.",
}


@dataclass(frozen=True)
class Incoming:
    """A record as a device sends it; `replaces`: the client ids its writer had seen before."""

    client_id: str
    key: str
    value: Mapping[str, Any] | None
    replaces: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of a record; `message` only when it was refused."""

    client_id: str
    status: str
    message: Text | None = None


async def record(
    session: AsyncSession,
    actor: Actor,
    clock: Clock,
    inspection_id: str,
    records: Sequence[Incoming],
) -> list[Outcome]:
    """Keep records of one inspector, in their order; the caller commits. CaseError 404, 403.

    A record that is no answer to its item is refused by itself; the others are kept.
    """
    visit = await visit_by(session, actor, clock, inspection_id)
    known = await _known(session, inspection_id, [each.client_id for each in records])
    outcomes: list[Outcome] = []
    kept: list[VisitRecord] = []
    for each in records[:MOST_RECORDS]:
        outcome, row = _judge(visit, each, known)
        if row is not None:
            row.late = visit.late or await late_for_findings(session, visit.inspection, each.key)
            outcome = Outcome(each.client_id, LATE if row.late else ACCEPTED)
            session.add(row)
            await session.flush()  # ids ascend in the order in which records were received
            known[each.client_id] = digest(row.value)
            kept.append(row)
        outcomes.append(outcome)
    if kept:
        await _took(visit, kept)
    return outcomes


def _judge(
    visit: Visit, each: Incoming, known: Mapping[str, str]
) -> tuple[Outcome, VisitRecord | None]:
    try:
        value = read_value(visit.programme, each.key, each.value)
    except ValueRefused as refused:
        return Outcome(each.client_id, REFUSED, refused.message), None
    if each.client_id in known:
        same = known[each.client_id] == digest(value)
        what, why = (DUPLICATE, None) if same else (REFUSED, _CLASH)
        return Outcome(each.client_id, what, why), None
    row = VisitRecord(
        id=new_id(),
        inspection_id=visit.inspection.id,
        client_id=each.client_id,
        key=each.key,
        value=value,
        replaces=list(each.replaces),
        author_id=visit.actor.id,
        author_name=visit.actor.name,
        made_at=min(as_utc(each.made_at), visit.at),  # a phone's clock may be ahead
        received_at=visit.at,
    )
    return Outcome(each.client_id, ACCEPTED), row


async def _took(visit: Visit, kept: Sequence[VisitRecord]) -> None:
    """What follows from new records: the visit has begun, a finding stands, it may be finished."""
    inspection, source = visit.inspection, visit.inspection.state
    timely = [row for row in kept if not row.late]
    if timely:
        begin_visit(inspection, timely[0].made_at, visit.at)
        if inspection.state == rules.VISITED or any(r.key == rules.SIGNATURE for r in timely):
            state = await load_state(visit.session, inspection, visit.programme)
            if inspection.state == rules.VISITING and state.finished:
                inspection.state, inspection.visited_at = rules.VISITED, visit.at
                inspection.revision += 1
            if inspection.state == rules.VISITED:
                await take_over(visit.session, inspection, visit.programme, state)
    said = ("client_id", "key", "value", "replaces", "made_at", "late")
    records = [{name: getattr(row, name) for name in said} for row in kept]
    await visit.leave("visit_recorded", {"records": records}, source)


async def _known(
    session: AsyncSession, inspection_id: str, client_ids: Sequence[str]
) -> dict[str, str]:
    rows = await session.execute(
        select(VisitRecord.client_id, VisitRecord.value).where(
            VisitRecord.inspection_id == inspection_id, VisitRecord.client_id.in_(client_ids)
        )
    )
    return {row.client_id: digest(row.value) for row in rows}
