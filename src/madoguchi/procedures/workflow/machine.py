"""The state machine of a procedure: patterns read from YAML, merged with what a package changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import Period
from madoguchi.procedures.fields.field import Field, Rule
from madoguchi.procedures.package.source import PackageError, read_yaml_file
from madoguchi.procedures.workflow.opinions import Opinion
from madoguchi.procedures.workflow.routes import Part, Route

PATTERNS = Path(__file__).parents[1] / "patterns"
DRAFT, SYSTEM = "draft", "system"
_WITHIN = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class State:
    """A state of a case (状態). `clock` says whether the standard period runs (行政手続法 第6条).

    `phase` is what rules see while the filing is written in this state (None: the phase of the last
    filing goes on); `due` gives the day or moment by which whoever it waits for must act.
    """

    name: str
    label: Text
    clock: str
    waits_for: str
    final: bool
    outcome: str | None
    help: Text | None
    phase: str | None = None
    due: Rule | None = None
    due_label: Text | None = None


@dataclass(frozen=True)
class Timer:
    """When the system does an action (期限による処理): `after` a period `since` the state was entered
    or what a rule gives, `times` times over; or `at` the day (its beginning) or moment a rule gives.
    """

    after: Period | None
    since: Rule | None
    at: Rule | None
    times: int


@dataclass(frozen=True)
class Action:
    """What a person may do in some states (操作); with a `timer`, what the system does.

    `by` holds roles, or "applicant", or "system"; without `to` the case stays in its state;
    `effects` are (kind, key) in order; `second_person` names the actions whose doer may not do this
    one and whose content hash this one is bound to.
    """

    name: str
    label: Text
    help: Text | None
    by: frozenset[str]
    sources: frozenset[str]
    to: str | None
    form: Mapping[str, Field]
    guard: Rule | None
    guard_message: Text | None
    second_person: frozenset[str]
    effects: tuple[tuple[str, str], ...]
    style: str
    check: bool
    timer: Timer | None = None
    route: str | None = None
    part: Part | None = None


@dataclass(frozen=True)
class Machine:
    """All states and actions of a procedure."""

    pattern: str
    states: Mapping[str, State]
    actions: Mapping[str, Action]
    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)

    def leaving(self, state: str) -> list[Action]:
        """The actions that start in a state, in the order they are written."""
        return [action for action in self.actions.values() if state in action.sources]


def pattern_names() -> list[str]:
    """The names of the patterns that exist."""
    return sorted(path.stem for path in PATTERNS.glob("*.yaml"))


@cache
def _pattern(name: str) -> dict[str, Any]:
    source = read_yaml_file(PATTERNS / f"{name}.yaml", f"patterns/{name}.yaml")
    if source.faults or not isinstance(source.data, dict):
        raise PackageError(source.faults)
    return source.data


def expand_pattern(name: str, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A pattern with its parameters filled in, and the names of parameters it does not have."""
    pattern = _pattern(name)
    defaults = pattern.get("parameters") or {}
    unknown = [key for key in parameters if key not in defaults]
    filled = {**defaults, **{k: v for k, v in parameters.items() if k in defaults}}
    return {
        key: _fill(pattern.get(key) or {}, filled) for key in ("states", "actions", "messages")
    }, unknown


def _fill(value: Any, parameters: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        if value.startswith("$") and value[1:] in parameters:
            return parameters[value[1:]]
        return _WITHIN.sub(lambda found: str(parameters.get(found[1], found[0])), value)
    if isinstance(value, dict):
        return {key: _fill(item, parameters) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, parameters) for item in value]
    return value


def merged(
    pattern: Mapping[str, Any],
    states: Mapping[str, Any],
    actions: Mapping[str, Any],
    remove: list[str],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """States and actions of a pattern with a package's own on top, key by key."""
    result = []
    for base, own in ((pattern.get("states", {}), states), (pattern.get("actions", {}), actions)):
        both = {name: {**value, **own.get(name, {})} for name, value in base.items()}
        both |= {name: value for name, value in own.items() if name not in both}
        result.append({name: value for name, value in both.items() if name not in remove})
    return result[0], result[1]


def unreachable_states(states: Mapping[str, State], actions: Mapping[str, Action]) -> list[str]:
    """States no case can come to."""
    reached, waiting = {DRAFT}, [DRAFT]
    while waiting:
        here = waiting.pop()
        for action in actions.values():
            if here in action.sources and action.to is not None and action.to not in reached:
                reached.add(action.to)
                waiting.append(action.to)
    return [name for name in states if name not in reached]


def dead_ends(states: Mapping[str, State], actions: Mapping[str, Action]) -> list[str]:
    """States that are not final and that no action leaves."""
    left = {s for action in actions.values() if action.to is not None for s in action.sources}
    return [name for name, state in states.items() if not state.final and name not in left]


def timer_loops(actions: Mapping[str, Action]) -> list[str]:
    """States in which the system could go round for ever with nobody acting."""
    onward = {
        source: {a.to for a in actions.values() if a.timer and a.to and source in a.sources}
        for source in {s for a in actions.values() for s in a.sources}
    }

    def reaches(start: str) -> bool:
        seen, waiting = set[str](), [*onward.get(start, ())]
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting.extend(onward.get(here, ()))
        return start in seen

    return sorted(state for state in onward if reaches(state))
