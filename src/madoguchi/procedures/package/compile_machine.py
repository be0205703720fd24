"""Compiling the workflow of a package: its pattern, its changes, its messages."""

from collections.abc import Mapping
from typing import Any

from madoguchi import feel
from madoguchi.kernel.periods import read_period
from madoguchi.procedures.fields.build import build_form
from madoguchi.procedures.package import spec
from madoguchi.procedures.package.compile_addressees import addressed, with_concurrence
from madoguchi.procedures.package.compile_opinions import (
    asking_actions,
    case_scope,
    compile_opinions,
)
from madoguchi.procedures.package.compile_routes import compile_routes, routed
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.source import PathInFile
from madoguchi.procedures.workflow.machine import (
    DRAFT,
    Action,
    Machine,
    State,
    Timer,
    dead_ends,
    expand_pattern,
    merged,
    pattern_names,
    timer_loops,
    unreachable_states,
)
from madoguchi.procedures.workflow.messages import MESSAGES
from madoguchi.procedures.workflow.routes import Part

Messages = dict[str, spec.MessageSpec]
Scope = Mapping[str, feel.Type]


def compile_machine(procedure: spec.ProcedureSpec, rules: RuleCompiler) -> tuple[Machine, Messages]:
    """The state machine and the messages; faults go to `rules.faults`."""
    workflow = procedure.workflow
    pattern = _expanded(workflow, rules)
    states, _ = merged(pattern, workflow.states, {}, list(workflow.remove))
    workflow = with_concurrence(workflow, procedure.authority, states)
    scope = case_scope(workflow)
    own = {**asking_actions(workflow), **workflow.actions}
    states, actions = merged(pattern, workflow.states, own, list(workflow.remove))
    actions, parts = routed(workflow, actions)
    actions = addressed(actions, states, procedure.authority)
    machine = Machine(
        workflow.pattern or "own",
        _states(states, rules, scope),
        _actions(actions, parts, rules, scope),
        compile_opinions(workflow, rules, scope),
        compile_routes(workflow, rules, scope),
    )
    _check(machine, procedure, rules)
    worded = {**MESSAGES, **(pattern.get("messages") or {})}
    defaults = {name: spec.MessageSpec.model_validate(value) for name, value in worded.items()}
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


def _states(states: dict[str, Any], rules: RuleCompiler, scope: Scope) -> dict[str, State]:
    result = {}
    for name, value in states.items():
        state = rules.validated(spec.StateSpec, value, ("workflow", "states", name))
        if state is not None:
            result[name] = State(
                name,
                dict(state.label),
                state.clock,
                state.waits_for,
                state.final,
                state.outcome,
                dict(state.help) if state.help else None,
                state.phase,
                rules.compile(state.due, ("workflow", "states", name, "due"), None, scope),
                dict(state.due_label) if state.due_label else None,
            )
    return result


def _actions(
    actions: dict[str, Any], parts: Mapping[str, Part], rules: RuleCompiler, scope: Scope
) -> dict[str, Action]:
    result = {}
    for name, value in actions.items():
        path = ("workflow", "actions", name)
        action = rules.validated(spec.ActionSpec, value, path)
        if action is None:
            continue
        guard = rules.compile(action.guard, (*path, "guard"), feel.BOOLEAN, scope)
        result[name] = Action(
            name=name,
            label=dict(action.label),
            help=dict(action.help) if action.help else None,
            by=frozenset(action.by),
            sources=frozenset(action.from_),
            to=action.to,
            form=build_form(action.form, rules, (*path, "form"), scope),
            guard=guard,
            guard_message=dict(action.guard_message) if action.guard_message else None,
            second_person=frozenset(action.second_person),
            effects=tuple(
                (kind, str(key)) for effect in action.effects for kind, key in effect.items()
            ),
            style=action.style,
            check=action.check,
            timer=_timer(action, path, rules, scope),
            route=action.route,
            part=parts.get(name),
        )
    return result


def _timer(
    action: spec.ActionSpec, path: PathInFile, rules: RuleCompiler, scope: Scope
) -> Timer | None:
    if action.after is None and action.at is None:
        return None
    since = rules.compile(action.since, (*path, "since"), None, scope)
    at = rules.compile(action.at, (*path, "at"), None, scope)
    return Timer(read_period(action.after), since, at, action.times)


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
        named = {*action.sources, *([action.to] if action.to else [])}
        for state in sorted(named - machine.states.keys()):
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
            if kind == "quota" and key not in procedure.quotas:
                report("actions", action.name, "unknown-quota", f"there is no quota “{key}”")
            if kind in ("reserve", "ledger") and key not in procedure.endorsements:
                message = f"there is no endorsement “{key}”"
                report("actions", action.name, "unknown-endorsement", message)
            if kind == "opinion" and key not in machine.opinions:
                report("actions", action.name, "unknown-opinion", f"there is no opinion “{key}”")
        if action.route is not None and action.route not in machine.routes:
            report("actions", action.name, "unknown-route", f"there is no route “{action.route}”")
    if any(fault.code == "unknown-state" for fault in rules.faults):
        return
    for state in unreachable_states(machine.states, machine.actions):
        report("states", state, "unreachable", f"no case can come to the state “{state}”")
    for state in dead_ends(machine.states, machine.actions):
        report("states", state, "dead-end", f"nothing leads out of “{state}”, which is not final")
    for state in timer_loops(machine.actions):
        report("states", state, "timer-loop", f"the system would go round “{state}” by itself")
    refusing = [state.name for state in machine.states.values() if state.outcome == "refused"]
    if refusing and procedure.kind not in ("application", "internal"):
        # 行政手続法 第37条: the duty to notify is fulfilled on arrival; there is nothing to refuse.
        report(
            "states",
            refusing[0],
            "notification-refused",
            f"a {procedure.kind} takes effect on arrival; it cannot have the refusing state “{refusing[0]}”",
        )
