"""From the visit to the results (検査の結果): findings put in order, decided, told to the holder."""

from datetime import timedelta
from typing import Any

from madoguchi.cases.errors import CaseError
from madoguchi.cases.inspections import letters, reminding, rules
from madoguchi.cases.inspections.checklist import State, load_state
from madoguchi.cases.inspections.entering import Entered, one_text
from madoguchi.cases.inspections.findings import DRAFT, findings_of, take_over
from madoguchi.cases.inspections.models import Finding, InspectionLetter
from madoguchi.cases.inspections.notices import tell_holder
from madoguchi.cases.inspections.programme import Programme, law_text
from madoguchi.cases.inspections.refusing import refusal
from madoguchi.cases.inspections.step import Step, proposal_of
from madoguchi.kernel.canonical import digest
from madoguchi.kernel.ids import new_id

MOST_FINDINGS = 200


async def finish(step: Step) -> dict[str, Any]:
    """End the visit. CaseError 409 while something is missing, contradictory or unsigned."""
    inspection = step.inspection
    state = await load_state(step.session, inspection, step.programme)
    if not state.finished:
        raise unfinished(state)
    inspection.visited_at = step.at
    await take_over(step.session, inspection, step.programme, state)
    return {"findings": len(state.findings)}


async def resume(step: Step) -> dict[str, Any]:
    """Go back to the visit, for a reason."""
    reason = one_text(step.form, "reason")
    step.inspection.visited_at = None
    return {"reason": reason}


async def set_finding(step: Step) -> dict[str, Any]:
    """Write or change a finding at the office; `finding` is its id, absent for a new one."""
    spec = step.programme.block.spec
    known = {f.id: f for f in await findings_of(step.session, step.inspection.id)}
    items = [key for section in spec.checklist for key in section.items]
    entered = Entered(step.form)
    chosen = entered.choice("finding", known, required=False)
    severity = entered.choice("severity", spec.severities)
    text = entered.text("text")
    item = entered.choice("item", items, required=False)
    law = entered.text("law", required=False, longest=300)
    due_on = entered.day("due_on", required=False, first=step.today + timedelta(days=1))
    heard_on = entered.day("heard_on", required=False)
    if not chosen and len(known) >= MOST_FINDINGS:
        entered.fault("text", "指摘が多すぎます。", "There are too many findings.")
    entered.done()
    named = step.programme.block.item(item) if item else None
    finding = known.get(chosen)
    if finding is None:
        finding = Finding(
            id=new_id(),
            inspection_id=step.inspection.id,
            name=new_id(),
            number=max((f.number for f in known.values()), default=0) + 1,
            state=DRAFT,
            revision=1,
        )
        step.session.add(finding)
    finding.severity, finding.text, finding.item = severity, text, item or None
    finding.law = law or law_text(named.law if named else None)
    finding.due_on, finding.heard_on = due_on, heard_on
    finding.revision += 1  # records from the visit no longer change it
    await step.session.flush()
    return {"finding": _content(finding)}


async def remove_finding(step: Step) -> dict[str, Any]:
    """Take a finding out, for a reason; the record from the visit stays."""
    known = {f.id: f for f in await findings_of(step.session, step.inspection.id)}
    entered = Entered(step.form)
    chosen = entered.choice("finding", known)
    reason = entered.text("reason", longest=1000)
    entered.done()
    await step.session.delete(known[chosen])
    await step.session.flush()
    return {"finding": _content(known[chosen]), "reason": reason}


async def propose(step: Step) -> dict[str, Any]:
    """Send the results to the approver, bound to findings and records. Refused 422; 409."""
    entered = Entered(step.form)
    summary = entered.text("summary", required=False)
    entered.done()
    state = await load_state(step.session, step.inspection, step.programme)
    if not state.finished:
        raise unfinished(state)
    findings = await findings_of(step.session, step.inspection.id)
    unheard = [f.number for f in findings if _disposition(step.programme, f) and not f.heard_on]
    if unheard:
        raise refusal("not-heard", numbers="、".join(map(str, unheard)))
    step.inspection.summary = summary
    step.inspection.proposal = await _proposal(step, state, findings)
    return {"summary": summary, "hash": step.inspection.proposal["hash"]}


async def send_back(step: Step) -> dict[str, Any]:
    """Give the results back to the inspectors with a comment."""
    comment = one_text(step.form, "comment")
    step.inspection.proposal = None
    return {"comment": comment}


async def approve(step: Step) -> dict[str, Any]:
    """Decide as a second person: letters go out, deadlines begin; without any, it is closed."""
    inspection, programme = step.inspection, step.programme
    state = await load_state(step.session, inspection, programme)
    findings = await findings_of(step.session, inspection.id)
    bound = await _proposal(step, state, findings)
    if (inspection.proposal or {}).get("hash") != bound["hash"]:
        raise refusal("results-changed")
    for finding in findings:
        _begin_deadline(step, finding)
    await step.session.flush()
    issued = await _issue(step, state, findings)
    inspection.results_at, inspection.proposal = step.at, None
    waiting = [finding for finding in findings if finding.state == "open"]
    if not waiting:
        step.to, inspection.closed_at = rules.CLOSED, step.at
    await reminding.schedule(step.session, programme, waiting)
    values = {"letter": issued[0].number, "count": len(waiting)}
    await tell_holder(step.session, inspection, "results", "", step.at, values)
    return {
        "hash": bound["hash"],
        "findings": [_content(finding) for finding in findings],
        "letters": [
            {"key": ltr.key, "number": ltr.number, "content_hash": ltr.content_hash}
            for ltr in issued
        ],
    }


def unfinished(state: State) -> CaseError:
    """CaseError 409: what keeps the visit from being finished."""
    return refusal(
        "visit-unfinished",
        missing=len(state.missing),
        conflicts=len(state.conflicts),
        signed="あり" if state.signature else "なし",
        signed_en="present" if state.signature else "missing",
    )


async def _proposal(step: Step, state: State, findings: list[Finding]) -> dict[str, Any]:
    bound = {
        "summary": step.inspection.summary,
        "findings": [_content(finding) for finding in findings],
        "records": {key: [r.client_id for r in found] for key, found in state.stands.items()},
        "photos": {key: [p.sha256 for p in found] for key, found in state.photos.items()},
    }
    return proposal_of(step.actor, step.at, hash=digest(bound))


def _begin_deadline(step: Step, finding: Finding) -> None:
    spec = step.programme.block.spec
    severity = spec.severities[finding.severity]
    if not severity.report:
        finding.state, finding.due_on = "noted", None
        return
    finding.state = "open"
    days = severity.days or spec.improvement_days
    finding.due_on = finding.due_on or rules.due_day(step.today, days)


async def _issue(step: Step, state: State, findings: list[Finding]) -> list[InspectionLetter]:
    """The result to begin with, then each letter that goes with a severity, for its findings."""
    spec = step.programme.block.spec
    by_letter: dict[str, list[Finding]] = {letters.RESULT: findings}
    for finding in findings:
        key = spec.severities[finding.severity].letter
        if key is not None:
            by_letter.setdefault(key, []).append(finding)
    drafts = [
        letters.Draft(step.inspection, step.programme, key, about, state.present)
        for key, about in by_letter.items()
    ]
    return [await letters.issue(step.session, draft, step.at) for draft in drafts]


def _disposition(programme: Programme, finding: Finding) -> bool:
    return programme.block.spec.severities[finding.severity].disposition


def _content(finding: Finding) -> dict[str, Any]:
    """A finding as it is decided; its deadline only where one was set by hand."""
    return {
        "number": finding.number,
        "severity": finding.severity,
        "text": finding.text,
        "law": finding.law,
        "item": finding.item,
        "due_on": finding.due_on.isoformat() if finding.due_on else None,
        "heard_on": finding.heard_on.isoformat() if finding.heard_on else None,
    }
