"""Changes of corporations reach who chose them: all, once, in order, whatever dies in between."""

from typing import Any

import pytest
from sqlalchemy import delete

from madoguchi.identity.models import Membership
from madoguchi.kernel.database import Database
from madoguchi.registry import telling
from madoguchi.registry.changes import note_changes
from madoguchi.registry.models import RegistryChange
from madoguchi.registry.telling import tell_all
from madoguchi.webhooks import service, watching
from madoguchi.webhooks.documenting import body_of
from madoguchi.webhooks.errors import WebhookError
from madoguchi.webhooks.events import CORPORATION_CHANGED
from madoguchi.webhooks.service import Wish
from tests.registry.corporations.records import incoming, number
from tests.registry.programs.site import add_corporations, client, make_app
from tests.webhooks.receiver import receiving
from tests.webhooks.test_delivery import (
    BOSS,
    SETTINGS,
    Time,
    deliveries,
    endpoint,
    made,
    member,
    work,
)

URL = "https://127.0.0.1/hook"
ONE, TWO, UNKNOWN = number(1), number(2), number(77)
CHOSEN = [CORPORATION_CHANGED]


async def changed(database: Database, clock: Time, *numbers: str) -> None:
    async with database.session() as session:
        await note_changes(session, numbers, clock())
        await session.commit()


async def told(database: Database, clock: Time, id: str) -> list[dict[str, Any]]:
    await tell_all(database, SETTINGS, clock)
    return [delivery.event["data"] for delivery in await deliveries(database, id)]


def names(*numbers: str, more: bool = False, forgotten: bool = False) -> dict[str, Any]:
    return {"corporate_numbers": sorted(numbers), "more": more, "forgotten": forgotten}


async def test_who_chose_it_is_told_signed_and_can_read_on_from_there(database: Database) -> None:
    clock = Time()
    await add_corporations(database)
    async with receiving() as receiver:
        clock.later(days=400)
        hers, _ = await made(database, clock, receiver.url, member("AOBA"), events=CHOSEN)
        all_else, _ = await made(database, clock, receiver.url, BOSS, agency="meti")
        assert await told(database, clock, hers) == []  # what was before is nobody's news
        clock.later(minutes=1)
        await changed(database, clock, TWO, ONE, UNKNOWN)
        assert await told(database, clock, hers) == [names(ONE, TWO)]
        await work(database, clock).drain()
        [event] = receiver.events
        body_of("corporation.").model_validate(event)
        assert event["type"] == CORPORATION_CHANGED
        async with client(make_app(database)) as asking:
            feed = (await asking.get(event["subject"])).json()
        assert [change["corporate_number"] for change in feed["changes"]] == sorted([ONE, TWO])
        assert await told(database, clock, hers) == [names(ONE, TWO)]
        assert await told(database, clock, all_else) == []


async def test_only_those_watched_and_nothing_when_none_of_them_changed(
    database: Database,
) -> None:
    clock = Time()
    await add_corporations(database)
    clock.later(days=400)
    id, _ = await made(
        database, clock, URL, member("AOBA"), events=CHOSEN, corporations=[TWO, UNKNOWN]
    )
    clock.later(minutes=1)
    await changed(database, clock, ONE)
    assert await told(database, clock, id) == []
    await changed(database, clock, TWO, ONE)
    await changed(database, clock, TWO, UNKNOWN)
    assert await told(database, clock, id) == [names(TWO)]
    await changed(database, clock, UNKNOWN)  # of which nothing is known
    assert await told(database, clock, id) == [names(TWO)]


async def test_more_than_one_event_holds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "MOST_NAMED", 3)
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    clock = Time()
    await add_corporations(database, *(incoming(place, sequence=place) for place in range(1, 9)))
    clock.later(days=400)
    id, _ = await made(database, clock, URL, member("AOBA"), events=CHOSEN)
    clock.later(minutes=1)
    every = sorted(number(place) for place in range(1, 9))
    await changed(database, clock, *every)
    await changed(database, clock, ONE)
    await changed(database, clock, TWO)
    assert await told(database, clock, id) == [names(*every[:3], more=True), names(TWO)]


async def test_disabled_for_a_while_it_is_told_of_all_at_once_and_forgotten_for_long(
    database: Database,
) -> None:
    clock = Time()
    await add_corporations(database)
    clock.later(days=400)
    id, _ = await made(database, clock, URL, BOSS, agency="meti", events=CHOSEN)
    await told(database, clock, id)
    for forgotten in (False, True):
        async with database.session() as session:
            await service.disable(session, BOSS, clock, id)
            await session.commit()
        clock.later(days=1)
        for corporation in (ONE, TWO):
            await changed(database, clock, corporation)
        seen = len(await told(database, clock, id))
        async with database.session() as session:
            if forgotten:
                newest = (await endpoint(database, id)).corporations_place or 0
                gone = RegistryChange.place <= newest + 1
                await session.execute(delete(RegistryChange).where(gone))
            await service.enable(session, BOSS, clock, id)
            await session.commit()
        now = await told(database, clock, id)
        assert now[seen:] == [names(forgotten=True) if forgotten else names(ONE, TWO)]
        assert await told(database, clock, id) == now


async def test_whoever_dies_while_telling_neither_loses_nor_doubles(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Time()
    await add_corporations(database)
    clock.later(days=400)
    ids = [
        (await made(database, clock, URL, member(f"O{place}"), events=CHOSEN))[0]
        for place in range(3)
    ]
    for id in ids:
        await told(database, clock, id)
    await changed(database, clock, ONE)
    tell, tried = watching.tell, 0

    async def dies(*given: Any) -> None:
        nonlocal tried
        await tell(*given)
        tried += 1
        if tried == 2:
            raise ConnectionError

    monkeypatch.setattr(watching, "tell", dies)
    with pytest.raises(ConnectionError):
        await tell_all(database, SETTINGS, clock)
    for id in ids:
        assert await told(database, clock, id) == [names(ONE)]


async def test_who_sees_all_of_the_organisation_no_longer_is_told_no_more(
    database: Database,
) -> None:
    clock = Time()
    await add_corporations(database)
    clock.later(days=400)
    id, _ = await made(database, clock, URL, member("AOBA"), events=CHOSEN)
    async with database.session() as session:
        await session.execute(delete(Membership))
        await session.commit()
    await changed(database, clock, ONE)
    assert await told(database, clock, id) == []
    assert (await endpoint(database, id)).reason == "left"


async def test_a_database_put_back_to_before_is_said(database: Database) -> None:
    clock = Time()
    await add_corporations(database)
    clock.later(days=400)
    id, _ = await made(database, clock, URL, BOSS, agency="meti", events=CHOSEN)
    await changed(database, clock, ONE)
    await changed(database, clock, TWO)
    assert await told(database, clock, id) == [names(ONE, TWO)]
    async with database.session() as session:
        await session.execute(delete(RegistryChange).where(RegistryChange.place > 2))
        await session.commit()
    assert (await told(database, clock, id))[1:] == [names(forgotten=True)]


async def test_chosen_and_unchosen(database: Database) -> None:
    clock = Time()
    await add_corporations(database)
    clock.later(days=400)
    id, _ = await made(database, clock, URL, BOSS, agency="meti")
    await changed(database, clock, ONE)
    clock.later(minutes=1)
    for events in (CHOSEN, ["case.decided"], CHOSEN):
        async with database.session() as session:
            wish = Wish("受け口", URL, events, "meti")
            await service.change(session, BOSS, clock, SETTINGS, id, wish)
            await session.commit()
        clock.later(minutes=1)
        await told(database, clock, id)
        await changed(database, clock, TWO)
        clock.later(minutes=1)
    assert await told(database, clock, id) == [names(TWO)]  # of the last choice alone


@pytest.mark.parametrize(
    ("corporations", "events", "code"),
    [
        (["6010001000002"], CHOSEN, "webhook_corporations"),
        (["<b>", ONE], CHOSEN, "webhook_corporations"),
        (["\0", ONE], CHOSEN, "webhook_corporations"),
        ([number(place) for place in range(1, 1_002)], CHOSEN, "webhook_corporations_many"),
        ([ONE], ["case.decided"], "webhook_corporations_unchosen"),
        ([ONE], [], "webhook_corporations_unchosen"),
    ],
)
async def test_what_cannot_be_watched(
    database: Database, corporations: list[str], events: list[str], code: str
) -> None:
    with pytest.raises(WebhookError) as refused:
        await made(
            database, Time(), URL, BOSS, agency="meti", events=events, corporations=corporations
        )
    assert refused.value.code == code


async def test_numbers_are_taken_in_either_width_once_and_in_order(database: Database) -> None:
    wide = TWO.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    corporations = [wide, ONE, TWO]
    id, _ = await made(
        database, Time(), URL, BOSS, agency="meti", events=CHOSEN, corporations=corporations
    )
    assert (await endpoint(database, id)).corporations == sorted([ONE, TWO])


async def test_twenty_endpoints_and_the_largest_day(database: Database) -> None:
    """The largest day there was changed 18,263: each endpoint hears of it by one event."""
    clock = Time()
    await add_corporations(database)
    clock.later(days=400)
    ids = [
        (await made(database, clock, URL, BOSS, agency="meti", events=CHOSEN))[0]
        for _ in range(service.MOST_ENDPOINTS)
    ]
    for start in range(0, 18_263, 5_000):
        await changed(database, clock, *(number(start + place) for place in range(1, 5_001)))
    for id in ids:
        [data] = await told(database, clock, id)
        assert set(data["corporate_numbers"]) <= {ONE, TWO}  # the others are known to nobody
        assert data["more"]
