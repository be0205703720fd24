"""Taking one filing in (受付): from what was asked and what is known to the rows to keep, no I/O.

None wherever the ordinary way has something to say or to look up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.cases.api.schemas import case_out
from madoguchi.cases.environment import Party, account_from, applicant_from, known_of
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.arrival_rows import (
    MOST_ROWS,
    Rows,
    Way,
    arrive_plainly,
    plain_arrival,
    table_rows,
)
from madoguchi.cases.filing.by_program import fits
from madoguchi.cases.filing.drafts import Content, party_for, unsaved_draft
from madoguchi.cases.filing.evaluating import Judged, first_phase, round_for, verdict
from madoguchi.cases.filing.files import place_in
from madoguchi.cases.intake.asked import Asked
from madoguchi.cases.intake.known import Known
from madoguchi.cases.models import Case
from madoguchi.identity import service as identity
from madoguchi.identity.service import Holder
from madoguchi.procedures.service import Environment, Package
from madoguchi.procedures.workflow.refusals import WorkflowError


@dataclass(frozen=True)
class Taken:
    """A filing taken in: its answer (the row of its key), and the rows that stand or fall with it."""

    answer: Mapping[str, Any]
    rows: Rows


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


def _take(
    asked: Asked, known: Known, holder: Holder, package: Package, kept: Callable[[str], bool]
) -> Taken | None:
    actor, at, data = holder.actor, asked.at, asked.filing.data
    organisation = party_for(package, actor)
    attached = _attached(asked, known, holder, package)
    if organisation is None or attached is None or table_rows(data) > MOST_ROWS:
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
    judged = Judged(
        package, environment, verdict(package, draft.entered, draft.attached, environment)
    )
    applicant = applicant_from(account, party, actor)
    way = Way("api", known.events)
    arrived = arrive_plainly(draft, judged, applicant, actor, at, way, kept)
    return None if arrived is None else Taken(_answer(asked, arrived.case, package), arrived.rows)


def _answer(asked: Asked, case: Case, package: Package) -> Mapping[str, Any]:
    """The row of its key: what is answered, now and whenever the key comes again."""
    return {
        "actor": case.filer_id,
        "key": asked.key,
        "request": asked.request,
        "status": 201,
        "headers": {"content-type": "application/json", "location": f"/api/v1/cases/{case.id}"},
        "body": case_out(case, package).model_dump_json().encode(),
        "created_at": asked.at,
    }


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
