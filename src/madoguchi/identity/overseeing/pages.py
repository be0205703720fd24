"""Pages of the desk of accounts: search, one organisation, one person."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from madoguchi.identity.account.entering import means_of
from madoguchi.identity.account.pages.securing import fresh_where_possible
from madoguchi.identity.account.pages.shared import fields_of
from madoguchi.identity.errors import IdentityError, unknown
from madoguchi.identity.guards import required_official
from madoguchi.identity.overseeing import service
from madoguchi.identity.rules import Actor
from madoguchi.web.answering import done, faults_of, page

router = APIRouter(prefix="/desk/accounts", include_in_schema=False)
HOME = "/desk/accounts"
Official = Annotated[Actor, Depends(required_official)]
Sure = Annotated[Actor, Depends(fresh_where_possible)]
ACTS = ("end-sessions", "ask-closing", "close", "withdraw")


@router.get("")
async def search_page(request: Request, actor: Official) -> Response:
    """Organisations by number or name, people by address or name."""
    service.overseeing(actor)
    words = request.query_params.get("q", "")[:200].replace("\0", "")
    async with request.app.state.database.reading() as session:
        organisations = await service.found_organisations(session, words)
        people = await service.found_people(session, words)
    return page(
        request,
        "overseeing/search.html",
        words=words,
        organisations=organisations,
        people=people,
        most=service.MOST,
    )


@router.get("/organisations/{organisation_id}")
async def organisation_page(request: Request, organisation_id: str, actor: Official) -> Response:
    """One organisation, its people, and what can be done."""
    return await _organisation(request, actor, organisation_id)


@router.post("/organisations/{organisation_id}/{act}")
async def organisation_post(
    request: Request, organisation_id: str, act: str, actor: Sure
) -> Response:
    """End every session; ask for closing, settle or withdraw it."""
    service.overseeing(actor)
    if act not in ACTS:
        raise unknown("act")
    (reason,) = await fields_of(request, "/reason")
    means = means_of(request)
    try:
        async with means.database.session() as session:
            if act == "end-sessions":
                await service.end_organisation_sessions(
                    session, means, actor, organisation_id, reason
                )
            elif act == "ask-closing":
                await service.ask_closing(session, means, actor, organisation_id, reason)
            else:
                close = act == "close"
                await service.settle_closing(session, means, actor, organisation_id, close=close)
            await session.commit()
    except IdentityError as error:
        return await _organisation(request, actor, organisation_id, act, reason, faults_of(error))
    key = f"overseeing.done.{act.replace('-', '_')}"
    return done(request, key, f"{HOME}/organisations/{organisation_id}")


@router.get("/people/{person_id}")
async def person_page(request: Request, person_id: str, actor: Official) -> Response:
    """One person, and ending their sessions."""
    return await _person(request, actor, person_id)


@router.post("/people/{person_id}/end-sessions")
async def person_post(request: Request, person_id: str, actor: Sure) -> Response:
    """Sign them out everywhere."""
    service.overseeing(actor)
    (reason,) = await fields_of(request, "/reason")
    means = means_of(request)
    try:
        async with means.database.session() as session:
            await service.end_person(session, means, actor, person_id, reason)
            await session.commit()
    except IdentityError as error:
        return await _person(request, actor, person_id, faults_of(error))
    return done(request, "overseeing.done.end_sessions", f"{HOME}/people/{person_id}")


async def _organisation(
    request: Request,
    actor: Actor,
    organisation_id: str,
    act: str = "",
    reason: str = "",
    faults: dict[str, Any] | None = None,
) -> Response:
    service.overseeing(actor)
    async with request.app.state.database.reading() as session:
        found = await service.overseen(session, organisation_id)
    return page(
        request,
        "overseeing/organisation.html",
        {
            f"/reason-{act}" if place == "/reason" else place: t
            for place, t in (faults or {}).items()
        },
        organisation=found.organisation,
        people=[{"person": person, "role": role} for person, role in found.people],
        closing=found.closing,
        mine=found.closing is not None and found.closing.asked_by == actor.id,
        act=act,
        reason=reason,
    )


async def _person(
    request: Request, actor: Actor, person_id: str, faults: dict[str, Any] | None = None
) -> Response:
    service.overseeing(actor)
    async with request.app.state.database.reading() as session:
        person = await service.person_found(session, person_id)
    return page(request, "overseeing/person.html", faults, person=person)
