"""Addressees beyond the one that decides (提出先): an office that receives first (経由), and agencies
whose jurisdiction is joint (共管). Both become ordinary parts of the workflow.

`via:` gives officials the act of forwarding (進達); until then only corrections can be asked. What
arrives at the office the law names has arrived (行政手続法 第7条・第37条). `with:` gives an opinion that
every such agency states, without which nothing is decided.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from madoguchi.procedures.package.opinion_spec import OpinionSpec
from madoguchi.procedures.package.spec import AuthoritySpec, WorkflowSpec

FORWARD, CONCURRENCE = "forward", "concurrence"
_DECIDED = {"granted", "refused", "accepted"}
_LABEL = {"ja": "進達する", "en": "Forward"}
_HELP = {
    "ja": "形式を確かめ、決定する機関へ送ります。",
    "en": "Having checked the form, send it to the agency that decides.",
}
_NOTE = {"ja": "経由機関の意見", "en": "Opinion of the forwarding office"}
_NOT_FORWARDED = {"ja": "経由機関からの進達がまだです。", "en": "It has not been forwarded yet."}
_FORWARDED = {"ja": "すでに進達されています。", "en": "It has been forwarded already."}
_NOT_JOINED = {
    "ja": "共管の機関の意見がそろっていません。",
    "en": "Not every agency with joint jurisdiction has stated its opinion.",
}
_JOINT: dict[str, Any] = {
    "label": {"ja": "共管の機関の意見", "en": "Agencies with joint jurisdiction"},
    "question": {
        "ja": "共管の機関として、異議の有無を回答してください。",
        "en": "Please say whether you object, as an agency with joint jurisdiction.",
    },
    "form": {
        "stance": {
            "type": "choice",
            "label": {"ja": "回答", "en": "Answer"},
            "options": {
                "none": {"ja": "異議はありません", "en": "No objection"},
                "against": {"ja": "異議があります", "en": "Objection"},
            },
            "required": "true",
        },
        "reasons": {
            "type": "longtext",
            "label": {"ja": "理由・意見", "en": "Reasons and remarks"},
            "required": 'stance = "against"',
        },
    },
}


def with_concurrence(
    workflow: WorkflowSpec, authority: AuthoritySpec, states: Mapping[str, Any]
) -> WorkflowSpec:
    """The workflow with the opinion of the agencies of `with:`, in every state officials work in.

    A package may word it itself, as the opinion `concurrence`; then only the agencies are added.
    """
    if authority.with_ is None:
        return workflow
    own = workflow.opinions.get(CONCURRENCE)
    words = own.model_dump(by_alias=True, exclude_unset=True) if own is not None else {}
    words.pop("choose", None)
    spec = {"from": _worked_in(states), **_JOINT, **words, "to": authority.with_}
    joint = OpinionSpec.model_validate(spec)
    return workflow.model_copy(update={"opinions": {**workflow.opinions, CONCURRENCE: joint}})


def addressed(
    actions: Mapping[str, Any], states: Mapping[str, Any], authority: AuthoritySpec
) -> dict[str, Any]:
    """Actions with the guards of `via:` and `with:`, and the act of forwarding."""
    result = dict(actions)
    if authority.with_ is not None:
        for name, action in result.items():
            if _decides(action, states):
                joined = f"opinions.{CONCURRENCE}.joined"
                result[name] = _guarded(action, joined, _NOT_JOINED)
    if authority.via is None:
        return result
    for name, action in result.items():
        target = states.get(action.get("to") or "", {})
        if _official(action) and target.get("waits_for") != "applicant":
            result[name] = _guarded(action, "case.via = null", _NOT_FORWARDED)
    forward = {
        "label": _LABEL,
        "help": _HELP,
        "by": "examiner",
        "from": _worked_in(states),
        "guard": "case.via != null",
        "guard_message": _FORWARDED,
        "form": {
            "forward_note": {"type": "longtext", "label": _NOTE, "visible_to": ["examiner"]},
        },
        "effects": [{"forward": True}, {"message": "forwarded"}],
        "style": "primary",
    }
    return {**result, FORWARD: {**forward, **result.get(FORWARD, {})}}


def _guarded(action: Mapping[str, Any], rule: str, told: Mapping[str, str]) -> dict[str, Any]:
    before, said = action.get("guard"), action.get("guard_message")
    if before is None:
        return {**action, "guard": rule, "guard_message": dict(told)}
    own = said if isinstance(said, Mapping) else {}
    between = {"ja": "または、", "en": " Or: "}
    both = {
        language: text + (f"{between[language]}{own[language]}" if own.get(language) else "")
        for language, text in told.items()
    }
    return {**action, "guard": f"{rule} and ({before})", "guard_message": both}


def _official(action: Mapping[str, Any]) -> bool:
    by = action.get("by") or ()
    roles = {by} if isinstance(by, str) else set(by)
    return not roles & {"applicant", "system"}


def _decides(action: Mapping[str, Any], states: Mapping[str, Any]) -> bool:
    return _official(action) and states.get(action.get("to") or "", {}).get("outcome") in _DECIDED


def _worked_in(states: Mapping[str, Any]) -> list[str]:
    """The states in which it is the officials' turn."""
    found: Iterable[str] = (
        name
        for name, state in states.items()
        if not state.get("final") and state.get("waits_for", "agency") == "agency"
    )
    return [name for name in found if name != "draft"]
