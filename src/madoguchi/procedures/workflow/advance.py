"""What may happen to a case, and what happens when someone does it. Pure: no clock, no database."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from madoguchi.kernel.language import Text
from madoguchi.procedures.workflow.machine import Action, Machine
from madoguchi.procedures.workflow.refusals import WorkflowError, refusal
from madoguchi.procedures.workflow.routes import Happened
from madoguchi.procedures.workflow.taking_part import take_part

__all__ = ["Happened", "Transition", "WorkflowError", "advance", "available"]


@dataclass(frozen=True)
class Transition:
    """The consequence of an act: the new state and the effects to carry out, in order.

    `step`: the step of a route it passes, returns to or reviews; `proxy`: as a proxy (代決).
    """

    action: Action
    source: str
    to: str
    outcome: str | None
    final: bool
    clock: str
    effects: tuple[tuple[str, str], ...]
    step: str | None = None
    proxy: bool = False


def available(
    machine: Machine,
    state: str,
    roles: AbstractSet[str],
    person: str,
    history: Sequence[Happened],
    context: Mapping[str, object],
) -> list[Action]:
    """The actions this person may do now. `roles` are theirs at the case's agency, or "applicant"."""
    return [
        action
        for action in machine.leaving(state)
        if action.by & roles
        and _guarded(action, context) is None
        and not _same_person(action, person, history)
    ]


def advance(
    machine: Machine,
    name: str,
    state: str,
    roles: AbstractSet[str],
    person: str,
    history: Sequence[Happened],
    content_hash: str,
    context: Mapping[str, object],
) -> Transition:
    """Do an action. Raises WorkflowError, saying which of the conditions failed.

    The second person's approval is bound to the content: when the filing or the proposal changed
    after it was proposed, the proposal no longer counts.
    """
    action = machine.actions.get(name)
    if action is None:
        raise refusal("unknown-action")
    if not action.by & roles:
        raise refusal("not-permitted")
    if state not in action.sources:
        raise refusal("not-available")
    if _same_person(action, person, history):
        raise refusal("second-person")
    _bound(action, history, content_hash)
    taken = take_part(machine, action, roles, person, history, context)
    unmet = _guarded(action, context) if taken.moves else None
    if unmet is not None:
        raise WorkflowError("guard", 409, unmet)
    to = machine.states[action.to or state]
    if not taken.moves:  # the case stays where it is; only the last approval has the effects
        to = machine.states[state]
    effects = action.effects if taken.moves else ()
    return Transition(
        action, state, to.name, to.outcome, to.final, to.clock, effects, taken.step, taken.proxy
    )


def _guarded(action: Action, context: Mapping[str, object]) -> Text | None:
    if action.guard is None or action.guard(context) is True:
        return None
    return action.guard_message or {
        "ja": "この操作の条件を満たしていません。",
        "en": "The conditions for this action are not met.",
    }


def _last(action: Action, history: Sequence[Happened]) -> Happened | None:
    return next((act for act in reversed(history) if act.action in action.second_person), None)


def _same_person(action: Action, person: str, history: Sequence[Happened]) -> bool:
    if not action.second_person:
        return False
    first = _last(action, history)
    return first is not None and first.actor == person


def _bound(action: Action, history: Sequence[Happened], content_hash: str) -> None:
    if not action.second_person:
        return
    first = _last(action, history)
    if first is None or first.content_hash != content_hash:
        raise refusal("content-changed")
