"""Messages for the other modules: tell somebody something, once; talk about a case."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import unsaved
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import enqueue
from madoguchi.kernel.language import Text
from madoguchi.messages import rules
from madoguchi.messages.models import ConversationEntry, DevelopmentMail, Message
from madoguchi.webhooks.events import Audience, announce

MAIL_JOB = "messages.send_mail"


class MessageError(DomainError):
    """A message cannot be found, written or read (お知らせのエラー)."""


@dataclass(frozen=True)
class Recipient:
    """Who is told: a person, or every member of an organisation (ids)."""

    person: str | None = None
    organisation: str | None = None


@dataclass(frozen=True)
class Reader:
    """Who reads: a person, and the organisations that person acts for (ids); `cases`: of these
    organisations' messages only those about cases with these ids (None: all).
    """

    person: str
    organisations: frozenset[str] = frozenset()
    cases: Select[Any] | None = None


async def notify(
    session: AsyncSession,
    *,
    to: Recipient,
    subject: Mapping[str, str] | str,
    body: Mapping[str, str] | str,
    at: datetime,
    dedupe_key: str,
    link: str | None = None,
    case_id: str | None = None,
    values: Mapping[str, object] | None = None,
) -> str | None:
    """Put a message in the inbox and enqueue the mail that points to it; its id.

    `{name}` in subject and body is filled from `values` (texts, numbers or {"ja", "en"}); nothing
    else is interpreted. None, and nothing done, when `dedupe_key` was used before. `link` must be
    a path of this site. The mail carries the subject and a link to the inbox only: keep personal
    data out of subjects.
    """
    message = compose(to, subject, body, at, dedupe_key, link, case_id, values or {})
    known = await session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key))
    if known is not None:
        return None
    session.add(Message(**vars(message)))
    await session.flush()
    await enqueue(session, MAIL_JOB, {"message": message.id}, key=mail_key(message))
    if to.organisation is not None and to.person is None:
        await announce(session, at=at, **sent_event(message))
    return message.id


def compose(
    to: Recipient,
    subject: Mapping[str, str] | str,
    body: Mapping[str, str] | str,
    at: datetime,
    dedupe_key: str,
    link: str | None,
    case_id: str | None,
    values: Mapping[str, object],
) -> Message:
    """The message `notify` would put in the inbox, an unsaved row."""
    if to.person is None and to.organisation is None:
        raise ValueError("a message needs a recipient")
    return unsaved(
        Message,
        id=new_id(),
        recipient_person=to.person,
        recipient_organisation=to.organisation,
        subject=rules.subject_line(rules.fill_text(subject, values)),
        body=_cut(rules.fill_text(body, values)),
        link=rules.local_link(link),
        case_id=case_id,
        created_at=at,
        dedupe_key=dedupe_key,
    )


def mail_key(message: Message) -> str:
    """The key of the job that sends the mail about a message: one mail each."""
    return f"{MAIL_JOB}:{message.id}"


def sent_event(message: Message) -> dict[str, Any]:
    """What programs of an organisation are told of a message to it: arguments of `announce`."""
    return {
        "type": "message.sent",
        "audience": Audience(message.recipient_organisation),
        "subject": "/api/v1/messages",
        "data": {"message_id": message.id, "case_id": message.case_id},
    }


async def inbox(
    session: AsyncSession,
    reader: Reader,
    *,
    before: str | None = None,
    limit: int = 50,
    unread_only: bool = False,
) -> list[Message]:
    """The reader's messages, newest first; `before` is the id of the last one seen."""
    query = select(Message).where(_addressed_to(reader)).order_by(Message.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Message.id < before)
    if unread_only:
        query = query.where(Message.read_at.is_(None))
    return list(await session.scalars(query))


async def unread_count(session: AsyncSession, reader: Reader) -> int:
    """How many messages the reader has not read, for the header."""
    query = select(func.count()).select_from(Message)
    return await session.scalar(query.where(_addressed_to(reader), Message.read_at.is_(None))) or 0


async def message_for(session: AsyncSession, reader: Reader, id: str) -> Message:
    """One message of the reader. MessageError 404 for anybody else's."""
    query = select(Message).where(Message.id == id, _addressed_to(reader))
    found = await session.scalar(query)
    if found is None:
        raise _error("message_not_found", 404)
    return found


async def mark_read(session: AsyncSession, reader: Reader, id: str, at: datetime) -> Message:
    """Mark one message as read, keeping the first time it was. MessageError 404."""
    message = await message_for(session, reader, id)
    if message.read_at is None:
        message.read_at = at
    return message


async def mark_all_read(session: AsyncSession, reader: Reader, at: datetime) -> int:
    """Mark every message of the reader as read; how many were unread."""
    done = await session.execute(
        update(Message)
        .where(_addressed_to(reader), Message.read_at.is_(None))
        .values(read_at=at)
        .returning(Message.id)
    )
    return len(done.all())


async def say(
    session: AsyncSession,
    *,
    case_id: str,
    direction: str,
    author: str,
    author_name: str,
    body: str,
    at: datetime,
) -> ConversationEntry:
    """Add to the conversation of a case. The caller decides who may, and notifies the other side.

    `direction` is to_office or to_applicant. MessageError for an empty (message_empty) or an
    overlong text (message_too_long).
    """
    text = body.replace("\r\n", "\n").replace("\0", "").strip()
    if direction not in ("to_office", "to_applicant"):
        raise ValueError(f"unknown direction: {direction}")
    if not text:
        raise _error("message_empty", 422, pointers=("/body",))
    if len(text) > rules.MOST_SAID:
        raise _error("message_too_long", 422, {"limit": rules.MOST_SAID}, ("/body",))
    entry = ConversationEntry(
        id=new_id(),
        case_id=case_id,
        direction=direction,
        author=author,
        author_name=author_name,
        body=text,
        created_at=at,
    )
    session.add(entry)
    await session.flush()
    return entry


async def conversation(session: AsyncSession, case_id: str) -> list[ConversationEntry]:
    """What has been said about a case, oldest first. The caller has decided who may read."""
    query = select(ConversationEntry).where(ConversationEntry.case_id == case_id)
    return list(await session.scalars(query.order_by(ConversationEntry.id)))


async def mark_conversation_read(
    session: AsyncSession, case_id: str, *, by_office: bool, at: datetime
) -> None:
    """Note that one side has seen what the other said."""
    direction = "to_office" if by_office else "to_applicant"
    await session.execute(
        update(ConversationEntry)
        .where(
            ConversationEntry.case_id == case_id,
            ConversationEntry.direction == direction,
            ConversationEntry.read_at.is_(None),
        )
        .values(read_at=at)
    )


async def cases_waiting_for_answer(
    session: AsyncSession, case_ids: Collection[str]
) -> frozenset[str]:
    """Which of the cases hold something to the office that nobody there has read."""
    query = select(ConversationEntry.case_id).where(
        ConversationEntry.case_id.in_(case_ids),
        ConversationEntry.direction == "to_office",
        ConversationEntry.read_at.is_(None),
    )
    return frozenset(await session.scalars(query.distinct()))


async def development_mailbox(session: AsyncSession, limit: int = 100) -> list[DevelopmentMail]:
    """The mails that a development installation would have sent, newest first."""
    query = select(DevelopmentMail).order_by(DevelopmentMail.id.desc()).limit(limit)
    return list(await session.scalars(query))


def _addressed_to(reader: Reader) -> ColumnElement[bool]:
    mine = Message.recipient_person == reader.person
    # One to a person within an organisation is that person's alone.
    ours = [
        Message.recipient_organisation.in_(reader.organisations),
        Message.recipient_person.is_(None),
    ]
    if reader.cases is not None:
        ours.append(Message.case_id.in_(reader.cases))
    return or_(mine, and_(*ours))


def _cut(text: Text) -> Text:
    return {language: words[: rules.MOST_BODY] for language, words in text.items()}


_TEXTS: dict[str, Text] = {
    "message_not_found": {
        "ja": "お知らせが見つかりません。",
        "en": "The message was not found.",
    },
    "message_empty": {
        "ja": "本文を入力してください。",
        "en": "Please write a message.",
    },
    "message_too_long": {
        "ja": "本文は{limit}文字までで入力してください。",
        "en": "Please write at most {limit} characters.",
    },
}


def _error(
    code: str,
    status: int,
    params: Mapping[str, object] | None = None,
    pointers: tuple[str, ...] = (),
) -> MessageError:
    return MessageError(code, status, _TEXTS[code], dict(params or {}), pointers)
