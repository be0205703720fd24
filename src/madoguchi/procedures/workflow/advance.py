"""What may happen to a case, and what happens when someone does it. Pure: no clock, no database."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.procedures.workflow.machine import Action, Machine


class WorkflowError(DomainError):
    """An action that cannot be done here, now or by this person."""


@dataclass(frozen=True)
class Happened:
    """An act in the history of a case: who did what, and the hash of what they had before them."""

    action: str
    actor: str
    content_hash: str


@dataclass(frozen=True)
class Transition:
    """The consequence of an act: the new state and the effects to carry out, in order."""

    action: Action
    source: str
    to: str
    outcome: str | None
    final: bool
    clock: str
    effects: tuple[tuple[str, str], ...]


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
        raise _error("unknown-action", 404, "この操作はありません。", "There is no such action.")
    if not action.by & roles:
        raise _error(
            "not-permitted",
            403,
            "この操作を行う権限がありません。",
            "You do not have the role for this action.",
        )
    if state not in action.sources:
        raise _error(
            "not-available",
            409,
            "いまの状態ではこの操作はできません。画面を読み込み直して、状態を確かめてください。",
            "This action is not possible in the present state. Reload to see the present state.",
        )
    if _same_person(action, person, history):
        raise _error(
            "second-person",
            403,
            "起案した人とは別の人が決裁してください。",
            "Someone other than the person who proposed must decide.",
        )
    _bound(action, history, content_hash)
    refusal = _guarded(action, context)
    if refusal is not None:
        raise WorkflowError("guard", 409, refusal)
    to = machine.states[action.to]
    return Transition(action, state, to.name, to.outcome, to.final, to.clock, action.effects)


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
        raise _error(
            "content-changed",
            409,
            "起案のあとで内容が変わりました。差し戻して、起案し直してください。",
            "The content changed after it was proposed. Send it back and propose again.",
        )


def _error(code: str, status: int, ja: str, en: str) -> WorkflowError:
    return WorkflowError(code, status, {"ja": ja, "en": en})
