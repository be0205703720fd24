"""Pages of what was done (行動の記録): who acted for us, and who used my account."""

import csv
import io
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.delegations import acts
from madoguchi.cases.delegations.acts import Act
from madoguchi.identity.delegation.parties import party_of
from madoguchi.identity.errors import not_allowed
from madoguchi.identity.service import Actor, required_actor
from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.csv_text import BOM, harmless
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.language import Texts, pick
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package
from madoguchi.web import answering

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]
AGENTS = "agents"


@router.get("/organisation/activity")
async def organisation_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """What was done for the organisation one manages, by its people and its agents."""
    state, query = request.app.state, request.query_params
    since, fault = query.get("from", "")[:40], None
    day = None
    try:
        day = parse_date(since) if since else None
    except JapaneseInputError:
        fault = "delegations.fault.date"
    only = query.get("who") == AGENTS
    async with state.database.reading() as session:
        organisation = await _own(session, actor)
        found = await acts.done_for(
            session,
            organisation,
            agents_only=only,
            since=day,
            before=query.get("before"),
        )
        rows = await _rows(session, found[: acts.PAGE], state.texts, request.state.language)
    return answering.page(
        request,
        "delegations/activity.html",
        {"from": fault} if fault else {},
        200,
        side="organisation",
        rows=rows,
        who=AGENTS if only else "",
        since=since,
        next=found[acts.PAGE - 1].entry.id if len(found) > acts.PAGE else None,
    )


@router.get("/organisation/activity.csv")
async def organisation_file(request: Request, actor: SignedIn) -> Response:
    """The same as a file, the newest ten thousand."""
    state, language = request.app.state, request.state.language
    async with state.database.reading() as session:
        organisation = await _own(session, actor)
        only = request.query_params.get("who") == AGENTS
        found = await acts.done_for(session, organisation, agents_only=only, limit=acts.MOST)
        rows = await _rows(session, found[: acts.MOST], state.texts, language)
    t = request.app.state.texts
    head = [
        pick(t.text(f"delegations.activity.{key}"), language)
        for key in ("when", "who", "what", "case")
    ]
    lines = [
        [
            f"{as_jst(row['at']):%Y-%m-%d %H:%M:%S}",
            row["who"],
            row["what"],
            row["number"],
            row["mandate"],
        ]
        for row in rows
    ]
    name = "activity.csv"
    return Response(
        BOM + _csv([[*head, "mandate"], *lines]),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/account/activity")
async def account_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """What was done in one's name, for oneself and for others, and with one's account."""
    state = request.app.state
    before = request.query_params.get("before")
    async with state.database.reading() as session:
        found = await acts.done_by(session, actor.id, before=before)
        rows = await _rows(session, found[: acts.PAGE], state.texts, request.state.language)
    more = found[acts.PAGE - 1].entry.id if len(found) > acts.PAGE else None
    return answering.page(
        request, "delegations/activity.html", side="account", rows=rows, next=more
    )


async def _own(session: AsyncSession, actor: Actor) -> str:
    """The organisation somebody manages, all of it. IdentityError 403 for all others."""
    party = await party_of(session, actor)
    if party.organisation is None or not party.oversees:
        raise not_allowed()
    return party.organisation


async def _rows(
    session: AsyncSession, found: list[Act], texts: Texts, language: str
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for act in found:
        package = (
            await procedures.package(session, act.case.digest) if act.case is not None else None
        )
        payload = act.entry.payload or {}
        rows.append(
            {
                "at": act.entry.at,
                "who": act.who if act.agent else str(payload.get("actor_name") or act.who),
                "agent": act.agent,
                "principal": act.principal,
                "what": _said(act.entry.action, package, texts, language),
                "case": act.case.id if act.case is not None else None,
                "number": act.case.arrival_number if act.case is not None else "",
                "title": act.case.title if act.case is not None else "",
                "mandate": str(payload.get("mandate") or ""),
            }
        )
    return rows


def _said(action: str, package: Package | None, texts: Texts, language: str) -> str:
    """An act in words: as its procedure calls it, else as we do."""
    known = package.machine.actions.get(action) if package is not None else None
    if known is not None:
        return pick(known.label, language)
    keys = (f"delegations.acts.{action}", f"account.happened.{action}")
    key = next((key for key in keys if key in texts), "account.happened.other")
    return str(texts.t(key, language))


def _csv(lines: Iterable[Iterable[str]]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerows([harmless(cell) for cell in line] for line in lines)
    return made.getvalue().encode()
