"""Shapes of the messages API."""

from datetime import datetime

from pydantic import BaseModel

from madoguchi.messages.models import Message


class Words(BaseModel):
    """A text in both languages."""

    ja: str
    en: str


class MessageOut(BaseModel):
    """A message of the inbox."""

    id: str
    subject: Words
    body: Words
    link: str | None
    case_id: str | None
    created_at: datetime
    read_at: datetime | None


class MessageList(BaseModel):
    """A page of messages, newest first; `next` is the cursor of the next page."""

    items: list[MessageOut]
    next: str | None
    unread: int


def message_out(message: Message) -> MessageOut:
    """The message as the API shows it."""
    return MessageOut(
        id=message.id,
        subject=Words(**message.subject),
        body=Words(**message.body),
        link=message.link,
        case_id=message.case_id,
        created_at=message.created_at,
        read_at=message.read_at,
    )
