"""Background work of messages: the mail that points to the inbox."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.recording import LETTER_JOB, LETTER_SEAL, TELL_JOB
from madoguchi.identity.service import Person
from madoguchi.identity.service.members import members_of
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import Batch, Handler, JobContext
from madoguchi.kernel.language import Text
from madoguchi.kernel.sealing import unseal
from madoguchi.messages.models import DevelopmentMail, Message
from madoguchi.messages.rules import mail_text
from madoguchi.messages.service import MAIL_JOB, Recipient, notify
from madoguchi.settings import Settings

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

    async def send_mails(
        session: AsyncSession, payloads: Sequence[dict[str, Any]], context: JobContext
    ) -> list[Exception | None]:
        """Mail goes out before the session's first statement: SQLite would hold its lock."""
        ids = [payload["message"] for payload in payloads]
        async with context.database.reading() as reading:
            unread = select(Message).where(Message.id.in_(ids), Message.read_at.is_(None))
            messages = list(await reading.scalars(unread.order_by(Message.id)))
            people = await _recipients(reading, messages)
        letters = {
            message.id: _letters(people[message.id], message.id, message.subject, post)
            for message in messages
        }
        if post.smtp_url:
            faults = await _send(post, letters, context)
            return [faults.get(id) for id in ids]
        session.add_all(
            DevelopmentMail(
                id=new_id(),
                message_id=id,
                recipient=letter.to,
                subject=letter.subject,
                body=letter.body,
                created_at=context.clock(),
            )
            for id, written in letters.items()
            for letter in written
        )
        return [None] * len(ids)

    return {MAIL_JOB: Batch(send_mails), LETTER_JOB: _letter_sender(settings, post), TELL_JOB: tell}


def _letter_sender(settings: Settings, post: Post) -> Handler:
    async def send_letter(
        session: AsyncSession, payload: dict[str, Any], context: JobContext
    ) -> None:
        """A mail that stands for itself: a code or a link, sealed until it leaves.

        Without an SMTP server only a demonstration keeps it, to be read at /dev/mail.
        """
        sealed = unseal(settings.secret_key, LETTER_SEAL, payload["sealed"])
        if sealed is None:
            _log.error("a mail was sealed with another key and cannot be sent")
            return
        letter = _Letter(*sealed.split("\n", 2))
        if post.smtp_url:
            id = new_id()
            fault = (await _send(post, {id: [letter]}, context)).get(id)
            if fault is not None:
                raise fault
        elif settings.demo:
            session.add(
                DevelopmentMail(
                    id=new_id(),
                    recipient=letter.to,
                    subject=letter.subject,
                    body=letter.body,
                    created_at=context.clock(),
                )
            )
        else:
            _log.error("a mail with a code was not sent: MADOGUCHI_SMTP_URL is not set")

    return send_letter


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


async def _recipients(
    session: AsyncSession, messages: Sequence[Message]
) -> dict[str, list[Person]]:
    """Whom each message is for: a person, or else the members of an organisation."""
    ids = {m.recipient_person for m in messages if m.recipient_person is not None}
    query = select(Person).where(Person.id.in_(ids), Person.active)
    persons = {found.id: [found] for found in await session.scalars(query)} if ids else {}
    companies = {m.recipient_organisation or "" for m in messages if m.recipient_person is None}
    members = await members_of(session, companies) if companies else {}
    return {
        m.id: members[m.recipient_organisation or ""]
        if m.recipient_person is None
        else persons.get(m.recipient_person, [])
        for m in messages
    }


def _letters(people: list[Person], id: str, subject: Text, post: Post) -> list[_Letter]:
    letters: dict[str, _Letter] = {}
    for person in people:
        if person.email and person.email not in letters:
            line, body = mail_text(subject, f"{post.address}/inbox/{id}", person.language)
            letters[person.email] = _Letter(person.email, line, body)
    return list(letters.values())


async def _send(
    post: Post, letters: Mapping[str, Sequence[_Letter]], context: JobContext
) -> dict[str, Exception]:
    """Send the letters of messages over one connection; what kept those of a message from going.

    Each mail has a Message-ID made from the message's, so that a repeat is recognised.
    """
    waiting = {id: written for id, written in letters.items() if written}
    faults: dict[str, Exception] = {}
    if not waiting:
        return faults
    url = urlsplit(post.smtp_url)
    client = aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port,
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        use_tls=url.scheme == "smtps",
        timeout=_SECONDS,
    )
    sent: set[str] = set()
    try:
        async with client:
            for id, written in waiting.items():
                if await _send_all(client, post, id, written, context):
                    sent.add(id)
                else:
                    faults[id] = aiosmtplib.SMTPException("every address was refused")
    except (aiosmtplib.SMTPException, OSError) as fault:
        # The server went away: what was not sent by then is tried again.
        faults = {id: fault for id in waiting if id not in sent} | faults
    return faults


async def _send_all(
    client: aiosmtplib.SMTP, post: Post, id: str, letters: Sequence[_Letter], context: JobContext
) -> bool:
    """Send the letters of one message; False when every address was refused."""
    refused = 0
    for number, letter in enumerate(letters):
        mail = _mail(post, letter, f"{id}.{number}", context)
        try:
            await client.send_message(mail)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as fault:
            refused += 1  # an address that does not exist must not stop the others' mail
            _log.warning("mail for message %s was refused: %s", id, type(fault).__name__)
    return refused < len(letters)


def _mail(post: Post, letter: _Letter, id: str, context: JobContext) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = post.sender, letter.to, letter.subject
    mail["Date"] = format_datetime(context.clock())
    domain = post.sender.rpartition("@")[2].strip("> ") or "localhost"
    mail["Message-ID"] = f"<{id}@{domain}>" if domain.isascii() else make_msgid(id)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers
    mail.set_content(letter.body)
    return mail
