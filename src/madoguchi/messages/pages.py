"""Pages of messages: the inbox, one message, the development mailbox."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.service import Actor, current_actor, required_actor
from madoguchi.messages.reading import reader_in
from madoguchi.messages.service import (
    development_mailbox,
    inbox,
    mark_all_read,
    mark_read,
    message_for,
    unread_count,
)
from madoguchi.web.paging import page_of, read_cursor
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
development = APIRouter(prefix="/dev", include_in_schema=False)
_PAGE = 20
_LIST = "inbox"

Who = Annotated[Actor, Depends(required_actor)]


async def count_unread(request: Request, actor: Annotated[Actor, Depends(current_actor)]) -> None:
    """Dependency of every page: puts the number of unread messages where the header finds it."""
    if actor.kind in ("public", "system") or request.url.path.startswith("/api/"):
        return
    async with request.app.state.database.reading() as session:
        request.state.inbox_count = await unread_count(session, reader_in(request, actor))


@router.get("/inbox")
async def show_inbox(request: Request, actor: Who) -> HTMLResponse:
    """The messages of the reader, newest first; ?unread=1 shows only the unread ones."""
    state = request.app.state
    cursor = request.query_params.get("cursor")
    unread_only = request.query_params.get("unread") == "1"
    secret = state.settings.secret_key
    before = read_cursor(secret, _LIST, cursor)[0] if cursor else None
    reader = reader_in(request, actor)
    async with state.database.reading() as session:
        found = await inbox(
            session, reader, before=before, limit=_PAGE + 1, unread_only=unread_only
        )
        count = await unread_count(session, reader)
    page = page_of(found, _PAGE, secret, _LIST, lambda message: (message.id,))
    request.state.inbox_count = count
    rendered: HTMLResponse = state.pages.render(
        request,
        "messages/inbox.html",
        messages=page.items,
        next_cursor=page.next,
        first_page=cursor is None,
        unread=count,
        unread_only=unread_only,
    )
    return rendered


@router.post("/inbox/read-all")
async def read_all(request: Request, actor: Who) -> Response:
    """Mark everything as read and go back to the inbox."""
    state = request.app.state
    async with state.database.session() as session:
        count = await mark_all_read(session, reader_in(request, actor), state.clock())
        await session.commit()
    if count:
        flash(request, state.texts.text("messages.inbox.all_read"))
    return RedirectResponse("/inbox", 303)


@router.get("/inbox/{id}")
async def show_message(request: Request, id: str, actor: Who) -> HTMLResponse:
    """One message; opening it marks it as read."""
    state = request.app.state
    reader = reader_in(request, actor)
    async with state.database.reading() as session:
        message = await message_for(session, reader, id)
    if message.read_at is None:
        async with state.database.session() as session:
            await mark_read(session, reader, id, state.clock())
            await session.commit()
    async with state.database.reading() as session:
        request.state.inbox_count = await unread_count(session, reader)
    rendered: HTMLResponse = state.pages.render(request, "messages/message.html", message=message)
    return rendered


@development.get("/mail")
async def show_development_mail(request: Request) -> HTMLResponse:
    """What would have been mailed; the route exists only in demonstrations."""
    state = request.app.state
    async with state.database.reading() as session:
        mails = await development_mailbox(session)
    rendered: HTMLResponse = state.pages.render(request, "messages/dev_mail.html", mails=mails)
    return rendered
