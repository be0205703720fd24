"""The small forms of the desk: what was typed, and the controls that show it again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.cases.filing.questions import Question
from madoguchi.kernel.errors import DomainError
from madoguchi.procedures.service import Fault, Field
from madoguchi.web.form_input import FormInput

FORM = "/form/"


@dataclass(frozen=True)
class Tried:
    """A form that was sent and could not be taken: what was typed, and why not."""

    entered: Mapping[str, Any]
    faults: Sequence[Fault] = ()
    refusal: DomainError | None = None
    token: str = ""


def entered_by(form: FormInput, fields: Iterable[Field]) -> dict[str, Any]:
    """What a form of an action says, as JSON: one control a field, `/form/NAME`."""
    entered: dict[str, Any] = {}
    for field in fields:
        name = FORM + field.name
        if field.type in ("points", "multichoice"):
            entered[field.name] = form.values(name)
        elif field.type == "datetime":
            boxes = {box: form.value(f"{name}/{box}") for box in ("date", "time")}
            entered[field.name] = {box: text for box, text in boxes.items() if text}
        elif field.parts:
            parts = {part: form.value(f"{name}/{part}") for part in field.parts}
            entered[field.name] = {part: value for part, value in parts.items() if value}
        else:
            entered[field.name] = form.value(name)
    return {name: value for name, value in entered.items() if value not in ("", [], {})}


def question_of(field: Field, tried: Tried) -> Question:
    """One control of the form, with what was typed."""
    pointer = FORM + field.name
    value = tried.entered.get(field.name)
    return Question(
        pointer,
        field.type,
        field,
        value=value,
        required=field.required is not None and field.required({}) is True,
        errors=_errors(tried, pointer),
        parts=tuple(
            Question(
                f"{pointer}/{name}",
                part.type,
                part,
                value=value.get(name) if isinstance(value, Mapping) else None,
                errors=_errors(tried, f"{pointer}/{name}"),
                choices=_choices(part),
            )
            for name, part in field.parts.items()
        ),
        choices=_choices(field),
    )


def _errors(tried: Tried, pointer: str) -> tuple[Any, ...]:
    return tuple(fault.message for fault in tried.faults if fault.pointer == pointer)


def _choices(field: Field) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"value": key, "label": dict(option.label), "help": option.help and dict(option.help)}
        for key, option in (field.spec.options or {}).items()
    )
