"""Whose endpoints are told: of who sees all of an organisation, while they do, and of who may act."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from madoguchi.identity.models import Membership
from madoguchi.identity.service import add_organisation, give_mandate
from madoguchi.kernel.database import Database
from madoguchi.messages.models import Message
from madoguchi.webhooks import service
from madoguchi.webhooks.errors import WebhookError
from madoguchi.webhooks.events import Audience
from tests.webhooks.receiver import receiving
from tests.webhooks.test_delivery import (
    SETTINGS,
    Time,
    deliveries,
    endpoint,
    happens,
    joins,
    made,
    member,
    work,
)


async def changed(database: Database, organisation: str, **values: Any) -> None:
    async with database.session() as session:
        await session.execute(
            update(Membership).where(Membership.organisation_id == organisation).values(**values)
        )
        await session.commit()


@pytest.mark.parametrize("how", ["left", "limited"])
async def test_who_sees_all_no_longer_is_told_no_more(database: Database, how: str) -> None:
    clock = Time()
    async with receiving() as receiver:
        id, _ = await made(database, clock, receiver.url, member("A"))
        await happens(database, clock, Audience("A", "meti", "p"))
        await work(database, clock).drain()
        if how == "limited":
            await changed(database, "A", procedures=["p"])
        else:
            async with database.session() as session:
                await session.execute(delete(Membership))
                await session.commit()
        for _ in range(2):
            await happens(database, clock, Audience("A", "meti", "p"))
        await work(database, clock).drain()
        assert len(receiver.got) == len(await deliveries(database, id)) == 1
        found = await endpoint(database, id)
        assert (found.state, found.reason) == ("disabled", "left")
        async with database.reading() as session:
            told = list(await session.scalars(select(Message.recipient_organisation)))
        assert told == ["A"]
        # Somebody who sees all of it takes it over.
        heir = replace(member("A"), id="TARO")
        async with database.session() as session:
            await joins(session, clock, heir)
            await service.enable(session, heir, clock, id)
            await session.commit()
        await happens(database, clock, Audience("A", "meti", "p"))
        await work(database, clock).drain()
        assert len(receiver.got) == 2


@pytest.mark.parametrize("narrow", [{"limits": frozenset({"p"})}, {"branches": frozenset({"B"})}])
async def test_who_sees_a_part_has_no_endpoints(database: Database, narrow: dict[str, Any]) -> None:
    clock = Time()
    id, _ = await made(database, clock, "https://a.jp/", member("A"))
    part = replace(member("A"), **narrow)
    async with database.session() as session:
        assert await service.endpoints_of(session, part) == []
        for doing, status in (
            (
                service.register(
                    session, part, clock, SETTINGS, service.Wish("x", "https://b.jp/", [])
                ),
                403,
            ),
            (service.endpoint_for(session, part, id), 404),
            (service.rotate(session, part, clock, SETTINGS, id), 404),
        ):
            with pytest.raises(WebhookError) as fault:
                await doing
            assert fault.value.status == status


async def test_a_firm_is_told_by_who_may_use_the_mandate(database: Database) -> None:
    clock = Time()
    async with receiving() as receiver:
        named, _ = await made(database, clock, receiver.url, member("FIRM"))
        other, _ = await made(database, clock, receiver.url, replace(member("FIRM"), id="TARO"))
        async with database.session() as session:
            client = (await add_organisation(session, clock, name="依頼者")).id
            given = await give_mandate(
                session, clock, principal_id=client, agent_organisation_id="FIRM", by="test"
            )
            given.members = ["HANAKO"]
            await session.commit()
        await happens(database, clock, Audience(client, "meti", "p"))
        await work(database, clock).drain()
        assert [len(await deliveries(database, id)) for id in (named, other)] == [1, 0]
