"""Compiling `workflow: opinions:`: each block, and the action by which an official asks."""

from collections.abc import Mapping
from typing import Any

from madoguchi import feel
from madoguchi.identity.agencies import shipped_agencies
from madoguchi.kernel.periods import read_period
from madoguchi.procedures.fields.build import build_form
from madoguchi.procedures.package import spec
from madoguchi.procedures.package.opinion_spec import OpinionSpec
from madoguchi.procedures.package.rules import RuleCompiler
from madoguchi.procedures.package.scope import CASE_SCOPE
from madoguchi.procedures.package.source import PathInFile
from madoguchi.procedures.workflow.opinions import AGENCIES, NOTE, OPINION_TYPE, Opinion

_ASK = {"ja": "{}を求める", "en": "Ask for: {}"}
_ASKED = {"ja": "すでに求めています。", "en": "It has been asked for already."}
_WHOM = {"ja": "求める相手", "en": "Whom to ask"}
_NOTE = {"ja": "相手に伝えること", "en": "What to tell them"}


def case_scope(workflow: spec.WorkflowSpec) -> dict[str, feel.Type]:
    """The names guards, timers and forms of this workflow see besides those of every rule."""
    known = feel.ContextType(dict.fromkeys(workflow.opinions, OPINION_TYPE))
    return {**CASE_SCOPE, "opinions": known}


def compile_opinions(
    workflow: spec.WorkflowSpec, rules: RuleCompiler, scope: Mapping[str, feel.Type]
) -> dict[str, Opinion]:
    """Every block by name; faults go to `rules.faults`."""
    return {name: _opinion(name, block, rules, scope) for name, block in workflow.opinions.items()}


def asking_actions(workflow: spec.WorkflowSpec) -> dict[str, Any]:
    """The actions that ask, as a package would write them: `ask_NAME` in the states of `from:`."""
    return {
        f"ask_{name}": _action(name, block)
        for name, block in workflow.opinions.items()
        if block.from_
    }


def _action(name: str, block: OpinionSpec) -> dict[str, Any]:
    form: dict[str, Any] = {}
    if block.choose:
        form[AGENCIES] = {
            "type": "multichoice",
            "label": _WHOM,
            "required": True,
            "min": 1,
            "options": _options(block.choose),
        }
    form[NOTE] = {"type": "longtext", "label": _NOTE, "visible_to": ["examiner"]}
    label = {lang: _ASK.get(lang, _ASK["en"]).format(text) for lang, text in block.label.items()}
    return {
        "label": label,
        "by": list(block.by),
        "from": list(block.from_),
        "guard": f"opinions.{name}.pending = 0",
        "guard_message": _ASKED,
        "form": form,
        "effects": [{"opinion": name}],
    }


def _options(chosen: list[str]) -> dict[str, Any]:
    """Agencies by id, or all of a kind."""
    known = shipped_agencies()
    return {
        id: {"label": dict(agency.name)}
        for id, agency in known.items()
        if id in chosen or agency.kind in chosen
    }


def _opinion(
    name: str, block: OpinionSpec, rules: RuleCompiler, scope: Mapping[str, feel.Type]
) -> Opinion:
    path: PathInFile = ("workflow", "opinions", name)
    known = shipped_agencies()
    for item in block.choose:
        if item not in known and item not in {agency.kind for agency in known.values()}:
            message = f"“{item}” is neither an agency nor a kind of agencies"
            rules.faults.append(rules.source.fault((*path, "choose"), "unknown-agency", message))
    fields = {
        key: field
        for key, value in block.form.items()
        if (field := rules.validated(spec.FieldSpec, value, (*path, "form", key))) is not None
    }
    return Opinion(
        name=name,
        label=dict(block.label),
        question=dict(block.question) if block.question else None,
        to=rules.compile(block.to, (*path, "to"), None, scope),
        choose=tuple(block.choose),
        role=block.role,
        within=read_period(block.within),
        remind=read_period(block.remind),
        join=block.join,
        passes=block.overdue == "pass",
        sees=frozenset(block.sees) if block.sees is not None else None,
        form=build_form(fields, rules, (*path, "form"), scope),
    )
