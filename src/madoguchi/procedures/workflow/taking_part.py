"""What an act does in the approval route it is part of: pass a step, return, pull back, review. Pure."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from madoguchi.kernel.language import pick
from madoguchi.procedures.workflow.machine import Action, Machine
from madoguchi.procedures.workflow.refusals import refusal
from madoguchi.procedures.workflow.routes import (
    CURRENT,
    PULL_BACK,
    RETURN,
    REVIEW,
    Happened,
    Part,
    Standing,
    is_last,
    my_step,
    standings,
    to_review,
)


@dataclass(frozen=True)
class Taken:
    """The step an act is about, whether as a proxy (代決), and whether the case moves on by it."""

    step: str | None = None
    proxy: bool = False
    moves: bool = True


def route_standings(
    machine: Machine, part: Part, history: Sequence[Happened], context: Mapping[str, object]
) -> list[Standing]:
    """How the route of an action stands, step by step."""
    route = machine.routes[machine.actions[part.deciding].route or ""]
    return standings(route, part, history, context)


def take_part(
    machine: Machine,
    action: Action,
    roles: AbstractSet[str],
    person: str,
    history: Sequence[Happened],
    context: Mapping[str, object],
) -> Taken:
    """What this act of this person does. WorkflowError where it is not theirs, or not now."""
    part = action.part
    if part is None:
        return Taken()
    found = route_standings(machine, part, history, context)
    if part.role == PULL_BACK:
        return _pulled_back(found, part, history, person)
    if part.role == REVIEW:
        left = to_review(found, roles, person)
        if left is None:
            raise refusal("nothing-to-review")
        return Taken(left.step.id, moves=False)
    mine = my_step(found, roles)
    if mine is None:
        turn = [item.step.label for item in found if item.state == CURRENT]
        raise refusal(
            "not-your-step",
            turn_ja="・".join(pick(label, "ja") for label in turn),
            turn_en=", ".join(pick(label, "en") for label in turn),
        )
    if part.role == RETURN:
        return Taken(_target(found, context), moves=False)
    step, proxy = mine
    return Taken(step.id, proxy, is_last(found, step))


def _pulled_back(
    found: Sequence[Standing], part: Part, history: Sequence[Happened], person: str
) -> Taken:
    first = next((act for act in reversed(history) if act.action in part.proposals), None)
    if first is None or first.actor != person:
        raise refusal("not-the-proposer")
    if any(item.act is not None for item in found):
        raise refusal("route-begun")
    return Taken()


def _target(found: Sequence[Standing], context: Mapping[str, object]) -> str | None:
    """The step to return to, one that was passed; None while the form is not filled in."""
    form = context.get("form")
    chosen = form.get("step") if isinstance(form, Mapping) else None
    passed = [item.step.id for item in found if item.act is not None]
    if not passed or (chosen is not None and chosen not in passed):
        raise refusal("step-not-passed")
    return str(chosen) if chosen is not None else None
