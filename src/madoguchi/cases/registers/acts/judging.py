"""Whether an act may be done as its form says (処分の点検), and what the register would say then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.cases.desk.act import FormRefused
from madoguchi.cases.errors import CaseError
from madoguchi.cases.registers.acts.correcting import column_fields, corrected
from madoguchi.cases.registers.acts.opening import Opened
from madoguchi.cases.registers.rules import (
    CANCELLED,
    ENDED,
    LAPSED,
    Span,
    amended_from,
    ended_from,
    in_force,
    resumed_from,
    suspended_between,
)
from madoguchi.cases.registers.service import day_after, from_its_first_day
from madoguchi.cases.registers.values import tagged
from madoguchi.identity import service as identity
from madoguchi.procedures.package.compiled import Act
from madoguchi.procedures.package.scope import names
from madoguchi.procedures.service import Environment, Fault, Field, evaluate_form

_GUARD = {"ja": "いまは、この処分をすることができません。", "en": "This cannot be done now."}
_NO_EFFECT = {
    "ja": "この内容では、登録は何も変わりません。日と内容を確かめてください。",
    "en": "This would change nothing. Check the day and what you entered.",
}


@dataclass(frozen=True)
class Judged:
    """A form that may be done: its values, its JSON, what changes in columns, the spans after it."""

    values: Mapping[str, object]
    form: Mapping[str, Any]
    columns: Mapping[str, object]
    spans: list[Span]


def form_of_act(act: Act, opened: Opened) -> dict[str, Field]:
    """The questions of an act; a change has one for each simple column as well."""
    if act.spec.kind != "change":
        return dict(act.form)
    return {**column_fields(opened.now), **act.form}


def judge_act(act: Act, opened: Opened, entered: Mapping[str, Any], today: date) -> Judged:
    """Whether an act may be done as its form says, changing nothing.

    FormRefused 422; CaseError 409 where the guard forbids it or it would have no effect.
    """
    environment = Environment(today, today, office=identity.office_of)
    context = {**names(environment), "entry": opened.context(), "form": None}
    fields = form_of_act(act, opened)
    values, form, faults = evaluate_form(fields, entered, context, environment)
    if faults:
        raise FormRefused(faults)
    context["form"] = {**dict.fromkeys(fields), **values}
    if act.guard is not None and act.guard(context) is not True:
        refusal = dict(act.spec.guard_message or _GUARD)
        raise CaseError("guard", 409, refusal)
    columns = {name: rule(context) for name, rule in act.sets.items()}
    if act.spec.kind == "change":
        columns = {**corrected(opened.now, values), **columns}
    on, until = values["effective_on"], values.get("until")
    assert isinstance(on, date)  # noqa: S101 - every act asks it
    spans = _after(act, opened, on, until if isinstance(until, date) else None, columns)
    if spans == opened.spans:
        raise FormRefused([Fault("/form/effective_on", "no-effect", _NO_EFFECT)])
    return Judged(values, form, columns, spans)


def _after(
    act: Act, opened: Opened, on: date, until: date | None, columns: Mapping[str, object]
) -> list[Span]:
    spans = opened.spans
    day = from_its_first_day(spans, on)
    standing = in_force(spans, day)
    if standing is None or standing.status in ENDED:
        return spans
    if columns:
        new = {name: tagged(value) for name, value in columns.items()}
        spans = amended_from(spans, day, new)
    match act.spec.kind:
        case "suspend":
            return suspended_between(spans, day, day_after(until) if until else None)
        case "resume":
            return resumed_from(spans, day)
        case "cancel":
            return ended_from(spans, day, CANCELLED)
        case "lapse":
            return ended_from(spans, day, LAPSED)
    return spans
