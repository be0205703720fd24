"""JSON API of identity: who am I, and my access tokens."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from madoguchi.identity.account.pages.securing import fresh_where_possible
from madoguchi.identity.errors import unknown
from madoguchi.identity.guards import required_actor
from madoguchi.identity.models import AccessToken, SignIn
from madoguchi.identity.reproof.rules import lapses
from madoguchi.identity.reproof.service import standing_of
from madoguchi.identity.rules import Actor
from madoguchi.identity.schemas import (
    Me,
    NewToken,
    OrganisationView,
    ProofView,
    RoleView,
    TokenRequest,
    TokenView,
)
from madoguchi.identity.service.actors import choices_of
from madoguchi.identity.service.sign_in import SIGN_IN
from madoguchi.identity.service.tokens import issue_token, list_tokens, revoke_token
from madoguchi.kernel.clock import jst_date

router = APIRouter(prefix="/api/v1", tags=["identity"])

SignedIn = Annotated[Actor, Depends(required_actor)]


@router.get("/me")
async def me(request: Request, actor: SignedIn) -> Me:
    """Who the caller is, for whom they act and may act, and their roles."""
    state = request.app.state
    async with state.database.reading() as session:
        choices = await choices_of(session, actor, jst_date(state.clock()))
    views = [
        OrganisationView(
            id=item.organisation.id,
            name=item.organisation.name,
            corporate_number=item.organisation.corporate_number,
            agent=item.agent,
        )
        for item in choices
    ]
    return Me(
        id=actor.id,
        name=actor.name,
        kind=actor.kind,
        acting_for=next((view for view in views if view.id == actor.organisation), None),
        may_act_for=views,
        roles=[RoleView(agency=agency, role=role) for agency, role in sorted(actor.grants)],
    )


@router.get("/me/proof")
async def proof(request: Request, actor: SignedIn) -> ProofView:
    """How the caller's proof as representative of their organisation stands. 404 without one."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await standing_of(session, actor.id, actor.own, state.clock())
    if found is None:
        raise unknown("proof")
    due_at = found.proof.due_at
    return ProofView(
        organisation=found.organisation.id,
        state=found.state,
        reason=found.proof.doubt,
        proved_at=found.proof.at,
        due_at=due_at,
        lapses_at=lapses(due_at) if due_at else None,
    )


@router.get("/tokens")
async def tokens(request: Request, actor: SignedIn) -> list[TokenView]:
    """The caller's valid tokens, newest first."""
    state = request.app.state
    async with state.database.reading() as session:
        return [_view(token) for token in await list_tokens(session, state.clock, actor)]


@router.post("/tokens", status_code=201)
async def create_token(
    request: Request, actor: Annotated[Actor, Depends(fresh_where_possible)], asked: TokenRequest
) -> NewToken:
    """A new token; its text is in this answer and never again."""
    state = request.app.state
    async with state.database.session() as session:
        proof = await session.get(SignIn, request.state.session.get(SIGN_IN, ""))
        token, text = await issue_token(
            session, state.clock, actor, asked.label, asked.days, proof=proof
        )
        await session.commit()
    return NewToken(**_view(token).model_dump(), token=text)


@router.delete("/tokens/{token_id}", status_code=204)
async def delete_token(request: Request, actor: SignedIn, token_id: str) -> Response:
    """End one of the caller's tokens."""
    state = request.app.state
    async with state.database.session() as session:
        await revoke_token(session, state.clock, actor, token_id)
        await session.commit()
    return Response(status_code=204)


def _view(token: AccessToken) -> TokenView:
    return TokenView(
        id=token.id,
        label=token.label,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
    )
