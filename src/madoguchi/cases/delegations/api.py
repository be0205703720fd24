"""REST for delegation (委任API): the mandates one gave and holds, and what to do about them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.identity.account.entering import means_of
from madoguchi.identity.account.stepping_up import proved_lately
from madoguchi.identity.delegation import ending, listing, offering
from madoguchi.identity.delegation.errors import refused
from madoguchi.identity.delegation.listing import Line
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.offering import Terms
from madoguchi.identity.delegation.parties import party_of
from madoguchi.identity.delegation.rules import MOST_PROCEDURES, POWERS, STATES
from madoguchi.identity.service import Actor, required_actor
from madoguchi.web.idempotency import Key, once

router = APIRouter(prefix="/api/v1", tags=["delegation"])
Signed = Annotated[Actor, Depends(required_actor)]
Sure = Annotated[Actor, Depends(proved_lately)]


class MandateOut(BaseModel):
    """A mandate (委任) as one of its parties sees it now."""

    id: str
    state: str = Field(description=" | ".join(STATES))
    principal: str
    principal_id: str
    agent: str
    procedures: list[str] = Field(description="ids; empty: every procedure")
    powers: list[str] = Field(description="beside looking: " + " | ".join(POWERS))
    valid_from: date
    valid_to: date | None
    may_sub_delegate: bool
    source: str | None = Field(description="the mandate it was passed on from")
    sides: list[str] = Field(description="whose side one is on: principal | giver | agent")
    may: list[str] = Field(description="what one may do about it now")
    created_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None


class MandateList(BaseModel):
    """A page of mandates, newest first."""

    items: list[MandateOut]
    next: str | None = Field(description="`before` of the next page")


class MandateIn(BaseModel):
    """The terms proposed: with `agent` a mandate of ours is offered, with `principal` one of theirs
    is asked for.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"agent": "5999903000001", "procedures": [], "powers": ["file"]}]
        },
    )

    agent: str | None = Field(
        default=None, max_length=400, description="a corporate number or a mail address"
    )
    principal: str | None = Field(
        default=None, max_length=400, description="a corporate number; not beside `agent`"
    )
    procedures: list[str] = Field(default_factory=list, max_length=MOST_PROCEDURES)
    powers: list[str] = Field(default_factory=lambda: list(POWERS), max_length=10)
    valid_from: date | None = None
    valid_to: date | None = None
    may_sub_delegate: bool = False
    source: str | None = Field(
        default=None, max_length=26, description="pass on (復委任) this mandate one holds"
    )


@router.get("/mandates", operation_id="listMandates")
async def mandates(
    request: Request,
    actor: Signed,
    side: Literal["given", "received"] = "received",
    q: str = "",
    ended: bool = False,
    before: str | None = None,
) -> MandateList:
    """The mandates one's organisation gave, or one holds; fifty at a time."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await listing.lines(
            session,
            await party_of(session, actor),
            state.clock(),
            side,
            words=q,
            open_only=not ended,
            before=before,
        )
    items = [_out(line) for line in found[: listing.PAGE]]
    return MandateList(items=items, next=items[-1].id if len(found) > listing.PAGE else None)


@router.get("/mandates/{mandate_id}", operation_id="getMandate")
async def mandate(request: Request, actor: Signed, mandate_id: str) -> MandateOut:
    """One mandate, for its parties."""
    async with request.app.state.database.reading() as session:
        return await _shown(request, session, actor, mandate_id)


@router.post(
    "/mandates",
    status_code=201,
    operation_id="proposeMandate",
    response_model=MandateOut,
    openapi_extra=schema_of(MandateIn),
)
async def propose(request: Request, actor: Sure, key: Key = None) -> Response:
    """Offer a mandate, ask for one, or pass one on; the other side accepts or declines.

    401 insufficient_user_authentication (RFC 9470) without a proof with two factors of the last 15
    minutes: a key counts from the proof it was made by. 429 after 50 in twelve hours.
    """
    asked = await read_body(request, MandateIn)
    means = means_of(request)
    await offering.may_look_up(means, actor)
    terms = Terms(
        tuple(asked.procedures),
        tuple(asked.powers),
        asked.valid_from,
        asked.valid_to,
        asked.may_sub_delegate,
    )

    async def work(session: AsyncSession) -> MandateOut:
        party = await party_of(session, actor)
        if (asked.agent is None) == (asked.principal is None):
            raise refused("agent_missing")
        if asked.principal is not None:
            principal = await offering.organisation_typed(session, asked.principal, "/principal")
            made = await offering.ask(session, means, party, principal, terms)
        else:
            agent = await offering.agent_typed(session, asked.agent or "")
            made = (
                await offering.pass_on(session, means, party, asked.source, agent, terms)
                if asked.source is not None
                else await offering.offer(session, means, party, agent, terms)
            )
        return await _shown(request, session, actor, made.id)

    return await once(request, actor.id, work, status=201)


@router.post("/mandates/{mandate_id}/{act}", operation_id="actOnMandate", response_model=MandateOut)
async def act_on(
    request: Request,
    actor: Signed,
    mandate_id: str,
    act: Literal["accept", "decline", "end"],
    key: Key = None,
) -> Response:
    """Accept or decline; end: take back, withdraw or give up, whichever is one's to do.

    Accepting needs what proposing does: 401 without a fresh proof.
    """
    if act == "accept":  # it binds; saying no and ending must never wait
        await proved_lately(request, actor)
    means = means_of(request)
    doing = {"accept": ending.accept, "decline": ending.decline, "end": ending.end}[act]

    async def work(session: AsyncSession) -> MandateOut:
        await doing(session, means, await party_of(session, actor), mandate_id)
        return await _shown(request, session, actor, mandate_id)

    return await once(request, actor.id, work)


async def _shown(
    request: Request, session: AsyncSession, actor: Actor, mandate_id: str
) -> MandateOut:
    party, now = await party_of(session, actor), request.app.state.clock()
    seen = await ending.mandate_seen(session, party, mandate_id, now)
    (line,) = await listing.named(session, party, [seen.mandate], now)
    return _out(line)


def _out(line: Line) -> MandateOut:
    row: Mandate = line.mandate
    told: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            *("id", "principal_id", "procedures", "powers", "valid_from", "valid_to"),
            *("may_sub_delegate", "created_at", "accepted_at"),
        )
    }
    return MandateOut(
        **told,
        state=line.seen.state,
        principal=line.principal,
        agent=line.agent,
        source=row.source_id,
        sides=sorted(line.seen.sides),
        may=sorted(line.seen.may),
        ended_at=row.revoked_at,
    )
