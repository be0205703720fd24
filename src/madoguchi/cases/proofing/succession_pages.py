"""Pages of a present representative: who asks to represent the organisation, and one's answer."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from madoguchi.cases.errors import not_found
from madoguchi.cases.proofing import succession
from madoguchi.identity.account.inviting import represented
from madoguchi.identity.account.pages.securing import Fresh
from madoguchi.identity.service import Actor
from madoguchi.kernel.errors import DomainError
from madoguchi.web.answering import done, page
from madoguchi.web.forms import form_of

router = APIRouter(include_in_schema=False)
HOME = "/organisation/succession"


@router.get(HOME)
async def succession_page(request: Request, actor: Fresh) -> Response:
    """What waits for an answer."""
    return await _page(request, actor)


@router.post(HOME + "/{proof_id}")
async def answer_post(request: Request, proof_id: str, actor: Fresh) -> Response:
    """Consent or object."""
    state = request.app.state
    async with form_of(request, 100_000) as form:
        chosen, objection = form.value("answer"), form.value("/objection")
    if chosen not in ("consent", "object"):
        raise not_found()
    try:
        async with state.database.session() as session:
            organisation = await represented(session, actor)
            await succession.answer(
                session,
                state.clock,
                actor,
                organisation,
                proof_id,
                consents=chosen == "consent",
                objection=objection,
            )
            await session.commit()
    except DomainError as error:
        if error.status != 422:
            raise
        return await _page(request, actor, {"/objection": error.message})
    return done(request, f"proofing.succession.{chosen}_done", HOME)


async def _page(request: Request, actor: Actor, faults: dict[str, Any] | None = None) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        organisation = await represented(session, actor)
        found = await succession.asked_of(session, organisation)
    return page(
        request,
        "proofing/succession.html",
        faults,
        organisation=organisation,
        asked=[
            {"proof": proof, "asked": asked, "person": person}
            for proof, asked, person in found
            if person.id != actor.id
        ],
    )
