"""Taking one filing in (受付): from what was asked and what is known to the rows to keep, no I/O.

None wherever the ordinary way has something to say or to look up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.cases.announcing import act_event
from madoguchi.cases.api.schemas import case_out
from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.crosscase.previous import VOID
from madoguchi.cases.effects import notice_of
from madoguchi.cases.environment import Party, account_from, applicant_from, known_of
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.arriving import arrive, entry_of, files_filed, filing_action
from madoguchi.cases.filing.by_program import fits
from madoguchi.cases.filing.drafts import Content, party_for, unsaved_draft
from madoguchi.cases.filing.evaluating import Judged, first_phase, round_for, verdict
from madoguchi.cases.filing.files import place_in
from madoguchi.cases.intake.asked import Asked
from madoguchi.cases.intake.known import Known
from madoguchi.cases.models import Case
from madoguchi.cases.paying import decision_fees
from madoguchi.identity import service as identity
from madoguchi.identity.service import Holder, binding
from madoguchi.kernel import journal
from madoguchi.kernel.database import Base
from madoguchi.kernel.jobs import Job, job_row
from madoguchi.messages import service as messages
from madoguchi.messages.models import Message
from madoguchi.procedures.service import Environment, Package, Transition
from madoguchi.procedures.workflow.refusals import WorkflowError
from madoguchi.webhooks.events import FAN_OUT_JOB, event_payload

_plain: dict[str, bool] = {}  # by digest: a version never changes
MOST_ROWS = 500  # of tables: the ordinary way judges longer ones in a thread


@dataclass(frozen=True)
class Taken:
    """A filing taken in: its answer (the row of its key), and the rows that stand or fall with it."""

    answer: Mapping[str, Any]
    rows: Mapping[type[Base], Sequence[Mapping[str, Any]]]


def take(asked: Asked, known: Known, kept: Callable[[str], bool]) -> Taken | None:
    """The filing as it will be kept, or None; `kept(sha256)` tells whether a content is stored."""
    holder, package = known.holders.get(asked.token), known.packages.get(asked.procedure_id)
    if holder is None or package is None or not plain_arrival(package):
        return None
    if asked.filing.digest not in (None, package.digest):
        return None
    try:
        return _take(asked, known, holder, package, kept)
    except (CaseError, WorkflowError):
        return None


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


def _take(
    asked: Asked, known: Known, holder: Holder, package: Package, kept: Callable[[str], bool]
) -> Taken | None:
    actor, at, data = holder.actor, asked.at, asked.filing.data
    organisation = party_for(package, actor)
    binding(actor, organisation)
    attached = _attached(asked, known, holder, package)
    if organisation is None or attached is None or _rows(data) > MOST_ROWS:
        return None
    draft = unsaved_draft(
        actor, package, dict(package.title), organisation, at, Content(data, attached)
    )
    party = Party(actor.id, organisation)
    account = account_from(party, holder.person, holder.organisation)
    intake = round_for(package, at)
    environment = Environment(
        today=known.day,
        filed_on=known.day,
        **known_of(
            account,
            known.facts[organisation],
            known.records.get(holder.organisation.corporate_number or ""),
        ),
        entries=known.entries[organisation],
        office=identity.office_of,
        phase=first_phase(package),
        filing_round=intake.as_context() if intake is not None else None,
    )
    found = verdict(package, draft.entered, draft.attached, environment)
    context = found.context
    if environment.asked or not found.valid or package.about.entry_id(context) is not None:
        return None
    if any(fee.due == "filing" for fee in found.fees):
        return None
    if not all(kept(str(file["sha256"])) for _, file in files_filed(found, draft.attached)):
        return None
    judged = Judged(package, environment, found)
    case, transition, wait = arrive(draft, judged, applicant_from(account, party, actor), actor, at)
    if decision_fees(package, case):
        return None
    case.channel = "api"
    entry = journal.entry_row(**entry_of(case, wait))
    return _taken(asked, known, case, package, transition, context, entry)


def _taken(
    asked: Asked,
    known: Known,
    case: Case,
    package: Package,
    transition: Transition,
    context: Mapping[str, object],
    entry: Mapping[str, Any],
) -> Taken:
    at = asked.at
    events = [act_event(case, transition)]
    told = [
        messages.compose(at=at, **notice)
        for kind, name in transition.effects
        if (notice := notice_of(case, package, name)) is not None
    ]
    jobs = []
    for message in told:
        payload = {"message": message.id}
        jobs.append(job_row(messages.MAIL_JOB, payload, key=messages.mail_key(message)))
        if message.recipient_person is None:
            events.append(messages.sent_event(message))
    if known.events:
        jobs += [job_row(FAN_OUT_JOB, event_payload(at=at, **event)) for event in events]
    answer = {
        "actor": case.filer_id,
        "key": asked.key,
        "request": asked.request,
        "status": 201,
        "headers": {"content-type": "application/json", "location": f"/api/v1/cases/{case.id}"},
        "body": case_out(case, package).model_dump_json().encode(),
        "created_at": at,
    }
    about = {
        "case_id": case.id,
        "procedure_id": case.procedure_id,
        "party": case.organisation_id or case.filer_id,
        "entry_id": None,
        "period": package.about.period_key(context) or "",
        "duplicate": "",
    }
    rows: dict[type[Base], Sequence[Mapping[str, Any]]] = {
        Case: [vars(case)],
        FilingKey: [about],
        journal.Entry: [entry],
        journal.Unplaced: [{"entry_id": entry["id"]}],
        Message: [vars(message) for message in told],
        Job: jobs,
    }
    return Taken(answer, rows)


def _attached(
    asked: Asked, known: Known, holder: Holder, package: Package
) -> dict[str, list[dict[str, Any]]] | None:
    """The files by place, each theirs and fitting; None when one is not. CaseError."""
    found: dict[str, list[dict[str, Any]]] = {}
    for key, ids in asked.filing.attached.items():
        if not ids:
            continue
        place = place_in(package, key)
        for id in dict.fromkeys(ids):
            stored, owner = known.files.get(id, (None, None))
            if stored is None or owner is None:
                return None
            if holder.person.id != owner.person and holder.organisation.id != owner.organisation:
                return None
            fits(place, stored)
            found.setdefault(key, []).append(stored.as_json())
    return found


def _rows(data: Mapping[str, Any]) -> int:
    return sum(len(value) for value in data.values() if isinstance(value, list))
