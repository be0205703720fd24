"""A plain arrival as rows (到達の記録): everything it causes is made without reading anything, so that
many are written with one statement a table.

None wherever the ordinary way (`submit`) has something to look up for it or to say: both keep the
same rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.announcing import act_event
from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.crosscase.previous import VOID
from madoguchi.cases.effects import notice_of
from madoguchi.cases.environment import Applicant
from madoguchi.cases.filing.agents import filing_told
from madoguchi.cases.filing.arriving import arrive, entry_of, files_filed, filing_action
from madoguchi.cases.filing.evaluating import Judged
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.paying import decision_fees
from madoguchi.identity.service import Actor, binding
from madoguchi.kernel import journal
from madoguchi.kernel.database import Base, store
from madoguchi.kernel.jobs import Job, job_row, rouse_after_commit
from madoguchi.messages import service as messages
from madoguchi.messages.models import Message
from madoguchi.procedures.service import Package, Transition
from madoguchi.webhooks.events import FAN_OUT_JOB, event_payload

_plain: dict[str, bool] = {}  # by digest: a version never changes
MOST_ROWS = 500  # of tables: the ordinary way judges longer ones in a thread

Rows = Mapping[type[Base], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Arrived:
    """A case, not kept yet, and the rows that stand or fall with it, its own among them."""

    case: Case
    rows: Rows


@dataclass(frozen=True)
class Way:
    """How a filing came: by which channel (`api`, `bulk` …), and whether anybody listens to events.

    `mandate`: what the journal says of the mandate behind it, and `told` whether its principal wants
    to be told of each filing.
    """

    channel: str
    heard: bool
    mandate: Mapping[str, str] = field(default_factory=dict)
    told: bool = False


def plain_arrival(package: Package) -> bool:
    """Whether an arrival under this package causes nothing that must be looked up for it alone."""
    found = _plain.get(package.digest)
    if found is None:
        found = _plain[package.digest] = _is_plain(package)
    return found


def _is_plain(package: Package) -> bool:
    action = filing_action(package.machine)
    to = package.machine.states.get(action.to or "")
    return (
        to is not None
        and to.due is None
        and (to.outcome or "") not in VOID
        and not any(leaving.timer for leaving in package.machine.leaving(to.name))
        and all(kind == "message" for kind, _ in action.effects)
        and package.governed_by is None
        and package.duplicates is None
        and not package.quotas
        and not package.matches
        and package.spec.who != "official"
    )


def arrive_plainly(
    draft: Draft,
    judged: Judged,
    party: Applicant,
    actor: Actor,
    at: datetime,
    way: Way,
    kept: Callable[[str], bool],
) -> Arrived | None:
    """The case a draft becomes under a package with `plain_arrival`; None when this one is not plain.

    `kept(sha256)` tells whether a content is stored. CaseError and WorkflowError where it cannot be
    filed.
    """
    package, found = judged.package, judged.evaluation
    binding(actor, draft.organisation_id)
    if draft.organisation_id is None:
        return None
    if (draft.agent_organisation_id is not None) != bool(way.mandate):
        return None
    if judged.environment.asked or not found.valid:
        return None
    if package.about.entry_id(found.context) is not None:
        return None
    if any(fee.due == "filing" for fee in found.fees):
        return None
    if not all(kept(str(file["sha256"])) for _, file in files_filed(found, draft.attached)):
        return None
    case, transition, wait = arrive(draft, judged, party, actor, at)
    if decision_fees(package, case):
        return None
    case.channel = way.channel
    entry = journal.entry_row(**entry_of(case, {**wait, **way.mandate}))
    return Arrived(case, _caused(case, judged, transition, entry, at, way))


def table_rows(data: Mapping[str, Any]) -> int:
    """How many rows the tables of a filing have."""
    return sum(len(value) for value in data.values() if isinstance(value, list))


async def keep(session: AsyncSession, rows: Sequence[Rows]) -> None:
    """Write the rows of many arrivals, a table at a time. The transaction must have begun."""
    for table in rows[0] if rows else ():
        await store(session, table, [row for one in rows for row in one[table]])
    rouse_after_commit(session, {job["name"] for one in rows for job in one[Job]})


def _caused(
    case: Case,
    judged: Judged,
    transition: Transition,
    entry: Mapping[str, Any],
    at: datetime,
    way: Way,
) -> Rows:
    package, context = judged.package, judged.evaluation.context
    events = [act_event(case, transition)]
    notices = [filing_told(case)] if way.told else []
    notices += [
        notice
        for _, name in transition.effects
        if (notice := notice_of(case, package, name)) is not None
    ]
    told = [messages.compose(at=at, **notice) for notice in notices]
    jobs = []
    for message in told:
        payload = {"message": message.id}
        jobs.append(job_row(messages.MAIL_JOB, payload, key=messages.mail_key(message)))
        if message.recipient_person is None:
            events.append(messages.sent_event(message))
    if way.heard:
        jobs += [job_row(FAN_OUT_JOB, event_payload(at=at, **event)) for event in events]
    about = {
        "case_id": case.id,
        "procedure_id": case.procedure_id,
        "party": case.organisation_id or case.filer_id,
        "entry_id": None,
        "period": package.about.period_key(context) or "",
        "duplicate": "",
    }
    return {
        Case: [vars(case)],
        FilingKey: [about],
        journal.Entry: [entry],
        journal.Unplaced: [{"entry_id": entry["id"]}],
        Message: [vars(message) for message in told],
        Job: jobs,
    }
