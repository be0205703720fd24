"""Pages of officials: who has which role, inviting, one official; taking up an invitation."""

import csv
import io
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from madoguchi.identity.account.entering import RETURN, means_of
from madoguchi.identity.account.pages.securing import fresh_actor, fresh_where_possible
from madoguchi.identity.account.pages.shared import fields_of
from madoguchi.identity.account.proving import known_of
from madoguchi.identity.account.rules import mail_address
from madoguchi.identity.errors import IdentityError, unknown
from madoguchi.identity.guards import current_actor, required_official
from madoguchi.identity.officials import inviting, service
from madoguchi.identity.rules import PROOFING, ROLES, Actor
from madoguchi.identity.service.agencies import agencies
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.csv_text import BOM, harmless
from madoguchi.kernel.japanese import JapaneseInputError
from madoguchi.kernel.japanese.dates import parse_date
from madoguchi.kernel.language import pick
from madoguchi.web.answering import done, faults_of, page

router = APIRouter(include_in_schema=False)
_GIVEN = {role: name for role, name in ROLES.items() if role != PROOFING}
HOME = "/desk/admin/people"
Official = Annotated[Actor, Depends(required_official)]
Sure = Annotated[Actor, Depends(fresh_where_possible)]
Fresh = Annotated[Actor, Depends(fresh_actor)]
Anyone = Annotated[Actor, Depends(current_actor)]
PERIOD = ("/from", "/to")


@router.get(HOME)
async def people_page(request: Request, actor: Official) -> Response:
    """Who has which role at one's agencies; invitations nobody has taken up."""
    mine, means = service.administered(actor), means_of(request)
    async with means.database.reading() as session:
        found = await service.holdings(session, mine, jst_date(means.now))
        open_ = await inviting.waiting(session, means, mine)
    return page(
        request,
        "officials/people.html",
        holdings=found,
        invitations=open_,
        role_names=ROLES,
        wide=True,
    )


@router.get(HOME + ".csv")
async def people_csv(request: Request, actor: Official) -> Response:
    """The same as a file."""
    mine, means, language = service.administered(actor), means_of(request), request.state.language
    async with means.database.reading() as session:
        found = await service.holdings(session, mine, jst_date(means.now))
    texts, out = request.app.state.texts, io.StringIO()
    rows = csv.writer(out)
    columns = ("name", "address", "agency", "role", "from", "to", "standing", "active", "seen")
    rows.writerow([texts.t(f"officials.column.{column}", language) for column in columns])
    for one in found:
        seen = one.last_seen
        rows.writerow(
            harmless(str(value))
            for value in (
                one.person.name,
                one.person.email or "",
                pick(one.agency.name, language),
                pick(ROLES.get(one.grant.role, {"ja": one.grant.role}), language),
                one.grant.valid_from or "",
                one.grant.valid_to or "",
                texts.t(f"officials.standing.{one.standing}", language),
                texts.t(f"officials.active.{str(one.person.active).lower()}", language),
                jst_date(seen).isoformat() if seen else "",
            )
        )
    headers = {"Content-Disposition": 'attachment; filename="officials.csv"'}
    return Response(BOM + out.getvalue().encode(), media_type="text/csv", headers=headers)


@router.get(HOME + "/invite")
async def invite_page(request: Request, actor: Official) -> Response:
    """Ask whom to invite."""
    return await _invite(request, actor)


@router.post(HOME + "/invite")
async def invite_post(request: Request, actor: Sure) -> Response:
    """Send the invitation."""
    service.administered(actor)
    names = ("/address", "/agency", "/role", *PERIOD)
    given = dict(zip(names, await fields_of(request, *names), strict=True))
    address, means = mail_address(given["/address"]), means_of(request)
    start, end, faults = _period(request, given)
    if address is None:
        faults["/address"] = "account.fault.address"
    if faults or address is None:
        return await _invite(request, actor, given, faults)
    try:
        async with means.database.session() as session:
            await inviting.invite(
                session,
                means,
                actor,
                address,
                agency_id=given["/agency"],
                role=given["/role"],
                start=start,
                end=end,
            )
            await session.commit()
    except IdentityError as error:
        return await _invite(request, actor, given, faults_of(error, "/address"))
    return done(request, "officials.done.invited", HOME)


@router.post(HOME + "/invitations/{invitation_id}/revoke")
async def take_back_post(request: Request, invitation_id: str, actor: Sure) -> Response:
    """Take an invitation back."""
    mine, means = service.administered(actor), means_of(request)
    async with means.database.session() as session:
        await inviting.take_back(session, means, actor, invitation_id, mine)
        await session.commit()
    return done(request, "officials.done.invitation_revoked", HOME)


@router.get(HOME + "/{person_id}")
async def person_page(request: Request, person_id: str, actor: Official) -> Response:
    """One official: their roles, and what can be done."""
    return await _person(request, actor, person_id)


@router.post(HOME + "/{person_id}/roles")
async def give_post(request: Request, person_id: str, actor: Sure) -> Response:
    """Give a role for a time."""
    service.administered(actor)
    names = ("/agency", "/role", *PERIOD)
    given = dict(zip(names, await fields_of(request, *names), strict=True))
    start, end, faults = _period(request, given)
    if faults:
        return await _person(request, actor, person_id, given, faults)
    state = request.app.state
    try:
        async with state.database.session() as session:
            await service.give(
                session,
                state.clock,
                actor,
                person_id,
                agency_id=given["/agency"],
                role=given["/role"],
                start=start,
                end=end,
            )
            await session.commit()
    except IdentityError as error:
        return await _person(request, actor, person_id, given, faults_of(error, "/role"))
    return done(request, "officials.done.given", f"{HOME}/{person_id}")


@router.post(HOME + "/{person_id}/roles/take")
async def take_post(request: Request, person_id: str, actor: Sure) -> Response:
    """Take a role back."""
    agency, role = await fields_of(request, "agency", "role")
    state = request.app.state
    async with state.database.session() as session:
        await service.take(session, state.clock, actor, person_id, agency, role)
        await session.commit()
    return done(request, "officials.done.taken", HOME)


@router.post(HOME + "/{person_id}/{change}")
async def change_post(request: Request, person_id: str, change: str, actor: Sure) -> Response:
    """End every session of an official; stop them from signing in, or let them again."""
    if change not in ("end-sessions", "disable", "enable"):
        raise unknown("change")
    means = means_of(request)
    async with means.database.session() as session:
        if change == "end-sessions":
            await service.end_sessions_of(session, means, actor, person_id)
        else:
            active = change == "enable"
            await service.set_active(session, means, actor, person_id, active=active)
        await session.commit()
    return done(request, f"officials.done.{change.replace('-', '_')}", f"{HOME}/{person_id}")


@router.get("/invitations/official/{token}")
async def invitation_page(request: Request, token: str, actor: Anyone) -> Response:
    """What one is invited to; whoever is not signed in signs in or up and comes back."""
    means = means_of(request)
    async with means.database.reading() as session:
        invitation, agency = await inviting.invitation_of(session, means, token)
        known = await known_of(session, actor.id)
    request.state.session[RETURN] = f"/invitations/official/{token}"
    return page(
        request,
        "officials/invitation.html",
        role_names=ROLES,
        invitation=invitation,
        agency=agency,
        role=ROLES.get(invitation.role, {}),
        token=token,
        known=known,
        mine=known is not None and known.account.address == invitation.address,
        strong=known is not None and (known.passkeys or known.account.totp_since is not None),
    )


@router.post("/invitations/official/{token}")
async def accept_post(request: Request, token: str, actor: Fresh) -> Response:
    """Take it up: an official from now on."""
    means = means_of(request)
    async with means.database.session() as session:
        invitation, _ = await inviting.invitation_of(session, means, token)
        known = await known_of(session, actor.id)
        if known is None:
            raise unknown("invitation")
        await inviting.accept(session, means, request.app.state.clock, known, invitation)
        await session.commit()
    return done(request, "officials.done.accepted", "/account")


def _period(
    request: Request, given: dict[str, str]
) -> tuple[date | None, date | None, dict[str, Any]]:
    days: list[date | None] = []
    faults: dict[str, Any] = {}
    for name in PERIOD:
        try:
            days.append(parse_date(given[name]) if given[name].strip() else None)
        except JapaneseInputError:
            days.append(None)
            faults[name] = "officials.date_wrong"
    return days[0], days[1], faults


async def _invite(
    request: Request,
    actor: Actor,
    given: dict[str, str] | None = None,
    faults: dict[str, Any] | None = None,
) -> Response:
    mine = service.administered(actor)
    async with request.app.state.database.reading() as session:
        options = [(one.id, one.name) for one in await agencies(session) if one.id in mine]
    return page(
        request, "officials/invite.html", faults, given=given or {}, agencies=options, roles=_GIVEN
    )


async def _person(
    request: Request,
    actor: Actor,
    person_id: str,
    given: dict[str, str] | None = None,
    faults: dict[str, Any] | None = None,
) -> Response:
    mine, means = service.administered(actor), means_of(request)
    async with means.database.reading() as session:
        person, held = await service.official(session, actor, person_id, jst_date(means.now))
        options = [(one.id, one.name) for one in await agencies(session) if one.id in mine]
    return page(
        request,
        "officials/person.html",
        faults,
        role_names=ROLES,
        person=person,
        holdings=held,
        given=given or {"/agency": held[0].agency.id},
        agencies=options,
        roles=_GIVEN,
        own=person.id == actor.id,
    )
