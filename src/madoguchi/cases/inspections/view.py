"""Everything an official sees of one inspection (検査の全体): one reading session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.access import inspection_for, roles_on
from madoguchi.cases.inspections.checklist import State, load_state
from madoguchi.cases.inspections.findings import findings_of
from madoguchi.cases.inspections.improving import reports_of
from madoguchi.cases.inspections.letters import inspectors_of, letters_of
from madoguchi.cases.inspections.models import (
    Finding,
    ImprovementReport,
    Inspection,
    InspectionLetter,
    Inspector,
)
from madoguchi.cases.inspections.programme import Programme, pinned
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.journal import Entry
from madoguchi.kernel.language import Text

MOST_EVENTS = 500
# Acts about one finding are done beside it, not from the list of acts.
_BESIDE = frozenset({"set_finding", "remove_finding", "accept_report", "return_report"})


@dataclass(frozen=True)
class View:
    """An inspection with its records, findings, letters, history and what one may do."""

    inspection: Inspection
    programme: Programme
    agency: Text
    inspectors: Sequence[Inspector]
    state: State
    findings: Sequence[Finding]
    reports: Mapping[str, Sequence[ImprovementReport]]
    letters: Sequence[InspectionLetter]
    events: Sequence[Entry]
    acts: Sequence[str]
    goes: bool  # the reader is one of the inspectors

    def late(self, finding: Finding, today: date) -> bool:
        """Whether its report is overdue."""
        waiting = finding.state in rules.OPEN_FINDINGS
        return waiting and finding.due_on is not None and finding.due_on < today

    @property
    def general_acts(self) -> list[str]:
        """The acts about the inspection as a whole."""
        return [name for name in self.acts if name not in _BESIDE]


async def view_of(session: AsyncSession, actor: Actor, inspection_id: str) -> View:
    """The view, for officials who may read it. CaseError 404, 403."""
    inspection = await inspection_for(session, actor, inspection_id)
    roles = roles_on(actor, inspection.agency_id, inspection.organisation_id)
    programme = await pinned(session, inspection.digest)
    inspectors = await inspectors_of(session, inspection.id)
    findings = await findings_of(session, inspection.id)
    proposed = (inspection.proposal or {}).get("by") == actor.id
    state = await load_state(session, inspection, programme)
    early = _too_early(state, findings)
    return View(
        inspection=inspection,
        programme=programme,
        agency=dict((await identity.agency(session, inspection.agency_id)).name),
        inspectors=inspectors,
        state=state,
        findings=findings,
        reports=await reports_of(session, [finding.id for finding in findings]),
        letters=await letters_of(session, inspection.id),
        events=list(
            await journal.entries(session, f"inspection:{inspection.id}", limit=MOST_EVENTS)
        ),
        acts=[
            name
            for name in rules.offered(inspection.state, roles)
            if not (rules.ACTS[name].second and proposed) and name not in early
        ],
        goes=any(inspector.person_id == actor.id for inspector in inspectors),
    )


def _too_early(state: State, findings: Sequence[Finding]) -> set[str]:
    """Acts of the present state that would be refused for what is missing."""
    left = any(finding.state not in rules.DONE_FINDINGS for finding in findings)
    return ({"propose_closing"} if left else set()) | (set() if state.finished else {"finish"})


def item_rows(view: View) -> list[dict[str, Any]]:
    """The checklist section by section, with what stands for each item."""
    return [
        {
            "section": section,
            "items": [
                {
                    "name": name,
                    "spec": spec,
                    "records": view.state.stands.get(rules.ITEM + name, ()),
                    "photos": view.state.photos.get(rules.ITEM + name, ()),
                }
                for name, spec in section.items.items()
            ],
        }
        for section in view.programme.block.spec.checklist
    ]
