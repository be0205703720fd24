"""The applicant's pages of duties: what is due, beginning a filing, the calendar, letters."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.obligations.beginning import begin_filing
from madoguchi.cases.obligations.calendar_file import calendar, token_of
from madoguchi.cases.obligations.duties import duties_on
from madoguchi.cases.obligations.queries import PAGE, filed_duties, open_duties
from madoguchi.cases.obligations.showing import line
from madoguchi.cases.registers.letters import letter_for
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor, Shown, actor_of_person, required_actor
from madoguchi.kernel.clock import jst_date
from madoguchi.web.forms import form_of
from madoguchi.web.paging import make_cursor, read_cursor

router = APIRouter(include_in_schema=False)
Signed = Annotated[Actor, Depends(required_actor)]
LIST = "obligations"
IN_CALENDAR = 500


@router.get("/obligations")
async def obligations(request: Request, actor: Signed) -> Response:
    """What the organisation has to file, first due first, and what it filed last."""
    state, today = request.app.state, jst_date(request.app.state.clock())
    secret, cursor = state.settings.secret_key, request.query_params.get("cursor")
    values = read_cursor(secret, LIST, cursor) if cursor else None
    async with state.database.reading() as session:
        duties = {id: duty for id, (duty, _) in (await duties_on(session, today)).items()}
        rows = await open_duties(session, actor, cursor=values)
        filed = await filed_duties(session, actor) if values is None else []
    items, more = rows[:PAGE], len(rows) > PAGE
    last = items[-1] if more else None
    page: Response = state.pages.render(
        request,
        "cases/obligations/list.html",
        actor=actor,
        lines=[line(duties, row, today) for row in items],
        filed=[line(duties, row, today) for row in filed],
        calendar=calendar_address(request, actor),
        next=f"/obligations?cursor={make_cursor(secret, LIST, [last.due_on, last.id])}"
        if last is not None
        else None,
    )
    return page


@router.post("/obligations/{obligation_id}/start")
async def start(request: Request, obligation_id: str, actor: Signed) -> Response:
    """Begin, or go on with, the filing that fulfils a duty."""
    state = request.app.state
    async with form_of(request):
        pass
    async with state.database.session() as session:
        draft = await begin_filing(session, actor, state.clock, obligation_id)
        await session.commit()
    return RedirectResponse(f"/drafts/{draft.id}", 303)


@router.get("/obligations/calendar/{person}/{organisation}/{token}.ics")
async def subscribed(request: Request, person: str, organisation: str, token: str) -> Response:
    """The deadlines as a calendar; the address is the key, while the person is a member."""
    state = request.app.state
    proof = token_of(state.settings.secret_key, person, organisation)
    if not hmac.compare_digest(proof.encode(), token.encode()):
        raise not_found()
    now = state.clock()
    today = jst_date(now)
    async with state.database.reading() as session:
        actor = await actor_of_person(session, person, Shown(organisation), "ja", now)
        if actor is None or actor.agent:
            raise not_found()
        duties = {id: duty for id, (duty, _) in (await duties_on(session, today)).items()}
        rows = await open_duties(session, actor, limit=IN_CALENDAR)
    lines = [line(duties, row, today) for row in rows]
    text = calendar(lines, request.state.language, now, state.settings.address)
    return Response(text, media_type="text/calendar; charset=utf-8")


@router.get("/letters/{letter_id}")
async def letter(request: Request, letter_id: str, actor: Signed) -> Response:
    """A letter about a registration as PDF; that its addressee opened it is noted once."""
    state = request.app.state
    async with state.database.session() as session:
        found = await letter_for(session, actor, letter_id)
        if found.sha256 is None:
            raise case_error(
                "letter_not_ready",
                409,
                "通知書を準備しています。数分後にもう一度開いてください。",
                "The letter is being prepared. Open it again in a few minutes.",
            )
        path = await documents.content_path(session, state.blobs, found.sha256)
        if found.read_at is None and actor.organisation == found.organisation_id:
            found.read_at = state.clock()
            await session.commit()
    headers = documents.download_headers(found.name, "application/pdf", inline=True)
    return FileResponse(path, headers=dict(headers))


def calendar_address(request: Request, actor: Actor) -> str | None:
    """The secret address of the calendar of one's own organisation."""
    if actor.organisation is None or actor.agent:
        return None
    settings = request.app.state.settings
    token = token_of(settings.secret_key, actor.id, actor.organisation)
    return f"{settings.address}/obligations/calendar/{actor.id}/{actor.organisation}/{token}.ics"
