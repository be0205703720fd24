"""The page of one procedure: for whom, what you need, how long, what it costs, what can be left out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.procedures import service
from madoguchi.procedures.carrying import carried_by, carried_number
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.retention_spec import period_text
from madoguchi.procedures.rounds import rounds_until
from madoguchi.procedures.workflow.machine import DRAFT
from madoguchi.procedures.workflow.picture import WHO, arrows, svg

router = APIRouter(include_in_schema=False)

_UNITS: Mapping[str, Text] = {
    "open days": {"ja": "開庁日", "en": "open days"},
    "days": {"ja": "日", "en": "days"},
    "months": {"ja": "か月", "en": "months"},
}


@router.get("/procedures/{procedure_id}")
async def procedure_page(
    request: Request, procedure_id: str, actor: Annotated[Actor, Depends(current_actor)]
) -> HTMLResponse:
    """Everything a person wants to know before beginning."""
    state = request.app.state
    async with state.database.reading() as session:
        today = jst_date(state.clock())
        package = await service.current(session, procedure_id, today)
        number = carried_number(request.query_params)
        brought = await carried_by(session, actor, package.id, number, today)
    response: HTMLResponse = state.pages.render(
        request,
        "procedures/procedure.html",
        package=package,
        actor=actor,
        carried=brought,
        picture=svg(package.machine, request.state.language),
        **about(package, state.clock()),
    )
    return response


def about(package: Package, at: datetime) -> dict[str, object]:
    """What the page tells, as plain data."""
    rounds = package.spec.rounds
    every = rounds_until(rounds, at.year + 1)
    return {
        # Those to come, or the last that was.
        "rounds": [item for item in every if item.closes > at][:4] or every[-1:],
        "now": at,
        "arrows": arrows(package.machine),
        "roles": WHO,
        "period": standard_period(package),
        "retention": retention_text(package),
        "steps": steps(package),
        "questions": [
            {
                "title": page.title,
                "labels": [
                    package.fields[name].label for name in page.fields if package.fields[name].label
                ],
            }
            for page in package.pages
        ],
        "needed": [a for a in package.attachments.values() if a.spec.required is not None],
        "omittable": [a for a in package.attachments.values() if a.spec.omit_when is not None],
        "optional": [a for a in package.attachments.values() if a.spec.required is None],
        "fees": [
            {
                "label": fee.label,
                "law": fee.law,
                "amount": fixed_amount(package, index),
                "when": fee.when,
            }
            for index, fee in enumerate(package.fees)
        ],
    }


def standard_period(package: Package) -> Text | None:
    """標準処理期間 in words."""
    if package.spec.standard_period is None:
        return None
    count, _, unit = package.spec.standard_period.partition(" ")
    return {"ja": f"{count}{_UNITS[unit]['ja']}", "en": f"{count} {_UNITS[unit]['en']}"}


def retention_text(package: Package) -> Text | None:
    """How long a filing is kept, and by what rule."""
    spec = package.spec.retention
    if spec is None:
        return None
    text = period_text(spec)
    return {language: f"{words} {spec.law}".strip() for language, words in text.items()}


def fixed_amount(package: Package, index: int) -> int | None:
    """The amount of a fee when it does not depend on the answers."""
    text = package.spec.fees[index].amount
    return int(text) if text.isdigit() else None


def steps(package: Package) -> list[Text]:
    """The usual way through the workflow, as the states a smooth filing passes."""
    way: list[Text] = []
    machine, state, seen = package.machine, DRAFT, {DRAFT}
    while True:
        onward = [
            action
            for action in machine.leaving(state)
            if action.style == "primary" and action.to not in (None, *seen)
        ]
        if not onward or onward[0].to is None:
            return way
        state = onward[0].to
        seen.add(state)
        label = machine.states[state].label
        if label not in way:
            way.append(label)
