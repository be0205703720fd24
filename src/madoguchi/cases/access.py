"""Who may see and do what with drafts and cases (閲覧の権限). Deny by default: 404, as if absent.

An applicant's side is its organisation (of a member of a branch: that branch, those below it and what
they filed themselves), an agent (代理人) whose mandate the actor holds, or, for
filings by a person alone, that person. The official's side is anyone with a role at the agency of
the case or above it.
"""

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.models import Case, Draft
from madoguchi.identity.service import (
    FILE,
    Actor,
    in_their_branch,
    limits_of,
    mandate_for,
    may_file_for,
    may_read_for,
    may_receive_for,
    roles_at,
    still_hold,
)
from madoguchi.kernel.ids import is_id

APPLICANT, OFFICIAL = "applicant", "official"


def side_of(actor: Actor, case: Case) -> str | None:
    """applicant, official, or None when the case is none of theirs."""
    if actor.kind == "official" and roles_at(actor, case.agency_id):
        return OFFICIAL
    if _is_applicant(actor, case.organisation_id, case.filer_id, case.procedure_id, case.branch_id):
        return APPLICANT
    return None


def may_receive(actor: Actor, case: Case) -> bool:
    """Whether somebody of the applicant's side may open its letters (通知書の受領)."""
    organisation = case.organisation_id
    return organisation is None or may_receive_for(actor, organisation, case.procedure_id)


def organisations(actor: Actor) -> frozenset[str]:
    """Every organisation an actor is of or may file for (利害関係): theirs, and their principals."""
    own = (actor.organisation, actor.own_organisation, *actor.mandates)
    return frozenset(organisation for organisation in own if organisation)


async def case_for(
    session: AsyncSession, actor: Actor, case_id: str, *, lock: bool = False
) -> Case:
    """The case, for whoever may see it; CaseError 404 for everyone else.

    `lock` for changing it: 410 when its content was erased.
    """
    found = await _get(session, Case, case_id, lock)
    if not isinstance(found, Case) or side_of(actor, found) is None:
        raise not_found()
    return still_there(found) if lock else found


async def locked_case(session: AsyncSession, case_id: str) -> Case | None:
    """The case for the system itself, locked for changing it; None when there is none, or nothing
    is left of it (消去).
    """
    found = await _get(session, Case, case_id, True)
    return found if isinstance(found, Case) and found.erased_at is None else None


async def own_case(
    session: AsyncSession, actor: Actor, case_id: str, *, lock: bool = False
) -> Case:
    """The case, for its applicant or their agent only; CaseError 404 for everyone else.

    `lock` for changing it: 410 when its content was erased; 403 for an agent who may only look, or
    whose mandate has ended since.
    """
    found = await _get(session, Case, case_id, lock)
    if not isinstance(found, Case) or not _is_applicant(
        actor, found.organisation_id, found.filer_id, found.procedure_id, found.branch_id
    ):
        raise not_found()
    if lock:
        await _may_act(session, actor, found.organisation_id, found.procedure_id)
    return still_there(found) if lock else found


def still_there(case: Case) -> Case:
    """The case, unless its content was erased (消去). CaseError 410."""
    if case.erased_at is not None:
        raise case_error(
            "case_erased",
            410,
            "この手続の内容は、保存期間の満了などにより消去されています。番号・日時・経過は残っています。",
            "The content of this filing was erased. Its number, times and history remain.",
        )
    return case


async def own_draft(
    session: AsyncSession, actor: Actor, draft_id: str, *, lock: bool = False
) -> Draft:
    """The draft, for its owner, their organisation or an agent who may file it; CaseError 404 for
    anyone else. `lock` for changing it: 403 for an agent whose mandate has ended since.
    """
    found = await _get(session, Draft, draft_id, lock)
    if not isinstance(found, Draft) or not _is_applicant(
        actor, found.organisation_id, found.owner_id, found.procedure_id, found.branch_id, FILE
    ):
        raise not_found()
    if lock:
        await _may_act(session, actor, found.organisation_id, found.procedure_id)
    return found


async def _may_act(
    session: AsyncSession, actor: Actor, organisation_id: str | None, procedure_id: str
) -> None:
    """Whoever acts for another still may, in the transaction of the act itself (委任の確認)."""
    if organisation_id is None or organisation_id == actor.own:
        return
    mandate = mandate_for(actor, organisation_id, procedure_id)
    if (
        mandate is None
        or not may_file_for(actor, organisation_id, procedure_id)
        or not await still_hold(session, {mandate})
    ):
        raise case_error(
            "no_mandate",
            403,
            "この手続を代理で行うための委任がないか、すでに終わっています。委任者に確かめてください。",
            "There is no mandate to do this for the organisation, or it has ended. Ask the principal.",
        )


def own_cases(actor: Actor) -> ColumnElement[bool]:
    """The condition "a case of the party this actor acts for now", for lists."""
    return _own(actor, Case, Case.filer_id, None)


def seen_cases(actor: Actor) -> Select[str]:
    """The ids of the cases of the party this actor acts for now, for other modules' conditions."""
    return select(Case.id).where(own_cases(actor))


def own_drafts(actor: Actor) -> ColumnElement[bool]:
    """The condition "a draft of the party this actor acts for now", for lists."""
    return _own(actor, Draft, Draft.owner_id, FILE)


def _own(
    actor: Actor,
    table: type[Case] | type[Draft],
    person: InstrumentedAttribute[str],
    power: str | None,
) -> ColumnElement[bool]:
    if actor.kind not in (APPLICANT, OFFICIAL):
        return false()
    ours: ColumnElement[bool] = table.organisation_id == actor.organisation
    limits = limits_of(actor, power)
    if limits is None:
        return false()
    if limits:
        ours = and_(ours, table.procedure_id.in_(sorted(limits)))
    if actor.agent:
        return ours
    if actor.branches is not None:
        ours = and_(ours, or_(table.branch_id.in_(sorted(actor.branches)), person == actor.id))
    mine = and_(table.organisation_id.is_(None), person == actor.id)
    return mine if actor.organisation is None else or_(ours, mine)


def _is_applicant(
    actor: Actor,
    organisation_id: str | None,
    person_id: str,
    procedure_id: str,
    branch_id: str | None,
    power: str | None = None,
) -> bool:
    if actor.kind not in (APPLICANT, OFFICIAL):
        return False
    if organisation_id is None:
        return person_id == actor.id
    may = may_file_for if power == FILE else may_read_for
    theirs = person_id == actor.id or in_their_branch(actor, organisation_id, branch_id)
    return theirs and may(actor, organisation_id, procedure_id)


async def _get(
    session: AsyncSession, table: type[Case] | type[Draft], id: str, lock: bool
) -> Case | Draft | None:
    if not is_id(id):
        return None
    query = select(table).where(table.id == id)
    if lock:
        # PostgreSQL: the second of two clicks waits here; SQLite has one writer anyway.
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Case | Draft | None = await session.scalar(query)
    return found
