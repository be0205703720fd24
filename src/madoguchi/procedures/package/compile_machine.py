"""Compiling the workflow of a package: its pattern, its changes, its messages."""

from typing import Any, TypeVar

from pydantic import ValidationError

from madoguchi import feel
from madoguchi.procedures.fields.build import build_field
from madoguchi.procedures.package import spec
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.scope import CASE_SCOPE
from madoguchi.procedures.package.source import PathInFile
from madoguchi.procedures.workflow.machine import (
    DRAFT,
    Action,
    Machine,
    State,
    dead_ends,
    expand_pattern,
    merged,
    pattern_names,
    unreachable_states,
)
from madoguchi.procedures.workflow.messages import MESSAGES

Messages = dict[str, spec.MessageSpec]


def compile_machine(procedure: spec.ProcedureSpec, rules: RuleCompiler) -> tuple[Machine, Messages]:
    """The state machine and the messages; faults go to `rules.faults`."""
    workflow = procedure.workflow
    pattern = _expanded(workflow, rules)
    states, actions = merged(pattern, workflow.states, workflow.actions, list(workflow.remove))
    machine = Machine(workflow.pattern or "own", _states(states, rules), _actions(actions, rules))
    _check(machine, procedure, rules)
    defaults = {name: spec.MessageSpec.model_validate(value) for name, value in MESSAGES.items()}
    return machine, {**defaults, **procedure.messages}


def _expanded(workflow: spec.WorkflowSpec, rules: RuleCompiler) -> dict[str, Any]:
    if workflow.pattern is None:
        return {}
    if workflow.pattern not in pattern_names():
        rules.faults.append(
            rules.source.fault(
                ("workflow", "pattern"),
                "unknown-pattern",
                f"there is no pattern “{workflow.pattern}”; the patterns are {', '.join(pattern_names())}",
            )
        )
        return {}
    pattern, unknown = expand_pattern(workflow.pattern, workflow.with_)
    for name in unknown:
        rules.faults.append(
            rules.source.fault(
                ("workflow", "with", name),
                "unknown-parameter",
                f"the pattern {workflow.pattern} has no parameter “{name}”",
            )
        )
    return pattern


def _states(states: dict[str, Any], rules: RuleCompiler) -> dict[str, State]:
    result = {}
    for name, value in states.items():
        state = _validated(spec.StateSpec, value, ("workflow", "states", name), rules)
        if state is not None:
            result[name] = State(
                name,
                dict(state.label),
                state.clock,
                state.waits_for,
                state.final,
                state.outcome,
                dict(state.help) if state.help else None,
            )
    return result


S = TypeVar("S", bound=spec.Spec)


def _validated(shape: type[S], value: object, path: PathInFile, rules: RuleCompiler) -> S | None:
    """A state or action after merging; its faults stand where the package changed the pattern."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        for item in error.errors():
            key = ".".join(map(str, item["loc"]))
            rules.faults.append(
                rules.source.fault(
                    (*path, *item["loc"]), item["type"].replace("_", "-"), f"“{key}”: {item['msg']}"
                )
            )
        return None


def _actions(actions: dict[str, Any], rules: RuleCompiler) -> dict[str, Action]:
    result = {}
    for name, value in actions.items():
        path = ("workflow", "actions", name)
        action = _validated(spec.ActionSpec, value, path, rules)
        if action is None:
            continue
        guard = rules.compile(action.guard, (*path, "guard"), feel.BOOLEAN, CASE_SCOPE)
        result[name] = Action(
            name=name,
            label=dict(action.label),
            help=dict(action.help) if action.help else None,
            by=frozenset(action.by),
            sources=frozenset(action.from_),
            to=action.to,
            form={n: build_field(n, f, rules, (*path, "form", n)) for n, f in action.form.items()},
            guard=guard,
            guard_message=dict(action.guard_message) if action.guard_message else None,
            second_person=frozenset(action.second_person),
            effects=tuple(
                (kind, str(key)) for effect in action.effects for kind, key in effect.items()
            ),
            style=action.style,
            check=action.check,
        )
    return result


def _check(machine: Machine, procedure: spec.ProcedureSpec, rules: RuleCompiler) -> None:
    def report(where: str, name: str, code: str, message: str, severity: str = "error") -> None:
        rules.faults.append(rules.source.fault(("workflow", where, name), code, message, severity))

    if DRAFT not in machine.states:
        report(
            "states",
            DRAFT,
            "no-draft",
            "the workflow needs a state “draft”, in which filings begin",
        )
    for action in machine.actions.values():
        for state in sorted({*action.sources, action.to} - machine.states.keys()):
            report(
                "actions",
                action.name,
                "unknown-state",
                f"“{action.name}” names the unknown state “{state}”",
            )
        for other in sorted(action.second_person - machine.actions.keys()):
            report(
                "actions",
                action.name,
                "unknown-action",
                f"“{action.name}” names the unknown action “{other}”",
            )
        for kind, key in action.effects:
            if kind == "fee" and key not in {fee.id for fee in procedure.fees}:
                report("actions", action.name, "unknown-fee", f"there is no fee “{key}”")
    if any(fault.code == "unknown-state" for fault in rules.faults):
        return
    for state in unreachable_states(machine.states, machine.actions):
        report("states", state, "unreachable", f"no case can come to the state “{state}”")
    for state in dead_ends(machine.states, machine.actions):
        report("states", state, "dead-end", f"nothing leads out of “{state}”, which is not final")
    refusing = [state.name for state in machine.states.values() if state.outcome == "refused"]
    if refusing and procedure.kind not in ("application", "internal"):
        # 行政手続法 第37条: the duty to notify is fulfilled on arrival; there is nothing to refuse.
        report(
            "states",
            refusing[0],
            "notification-refused",
            f"a {procedure.kind} takes effect on arrival; it cannot have the refusing state “{refusing[0]}”",
        )
