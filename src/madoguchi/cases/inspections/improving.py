"""From findings to closure (改善): the holder's reports, their check, the end by a second person."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import reminding, rules
from madoguchi.cases.inspections.access import own_inspection
from madoguchi.cases.inspections.entering import Entered, one_text
from madoguchi.cases.inspections.findings import findings_of
from madoguchi.cases.inspections.models import Finding, ImprovementReport, Inspection
from madoguchi.cases.inspections.notices import tell_holder, tell_inspectors
from madoguchi.cases.inspections.refusing import refusal
from madoguchi.cases.inspections.step import Step, note, proposal_of
from madoguchi.documents.service import StoredFile
from madoguchi.identity.service import Actor, under_mandate
from madoguchi.kernel.canonical import digest
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import arrival_number, new_id

MOST_FILES = 10


async def file_report(
    session: AsyncSession,
    actor: Actor,
    clock: Clock,
    inspection_id: str,
    finding_id: str,
    form: Mapping[str, Any],
    files: Sequence[StoredFile],
) -> ImprovementReport:
    """The holder's report on a finding; the caller commits. It counts from its arrival.

    CaseError 404 for anyone else, 409 when none is awaited; Refused 422.
    """
    inspection, finding = await awaited(session, actor, inspection_id, finding_id, lock=True)
    at = clock()
    body, done_on = _read_report(form, jst_date(at), len(files))
    report_id = new_id()
    report = ImprovementReport(
        id=report_id,
        finding_id=finding.id,
        arrival_number=arrival_number(at, report_id),
        done_on=done_on,
        body=body,
        files=[file.as_json() for file in files],
        state="filed",
        filed_by=actor.id,
        filed_name=actor.name,
        filed_at=at,
    )
    session.add(report)
    finding.state = "reported"
    inspection.revision += 1
    inspection.updated_at = at
    await session.flush()
    await note(
        session,
        inspection,
        "report_filed",
        actor,
        at,
        {
            "finding": finding.number,
            "arrival_number": report.arrival_number,
            "late": finding.due_on is not None and jst_date(at) > finding.due_on,
            "content_hash": digest(
                {"body": body, "done_on": done_on, "files": [f.sha256 for f in files]}
            ),
            **under_mandate(actor, inspection.organisation_id, inspection.procedure_id),
        },
        on_behalf_of=inspection.organisation_id,
    )
    values = {"finding": finding.number, "arrival": report.arrival_number}
    await tell_inspectors(session, inspection, "filed", report.id, at, values)
    return report


async def awaited(
    session: AsyncSession, actor: Actor, inspection_id: str, finding_id: str, *, lock: bool = False
) -> tuple[Inspection, Finding]:
    """The finding a holder may report on now. CaseError 404 for anyone else, 409."""
    inspection = await own_inspection(session, actor, inspection_id, lock=lock)
    finding = await session.get(Finding, finding_id, populate_existing=True)
    known = finding is not None and finding.inspection_id == inspection.id
    if finding is None or not known or finding.state == "draft":
        raise refusal("no-finding")
    if inspection.state != rules.IMPROVING or finding.state not in rules.OPEN_FINDINGS:
        raise refusal("no-report-awaited")
    return inspection, finding


def _read_report(form: Mapping[str, Any], today: date, files: int) -> tuple[str, date]:
    entered = Entered(form)
    body = entered.text("body")
    done_on = entered.day("done_on")
    if done_on is not None and done_on > today:
        entered.fault(
            "done_on",
            "改善を終えた日は、今日までの日にしてください。",
            "The day of completion cannot be in the future.",
        )
    if files > MOST_FILES:
        entered.fault("files", f"{MOST_FILES}個までです。", f"At most {MOST_FILES} files.")
    entered.done()
    assert done_on is not None  # noqa: S101 - otherwise refused
    return body, done_on


async def reports_of(
    session: AsyncSession, finding_ids: Sequence[str]
) -> dict[str, list[ImprovementReport]]:
    """The reports on findings, newest first."""
    rows = await session.scalars(
        select(ImprovementReport)
        .where(ImprovementReport.finding_id.in_(finding_ids))
        .order_by(ImprovementReport.filed_at.desc(), ImprovementReport.id.desc())
    )
    found: dict[str, list[ImprovementReport]] = {}
    for row in rows:
        found.setdefault(row.finding_id, []).append(row)
    return found


async def accept_report(step: Step) -> dict[str, Any]:
    """The improvement is confirmed."""
    finding, report = await _reported(step)
    comment = one_text(step.form, "comment", required=False)
    _checked(step, report, "accepted", comment)
    finding.state = "accepted"
    values = {"finding": finding.number}
    await tell_holder(step.session, step.inspection, "accepted", report.id, step.at, values)
    return {"finding": finding.number, "report": report.arrival_number, "comment": comment}


async def return_report(step: Step) -> dict[str, Any]:
    """The improvement does not suffice: report again, by a new day."""
    finding, report = await _reported(step)
    entered = Entered(step.form)
    comment = entered.text("comment", longest=1000)
    due_on = entered.day("due_on", first=step.today + timedelta(days=1))
    entered.done()
    _checked(step, report, "returned", comment)
    finding.state, finding.due_on = "returned", due_on
    await reminding.schedule(step.session, step.programme, [finding])
    values = {
        "finding": finding.number,
        "due": due_on.isoformat() if due_on else "",
        "comment": comment,
    }
    await tell_holder(step.session, step.inspection, "returned", report.id, step.at, values)
    return {**values, "report": report.arrival_number}


async def propose_closing(step: Step) -> dict[str, Any]:
    """Ask the approver to close it; every finding must be put right."""
    findings = await findings_of(step.session, step.inspection.id)
    left = [f.number for f in findings if f.state not in rules.DONE_FINDINGS]
    if left:
        raise refusal("findings-left", numbers="、".join(map(str, left)))
    comment = one_text(step.form, "comment", required=False)
    step.inspection.proposal = proposal_of(step.actor, step.at, comment=comment)
    return {"comment": comment}


async def return_closing(step: Step) -> dict[str, Any]:
    """Do not close it yet, with a comment."""
    comment = one_text(step.form, "comment")
    step.inspection.proposal = None
    return {"comment": comment}


async def approve_closing(step: Step) -> dict[str, Any]:
    """Close it as a second person and tell the holder."""
    step.inspection.closed_at, step.inspection.proposal = step.at, None
    await tell_holder(step.session, step.inspection, "closed", "", step.at)
    return {}


async def _reported(step: Step) -> tuple[Finding, ImprovementReport]:
    """The finding named by the form, and the report that waits for a check. Refused 422; 409."""
    known = {f.id: f for f in await findings_of(step.session, step.inspection.id)}
    entered = Entered(step.form)
    chosen = entered.choice("finding", known)
    entered.done()
    reports = (await reports_of(step.session, [chosen])).get(chosen, [])
    if known[chosen].state != "reported" or not reports:
        raise refusal("no-report")
    return known[chosen], reports[0]


def _checked(step: Step, report: ImprovementReport, state: str, comment: str) -> None:
    report.state, report.comment = state, comment
    report.checked_by, report.checked_at = step.actor.name, step.at
