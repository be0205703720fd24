"""The messages API: one's own inbox."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from madoguchi.identity.service import Actor, required_actor
from madoguchi.messages.reading import reader_in
from madoguchi.messages.schemas import MessageList, MessageOut, message_out
from madoguchi.messages.service import inbox, mark_read, unread_count
from madoguchi.web.paging import link_header, page_of, read_cursor

router = APIRouter(prefix="/api/v1", tags=["messages"])
LIST = "messages"

Who = Annotated[Actor, Depends(required_actor)]


@router.get("/messages", summary="お知らせの一覧 / List messages")
async def list_messages(
    request: Request,
    response: Response,
    actor: Who,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    unread: bool = False,
) -> MessageList:
    """One's messages, newest first; with `unread`, only those not read."""
    state = request.app.state
    secret = state.settings.secret_key
    before = read_cursor(secret, LIST, cursor)[0] if cursor else None
    reader = reader_in(request, actor)
    async with state.database.reading() as session:
        found = await inbox(session, reader, before=before, limit=limit + 1, unread_only=unread)
        count = await unread_count(session, reader)
    page = page_of(found, limit, secret, LIST, lambda message: (message.id,))
    current = f"/api/v1/messages?limit={limit}" + ("&unread=true" if unread else "")
    response.headers.update(link_header(current, page))
    return MessageList(
        items=[message_out(message) for message in page.items], next=page.next, unread=count
    )


@router.post("/messages/{id}/read", summary="お知らせを既読にする / Mark a message as read")
async def read_message(request: Request, id: str, actor: Who) -> MessageOut:
    """Mark one message as read; repeating keeps the first time. 404 for anybody else's."""
    state = request.app.state
    async with state.database.session() as session:
        message = await mark_read(session, reader_in(request, actor), id, state.clock())
        await session.commit()
    return message_out(message)
