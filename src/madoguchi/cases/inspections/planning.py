"""The yearly plan (立入検査計画): made by risk and quota, adjusted, approved by a second person."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.access import agencies_planned, plan_for, roles_on
from madoguchi.cases.inspections.entering import Entered, one_text
from madoguchi.cases.inspections.models import InspectionPlan
from madoguchi.cases.inspections.opening import open_inspection
from madoguchi.cases.inspections.programme import pinned, programme_of
from madoguchi.cases.inspections.ranking import Ranked, ranking
from madoguchi.cases.inspections.refusing import refusal
from madoguchi.cases.inspections.step import proposal_of
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.canonical import digest
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.japanese import fiscal_year_of

DRAFT, PROPOSED, APPROVED = "draft", "proposed", "approved"
MOST_LINES = 3000
Form = Mapping[str, Any]


@dataclass(frozen=True)
class _Step:
    """One act on a plan while it happens."""

    session: AsyncSession
    actor: Actor
    clock: Clock
    plan: InspectionPlan
    form: Form


_Work = Callable[[_Step], Awaitable[tuple[str, dict[str, Any]]]]


def _on(
    state: str, by: frozenset[str]
) -> Callable[[_Work], Callable[..., Awaitable[InspectionPlan]]]:
    """An act on a plan in a state, by these roles: it says the entry of the journal it leaves."""

    def made(work: _Work) -> Callable[..., Awaitable[InspectionPlan]]:
        async def act(
            session: AsyncSession, actor: Actor, clock: Clock, plan_id: str, form: Form
        ) -> InspectionPlan:
            plan = await plan_for(session, actor, plan_id, lock=True)
            if not by & roles_on(actor, plan.agency_id):
                raise not_found()
            seen = form.get("revision")
            if plan.state != state or (seen is not None and str(seen) != str(plan.revision)):
                raise refusal("plan-changed")
            step = _Step(session, actor, clock, plan, form)
            await _kept(step, *await work(step))
            return plan

        act.__doc__ = work.__doc__
        return act

    return made


_drafting = _on(DRAFT, rules.PLANNERS)
_deciding = _on(PROPOSED, frozenset({rules.APPROVER}))


async def make_plan(
    session: AsyncSession, actor: Actor, clock: Clock, form: Form
) -> InspectionPlan:
    """Draft the plan of a register, agency and fiscal year from the riskiest entries up to a quota.

    A draft that exists is made anew, entries put in by hand kept. Refused 422; CaseError 404 for
    another agency or a register without inspections, 409 once the plan was proposed.
    """
    today = jst_date(clock())
    entered = Entered(form)
    register = entered.text("register", longest=64)
    agency_id = entered.choice("agency", agencies_planned(actor))
    year = entered.number("year", fiscal_year_of(today) - 1, fiscal_year_of(today) + 2)
    quota = entered.number("quota", 1, MOST_LINES)
    entered.done()
    programme = await programme_of(session, register, today)
    ranked = await ranking(session, programme, agency_id, year, today)
    unique = {"register": register, "agency_id": agency_id, "year": year}
    plan = await session.scalar(
        select(InspectionPlan)
        .filter_by(**unique)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if plan is None:
        plan = InspectionPlan(
            id=new_id(),
            **unique,
            lines=[],
            state=DRAFT,
            revision=0,
            created_at=clock(),
            created_by=actor.id,
        )
        session.add(plan)
    if plan.state != DRAFT:
        raise refusal("plan-changed")
    plan.digest, plan.quota = programme.package.digest, quota
    plan.lines = _chosen(ranked, plan.lines, quota)
    await _kept(_Step(session, actor, clock, plan, form), "plan_drafted", {"quota": quota})
    return plan


@_drafting
async def add_line(step: _Step) -> tuple[str, dict[str, Any]]:
    """Put an entry in by hand, with the reason. Refused 422; CaseError 404, 409."""
    plan = step.plan
    entered = Entered(step.form)
    number = entered.text("number", longest=120)
    reason = entered.text("reason", longest=400)
    entered.done()
    programme, today = await pinned(step.session, plan.digest), jst_date(step.clock())
    ranked = await ranking(step.session, programme, plan.agency_id, plan.year, today)
    found = next((r for r in ranked if number in (r.number, r.entry_id)), None)
    if found is None:
        entered.fault(
            "number",
            "この番号の登録は、この計画の登録簿にありません。",
            "The register of this plan has no entry of that number.",
        )
    elif any(line["entry"] == found.entry_id for line in plan.lines):
        entered.fault("number", "すでに計画に入っています。", "It is in the plan already.")
    elif len(plan.lines) >= MOST_LINES:
        entered.fault("number", "計画が大きすぎます。", "The plan is too large.")
    entered.done()
    assert found is not None  # noqa: S101 - otherwise refused
    plan.lines = [*plan.lines, _line(found, reason)]
    return "plan_line_added", {"number": found.number, "reason": reason}


@_drafting
async def remove_line(step: _Step) -> tuple[str, dict[str, Any]]:
    """Take an entry out of a draft. Refused 422; CaseError 404, 409."""
    entered = Entered(step.form)
    entry = entered.choice("entry", [line["entry"] for line in step.plan.lines])
    entered.done()
    step.plan.lines = [line for line in step.plan.lines if line["entry"] != entry]
    return "plan_line_removed", {"entry": entry}


@_drafting
async def propose_plan(step: _Step) -> tuple[str, dict[str, Any]]:
    """Send the plan to the approver, bound to its lines. CaseError 404, 409; 422 when empty."""
    if not step.plan.lines:
        raise refusal("empty-plan")
    bound = digest(step.plan.lines)
    step.plan.state = PROPOSED
    step.plan.proposal = proposal_of(step.actor, step.clock(), hash=bound)
    return "plan_proposed", {"hash": bound}


@_deciding
async def return_plan(step: _Step) -> tuple[str, dict[str, Any]]:
    """Send the plan back to its planners with a comment. CaseError 404, 403, 409; Refused 422."""
    comment = one_text(step.form, "comment")
    step.plan.state, step.plan.proposal = DRAFT, None
    return "plan_returned", {"comment": comment}


@_deciding
async def approve_plan(step: _Step) -> tuple[str, dict[str, Any]]:
    """Approve as a second person: an inspection begins for each line. CaseError 404, 403, 409."""
    plan, proposal = step.plan, step.plan.proposal or {}
    if proposal.get("by") == step.actor.id:
        raise refusal("second-person")
    if proposal.get("hash") != digest(plan.lines):
        raise refusal("plan-changed")
    programme = await pinned(step.session, plan.digest)
    plan.state, plan.approved_at, plan.approved_by = APPROVED, step.clock(), step.actor.id
    for line in plan.lines:
        await open_inspection(step.session, step.actor, step.clock, programme, line, plan=plan)
    return "plan_approved", {"hash": proposal["hash"]}


ACTS = {
    "add": add_line,
    "remove": remove_line,
    "propose": propose_plan,
    "return": return_plan,
    "approve": approve_plan,
}


def _chosen(ranked: list[Ranked], known: list[dict[str, Any]], quota: int) -> list[dict[str, Any]]:
    """The riskiest up to the quota; what was put in by hand stays, beside the quota's others."""
    kept = {line["entry"]: line["added"] for line in known if line.get("added")}
    by_hand = [r for r in ranked if r.entry_id in kept]
    others = [r for r in ranked if r.entry_id not in kept][: max(quota - len(by_hand), 0)]
    taken = {r.entry_id for r in (*others, *by_hand)}
    return [_line(r, kept.get(r.entry_id)) for r in ranked if r.entry_id in taken]


def _line(ranked: Ranked, added: str | None) -> dict[str, Any]:
    return {
        "entry": ranked.entry_id,
        "number": ranked.number,
        "name": ranked.name,
        "score": f"{ranked.score:f}",
        "reasons": [[reason.factor, f"{reason.points:f}"] for reason in ranked.reasons],
        "last": ranked.last.isoformat() if ranked.last else None,
        "due": ranked.due,
        "added": added,
    }


async def _kept(step: _Step, action: str, payload: Mapping[str, Any]) -> None:
    """The plan as it is now, and the act in its journal."""
    plan = step.plan
    plan.revision += 1
    await step.session.flush()
    told = {"actor_name": step.actor.name, "revision": plan.revision}
    await journal.append(
        step.session,
        subject=f"inspection_plan:{plan.id}",
        action=action,
        actor=step.actor.id,
        at=step.clock(),
        payload={**told, "lines": [line["number"] for line in plan.lines], **payload},
    )


def fiscal_years(today: date) -> list[int]:
    """The years a plan can be made for: this one and the next."""
    year = fiscal_year_of(today)
    return [year, year + 1]
