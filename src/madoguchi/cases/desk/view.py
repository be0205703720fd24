"""Everything an official sees of one case (案件の画面), gathered from where it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.answers import AnswerPage
from madoguchi.cases.desk.answers import filed_answers
from madoguchi.cases.desk.changes import Change, changes_of, file_label
from madoguchi.cases.desk.checks import CheckResult, check_results, other_faults
from madoguchi.cases.desk.clock import Standing, standing
from madoguchi.cases.desk.models import CaseNote
from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.desk.routing import RouteView, routes_of
from madoguchi.cases.desk.talking import notes_of
from madoguchi.cases.desk.timeline import Event, events, point_labels
from madoguchi.cases.environment import Party, facts_known
from madoguchi.cases.judging import CaseVerdict, judge_case
from madoguchi.cases.letters import letters_of
from madoguchi.cases.models import Case, Letter, RegisterEntry
from madoguchi.cases.timers import is_late, timers_of
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
from madoguchi.procedures.service import Action, Package, State, Transition, advance
from madoguchi.procedures.workflow.advance import WorkflowError
from madoguchi.procedures.workflow.timers import Coming
from madoguchi.registry.service import Fact

JOURNAL_SHOWN = 500
RELATED_SHOWN = 20
PASS_ON: Text = {"ja": "承認して次に回す", "en": "Approve and pass on"}
# Acts of a route that are not this person's, or not needed: there is nothing to explain.
NOT_OFFERED = frozenset({"nothing-to-review", "not-the-proposer", "route-begun", "step-not-passed"})


@dataclass(frozen=True)
class Offered:
    """An action this official's role covers; `refusal` says why it cannot be done now.

    `label` is what the button says: a step of a route that does not decide yet passes the case on.
    `proxy`: it would be done in somebody's absence (代決).
    """

    action: Action
    refusal: Text | None
    label: Text
    proxy: bool = False


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
    beyond: Text | None
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
    coming: Sequence[Coming]
    routes: Sequence[RouteView]
    people: Mapping[str, str]
    overdue: bool


async def case_view(
    session: AsyncSession, actor: Actor, case_id: str, language: str, now: datetime
) -> CaseView:
    """All of a case for an official of its agency. CaseError 404 for everyone else."""
    case, today = await case_at_desk(session, actor, case_id, reading=True), jst_date(now)
    package = await procedures.package(session, case.digest)
    judged = await judge_case(session, case, package, today, official=True)
    entries = await journal.entries(session, f"case:{case.id}", limit=JOURNAL_SHOWN)
    state = package.machine.states[case.state]
    names = await identity.people_named(session, [case.assignee_id] if case.assignee_id else [])
    agency = await identity.agency(session, case.agency_id)
    beyond = case.forward_to or case.via_agency_id
    other = await identity.agency(session, beyond) if beyond is not None else None
    routes = routes_of(case, package.machine, judged.context(case))
    return CaseView(
        case=case,
        package=package,
        agency=dict(agency.name),
        beyond=dict(other.name) if other is not None else None,
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
        answers=filed_answers(
            package, case.data, case.provenance, judged.verdict.relevant, language
        ),
        files=await files_of(session, package, case.attached),
        omitted=[(file_label(package, key), dict(why)) for key, why in case.omitted.items()],
        checks=check_results(package, judged.verdict),
        faults=other_faults(package, judged.verdict),
        asked=point_labels(package, (case.correction or {}).get("points") or [], language),
        revisions=_revisions(package, case, entries, language),
        events=events(package, entries, language, case.organisation_name),
        notes=await notes_of(session, case.id),
        conversation=await messages.conversation(session, case.id),
        letters=await letters_of(session, case.id),
        payments=await payments.payments_of(session, case.id),
        facts=await facts_known(session, Party(case.filer_id, case.organisation_id), today),
        entries=await _entries(session, actor, case),
        others=await _others(session, actor, case),
        actions=offered(package, case, judged, actor),
        coming=timers_of(case, package, judged),
        routes=routes,
        people=await identity.people_named(session, sorted(_acted(routes))),
        overdue=is_late(case.act_by, now),
    )


def _acted(routes: Sequence[RouteView]) -> set[str]:
    """The officials who passed steps, and who reviewed what proxies passed."""
    steps = [item for route in routes for item in route.steps]
    acted = {item.act.actor for item in steps if item.act is not None}
    return acted | {item.reviewed for item in steps if item.reviewed is not None}


def offered(package: Package, case: Case, judged: CaseVerdict, actor: Actor) -> list[Offered]:
    """What the actor's roles allow in this state, with the reason where it cannot be done now."""
    roles = roles_at(actor, case.agency_id)
    found = []
    for action in package.machine.leaving(case.state):
        if not action.by & roles:
            continue
        refusal: Text | None = None
        done: Transition | None = None
        try:
            done = advance(
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
            if error.code in NOT_OFFERED:
                continue
            refusal = error.message
        passes_on = done is not None and done.step is not None and done.to == done.source
        label = PASS_ON if passes_on and action.route is not None else action.label
        found.append(Offered(action, refusal, label, done is not None and done.proxy))
    return found


async def files_of(
    session: AsyncSession, package: Package, attached: Mapping[str, Sequence[Mapping[str, Any]]]
) -> list[FileLine]:
    """Filed files with their labels and how their scans came out."""
    hashes = {str(file["sha256"]) for files in attached.values() for file in files}
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
        for key, files in attached.items()
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
