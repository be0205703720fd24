"""What an applicant may do to a filing besides correcting it: withdraw it (取下げ) and more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import APPLICANT, own_case
from madoguchi.cases.effects import run_effects
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.agents import agent_named
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.transition import history, move, remember
from madoguchi.identity.service import Actor, binding, under_mandate
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Action, Fault, Machine, advance, evaluate_form


class FormFaulty(CaseError):
    """The small form of an act has faults (入力の誤り)."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(
            "form_has_errors",
            422,
            faults[0].message,
            pointers=tuple(fault.pointer for fault in faults),
        )
        self.faults = faults


def simple_actions(machine: Machine, state: str) -> list[Action]:
    """The applicant's acts in a state that are done on one small form."""
    return [act for act in machine.leaving(state) if APPLICANT in act.by and not act.check]


async def act_as_applicant(
    session: AsyncSession,
    actor: Actor,
    clock: Clock,
    case_id: str,
    name: str,
    entered: Mapping[str, Any],
) -> Case:
    """Do an act of the applicant; doing it twice in a row is doing it once. The caller commits.

    Raises CaseError 404, FormFaulty 422, WorkflowError 403, 404, 409.
    """
    case = await own_case(session, actor, case_id, lock=True)
    if case.acts and case.acts[-1]["action"] == name and case.acts[-1]["actor"] == actor.id:
        return case
    binding(actor, case.organisation_id)
    package, at = await procedures.package(session, case.digest), clock()
    machine = package.machine
    judged = await judge_case(session, case, package, jst_date(at))
    transition = advance(
        machine,
        name,
        case.state,
        {APPLICANT},
        actor.id,
        history(case),
        case.content_hash,
        judged.context(case),
    )
    _, form, faults = evaluate_form(
        transition.action.form, entered, judged.context(case), judged.environment
    )
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise FormFaulty(errors)
    source = case.state
    move(case, machine, transition, package.spec.standard_period, at)
    remember(case, name, actor.id, case.content_hash, at)
    if transition.final:
        await _end_corrections(session, case)
    await session.flush()
    await _journal(session, case, actor, name, source, form, at)
    await run_effects(session, case, package, transition, form, actor, clock, judged)
    return case


async def _end_corrections(session: AsyncSession, case: Case) -> None:
    """Nothing is asked any more of a case that has ended."""
    case.correction = None
    await session.execute(delete(Draft).where(Draft.case_id == case.id, Draft.filed_at.is_(None)))


async def _journal(
    session: AsyncSession,
    case: Case,
    actor: Actor,
    name: str,
    source: str,
    form: Mapping[str, Any],
    at: datetime,
) -> None:
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action=name,
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
            "form": dict(form),
            "content_hash": case.content_hash,
        },
    )
