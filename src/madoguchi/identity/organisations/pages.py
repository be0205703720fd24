"""Pages within an organisation: its branches, one member, its programs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.entering import means_of
from madoguchi.identity.account.pages.securing import fresh_where_possible
from madoguchi.identity.account.pages.shared import fields_of
from madoguchi.identity.errors import IdentityError
from madoguchi.identity.guards import required_actor
from madoguchi.identity.organisations import programs, service
from madoguchi.identity.organisations.rules import in_order
from madoguchi.identity.organisations.service import Managed
from madoguchi.identity.rules import Actor
from madoguchi.web.answering import done, faults_of, page

router = APIRouter(prefix="/organisation", include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]
Sure = Annotated[Actor, Depends(fresh_where_possible)]
BRANCHES, PROGRAMS = "/organisation/branches", "/organisation/programs"


@router.get("/branches")
async def branches_page(request: Request, actor: SignedIn) -> Response:
    """The branches as a tree, and a new one."""
    return await _branches(request, actor)


@router.post("/branches")
async def branch_post(request: Request, actor: Sure) -> Response:
    """Add a branch."""
    names = ("/name", "/address", "/parent")
    given = dict(zip(names, await fields_of(request, *names), strict=True))
    means = means_of(request)
    try:
        async with means.database.session() as session:
            own = await service.managed(session, actor)
            await service.add_branch(
                session,
                means,
                actor,
                own,
                name=given["/name"],
                address=given["/address"],
                parent=given["/parent"],
            )
            await session.commit()
    except IdentityError as error:
        return await _branches(request, actor, given, faults_of(error))
    return done(request, "organisations.done.branch_added", BRANCHES)


@router.post("/branches/{branch_id}/remove")
async def remove_branch_post(request: Request, branch_id: str, actor: Sure) -> Response:
    """Remove a branch nobody belongs to."""
    means = means_of(request)
    try:
        async with means.database.session() as session:
            own = await service.managed(session, actor)
            await service.remove_branch(session, means, actor, own, branch_id)
            await session.commit()
    except IdentityError as error:
        return await _branches(request, actor, None, faults_of(error))
    return done(request, "organisations.done.branch_removed", BRANCHES)


@router.get("/members/{person_id}")
async def member_page(request: Request, person_id: str, actor: SignedIn) -> Response:
    """One member: role, branch, what they may file."""
    return await _member(request, actor, person_id)


@router.post("/members/{person_id}")
async def member_post(request: Request, person_id: str, actor: Sure) -> Response:
    """Change them."""
    names = ("/role", "/branch", "/procedures")
    given = dict(zip(names, await fields_of(request, *names), strict=True))
    means = means_of(request)
    try:
        async with means.database.session() as session:
            own = await service.managed(session, actor)
            await service.change_member(
                session,
                means,
                actor,
                own,
                person_id,
                role=given["/role"],
                branch=given["/branch"],
                procedures=given["/procedures"],
            )
            await session.commit()
    except IdentityError as error:
        return await _member(request, actor, person_id, given, faults_of(error))
    return done(request, "organisations.done.member_changed", "/organisation")


@router.get("/programs")
async def programs_page(request: Request, actor: SignedIn) -> Response:
    """The programs with their keys, and a new one."""
    return await _programs(request, actor)


@router.post("/programs")
async def program_post(request: Request, actor: Sure) -> Response:
    """Add a program."""
    name, procedures = await fields_of(request, "/name", "/procedures")
    means = means_of(request)
    try:
        async with means.database.session() as session:
            own = await service.managed(session, actor, whole=True)
            made = await programs.add_program(
                session, means, actor, own.organisation, name=name, procedures=procedures
            )
            await session.commit()
    except IdentityError as error:
        given = {"/name": name, "/procedures": procedures}
        return await _programs(request, actor, given, faults_of(error))
    return done(request, "organisations.done.program_added", f"{PROGRAMS}/{made.id}")


@router.get("/programs/{program_id}")
async def program_page(request: Request, program_id: str, actor: SignedIn) -> Response:
    """One program and its keys."""
    return await _program(request, actor, program_id)


@router.post("/programs/{program_id}/keys")
async def key_post(request: Request, program_id: str, actor: Sure) -> Response:
    """Make a key; the page that answers is the only one that ever shows it."""
    (days,) = await fields_of(request, "/days")
    number = int(days) if days.isascii() and days.isdigit() and len(days) <= 4 else 0
    means = means_of(request)
    try:
        async with means.database.session() as session:
            own = await service.managed(session, actor, whole=True)
            organisation = own.organisation
            key = await programs.issue_key(session, means, actor, organisation, program_id, number)
            await session.commit()
    except IdentityError as error:
        return await _program(request, actor, program_id, days, faults_of(error))
    return await _program(request, actor, program_id, key=key)


@router.post("/programs/{program_id}/keys/{key_id}/revoke")
async def revoke_key_post(request: Request, program_id: str, key_id: str, actor: Sure) -> Response:
    """End a key."""
    means = means_of(request)
    async with means.database.session() as session:
        own = await service.managed(session, actor, whole=True)
        await programs.revoke_key(session, means, actor, own.organisation, program_id, key_id)
        await session.commit()
    return done(request, "organisations.done.key_revoked", f"{PROGRAMS}/{program_id}")


@router.post("/programs/keys/revoke")
async def revoke_all_keys_post(request: Request, actor: Sure) -> Response:
    """End every key of every program."""
    means = means_of(request)
    async with means.database.session() as session:
        own = await service.managed(session, actor, whole=True)
        await programs.revoke_all_keys(session, means, actor, own.organisation)
        await session.commit()
    return done(request, "organisations.done.keys_revoked", PROGRAMS)


@router.post("/programs/{program_id}/end")
async def end_program_post(request: Request, program_id: str, actor: Sure) -> Response:
    """End a program."""
    means = means_of(request)
    async with means.database.session() as session:
        own = await service.managed(session, actor, whole=True)
        await programs.end_program(session, means, actor, own.organisation, program_id)
        await session.commit()
    return done(request, "organisations.done.program_ended", PROGRAMS)


async def _branches(
    request: Request,
    actor: Actor,
    given: dict[str, str] | None = None,
    faults: dict[str, Any] | None = None,
) -> Response:
    async with request.app.state.database.reading() as session:
        own = await service.managed(session, actor)
        people = await service.counts(session, own.organisation.id)
    found = [(one.id, one.parent_id, one.name) for one in own.branches.values()]
    rows = [
        {
            "branch": own.branches[id],
            "level": level,
            "people": people.get(id, 0),
            "mine": own.scope.whole or id in (own.scope.branches or ()),
        }
        for id, level in in_order(found)
    ]
    return page(
        request,
        "organisations/branches.html",
        faults,
        own=own,
        rows=rows,
        people=people.get(None, 0),
        parents=_options(own, levels=2),
        given=given or {},
    )


async def _member(
    request: Request,
    actor: Actor,
    person_id: str,
    given: dict[str, str] | None = None,
    faults: dict[str, Any] | None = None,
) -> Response:
    async with request.app.state.database.reading() as session:
        own = await service.managed(session, actor)
        person, held = await service.member(session, own, person_id)
    present = {
        "/role": held.role,
        "/branch": held.branch_id or "",
        "/procedures": "\n".join(held.procedures),
    }
    return page(
        request,
        "organisations/member.html",
        faults,
        person=person,
        given=given or present,
        branches=_options(own),
        own=person.id == actor.id,
    )


async def _programs(
    request: Request,
    actor: Actor,
    given: dict[str, str] | None = None,
    faults: dict[str, Any] | None = None,
) -> Response:
    async with request.app.state.database.reading() as session:
        own = await service.managed(session, actor, whole=True)
        found = await programs.programs(session, own.organisation.id)
    now = request.app.state.clock()
    rows = [
        {
            "person": person,
            "procedures": held.procedures,
            "until": max((key.expires_at for key in keys if key.expires_at > now), default=None),
            "used": max((key.last_used_at for key in keys if key.last_used_at), default=None),
        }
        for person, held, keys in found
    ]
    return page(
        request, "organisations/programs.html", faults, own=own, rows=rows, given=given or {}
    )


async def _program(
    request: Request,
    actor: Actor,
    program_id: str,
    days: str = "90",
    faults: dict[str, Any] | None = None,
    key: str | None = None,
) -> Response:
    async with request.app.state.database.reading() as session:
        own = await service.managed(session, actor, whole=True)
        person, held = await programs.program(session, own.organisation, program_id)
        keys = await _keys(session, own, program_id)
    return page(
        request,
        "organisations/program.html",
        faults,
        own=own,
        person=person,
        procedures=held.procedures,
        keys=keys,
        days=days[:10],
        new_key=key,
    )


async def _keys(session: AsyncSession, own: Managed, program_id: str) -> list[Any]:
    found = await programs.programs(session, own.organisation.id)
    return next((keys for person, _, keys in found if person.id == program_id), [])


def _options(own: Managed, levels: int = 3) -> list[tuple[str, str]]:
    """What one may choose as branch: the organisation itself, where one manages all of it."""
    found = [(one.id, one.parent_id, one.name) for one in own.branches.values()]
    mine = own.scope.branches or frozenset(own.branches)
    top = [("", own.organisation.name)] if own.scope.whole else []
    return top + [
        (id, own.name_of(id)) for id, level in in_order(found) if id in mine and level <= levels
    ]
