"""Compiling the official acts of a register (職権による処分): those every register has, and what differs."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from madoguchi import feel
from madoguchi.procedures.fields.build import build_form
from madoguchi.procedures.package.act_spec import ActSpec
from madoguchi.procedures.package.compiled import Act
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.source import PackageError, read_yaml_file
from madoguchi.procedures.package.spec import FieldSpec, ProcedureSpec

STANDARD, NONE = "standard", "none"
_FILE = Path(__file__).parents[1] / "register_acts.yaml"
ACT_SCOPE: Mapping[str, feel.Type] = {
    "today": feel.DATE,
    "form": feel.ANY,
    # The columns are read by name beside what the register knows of every entry.
    "entry": feel.ContextType(
        {
            **dict.fromkeys(("id", "number", "register", "agency", "status"), feel.STRING),
            **dict.fromkeys(("entered_on", "valid_from", "valid_to"), feel.DATE),
        },
        open=True,
    ),
}


def compile_acts(procedure: ProcedureSpec, rules: RuleCompiler) -> dict[str, Act]:
    """The acts on entries this procedure enters, by name; faults go to `rules.faults`.

    Entries made within an agency (kind internal) have only the acts their package names.
    """
    register = procedure.register_
    if register is None:
        return {}
    if register.action != "enter":
        if register.acts:
            message = "acts belong to the procedure that enters the entries"
            rules.faults.append(rules.source.fault(("register", "acts"), "acts-place", message))
        return {}
    inner = RuleCompiler(rules.source, dict(ACT_SCOPE), rules.faults)
    found = {}
    for name, value in _merged(register.acts, procedure.kind == "internal").items():
        path = ("register", "acts", name)
        spec = rules.validated(ActSpec, value, path)
        if spec is None:
            continue
        found[name] = Act(
            name=name,
            spec=spec,
            form=build_form(_questions(spec), inner, (*path, "form"), {}),
            guard=inner.compile(spec.guard, (*path, "guard"), feel.BOOLEAN),
            sets={
                column: rule
                for column, text in spec.sets.items()
                if (rule := inner.compile(text, (*path, "sets", column))) is not None
            },
        )
        for column in sorted(spec.sets.keys() - register.columns.keys()):
            message = f"the register has no column “{column}”"
            where = (*path, "sets", column)
            rules.faults.append(rules.source.fault(where, "unknown-column", message))
        if spec.letter not in (STANDARD, NONE, *procedure.letters):
            message = f"there is no letter “{spec.letter}”"
            rules.faults.append(rules.source.fault((*path, "letter"), "no-letter", message))
    return found


def _merged(own: Mapping[str, Any], internal: bool) -> dict[str, Any]:
    given = {} if internal else _default()["acts"]
    names = [*given, *(name for name in own if name not in given)]
    return {
        name: {**_default()["acts"].get(name, {}), **own.get(name, {})}
        for name in names
        if own.get(name, {}) is not False
    }


def _questions(spec: ActSpec) -> dict[str, FieldSpec]:
    """What an act asks: the day, questions of its kind and its own, the reason, the hearing."""
    default = _default()
    return {
        name: value if isinstance(value, FieldSpec) else FieldSpec.model_validate(value)
        for name, value in {
            **default["first"],
            **default["kinds"].get(spec.kind, {}),
            **spec.form,
            **default["last"],
            **default["heard"].get(spec.heard, {}),
        }.items()
    }


@cache
def _default() -> dict[str, Any]:
    found = read_yaml_file(_FILE, _FILE.name)
    if found.faults or not isinstance(found.data, dict):
        raise PackageError(found.faults)
    return found.data
