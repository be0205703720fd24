"""Pages of delegation: the lists, one mandate, answering, ending."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.cases.delegations.showing import page, said, titles
from madoguchi.identity.account.entering import means_of
from madoguchi.identity.account.pages.securing import fresh_where_possible
from madoguchi.identity.delegation import ending, listing
from madoguchi.identity.delegation.parties import party_of
from madoguchi.identity.delegation.rules import ACCEPTED, REMIND_BEFORE, WAITING
from madoguchi.identity.errors import not_allowed
from madoguchi.identity.service import Actor, IdentityError, required_actor
from madoguchi.identity.service.members import members_of
from madoguchi.kernel.clock import jst_date
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]
Sure = Annotated[Actor, Depends(fresh_where_possible)]
LARGEST_FORM = 200_000


@router.get("/delegations")
async def list_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """What waits for an answer first, then whom one trusts, and for whom one acts."""
    state = request.app.state
    words, before = request.query_params.get("q", ""), request.query_params.get("before")
    ended = request.query_params.get("ended") == "1"
    async with state.database.reading() as session:
        party, now = await party_of(session, actor), state.clock()
        found = {
            side: await listing.lines(
                session,
                party,
                now,
                side,
                words=words,
                open_only=not ended,
                before=before if side == listing.RECEIVED else None,
                limit=listing.PAGE if side == listing.RECEIVED else 200,
            )
            for side in (listing.GIVEN, listing.RECEIVED)
        }
    received = found[listing.RECEIVED][: listing.PAGE]
    more = len(found[listing.RECEIVED]) > listing.PAGE
    shown = [*found[listing.GIVEN], *received]
    waiting = [line for line in shown if "accept" in line.seen.may]
    over = {line.mandate.id for line in shown if line.seen.state not in ACCEPTED | WAITING}
    return page(
        request,
        "list.html",
        party=party,
        actor=actor,
        waiting=waiting,
        given=[line for line in found[listing.GIVEN] if ended or line.mandate.id not in over],
        received=[line for line in received if ended or line.mandate.id not in over],
        words=words,
        ended=ended,
        next=received[-1].mandate.id if more else None,
    )


@router.get("/delegations/{mandate_id}")
async def one_page(request: Request, mandate_id: str, actor: SignedIn) -> HTMLResponse:
    """What a mandate says, where it stands, and what one may do about it."""
    return await _one(request, mandate_id, actor)


@router.post("/delegations/{mandate_id}/answer")
async def answer_post(request: Request, mandate_id: str, actor: Sure) -> Response:
    """Accept or decline."""
    async with form_of(request, LARGEST_FORM) as form:
        decision = form.value("/decision")
    if decision not in ("accept", "decline"):
        return await _one(request, mandate_id, actor, {"/decision": "decision"})
    answer = ending.accept if decision == "accept" else ending.decline
    means = means_of(request)
    async with means.database.session() as session:
        await answer(session, means, await party_of(session, actor), mandate_id)
        await session.commit()
    flash(request, said(request, f"delegations.done.{decision}"))
    return RedirectResponse(f"/delegations/{mandate_id}", 303)


@router.get("/delegations/{mandate_id}/end")
async def end_page(request: Request, mandate_id: str, actor: SignedIn) -> HTMLResponse:
    """What ending it means, before it is done."""
    state = request.app.state
    async with state.database.reading() as session:
        party, now = await party_of(session, actor), state.clock()
        seen = await ending.mandate_seen(session, party, mandate_id, now)
        (line,) = await listing.named(session, party, [seen.mandate], now)
        lower = await listing.below(session, party, seen.mandate, now)
    how = next((way for way in ("take_back", "withdraw", "give_up") if way in seen.may), None)
    if how is None:
        raise not_allowed()
    held = [one for one in lower if one.seen.state in ACCEPTED | WAITING]
    return page(request, "end.html", line=line, how=how, below=held)


@router.post("/delegations/{mandate_id}/end")
async def end_post(request: Request, mandate_id: str, actor: SignedIn) -> Response:
    """End it now."""
    means = means_of(request)
    async with means.database.session() as session:
        await ending.end(session, means, await party_of(session, actor), mandate_id)
        await session.commit()
    flash(request, said(request, "delegations.done.end"))
    return RedirectResponse(f"/delegations/{mandate_id}", 303)


@router.post("/delegations/{mandate_id}/members")
async def members_post(request: Request, mandate_id: str, actor: SignedIn) -> Response:
    """Who of the firm may use it."""
    async with form_of(request, LARGEST_FORM) as form:
        everybody, chosen = form.value("/everybody") == "all", form.values("/members")
    means = means_of(request)
    try:
        async with means.database.session() as session:
            party = await party_of(session, actor)
            members = None if everybody else chosen
            await ending.choose_members(session, means, party, mandate_id, members)
            await session.commit()
    except IdentityError as fault:
        if fault.status != 422:
            raise
        return await _one(request, mandate_id, actor, {"/members": fault.message})
    flash(request, said(request, "delegations.done.members"))
    return RedirectResponse(f"/delegations/{mandate_id}", 303)


@router.post("/delegations/{mandate_id}/telling")
async def telling_post(request: Request, mandate_id: str, actor: SignedIn) -> Response:
    """Whether the principal is told of each filing."""
    async with form_of(request, LARGEST_FORM) as form:
        tell = form.value("/tell") == "true"
    means = means_of(request)
    async with means.database.session() as session:
        party = await party_of(session, actor)
        await ending.choose_telling(session, means, party, mandate_id, tell)
        await session.commit()
    flash(request, said(request, "delegations.done.telling"))
    return RedirectResponse(f"/delegations/{mandate_id}", 303)


async def _one(
    request: Request,
    mandate_id: str,
    actor: Actor,
    faults: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    state = request.app.state
    async with state.database.reading() as session:
        party, now = await party_of(session, actor), state.clock()
        seen = await ending.mandate_seen(session, party, mandate_id, now)
        mandate = seen.mandate
        (line,) = await listing.named(session, party, [mandate], now)
        above = await listing.named(session, party, [seen.source], now) if seen.source else []
        lower = await listing.below(session, party, mandate, now)
        names = await titles(session, jst_date(now))
        firm = mandate.agent_organisation_id
        staff = (await members_of(session, [firm]))[firm] if firm and "staff" in seen.may else []
    soon = mandate.valid_to is not None and mandate.valid_to - jst_date(now) <= REMIND_BEFORE
    proposes = party.manages and party.organisation == mandate.principal_id
    return page(
        request,
        "one.html",
        faults,
        line=line,
        above=above,
        below=lower,
        procedures=[names.get(id, {"ja": id, "en": id}) for id in mandate.procedures],
        staff=staff,
        renewable=proposes and seen.state in (*ACCEPTED, "expired") and mandate.source_id is None,
        soon=soon and seen.state in ACCEPTED,
        switches=proposes,
    )
