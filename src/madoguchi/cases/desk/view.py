"""Everything an official sees of one case (案件の画面), gathered from where it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.answers import AnswerPage, answer_pages
from madoguchi.cases.desk.changes import Change, changes_of, file_label
from madoguchi.cases.desk.checks import CheckResult, check_results, other_faults
from madoguchi.cases.desk.clock import Standing, standing
from madoguchi.cases.desk.models import CaseNote
from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.desk.talking import notes_of
from madoguchi.cases.desk.timeline import Event, events, point_labels
from madoguchi.cases.judging import CaseVerdict, judge_case
from madoguchi.cases.letters import letters_of
from madoguchi.cases.models import Case, Letter, RegisterEntry
from madoguchi.cases.transition import bound_hash, history
from madoguchi.documents.service import scan_states
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, agencies_where, roles_at
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.messages import service as messages
from madoguchi.payments import service as payments
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Action, Package, State, advance
from madoguchi.procedures.workflow.advance import WorkflowError
from madoguchi.registry.service import Fact, facts_of

JOURNAL_SHOWN = 500
RELATED_SHOWN = 20


@dataclass(frozen=True)
class Offered:
    """An action this official's role covers; `refusal` says why it cannot be done now."""

    action: Action
    refusal: Text | None


@dataclass(frozen=True)
class FileLine:
    """One file of a filing, with the attachment it belongs to and the state of its scan."""

    label: Text
    name: str
    size: int
    type: str
    sha256: str
    scan: str

    @property
    def preview(self) -> str | None:
        """How it can be shown in the page: pdf, image or not at all."""
        if self.type == "application/pdf":
            return "pdf"
        return "image" if self.type in ("image/png", "image/jpeg") else None


@dataclass(frozen=True)
class Revision:
    """One correction: what it changed."""

    number: int
    at: Any
    changes: Sequence[Change]


@dataclass(frozen=True)
class CaseView:
    """A case as its officials see it."""

    case: Case
    package: Package
    agency: Text
    state: State
    standing: Standing
    judged: CaseVerdict
    assignee: str | None
    answers: Sequence[AnswerPage]
    files: Sequence[FileLine]
    omitted: Sequence[tuple[Text, Text]]
    checks: Sequence[CheckResult]
    faults: Sequence[tuple[str, Text, str]]
    asked: Sequence[str]
    revisions: Sequence[Revision]
    events: Sequence[Event]
    notes: Sequence[CaseNote]
    conversation: Sequence[Any]
    letters: Sequence[Letter]
    payments: Sequence[Any]
    facts: Mapping[str, Fact]
    entries: Sequence[RegisterEntry]
    others: Sequence[Case]
    actions: Sequence[Offered]


async def case_view(
    session: AsyncSession, actor: Actor, case_id: str, language: str, today: date
) -> CaseView:
    """All of a case for an official of its agency. CaseError 404 for everyone else."""
    case = await case_at_desk(session, actor, case_id)
    package = await procedures.package(session, case.digest)
    judged = await judge_case(session, case, package, today)
    entries = await journal.entries(session, f"case:{case.id}", limit=JOURNAL_SHOWN)
    state = package.machine.states[case.state]
    names = await identity.people_named(session, [case.assignee_id] if case.assignee_id else [])
    agency = await identity.agency(session, case.agency_id)
    return CaseView(
        case=case,
        package=package,
        agency=dict(agency.name),
        state=state,
        standing=standing(
            stage=case.stage,
            clock=state.clock,
            due=case.due_on,
            paused_since=jst_date(case.paused_since) if case.paused_since else None,
            today=today,
        ),
        judged=judged,
        assignee=names.get(case.assignee_id or ""),
        answers=answer_pages(
            package, case.data, case.provenance, judged.verdict.relevant, language
        ),
        files=await _files(session, package, case),
        omitted=[(file_label(package, key), dict(why)) for key, why in case.omitted.items()],
        checks=check_results(package, judged.verdict),
        faults=other_faults(package, judged.verdict),
        asked=point_labels(package, (case.correction or {}).get("points") or [], language),
        revisions=_revisions(package, case, entries, language),
        events=events(package, entries, language),
        notes=await notes_of(session, case.id),
        conversation=await messages.conversation(session, case.id),
        letters=await letters_of(session, case.id),
        payments=await payments.payments_of(session, case.id),
        facts=await facts_of(session, case.organisation_id or case.filer_id, today),
        entries=await _entries(session, actor, case),
        others=await _others(session, actor, case),
        actions=offered(package, case, judged, actor),
    )


def offered(package: Package, case: Case, judged: CaseVerdict, actor: Actor) -> list[Offered]:
    """What the actor's roles allow in this state, with the reason where it cannot be done now."""
    roles = roles_at(actor, case.agency_id)
    found = []
    for action in package.machine.leaving(case.state):
        if not action.by & roles:
            continue
        refusal: Text | None = None
        try:
            advance(
                package.machine,
                action.name,
                case.state,
                roles,
                actor.id,
                history(case),
                bound_hash(case, action),
                judged.context(case),
            )
        except WorkflowError as error:
            refusal = error.message
        found.append(Offered(action, refusal))
    return found


async def _files(session: AsyncSession, package: Package, case: Case) -> list[FileLine]:
    hashes = {file["sha256"] for files in case.attached.values() for file in files}
    states = await scan_states(session, hashes)
    return [
        FileLine(
            file_label(package, key),
            str(file["name"]),
            int(file["size"]),
            str(file["type"]),
            str(file["sha256"]),
            states.get(file["sha256"], "unscanned"),
        )
        for key, files in case.attached.items()
        for file in files
    ]


def _revisions(
    package: Package, case: Case, entries: Sequence[journal.Entry], language: str
) -> list[Revision]:
    return [
        Revision(
            int(entry.payload.get("revision") or 0),
            entry.at,
            changes_of(package, entry.payload["patch"], case.data, language),
        )
        for entry in reversed(entries)
        if entry.payload and isinstance(entry.payload.get("patch"), list)
    ]


async def _entries(session: AsyncSession, actor: Actor, case: Case) -> list[RegisterEntry]:
    """The party's registrations at agencies of this official, and those this case made."""
    mine = RegisterEntry.case_id == case.id
    if case.organisation_id is not None:
        mine |= (RegisterEntry.organisation_id == case.organisation_id) & (
            RegisterEntry.agency_id.in_(sorted(agencies_where(actor)))
        )
    rows = await session.scalars(
        select(RegisterEntry)
        .where(mine, RegisterEntry.superseded_at.is_(None))
        .order_by(RegisterEntry.register, RegisterEntry.number, RegisterEntry.valid_from.desc())
        .limit(RELATED_SHOWN)
    )
    newest: dict[str, RegisterEntry] = {}
    for row in rows:
        newest.setdefault(row.entry_id, row)
    return list(newest.values())


async def _others(session: AsyncSession, actor: Actor, case: Case) -> list[Case]:
    """Other cases of the same party at agencies of this official, newest first."""
    party = (
        Case.organisation_id == case.organisation_id
        if case.organisation_id is not None
        else Case.organisation_id.is_(None) & (Case.filer_id == case.filer_id)
    )
    return list(
        await session.scalars(
            select(Case)
            .where(party, Case.id != case.id, Case.agency_id.in_(sorted(agencies_where(actor))))
            .order_by(Case.arrived_at.desc(), Case.id.desc())
            .limit(RELATED_SHOWN)
        )
    )
