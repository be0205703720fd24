"""Background work of messages: the mail that points to the inbox."""

import logging
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.service import Person
from madoguchi.identity.service.members import members_of
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import Handler, JobContext
from madoguchi.kernel.language import Text
from madoguchi.messages.models import DevelopmentMail, Message
from madoguchi.messages.rules import mail_text
from madoguchi.messages.service import MAIL_JOB, Recipient, notify
from madoguchi.settings import Settings

TELL_JOB = "messages.tell"
_SECONDS = 30
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """How mail leaves: `smtp_url` smtp://[user:password@]host:port (STARTTLS when offered) or
    smtps://…; "" keeps mails in the development mailbox. `address` is where people reach the site.
    """

    smtp_url: str
    sender: str
    address: str


@dataclass(frozen=True)
class _Letter:
    to: str
    subject: str
    body: str


def handlers(settings: Settings) -> dict[str, Handler]:
    """Job name → handler. Without an SMTP server mails go to the development mailbox."""
    post = Post(settings.smtp_url, settings.mail_from, settings.address)

    async def send_mail(
        session: AsyncSession, payload: dict[str, Any], context: JobContext
    ) -> None:
        """Mail goes out before the session's first statement: SQLite would hold its lock."""
        async with context.database.reading() as reading:
            message = await reading.get(Message, payload["message"])
            people = await _recipients(reading, message) if message is not None else []
        if message is None or message.read_at is not None:
            return
        letters = _letters(people, message.id, message.subject, post)
        if post.smtp_url:
            await _send(post, letters, message.id, context)
            return
        for letter in letters:
            session.add(
                DevelopmentMail(
                    id=new_id(),
                    message_id=message.id,
                    recipient=letter.to,
                    subject=letter.subject,
                    body=letter.body,
                    created_at=context.clock(),
                )
            )

    return {MAIL_JOB: send_mail, TELL_JOB: tell}


async def tell(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """What a module below this one has to tell people: the arguments of `notify` as JSON."""
    await notify(
        session,
        to=Recipient(person=payload["person"], organisation=payload["organisation"]),
        subject=payload["subject"],
        body=payload["body"],
        at=context.clock(),
        dedupe_key=payload["dedupe_key"],
        link=payload["link"],
        values=payload["values"],
    )


async def _recipients(session: AsyncSession, message: Message) -> list[Person]:
    if message.recipient_person is not None:
        query = select(Person).where(Person.id == message.recipient_person, Person.active)
        found = await session.scalar(query)
        return [found] if found is not None else []
    return await members_of(session, message.recipient_organisation or "")


def _letters(people: list[Person], id: str, subject: Text, post: Post) -> list[_Letter]:
    letters: dict[str, _Letter] = {}
    for person in people:
        if person.email and person.email not in letters:
            line, body = mail_text(subject, f"{post.address}/inbox/{id}", person.language)
            letters[person.email] = _Letter(person.email, line, body)
    return list(letters.values())


async def _send(post: Post, letters: list[_Letter], id: str, context: JobContext) -> None:
    """Each mail has a Message-ID made from the message's, so that a repeat is recognised."""
    if not letters:
        return
    url = urlsplit(post.smtp_url)
    client = aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
        timeout=_SECONDS,
    )
    refused = 0
    async with client:
        for number, letter in enumerate(letters):
            mail = _mail(post, letter, f"{id}.{number}", context)
            try:
                await client.send_message(mail)
            except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as fault:
                refused += 1  # an address that does not exist must not stop the others' mail
                _log.warning("mail for message %s was refused: %s", id, type(fault).__name__)
    if refused == len(letters):
        raise aiosmtplib.SMTPException("every address was refused")


def _mail(post: Post, letter: _Letter, id: str, context: JobContext) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = post.sender, letter.to, letter.subject
    mail["Date"] = format_datetime(context.clock())
    domain = post.sender.rpartition("@")[2].strip("> ") or "localhost"
    mail["Message-ID"] = f"<{id}@{domain}>" if domain.isascii() else make_msgid(id)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers
    mail.set_content(letter.body)
    return mail
