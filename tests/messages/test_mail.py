"""Mail: to whom, with what, through SMTP or into the development mailbox; on both databases."""

import socket
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Receiving

from madoguchi.identity.service import add_member, add_organisation, add_person
from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import Worker, dead_letters
from madoguchi.messages import jobs, service
from madoguchi.messages.service import Recipient
from madoguchi.settings import Settings
from tests.web.app import NOW

CLOCK = fixed_clock(NOW)
SUBJECT = {"ja": "申請を受け付けました", "en": "Your application arrived"}


class Mailbox(Receiving):
    def __init__(self, refuse: str = "") -> None:
        super().__init__()
        self.mails: list[Message] = []
        self.refuse = refuse

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refuse and self.refuse in address:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


async def tell(database: Database) -> str:
    """A message to a company of three: two with addresses, in Japanese and in English."""
    async with database.session() as session:
        company = await add_organisation(session, CLOCK, name="青葉株式会社")
        for name, email, language in [
            ("花子", "hanako@example.jp", "ja"),
            ("Mary", "mary@example.jp", "en"),
            ("太郎", None, "ja"),
        ]:
            person = await add_person(session, CLOCK, name=name, email=email, language=language)
            await add_member(session, person.id, company.id)
        id = await service.notify(
            session,
            to=Recipient(organisation=company.id),
            subject=SUBJECT,
            body={"ja": "秘密の内容", "en": "secret content"},
            at=NOW,
            dedupe_key="1",
        )
        await session.commit()
        return str(id)


async def send(database: Database, **settings: Any) -> None:
    worker = Worker(database, jobs.handlers(Settings(**settings)), CLOCK)
    assert await worker.run_once()


def body(mail: Message) -> str:
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


async def test_the_development_mailbox(database: Database) -> None:
    id = await tell(database)
    await send(database, port=8000)
    async with database.reading() as session:
        mails = await service.development_mailbox(session)
    assert {mail.recipient for mail in mails} == {"hanako@example.jp", "mary@example.jp"}
    japanese = next(mail for mail in mails if mail.recipient.startswith("hanako"))
    assert "申請を受け付けました" in japanese.subject
    assert f"http://localhost:8000/inbox/{id}" in japanese.body
    assert all("秘密" not in mail.body and "secret" not in mail.body for mail in mails)


async def test_through_smtp(database: Database) -> None:
    id = await tell(database)
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        await send(
            database, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="窓口 <office@example.go.jp>"
        )
    finally:
        controller.stop()
    by_address = {mail["To"]: mail for mail in mailbox.mails}
    assert set(by_address) == {"hanako@example.jp", "mary@example.jp"}
    english = by_address["mary@example.jp"]
    assert "Your application arrived" in english["Subject"]
    assert english["Auto-Submitted"] == "auto-generated"
    assert english["Message-ID"].startswith(f"<{id}.")
    assert "secret" not in body(english)
    assert f"/inbox/{id}" in body(by_address["hanako@example.jp"])


async def test_one_bad_address_does_not_stop_the_others(database: Database) -> None:
    await tell(database)
    mailbox, port = Mailbox(refuse="hanako"), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        await send(database, smtp_url=f"smtp://127.0.0.1:{port}")
    finally:
        controller.stop()
    assert [mail["To"] for mail in mailbox.mails] == ["mary@example.jp"]


async def test_a_server_that_is_away_is_tried_again(database: Database) -> None:
    await tell(database)
    await send(database, smtp_url="smtp://127.0.0.1:9")
    async with database.reading() as session:
        assert await dead_letters(session) == []
        assert await service.development_mailbox(session) == []


async def test_what_was_read_meanwhile_is_not_mailed(database: Database) -> None:
    id = await tell(database)
    async with database.session() as session:
        message = await session.get(service.Message, id)
        assert message is not None
        message.read_at = NOW
        await session.commit()
    await send(database)
    async with database.reading() as session:
        assert await service.development_mailbox(session) == []
