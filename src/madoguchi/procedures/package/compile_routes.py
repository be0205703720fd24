"""Compiling `workflow: routes:`: the routes, and the actions that go with one that decides."""

from collections.abc import Mapping
from typing import Any

from madoguchi import feel
from madoguchi.procedures.package import spec
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.workflow.routes import (
    APPROVE,
    PULL_BACK,
    RETURN,
    REVIEW,
    Part,
    Route,
    Step,
)

_RETURN = {"ja": "前の段階に戻す", "en": "Return to an earlier step"}
_PULL_BACK = {"ja": "引き戻す", "en": "Pull back"}
_REVIEW = {"ja": "後閲する", "en": "Review afterwards"}
_TO = {"ja": "戻す段階", "en": "Which step"}
_WHY = {"ja": "理由", "en": "Why"}
_SEEN = {"ja": "意見", "en": "Comment"}


def compile_routes(
    workflow: spec.WorkflowSpec, rules: RuleCompiler, scope: Mapping[str, feel.Type]
) -> dict[str, Route]:
    """Every route by name; faults go to `rules.faults`."""
    return {
        name: Route(
            name,
            tuple(
                Step(
                    id=step.id,
                    label=dict(step.label),
                    role=step.role,
                    kind=step.kind,
                    proxy=frozenset(step.proxy),
                    parallel=step.parallel,
                    when=rules.compile(
                        step.when,
                        ("workflow", "routes", name, "steps", index, "when"),
                        feel.BOOLEAN,
                        scope,
                    ),
                )
                for index, step in enumerate(block.steps)
            ),
        )
        for name, block in workflow.routes.items()
    }


def routed(
    workflow: spec.WorkflowSpec, actions: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Part]]:
    """The actions, with those that a route adds to the one it decides, and what each is in it."""
    result: dict[str, Any] = {}
    parts: dict[str, Part] = {}
    for name, action in actions.items():
        block = workflow.routes.get(action.get("route") or "")
        if block is None:
            result[name] = action
            continue
        named = action.get("second_person") or []
        first = frozenset([named] if isinstance(named, str) else named)
        everyone = sorted({role for step in block.steps for role in (step.role, *step.proxy)})
        result[name] = {**action, "by": everyone}
        parts[name] = Part(APPROVE, name, first)
        for role, made in _added(action, block, actions, sorted(first), everyone).items():
            result[f"{name}_{role}"] = made
            parts[f"{name}_{role}"] = Part(role, name, first)
    return result, parts


def _added(
    action: Mapping[str, Any],
    block: Any,
    actions: Mapping[str, Any],
    proposals: list[str],
    everyone: list[str],
) -> dict[str, Any]:
    here = list(action["from"])
    steps = {step.id: {"label": dict(step.label)} for step in block.steps}
    comment = {"type": "longtext", "label": _WHY, "required": True, "visible_to": ["examiner"]}
    target = {"type": "choice", "label": _TO, "required": True, "options": steps}
    found: dict[str, Any] = {}
    if len(block.steps) > 1:
        found[RETURN] = {
            "label": _RETURN,
            "by": everyone,
            "from": here,
            "form": {"step": target, "comment": comment},
        }
    begun = [actions[name] for name in proposals if name in actions]
    back = [state for first in begun for state in first["from"]]
    officials = sorted({role for first in begun for role in _words(first["by"])})
    if back:
        found[PULL_BACK] = {"label": _PULL_BACK, "by": officials, "from": here, "to": back[0]}
    if any(step.proxy for step in block.steps):
        found[REVIEW] = {
            "label": _REVIEW,
            "by": sorted({step.role for step in block.steps if step.proxy}),
            "from": [*here, *([action["to"]] if action.get("to") else [])],
            "form": {"comment": {"type": "longtext", "label": _SEEN, "visible_to": ["examiner"]}},
        }
    return found


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
