"""Approval routes (決裁ルート): whose turn it is, proxies, returns, reviews afterwards. Pure.

Approvals count since the last proposal and are bound to it: a new proposal begins anew.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Rule

APPROVE, RETURN, PULL_BACK, REVIEW = "approve", "return", "pull_back", "review"
PASSED, CURRENT, WAITING, SKIPPED = "passed", "current", "waiting", "skipped"


@dataclass(frozen=True)
class Step:
    """A step (段階). `kind`: review 回議 | concur 合議 | check 審査 | decide 決裁; `parallel`: beside
    the step before it; `when`: only where the rule holds.
    """

    id: str
    label: Text
    role: str
    kind: str
    proxy: frozenset[str]
    parallel: bool
    when: Rule | None


@dataclass(frozen=True)
class Route:
    """A route by name; its last step decides."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Part:
    """What an action is in a route: `role` is approve | return | pull_back | review; `deciding` the
    action that decides, `proposals` those that begin the route.
    """

    role: str
    deciding: str
    proposals: frozenset[str]


@dataclass(frozen=True)
class Happened:
    """An act in the history of a case: who did what, and the hash of what they had before them.

    `step`: the step of a route it passed, returned to or reviewed; `proxy`: as a proxy (代決).
    """

    action: str
    actor: str
    content_hash: str
    step: str | None = None
    proxy: bool = False


@dataclass(frozen=True)
class Standing:
    """How a step stands: passed | current | waiting | skipped; `act` passed it; `reviewed`: by whom
    after a proxy passed it.
    """

    step: Step
    state: str
    act: Happened | None = None
    reviewed: str | None = None


def standings(
    route: Route, part: Part, history: Sequence[Happened], context: Mapping[str, object]
) -> list[Standing]:
    """Every step of a route as it stands."""
    passed, reviewed = _passed(route, part, history)
    asked = [step for step in route.steps if step.when is None or step.when(context) is True]
    group = _current(route, asked, passed)
    found = []
    for step in route.steps:
        act = passed.get(step.id)
        state = PASSED if act else CURRENT if step in group else WAITING
        state = state if step in asked or act else SKIPPED
        found.append(Standing(step, state, act, reviewed.get(step.id)))
    return found


def my_step(found: Sequence[Standing], roles: AbstractSet[str]) -> tuple[Step, bool] | None:
    """The step these roles may pass now, and whether only as a proxy; None when it is not their turn."""
    current = [item.step for item in found if item.state == CURRENT]
    own = next((step for step in current if step.role in roles), None)
    if own is not None:
        return own, False
    stand_in = next((step for step in current if step.proxy & roles), None)
    return (stand_in, True) if stand_in is not None else None


def is_last(found: Sequence[Standing], step: Step) -> bool:
    """Whether passing a step decides: no other step is left."""
    return not any(item.state in (CURRENT, WAITING) and item.step != step for item in found)


def to_review(found: Sequence[Standing], roles: AbstractSet[str], person: str) -> Standing | None:
    """A step that a proxy passed and the one absent has not looked at since (後閲)."""
    return next(
        (
            item
            for item in found
            if item.act is not None
            and item.act.proxy
            and item.reviewed is None
            and item.step.role in roles
            and item.act.actor != person
        ),
        None,
    )


def _passed(
    route: Route, part: Part, history: Sequence[Happened]
) -> tuple[dict[str, Happened], dict[str, str]]:
    order = [step.id for step in route.steps]
    passed: dict[str, Happened] = {}
    reviewed: dict[str, str] = {}
    for act in history:
        if act.action in part.proposals:
            passed, reviewed = {}, {}
        elif act.step not in order:
            continue
        elif act.action == part.deciding:
            passed[act.step] = act
        elif act.action == f"{part.deciding}_{RETURN}":
            back = order[order.index(act.step) :]
            passed = {step: done for step, done in passed.items() if step not in back}
        elif act.action == f"{part.deciding}_{REVIEW}":
            reviewed[act.step] = act.actor
    return passed, reviewed


def _current(route: Route, asked: Sequence[Step], passed: Mapping[str, Happened]) -> list[Step]:
    """The steps whose turn it is: what is left of the first group that is not through."""
    groups: list[list[Step]] = []
    for step in route.steps:
        if step.parallel and groups:
            groups[-1].append(step)
        else:
            groups.append([step])
    left = ([s for s in group if s in asked and s.id not in passed] for group in groups)
    return next((group for group in left if group), [])
