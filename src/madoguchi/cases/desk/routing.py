"""Approval routes of a case (決裁ルート): whose turn it is, what a proxy left to review, the drawn line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.cases.transition import history
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Action, Machine
from madoguchi.procedures.workflow.routes import APPROVE, CURRENT, Standing
from madoguchi.procedures.workflow.taking_part import route_standings

MOST_REVIEWS = 20


@dataclass(frozen=True)
class RouteView:
    """A route as people see it: the act that decides, and how each step stands."""

    action: Action
    steps: Sequence[Standing]


def note_turn(case: Case, machine: Machine, context: Mapping[str, object]) -> None:
    """Keep with the case whose turn it is and who has to review, for lists."""
    views = routes_of(case, machine, context)
    turn = [
        item.step.id
        for view in views
        if case.state in view.action.sources
        for item in view.steps
        if item.state == CURRENT
    ]
    case.turn = ",".join(dict.fromkeys(turn))[:200]
    case.review_role = next(
        (
            item.step.role
            for view in views
            for item in view.steps
            if item.act is not None and item.act.proxy and item.reviewed is None
        ),
        None,
    )


def routes_of(case: Case, machine: Machine, context: Mapping[str, object]) -> list[RouteView]:
    """The routes a case is going through, or went through last."""
    found = []
    acts = history(case)
    for action in machine.actions.values():
        part = action.part
        if part is None or part.role != APPROVE:
            continue
        begun = any(act.action in part.proposals for act in acts)
        if case.state in action.sources or (begun and any(a.action == action.name for a in acts)):
            found.append(RouteView(action, route_standings(machine, part, acts, context)))
    return found


def turn_labels(machine: Machine, turn: str) -> list[Text]:
    """The names of the steps whose turn it is."""
    ids = turn.split(",") if turn else []
    steps = {step.id: step.label for route in machine.routes.values() for step in route.steps}
    return [steps[id] for id in ids if id in steps]


async def to_review(session: AsyncSession, actor: Actor) -> list[Case]:
    """Cases a proxy decided in which this official has to look at it afterwards (後閲待ち)."""
    roles = {role for _, role in actor.grants}
    mine = [
        and_(Case.review_role == role, Case.agency_id.in_(sorted(agencies_where(actor, role))))
        for role in sorted(roles)
    ]
    query = select(Case).where(or_(false(), *mine)).order_by(Case.updated_at.desc(), Case.id.desc())
    return list(await session.scalars(query.limit(MOST_REVIEWS)))
