"""When the system acts by itself, and by when others must (期限): pure, from what is known of a case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from madoguchi.kernel.clock import JST, as_utc
from madoguchi.kernel.periods import end_of_day, over_at, start_of_day
from madoguchi.procedures.workflow.machine import Action, Machine, State, Timer


@dataclass(frozen=True)
class Coming:
    """An action of the system with the moment (UTC) at which it is due."""

    action: Action
    due: datetime


def coming(
    machine: Machine,
    state: str,
    entered: datetime,
    done: Mapping[str, int],
    context: Mapping[str, object],
) -> list[Coming]:
    """What the system is to do in a state, the earliest first.

    `entered`: since when the case is in the state; `done`: how often each action was done since.
    What a rule cannot tell yet is not due.
    """
    found = []
    for action in machine.leaving(state):
        if action.timer is None or done.get(action.name, 0) >= action.timer.times:
            continue
        due = _due(action.timer, entered, done.get(action.name, 0), context)
        if due is not None:
            found.append(Coming(action, due))
    return sorted(found, key=lambda item: item.due)


def act_by(state: State, context: Mapping[str, object]) -> datetime | None:
    """The moment (UTC) by which whoever a state waits for must act; the end of a day for a date."""
    return _moment(state.due(context), end_of_day) if state.due is not None else None


def _due(
    timer: Timer, entered: datetime, done: int, context: Mapping[str, object]
) -> datetime | None:
    if timer.after is None:
        return _moment(timer.at(context), start_of_day) if timer.at is not None else None
    since = timer.since(context) if timer.since is not None else entered
    if not isinstance(since, date):
        return None
    try:
        return over_at(_placed(since), timer.after.times(done + 1))
    except (ValueError, OverflowError):  # beyond the years there are
        return None


def _moment(value: object, of_day: Callable[[date], datetime]) -> datetime | None:
    if not isinstance(value, date):
        return None
    try:
        placed = _placed(value)
        return as_utc(placed) if isinstance(placed, datetime) else of_day(placed)
    except (ValueError, OverflowError):
        return None


def _placed(value: date) -> date:
    """A time without a zone is Japan's."""
    naive = isinstance(value, datetime) and value.tzinfo is None
    return value.replace(tzinfo=JST) if naive and isinstance(value, datetime) else value
