"""Corrections (補正): the case comes back as a draft, and what is sent again is a new revision.

行政手続法 第7条: the office says what to put right and by when; while it waits, the standard period
does not run. The journal keeps what stood before and after.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import APPLICANT, own_case, own_draft
from madoguchi.cases.crosscase.keeping import keep_key
from madoguchi.cases.effects import run_effects
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.filing.agents import agent_named
from madoguchi.cases.filing.arriving import (
    content_digest,
    filed_files,
    filing_action,
    left_out,
    origins_filed,
)
from madoguchi.cases.filing.drafts import Content, new_draft
from madoguchi.cases.filing.evaluating import Judged, judge
from madoguchi.cases.filing.prefilling import begin
from madoguchi.cases.filing.submit import case_of_draft, empty, ready
from madoguchi.cases.grace import NO_WAIT, counted_at, wait_told
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.obligations.fulfilling import filing_arrived
from madoguchi.cases.progress import phase_of, writing_phase
from madoguchi.cases.timers import is_late
from madoguchi.cases.transition import history, move, remember
from madoguchi.identity.service import Actor, binding, under_mandate
from madoguchi.kernel import journal
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.canonical import plain
from madoguchi.kernel.clock import Clock
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Action, Machine, advance


def correcting_action(machine: Machine, state: str) -> Action | None:
    """The applicant's act that sends the filing again from a state, if there is one."""
    return next((act for act in machine.leaving(state) if act.check and APPLICANT in act.by), None)


def sending_action(machine: Machine, case: Case | None) -> Action:
    """The act by which a draft is sent: as a new filing, or again for a case."""
    found = correcting_action(machine, case.state) if case is not None else None
    return found or filing_action(machine)


async def start_correction(
    session: AsyncSession, actor: Actor, clock: Clock, case_id: str
) -> Draft:
    """The draft in which a case is corrected, begun once. CaseError 404, 409 (not asked for)."""
    case = await own_case(session, actor, case_id, lock=True)
    package = await procedures.package(session, case.digest)
    if correcting_action(package.machine, case.state) is None:
        raise _not_asked()
    begun = await session.scalar(
        select(Draft).where(
            Draft.case_id == case.id,
            Draft.filed_at.is_(None),
            Draft.base_revision == case.revision,
        )
    )
    if begun is not None:
        return begun
    content = Content(case.data, case.attached)
    draft = new_draft(actor, package, case.title, case.organisation_id, clock(), content)
    draft.catalogue_id, draft.case_id = case.catalogue_id, case.id
    draft.agent_organisation_id, draft.branch_id = case.agent_organisation_id, case.branch_id
    draft.base_revision = case.revision
    draft.points = [str(point) for point in (case.correction or {}).get("points") or []]
    draft.visited = [page.id for page in package.pages]
    draft.provenance = case.provenance
    session.add(draft)
    await session.flush()
    if writing_phase(case, package.machine) != phase_of(case, package.machine):
        await _next_part(session, draft, clock())
    return draft


async def _next_part(session: AsyncSession, draft: Draft, at: datetime) -> None:
    """What is asked for the first time begins with what is known, and is not faulty yet."""
    judged = await judge(session, draft, at)
    known, provenance = begin(judged.package, judged.environment, draft.entered)
    new = {
        name: value
        for name, value in known.items()
        if name not in draft.entered and f"/{name}" in judged.evaluation.relevant
    }
    draft.entered = {**draft.entered, **new}
    origins = {place: origin for place, origin in provenance.items() if place.split("/")[1] in new}
    draft.provenance = plain({**draft.provenance, **origins})
    faulty = {fault.pointer.split("/")[1] for fault in judged.evaluation.errors if fault.pointer}
    draft.visited = [
        page.id for page in judged.package.pages if not faulty.union(new) & {*page.fields}
    ]


async def resubmit(
    session: AsyncSession,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    draft_id: str,
    waited: timedelta = NO_WAIT,
) -> Case:
    """Send a corrected filing; the case with its new revision. Sending it again changes nothing.

    `clock` shows the arrival; `waited`, in the waiting room, is not held against its sender.
    Raises NotReady 422, CaseError 404, 409 (no longer asked for), WorkflowError.
    """
    draft = await own_draft(session, actor, draft_id, lock=True)
    if draft.filed_at is not None:
        return await case_of_draft(session, draft)
    binding(actor, draft.organisation_id)
    case = await own_case(session, actor, str(draft.case_id), lock=True)
    at = clock()
    judged = await judge(session, draft, at)
    await ready(session, blobs, draft, judged, at)
    action = correcting_action(judged.package.machine, case.state)
    if action is None or draft.base_revision != case.revision:
        raise _not_asked()
    transition = advance(
        judged.package.machine,
        action.name,
        case.state,
        {APPLICANT},
        actor.id,
        history(case),
        case.content_hash,
        judged.evaluation.context,
    )
    source, reason, late = case.state, case.correction, is_late(case.act_by, counted_at(at, waited))
    wait = wait_told(at, waited, applied=is_late(case.act_by, at) and not late)
    case.late = case.late or late
    patch = _take_over(case, draft, judged)
    move(case, judged.package.machine, transition, judged.package.spec.standard_period, at)
    remember(case, action.name, actor.id, case.content_hash, at)
    case.correction = None
    await session.flush()
    key = await keep_key(session, case, judged.package, judged.evaluation.context)
    await filing_arrived(session, case, key, at)
    told = wait | ({"late": True} if late else {})
    await _journal(session, case, actor, at, action.name, source, patch, reason, told)
    await run_effects(session, case, judged.package, transition, {}, actor, clock)
    empty(draft, case.id, at)
    await session.flush()
    return case


def _take_over(case: Case, draft: Draft, judged: Judged) -> list[dict[str, Any]]:
    """Put the corrected content into the case; what changed, place by place."""
    verdict = judged.evaluation
    data, attached = plain(verdict.data), filed_files(verdict, draft.attached)
    patch = [*changes(case.data, data), *changes(_names(case.attached), _names(attached), "files")]
    case.data, case.attached = data, attached
    case.omitted, case.provenance = left_out(verdict), origins_filed(draft, judged)
    case.revision += 1
    case.content_hash = content_digest(judged.package, data, attached, case.applicant)
    return patch


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], kind: str = "answer"
) -> list[dict[str, Any]]:
    """What differs between two filings: [{kind, pointer, before, after}], rows by their ids."""
    return [
        {"kind": kind, "pointer": pointer, "before": old, "after": new}
        for pointer, old, new in _differences(before, after, "")
    ]


def _differences(old: Any, new: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys([*old, *new]):
            yield from _differences(old.get(name), new.get(name), f"{pointer}/{name}")
    elif _is_rows(old) and _is_rows(new):
        yield from _differences(_by_row(old), _by_row(new), pointer)
    elif old != new:
        yield pointer, old, new


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, Mapping) and "row" in item for item in value
    )


def _by_row(rows: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(row["row"]): row for row in rows}


def _names(attached: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    return {
        key: [f"{file['name']} {file['sha256']}" for file in files]
        for key, files in attached.items()
    }


def _not_asked() -> CaseError:
    return case_error(
        "no_correction_asked",
        409,
        "この手続は、いま補正を求められていません。手続の画面で、いまの状態を確かめてください。",
        "No correction is asked for now. See the present state on the page of the filing.",
    )


async def _journal(
    session: AsyncSession,
    case: Case,
    actor: Actor,
    at: datetime,
    action: str,
    source: str,
    patch: list[dict[str, Any]],
    reason: Mapping[str, Any] | None,
    told: Mapping[str, Any],
) -> None:
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action=action,
        actor=actor.id,
        on_behalf_of=case.organisation_id,
        at=at,
        payload={
            "from": source,
            "to": case.state,
            "actor_name": actor.name,
            "side": APPLICANT,
            "agent": await agent_named(session, actor, case),
            **under_mandate(actor, case.organisation_id, case.procedure_id),
            "revision": case.revision,
            "content_hash": case.content_hash,
            "patch": patch,
            "asked": dict(reason or {}),
            **told,
        },
    )
