"""Our own interface by number, through time, and the feed of changes, on both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from madoguchi.kernel.database import Database
from madoguchi.registry.changes import forget, note_changes
from madoguchi.registry.models import RegistryChange
from tests.registry.corporations.records import incoming, number
from tests.registry.programs.site import (
    ACTIVITIES,
    DETAILS,
    KEY,
    add_activities,
    add_corporations,
    add_details,
    add_key,
    client,
    make_app,
)
from tests.web.app import NOW

API = "/api/v1/corporations"
ONE = number(1)


async def filled(database: Database, *items: Any) -> Any:
    await add_corporations(database, *items)
    await add_activities(database, ACTIVITIES)
    await add_details(database, DETAILS)
    await add_key(database)
    return make_app(database)


async def test_everything_known_with_where_it_comes_from(database: Database) -> None:
    app = await filled(database)
    async with client(app) as asking:
        answer = await asking.get(f"{API}/{ONE}")
        again = await asking.get(
            f"{API}/{ONE}", headers={"If-None-Match": f'"x", W/{answer.headers["etag"]}'}
        )
        wide = await asking.get(f"{API}/{ONE[:6]}-{ONE[6:]}")
    shown = answer.json()
    assert shown["name"] == "株式会社みなと化学"
    assert shown["kind"] == {"code": "301", "ja": "株式会社", "en": "Stock company"}
    assert shown["address"]["city_code"] == "13101"
    assert shown["source"] == "国税庁法人番号公表サイト"
    assert shown["details"]["capital_stock"] == {
        "value": 30_000_000,
        "source": "gBizINFO（経済産業省）Kihonjoho_UTF-8.csv",
        "as_of": "2026-01-31",
        "acquired_on": "2026-04-01",
    }
    assert shown["activity_counts"]["procurement"] == 1
    workplace = next(act for act in shown["activities"] if act["kind"] == "workplace")
    assert workplace["data"]["base_infos"]["average_age"] == 41.5
    assert (again.status_code, again.content) == (304, b"")
    assert wide.json() == shown


async def test_closed_hidden_withdrawn(database: Database) -> None:
    app = await filled(database)
    async with client(app) as asking:
        closed, hidden, gone = [
            (await asking.get(f"{API}/{number(serial)}")).json() for serial in (2, 3, 4)
        ]
    assert (closed["status"], closed["closed_on"], closed["close_cause"]["code"]) == (
        "closed",
        "2026-05-01",
        "01",
    )
    assert (hidden["status"], hidden["search_excluded"], hidden["name"]) == (
        "open",
        True,
        "検索除外株式会社",
    )
    assert gone.keys() == {"corporate_number", "status", "updated_on", "source"}
    assert gone["status"] == "withdrawn"


async def test_what_held_and_what_was_known(database: Database) -> None:
    app = await filled(
        database,
        incoming(1, name="旧", updated="2026-03-01", changed="2026-02-20"),
        incoming(1, name="新", process="11", updated="2026-05-10", changed="2026-04-01"),
    )
    async with client(app) as asking:

        async def name(query: str) -> Any:
            answer = await asking.get(f"{API}/{ONE}?{query}")
            return answer.json().get("name") or answer.json()["code"]

        assert await name("as_of=2026-03-31&known_on=2026-06-01") == "旧"
        assert await name("as_of=2026-04-15&known_on=2026-06-01") == "新"
        assert await name("as_of=2026-04-15&known_on=2026-04-15") == "旧"
        assert await name("as_of=2026-02-01&known_on=2026-06-01") == "corporation_not_yet"
        records = (await asking.get(f"{API}/{ONE}/history")).json()["records"]
    assert [(record["name"], record["latest"]) for record in records] == [
        ("新", True),
        ("旧", False),
    ]


async def test_activities_page_by_page(database: Database) -> None:
    app = await filled(database)
    seen: list[str] = []
    path = f"{API}/{ONE}/activities?limit=3"
    async with client(app) as asking:
        for _ in range(5):
            answer = await asking.get(path)
            seen += [act["key"] for act in answer.json()["items"]]
            if not answer.json()["next"]:
                break
            path = answer.headers["link"].split(">")[0].removeprefix("<")
        some = (await asking.get(f"{API}/{ONE}/activities?kind=patent,subsidy")).json()["items"]
        strange = await asking.get(f"{API}/{ONE}/activities?cursor=abc")
    assert sorted(seen) == sorted(f"key-{place}" for place in range(len(ACTIVITIES)))
    assert sorted(act["kind"] for act in some) == ["patent", "subsidy"]
    assert strange.status_code == 400


async def test_the_feed_goes_on_where_it_was_left(database: Database) -> None:
    app = await filled(database)
    async with client(app) as asking:
        first = (await asking.get(f"{API}/changes?limit=3")).json()
        rest = (await asking.get(f"{API}/changes?after={first['next']}")).json()
        end = (await asking.get(f"{API}/changes?after={rest['next']}")).json()
        assert end["changes"] == []
        # Taken in late: published before what has been told already; and an activity of another.
        await add_corporations(
            database, incoming(2, name="改名", process="11", updated="2026-05-30")
        )
        await noted(database, number(1), at=NOW + timedelta(days=1))
        new = (await asking.get(f"{API}/changes?after={end['next']}")).json()
        since = (await asking.get(f"{API}/changes?since=2026-04-02")).json()
        later = (await asking.get(f"{API}/changes?since=2026-04-09")).json()
    every = first["changes"] + rest["changes"]
    assert (first["more"], rest["more"]) == (True, False)
    assert [change["corporate_number"] for change in every] == sorted(
        number(serial) for serial in range(1, 5)
    )
    hidden = next(change for change in every if change.get("search_excluded"))
    assert "name" not in hidden
    assert [change["corporate_number"] for change in new["changes"]] == [number(2), number(1)]
    assert [change["corporate_number"] for change in since["changes"]] == [number(1)]
    assert (later["changes"], later["next"]) == ([], new["next"])


async def test_who_comes_too_late_is_told_so(database: Database) -> None:
    app = await filled(database)
    stream = {"Accept": "text/event-stream"}
    async with client(app) as asking:
        first = (await asking.get(f"{API}/changes?limit=1")).json()
        whole = (await asking.get(f"{API}/changes")).json()
        before = await asking.get(f"{API}/changes?since=2020-01-01")
        await noted(database, number(3), at=NOW + timedelta(days=20))
        async with database.session() as session:
            await forget(session, NOW + timedelta(days=20))
            await session.commit()
        within = await asking.get(f"{API}/changes?after={first['next']}")
        streamed = await asking.get(
            f"{API}/changes", headers=stream | {"Last-Event-ID": first["next"]}
        )
        behind = (await asking.get(f"{API}/changes?after={whole['next']}")).json()
        since = await asking.get(f"{API}/changes?since=2020-01-01")
        anew = (await asking.get(f"{API}/changes")).json()
        async with database.session() as session:
            await session.execute(delete(RegistryChange))
            await session.commit()
        put_back = await asking.get(f"{API}/changes?after={anew['next']}")
    assert before.status_code == 200  # nothing was ever forgotten
    for answer in (within, streamed, since, put_back):
        assert (answer.status_code, answer.json()["code"]) == (410, "changes_forgotten")
    for kept in (behind, anew):
        assert [change["corporate_number"] for change in kept["changes"]] == [number(3)]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
async def test_pages_of_any_size_tell_everybody(database: Database, limit: int) -> None:
    await add_corporations(database, *(incoming(serial) for serial in range(1, 8)))
    for serials in ((2, 3), (1,), (9,), (3, 5, 7), (2,)):
        await noted(database, *(number(serial) for serial in serials))
    app, after, told = make_app(database), "", []
    async with client(app) as asking:
        for _ in range(30):
            page = (await asking.get(f"{API}/changes?limit={limit}{after}")).json()
            told += [change["corporate_number"] for change in page["changes"]]
            after = f"&after={page['next']}"
            if not page["more"]:
                break
    assert not page["more"]
    assert told[:7] == sorted(number(serial) for serial in range(1, 8))
    if limit == 1:  # nothing is told once for several changes
        every = ((2, 3), (1,), (3, 5, 7), (2,))
        assert told[7:] == [one for serials in every for one in sorted(map(number, serials))]
    if limit == 100:
        assert len(told) == 7


async def noted(database: Database, *numbers: str, at: datetime = NOW) -> None:
    """What is known of these changed."""
    async with database.session() as session:
        await note_changes(session, numbers, at)
        await session.commit()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{API}/123", 422, "corporate_number_length"),
        (f"{API}/1234567890123", 422, "corporate_number_check_digit"),
        (f"{API}/T{ONE}", 422, "corporate_number_invoice"),
        (f"{API}/7000012050002", 404, "corporation_unknown"),
        (f"{API}/7000012050002/history", 404, "corporation_unknown"),
        (f"{API}/7000012050002/activities", 404, "corporation_unknown"),
        (f"{API}/{ONE}?as_of=2026-02-30", 422, "invalid_parameter"),
        (f"{API}/{ONE}?as_of=2026-02-01&as_of=2026-02-01", 422, "invalid_parameter"),
        (f"{API}/{ONE}?asof=2026-02-01", 422, "invalid_parameter"),
        (f"{API}/{ONE}/activities?kind=nonsense", 422, "invalid_parameter"),
        (f"{API}/{ONE}/activities?limit=0", 422, "invalid_parameter"),
        (f"{API}/{ONE}/activities?limit=" + "9" * 300, 422, "invalid_parameter"),
        (f"{API}/changes?after=abc", 400, "invalid_cursor"),
        (f"{API}/changes?since=x", 422, "invalid_parameter"),
        (f"{API}/{ONE}/", 404, "not_found"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said(database: Database, path: str, status: int, code: str) -> None:
    app = await filled(database)
    async with client(app, **{"Accept-Language": "en"}) as asking:
        answer = await asking.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "en"
    assert code in (answer.json()["code"], "not_found")


async def test_keys_limits_and_what_is_left(database: Database) -> None:
    app = await filled(database)
    strict = make_app(database, of_key=2, of_address=1)
    closed = make_app(database, of_address=0)
    async with client(strict) as asking:
        first = await asking.get(f"{API}/{ONE}", headers={"X-API-Key": KEY})
        second = await asking.get(f"{API}/{ONE}", headers={"Authorization": f"Bearer {KEY}"})
        third = await asking.get(f"{API}/{ONE}", headers={"X-API-Key": KEY})
        keyless = await asking.get(f"{API}/{ONE}", headers={"Authorization": "Bearer mdg_x"})
        over = await asking.get(f"{API}/{ONE}")
    assert first.headers["ratelimit-policy"] == '"key";q=2;w=600'
    assert first.headers["ratelimit"] == '"key";r=1;t=200'
    assert (second.status_code, second.headers["ratelimit"]) == (200, '"key";r=0;t=200')
    assert (third.status_code, third.headers["retry-after"]) == (429, "200")
    assert third.json()["code"] == "too_many_requests"
    assert (keyless.status_code, over.status_code) == (200, 429)
    async with client(closed) as asking:
        assert (await asking.get(f"{API}/{ONE}")).status_code == 401
    async with client(app) as asking:
        # One wrong key after the other is refused without looking; the right one still works.
        ok = {"X-API-Key": KEY}
        assert (await asking.get(f"{API}/{ONE}", headers=ok)).status_code == 200
        answers = [
            (await asking.get(f"{API}/{ONE}", headers={"X-API-Key": f"wrong{place}"})).status_code
            for place in range(32)
        ]
        assert answers == [401] * 30 + [429] * 2
        assert (await asking.get(f"{API}/{ONE}", headers=ok)).status_code == 200


async def test_a_stream_tells_what_changed_and_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from madoguchi.registry.rest import changes

    monkeypatch.setattr(changes, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(changes, "BEAT_EVERY", 0.02)
    monkeypatch.setattr(changes, "LONGEST_STREAM", 0.2)
    app = await filled(database)
    stream = {"Accept": "text/event-stream"}
    async with client(app) as asking:
        whole = (await asking.get(f"{API}/changes", headers=stream)).text
        events = [part for part in whole.split("\n\n") if part.startswith("id: ")]
        last = events[1].split("\n")[0].removeprefix("id: ")
        rest = (await asking.get(f"{API}/changes", headers=stream | {"Last-Event-ID": last})).text
    assert whole.startswith("retry: ")
    assert ": nothing new" in whole
    assert len(events) == 4
    assert "event: corporation.changed" in events[0]
    assert [part for part in rest.split("\n\n") if part.startswith("id: ")] == events[2:]
