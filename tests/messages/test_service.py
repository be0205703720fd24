"""The inbox and the conversation on a case; on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import Job
from madoguchi.messages import service
from madoguchi.messages.service import Reader, Recipient

AT = datetime(2026, 4, 1, 3, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 3, tzinfo=UTC)
HANAKO = Reader("HANAKO", frozenset({"AOBA"}))
TARO = Reader("TARO", frozenset({"AOBA"}))
STRANGER = Reader("STRANGER", frozenset({"OTHER"}))


async def tell(session: Any, to: Recipient, key: str, **more: Any) -> str | None:
    given: dict[str, Any] = {
        "subject": {"ja": "{title}を受け付けました", "en": "{title} received"},
        "body": {"ja": "到達番号は{number}です。", "en": "Arrival number {number}."},
        "values": {"title": {"ja": "申請", "en": "Application"}, "number": "2026-1"},
        "link": "/cases/1",
        "case_id": "CASE",
        "at": AT,
        **more,
    }
    return await service.notify(session, to=to, dedupe_key=key, **given)


async def test_told_once_with_one_mail(database: Database) -> None:
    async with database.session() as session:
        id = await tell(session, Recipient(person="HANAKO"), "filed:1")
        assert await tell(session, Recipient(person="HANAKO"), "filed:1") is None
        await session.commit()
        [message] = await service.inbox(session, HANAKO)
        assert message.id == id
        assert message.subject == {"ja": "申請を受け付けました", "en": "Application received"}
        assert message.body["en"] == "Arrival number 2026-1."
        jobs = list(await session.scalars(select(Job).where(Job.name == service.MAIL_JOB)))
        assert [job.payload for job in jobs] == [{"message": id}]


async def test_who_reads_what(database: Database) -> None:
    async with database.session() as session:
        mine = await tell(session, Recipient(person="HANAKO"), "1")
        ours = await tell(session, Recipient(organisation="AOBA"), "2")
        within = await tell(session, Recipient(person="HANAKO", organisation="AOBA"), "3")
        await session.commit()
        assert {m.id for m in await service.inbox(session, HANAKO)} == {mine, ours, within}
        assert {m.id for m in await service.inbox(session, TARO)} == {ours}
        assert await service.inbox(session, STRANGER) == []
        assert await service.unread_count(session, HANAKO) == 3
        for reader, id in [(STRANGER, ours), (TARO, mine), (TARO, within), (HANAKO, "nothing")]:
            with pytest.raises(service.MessageError) as caught:
                await service.mark_read(session, reader, str(id), AT)
            assert caught.value.status == 404


async def test_reading(database: Database) -> None:
    async with database.session() as session:
        ids = [await tell(session, Recipient(organisation="AOBA"), str(n)) for n in range(5)]
        await session.commit()
        page = await service.inbox(session, TARO, limit=2)
        rest = await service.inbox(session, TARO, before=page[-1].id)
        assert [m.id for m in page + rest] == ids[::-1]
        await service.mark_read(session, TARO, str(ids[0]), AT)
        await service.mark_read(session, HANAKO, str(ids[0]), LATER)
        assert (await service.message_for(session, TARO, str(ids[0]))).read_at == AT
        assert len(await service.inbox(session, TARO, unread_only=True)) == 4
        assert await service.mark_all_read(session, HANAKO, LATER) == 4
        assert await service.mark_all_read(session, HANAKO, LATER) == 0
        assert await service.unread_count(session, TARO) == 0


async def test_a_message_needs_a_recipient(database: Database) -> None:
    async with database.session() as session:
        with pytest.raises(ValueError, match="recipient"):
            await tell(session, Recipient(), "1")


async def test_conversation(database: Database) -> None:
    async with database.session() as session:
        for direction, body in [("to_office", " 質問です\r\n続き "), ("to_applicant", "回答です")]:
            await service.say(
                session,
                case_id="CASE",
                direction=direction,
                author="HANAKO",
                author_name="花子",
                body=body,
                at=AT,
            )
        await session.commit()
        assert await service.cases_waiting_for_answer(session, ["CASE", "X"]) == {"CASE"}
        entries = await service.conversation(session, "CASE")
        assert [entry.body for entry in entries] == ["質問です\n続き", "回答です"]
        await service.mark_conversation_read(session, "CASE", by_office=True, at=LATER)
        assert await service.cases_waiting_for_answer(session, ["CASE"]) == frozenset()
        session.expire_all()
        entries = await service.conversation(session, "CASE")
        assert [entry.read_at for entry in entries] == [LATER, None]


@pytest.mark.parametrize(
    ("body", "code"), [("  \n", "message_empty"), ("あ" * 4001, "message_too_long")]
)
async def test_what_cannot_be_said(database: Database, body: str, code: str) -> None:
    async with database.session() as session:
        with pytest.raises(service.MessageError) as caught:
            await service.say(
                session,
                case_id="C",
                direction="to_office",
                author="A",
                author_name="a",
                body=body,
                at=AT,
            )
        assert caught.value.code == code
