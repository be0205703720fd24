"""What the pages of inspections share: who may come in, how states read, how errors are shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.access import agencies_read
from madoguchi.cases.inspections.entering import Refused
from madoguchi.cases.inspections.models import Inspection
from madoguchi.identity.service import Actor, required_actor, required_official
from madoguchi.kernel.errors import DomainError
from madoguchi.web.form_input import FormInput

FORM_BYTES = 2_000_000
UPLOAD_BYTES = 120_000_000
TONES = {
    rules.PLANNED: "neutral",
    rules.ASSIGNED: "neutral",
    rules.READY: "info",
    rules.VISITING: "info",
    rules.VISITED: "warning",
    rules.DECIDING: "purple",
    rules.IMPROVING: "warning",
    rules.CLOSING: "purple",
    rules.CLOSED: "success",
    rules.CANCELLED: "neutral",
}
FINDING_TONES = {
    "draft": "neutral",
    "noted": "neutral",
    "open": "warning",
    "reported": "info",
    "returned": "error",
    "accepted": "success",
}


async def _reader(actor: Annotated[Actor, Depends(required_official)]) -> Actor:
    if not agencies_read(actor):
        raise not_found()
    return actor


Reader = Annotated[Actor, Depends(_reader)]  # an official with a role in inspections somewhere
Signed = Annotated[Actor, Depends(required_actor)]


def state_tag(request: Request, inspection: Inspection) -> dict[str, Any]:
    """A state as a tag: {"text", "tone"}."""
    text = request.app.state.texts.text(f"inspections.state.{inspection.state}")
    return {"text": text, "tone": TONES[inspection.state]}


class Typed(dict[str, Any]):
    """What was typed, by field; "" for what was not."""

    def __missing__(self, name: str) -> str:
        return ""


class Faults(dict[str, Any]):
    """The fault of each field, None where there is none."""

    def __missing__(self, name: str) -> None:
        return None


def entered(form: FormInput, many: frozenset[str] = frozenset()) -> Typed:
    """What a form sent, by name: one text each, lists for `many`."""
    return Typed(
        (name, values if name in many else values[0])
        for name, values in form.fields.items()
        if values
    )


def shown(
    request: Request, template: str, error: DomainError | None = None, **context: Any
) -> Response:
    """A page; after an error with its status, the faults of the fields and their summary."""
    told = {"status": error.status, "errors": faults_of(error)} if error else {"errors": []}
    about = {**told, "faults": fault_at(error), **context}
    page: Response = request.app.state.pages.render(request, template, **about)
    return page


def proposed_at(proposal: Mapping[str, Any] | None) -> datetime | None:
    """When something was proposed."""
    return datetime.fromisoformat(proposal["at"]) if proposal else None


def faults_of(error: DomainError | None) -> list[dict[str, Any]]:
    """The faults of a refused form for the error summary: [{"name", "text"}]."""
    if isinstance(error, Refused):
        return [{"name": name, "text": text} for name, text in error.faults.items()]
    return [] if error is None else [{"href": "#main", "text": error.message}]


def fault_at(error: DomainError | None) -> Faults:
    """The fault of each field."""
    return Faults(error.faults if isinstance(error, Refused) else {})
