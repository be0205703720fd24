"""What a transition does to a case (状態の移り変わり): state, whose turn, clock, outcome, history.

Used by both sides of the counter, within the transaction of the act.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.cases.desk import clock
from madoguchi.cases.desk.stage import stage_of
from madoguchi.cases.models import Case
from madoguchi.kernel import calendar
from madoguchi.kernel.canonical import digest
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures.service import Action, Happened, Machine, Transition

WITHDRAWN = "withdrawn"


def history(case: Case) -> list[Happened]:
    """The acts of a case as the workflow reads them, oldest first."""
    return [
        Happened(
            act["action"],
            act["actor"],
            act["content_hash"],
            act.get("step"),
            bool(act.get("proxy")),
        )
        for act in case.acts
    ]


def proposals(machine: Machine) -> frozenset[str]:
    """The officials' acts on which a second person decides later."""
    named = {name for action in machine.actions.values() for name in action.second_person}
    return frozenset(name for name in named if machine.actions[name].by != {"applicant"})


def proposal_hash(content_hash: str, action: str, form: Mapping[str, Any]) -> str:
    """What a proposal binds: the filing as it stands, and what is proposed."""
    return digest({"content": content_hash, "proposal": action, "form": dict(form)})


def bound_hash(case: Case, action: Action) -> str:
    """The hash of all that a person has before them when they do this action.

    For a second person's decision it covers the proposal as well as the filing.
    """
    last = next((act for act in reversed(case.acts) if act["action"] in action.second_person), None)
    proposal = case.last_proposal
    if last is None or proposal is None or proposal["action"] != last["action"]:
        return case.content_hash
    return proposal_hash(case.content_hash, proposal["action"], proposal["form"])


def move(
    case: Case, machine: Machine, transition: Transition, period: str | None, at: datetime
) -> None:
    """Bring a case into the state a transition leads to, at a moment."""
    case.state = transition.to
    state = machine.states[transition.to]
    case.stage = stage_of(machine, transition.to)
    case.waits_for = "" if state.final else state.waits_for
    if transition.clock == clock.PAUSE and case.paused_since is None:
        case.paused_since = at
    elif transition.clock != clock.PAUSE and case.paused_since is not None:
        _resume(case, period, at)
    if not transition.final:  # also a case that is taken up again
        case.outcome, case.decided_at = None, None
        case.processing_days, case.on_time = None, None
    elif transition.source != transition.to:
        case.outcome, case.decided_at = transition.outcome, at
        if transition.outcome != WITHDRAWN:
            _measure(case, at)
    case.updated_at = at


def remember(
    case: Case, action: str, actor: str, content_hash: str, at: datetime, **more: object
) -> None:
    """Add an act to the case's short history, with the state it left the case in.

    `more`: token (of a showing of a form), step and proxy (of an approval route); nothing is left
    out that is set.
    """
    act = {
        "action": action,
        "actor": actor,
        "content_hash": content_hash,
        "at": at.isoformat(),
        "state": case.state,
    }
    case.acts = [*case.acts, act | {name: value for name, value in more.items() if value}]


def _resume(case: Case, period: str | None, at: datetime) -> None:
    assert case.paused_since is not None  # noqa: S101 - the caller asked
    since, today = jst_date(case.paused_since), jst_date(at)
    case.due_on = clock.moved(period, case.due_on, clock.paused_between(period, since, today))
    case.paused_days += max(0, calendar.open_days_between(since, today))
    case.paused_since = None


def _measure(case: Case, at: datetime) -> None:
    """How long it took: open days, pauses taken off; in time when decided by the due day."""
    arrived, decided = jst_date(case.arrived_at), jst_date(at)
    case.processing_days = max(0, calendar.open_days_between(arrived, decided) - case.paused_days)
    case.on_time = None if case.due_on is None else decided <= case.due_on
