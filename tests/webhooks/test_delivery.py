"""From an act to the program that is told: order, repeats, rest, replay; on both databases."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Membership
from madoguchi.identity.service import (
    Actor,
    Organisation,
    Person,
    add_member,
    add_organisation,
    give_mandate,
)
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import Job, Worker
from madoguchi.messages.jobs import handlers as message_handlers
from madoguchi.messages.models import Message
from madoguchi.settings import Settings
from madoguchi.web import outgoing
from madoguchi.web.outgoing import sending
from madoguchi.webhooks import rules, service
from madoguchi.webhooks.delivering import forget_daily, handlers
from madoguchi.webhooks.documenting import body_of
from madoguchi.webhooks.errors import WebhookError
from madoguchi.webhooks.events import Audience, announce
from madoguchi.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.webhooks.receiver import receiving

SETTINGS = Settings(secret="a secret for tests", webhook_networks="127.0.0.0/8")
BOSS = Actor(id="BOSS", name="長", kind="official", grants=frozenset({("meti", "manager")}))
CASE = {"case_id": "C", "procedure_id": "p", "arrival_number": "1", "state": "s", "outcome": None}


class Time:
    def __init__(self) -> None:
        self.now = datetime(2026, 4, 1, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def member(organisation: str, **more: Any) -> Actor:
    return Actor(id="HANAKO", name="花子", kind="applicant", organisation=organisation, **more)


def work(database: Database, clock: Callable[[], datetime]) -> Worker:
    return Worker(database, {**handlers(SETTINGS), **message_handlers(SETTINGS)}, clock)


async def made(
    database: Database, clock: Time, url: str, actor: Actor, **wish: Any
) -> tuple[str, str]:
    async with database.session() as session:
        if actor.organisation is not None:
            await joins(session, clock, actor)
        asked = service.Wish("受け口", url, wish.pop("events", []), **wish)
        endpoint, secret = await service.register(session, actor, clock, SETTINGS, asked)
        await session.commit()
        return endpoint.id, secret


async def joins(session: AsyncSession, clock: Time, actor: Actor) -> None:
    """The actor is a member of their organisation, both of which may be new."""
    at, organisation = clock(), str(actor.organisation)
    for table, key, row in (
        (Person, actor.id, Person(id=actor.id, name=actor.name, created_at=at)),
        (Organisation, organisation, Organisation(id=organisation, name="会社", created_at=at)),
    ):
        if await session.get(table, key) is None:
            session.add(row)
            await session.flush()
    if await session.get(Membership, (actor.id, organisation)) is None:
        await add_member(session, actor.id, organisation)


async def happens(
    database: Database, clock: Time, audience: Audience, type: str = "case.decided"
) -> None:
    async with database.session() as session:
        await announce(session, type, audience, subject="/api/v1/cases/C", data=CASE, at=clock())
        await session.commit()


async def deliveries(database: Database, id: str) -> list[WebhookDelivery]:
    query = select(WebhookDelivery).where(WebhookDelivery.endpoint_id == id)
    async with database.reading() as session:
        return list(await session.scalars(query.order_by(WebhookDelivery.sequence)))


async def endpoint(database: Database, id: str) -> WebhookEndpoint:
    async with database.reading() as session:
        return await session.get_one(WebhookEndpoint, id)


async def test_a_signed_event_reaches_who_may_see_it(database: Database) -> None:
    clock = Time()
    async with database.session() as session:
        client = (await add_organisation(session, clock, name="依頼者")).id
        firm = (await add_organisation(session, clock, name="行政書士事務所")).id
        stranger = (await add_organisation(session, clock, name="他社")).id
        await give_mandate(
            session,
            clock,
            principal_id=client,
            agent_organisation_id=firm,
            procedures=["p"],
            valid_from=date(2026, 1, 1),
            by="test",
        )
        await session.commit()
    async with receiving() as receiver:
        url = receiver.url
        own, secret = await made(database, clock, url, member(client))
        agent, _ = await made(database, clock, url, member(firm), events=["case.decided"])
        other, _ = await made(database, clock, url, member(stranger))
        above, _ = await made(database, clock, url, BOSS, agency="meti")
        await happens(database, clock, Audience(client, "bureau-kanto", "p"))
        await happens(database, clock, Audience(client, "prefecture-13", "q"))
        await happens(database, clock, Audience(client, None, "p"), "case.submitted")
        await work(database, clock).drain()
        counts = [len(await deliveries(database, id)) for id in (own, agent, other, above)]
        headers, body = receiver.got[0]
    assert counts == [3, 1, 0, 1]
    mine = await deliveries(database, own)
    assert [item.sequence for item in mine] == [1, 2, 3]
    assert {item.state for item in mine} == {"delivered"}
    assert headers["host"].startswith("127.0.0.1:")
    assert headers[":line"] == "POST /hook?x=1 HTTP/1.1"
    assert headers["webhook-id"] == mine[0].event_id
    signed = next(
        (head, content) for head, content in receiver.got if content and head["webhook-id"]
    )
    assert sum(
        rules.is_signed(
            secret,
            head["webhook-id"],
            head["webhook-timestamp"],
            content,
            head["webhook-signature"],
            clock(),
        )
        for head, content in receiver.got
    ) == len(mine)
    assert signed[1] == body
    for event in receiver.events:
        body_of(event["type"]).model_validate(event)
    with pytest.raises(ValidationError):
        body_of("case.decided").model_validate({**receiver.events[0], "data": {}})


async def test_where_nobody_listens_nothing_is_queued(database: Database) -> None:
    clock = Time()
    await happens(database, clock, Audience("ORG"))
    async with database.reading() as session:
        assert list(await session.scalars(select(Job))) == []
    with pytest.raises(ValueError, match="not an event"):
        await happens(database, clock, Audience("ORG"), "case.eaten")


async def test_a_failure_is_repeated_then_the_circuit_opens_and_closes(database: Database) -> None:
    clock = Time()
    async with receiving() as bad, receiving() as good:
        bad.status = 500
        id, _ = await made(database, clock, bad.url, member("A"))
        fine, _ = await made(database, clock, good.url, member("A"))
        for _ in range(8):
            await happens(database, clock, Audience("A"))
        worker = work(database, clock)
        await worker.drain()
        # Five failures open the circuit: the other three were not even tried.
        assert len(bad.got) == rules.OPENS_AFTER
        assert len(good.got) == 8
        assert {item.state for item in await deliveries(database, fine)} == {"delivered"}
        resting = await endpoint(database, id)
        assert resting.open_until == clock() + timedelta(minutes=1)
        clock.later(seconds=50)
        await worker.drain()
        assert len(bad.got) == rules.OPENS_AFTER
        clock.later(seconds=10)
        await worker.drain()  # one trial, and it fails
        assert len(bad.got) == rules.OPENS_AFTER + 1
        bad.status = 200
        clock.later(minutes=2)
        await worker.drain()  # the trial succeeds and the rest follows
        assert {item.state for item in await deliveries(database, id)} == {"delivered"}
        assert (await endpoint(database, id)).open_until is None
        ids = [event["id"] for event in bad.events]
        assert len(set(ids)) == 8


async def test_a_single_failure_waits_its_pause(database: Database) -> None:
    clock = Time()
    async with receiving() as receiver:
        receiver.status, receiver.body = 503, "混雑\0".encode() + b"x" * 5_000
        id, _ = await made(database, clock, receiver.url, member("A"))
        await happens(database, clock, Audience("A"))
        worker = work(database, clock)
        await worker.drain()
        [item] = await deliveries(database, id)
        assert (item.state, item.attempts) == ("pending", 1)
        assert timedelta(seconds=7) < item.next_at - clock() < timedelta(seconds=13)
        async with database.reading() as session:
            [attempt] = await service.attempts_of(session, item.id)
        assert (attempt.status, len(attempt.answer)) == (503, sending.KEPT)
        receiver.status = 204
        clock.later(seconds=13)
        await worker.drain()
        [item] = await deliveries(database, id)
        assert (item.state, item.attempts, len(receiver.got)) == ("delivered", 2, 2)


@pytest.mark.parametrize(("status", "reason"), [(410, "gone"), (500, "failing")])
async def test_an_endpoint_that_is_gone_or_dead_is_disabled_and_its_owner_told(
    database: Database, status: int, reason: str
) -> None:
    clock = Time()
    async with receiving() as receiver:
        receiver.status = status
        id, _ = await made(database, clock, receiver.url, member("A"))
        await happens(database, clock, Audience("A"))
        worker = work(database, clock)
        for _ in range(100):
            await worker.drain()
            if (await endpoint(database, id)).state == "disabled":
                break
            clock.later(hours=2)
        found = await endpoint(database, id)
        assert (found.state, found.reason) == ("disabled", reason)
        async with database.reading() as session:
            [told] = list(
                await session.scalars(select(Message).where(Message.recipient_organisation == "A"))
            )
            assert "受け口" in told.body["ja"]
            assert told.link == f"/webhooks/{id}"
        # What happens meanwhile is kept, and sent when it is enabled again.
        before = len(receiver.got)
        await happens(database, clock, Audience("A"))
        await worker.drain()
        assert len(receiver.got) == before
        receiver.status = 200
        async with database.session() as session:
            await service.enable(session, member("A"), clock, id)
            await session.commit()
        await worker.drain()
        assert (await deliveries(database, id))[-1].state == "delivered"
        assert len(receiver.got) > before


async def test_sending_again_keeps_the_id(database: Database) -> None:
    clock = Time()
    async with receiving() as receiver:
        id, _ = await made(database, clock, receiver.url, member("A"))
        worker = work(database, clock)
        for _ in range(3):
            await happens(database, clock, Audience("A"))
        await worker.drain()
        clock.later(days=1)
        await happens(database, clock, Audience("A"))
        await worker.drain()
        first = (await deliveries(database, id))[0]
        async with database.session() as session:
            await service.replay(session, member("A"), clock, id, first.id)
            await session.commit()
        await worker.drain()
        assert receiver.events[-1] == receiver.events[0]
        async with database.session() as session:
            since = clock() - timedelta(hours=1)
            assert await service.replay_since(session, member("A"), clock, id, since) == 1
            with pytest.raises(WebhookError):
                await service.replay_since(
                    session, member("A"), clock, id, clock() - timedelta(days=31)
                )
            with pytest.raises(WebhookError):
                await service.replay_since(
                    session, member("A"), clock, id, clock() + timedelta(seconds=1)
                )
            await session.commit()
        await worker.drain()
        assert len(receiver.got) == 6
        async with database.session() as session:
            await forget_daily(session, clock())
            await session.commit()
        clock.later(days=31)
        await worker.drain()
        assert await deliveries(database, id) == []


async def test_the_old_secret_signs_for_a_day(database: Database) -> None:
    clock = Time()
    async with receiving() as receiver:
        id, old = await made(database, clock, receiver.url, member("A"))
        async with database.session() as session:
            _, new = await service.rotate(session, member("A"), clock, SETTINGS, id)
            await session.commit()
        worker = work(database, clock)
        valid = []
        for _ in range(2):
            async with database.session() as session:
                await service.ping(session, member("A"), clock, SETTINGS, id)
                await session.commit()
            await worker.drain()
            head, body = receiver.got[-1]
            names = ("webhook-id", "webhook-timestamp", "webhook-signature")
            sent = [head[name] for name in names]
            valid.append(
                [
                    rules.is_signed(key, sent[0], sent[1], body, sent[2], clock())
                    for key in (old, new)
                ]
            )
            clock.later(hours=25)
    assert valid == [[True, True], [False, True]]


async def test_answers_that_never_end_or_lead_elsewhere(database: Database) -> None:
    allowed = outgoing.networks("127.0.0.0/8")
    async with receiving() as receiver, receiving() as secret:
        receiver.status = None
        slow = await sending.send(receiver.url, b"{}", {}, allowed, 0.2)
        receiver.status, receiver.body = 200, b"x" * (sending.MOST_BYTES + 1)
        large = await sending.send(receiver.url, b"{}", {}, allowed)
        receiver.status, receiver.body = 302, b""
        receiver.more = f"Location: {secret.url}\r\n"
        led = await sending.send(receiver.url, b"{}", {}, allowed)
        closed = await sending.send("http://127.0.0.1:1/", b"{}", {}, allowed)
        inside = await sending.send(f"http://localhost:{secret.port}/", b"{}", {}, [])
        literal = await sending.send(secret.url, b"{}", {}, [])
        # A name that resolves to an address within is found out at the connection.
        rebound = await sending.send(
            f"http://localhost:{secret.port}/", b"{}", {}, outgoing.networks("10.0.0.0/8")
        )
        unknown = await sending.send("https://nowhere.invalid/", b"{}", {}, allowed)
        assert secret.got == []
    found = [answer.fault for answer in (slow, large, closed, inside, literal, rebound)]
    assert found == [
        "timeout",
        "too_large",
        "unreachable",
        "refused_address",
        "refused_address",
        "refused_address",
    ]
    assert unknown.fault == "unknown_host"
    assert (led.status, led.taken) == (302, False)


async def test_two_workers_deliver_once_while_one_endpoint_hangs(database: Database) -> None:
    clock = Time()
    async with receiving() as receiver:
        id, _ = await made(database, clock, receiver.url, member("A"))
        for _ in range(6):
            await happens(database, clock, Audience("A"))
        await asyncio.gather(*(work(database, clock).drain() for _ in range(2)))
        await work(database, clock).drain()
        assert sorted(event["sequence"] for event in receiver.events) == list("123456")
        assert {item.state for item in await deliveries(database, id)} == {"delivered"}
