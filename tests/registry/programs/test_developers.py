"""The page for developers: keys made, shown once, counted, revoked; on both databases."""

import re
from datetime import timedelta
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.registry.keys import admitting, service
from madoguchi.registry.keys.models import ApiKey
from madoguchi.registry.keys.pages import router
from tests.messages.site import HEADERS
from tests.registry.corporations.records import number
from tests.registry.programs.site import NOW, add_corporations, client, make_app
from tests.web.app import TestSettings

PATH = f"/api/v1/corporations/{number(1)}"


async def actor_of(database: Database, name: str = "花子", company: str = "") -> Actor:
    async with database.session() as session:
        person = await identity.add_person(session, fixed_clock(NOW), name=name)
        organisation = None
        if company:
            organisation = (
                await identity.add_organisation(session, fixed_clock(NOW), name=company)
            ).id
            await identity.add_member(session, person.id, organisation)
        await session.commit()
    return Actor(id=person.id, name=name, kind="applicant", organisation=organisation)


def site(database: Database, actor: Actor, language: str = "en") -> tuple[Any, AsyncClient]:
    app = make_app(database)
    app.state.settings = Settings()
    app.include_router(router)
    app.dependency_overrides[current_actor] = lambda: actor
    headers = HEADERS | {"Accept-Language": language}
    return app, AsyncClient(
        transport=ASGITransport(app), base_url="http://testserver", headers=headers
    )


class Settings(TestSettings):
    key_requests, open_requests = 6_000, 600


async def test_a_key_is_made_shown_once_used_counted_and_revoked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admitting, "REMEMBERED", 0.0)
    await add_corporations(database)
    actor = await actor_of(database, company="株式会社みなと化学")
    app, page = site(database, actor)
    async with page, client(app) as program:
        made = await page.post("/developers/keys", data={"/name": " 取引先の 確認 "})
        (key,) = re.findall(r'id="new-key"[^>]*value="(\w{13})"', made.text)
        assert made.headers["cache-control"] == "no-store"
        shown = (await page.get("/developers/keys")).text
        assert key not in shown
        assert f"{key[:4]}…" in shown
        assert "取引先の 確認" in shown
        for _ in range(3):
            assert (await program.get(PATH, headers={"X-API-Key": key})).status_code == 200
        uses = app.state.key_admission.uses
        await uses.write(database)
        await uses.write(database)
        assert (await program.get(PATH, headers={"X-API-Key": key})).status_code == 200
        await uses.write(database)
        async with database.reading() as session:
            (row,) = await service.keys_of(session, actor)
            use = await service.use_of(session, [row.id], NOW.date(), 14)
        assert list(use.values())[-1] == (4, 0)
        assert "<svg" in (await page.get("/developers")).text
        gone = await page.post(f"/developers/keys/{row.id}/revoke")
        assert gone.status_code == 303
        assert (await program.get(PATH, headers={"X-API-Key": key})).status_code == 401
        assert (await page.post(f"/developers/keys/{row.id}/revoke")).status_code == 404
    async with database.reading() as session:
        kept = await session.get_one(ApiKey, row.id)
    assert key not in (kept.sha256, kept.name)


async def test_keys_are_their_organisations(database: Database) -> None:
    actor = await actor_of(database, company="甲社")
    stranger = await actor_of(database, "他人", "乙社")
    colleague = Actor(
        id=stranger.id, name="同僚", kind="applicant", organisation=actor.organisation
    )
    _, page = site(database, actor)
    async with page:
        await page.post("/developers/keys", data={"/name": "甲社のキー"})
    async with database.reading() as session:
        (row,) = await service.keys_of(session, actor)
        assert await service.keys_of(session, colleague) == [row]
        assert await service.keys_of(session, stranger) == []
    _, page = site(database, stranger)
    async with page:
        assert "甲社のキー" not in (await page.get("/developers")).text
        assert (await page.post(f"/developers/keys/{row.id}/revoke")).status_code == 404


async def test_a_key_ends_with_whom_it_is_of(database: Database) -> None:
    alone, member = await actor_of(database), await actor_of(database, "一郎", "甲社")
    async with database.session() as session:
        _, own = await service.make_key(session, alone, "私", NOW)
        _, theirs = await service.make_key(session, member, "甲社", NOW)
        await session.commit()
    async with database.reading() as session:
        assert await service.key_of(session, service.digest(own))
        assert await service.key_of(session, service.digest(theirs))
    async with database.session() as session:
        for actor in (alone, member):
            (await session.get_one(identity.Person, actor.id)).active = False
        await session.commit()
    async with database.reading() as session:
        assert await service.key_of(session, service.digest(own)) is None
        assert await service.key_of(session, service.digest(theirs))  # whoever made it may leave
    async with database.session() as session:
        (await session.get_one(identity.Organisation, member.organisation)).closed_at = NOW
        await session.commit()
    async with database.reading() as session:
        assert await service.key_of(session, service.digest(theirs)) is None


@pytest.mark.parametrize("name", ["", "　", "長" * 101])
async def test_a_name_that_is_none_is_said_beside_it(database: Database, name: str) -> None:
    _, page = site(database, await actor_of(database))
    async with page:
        answer = await page.post("/developers/keys", data={"/name": name})
    assert answer.status_code == 422
    assert "1 to 100 characters" in answer.text
    assert name[:200] in answer.text


async def test_ten_keys_are_enough_and_programs_make_none(database: Database) -> None:
    actor = await actor_of(database)
    async with database.session() as session:
        for place in range(service.MOST_KEYS):
            await service.make_key(session, actor, f"キー{place}", NOW + timedelta(seconds=place))
        await session.commit()
    _, page = site(database, actor)
    async with page:
        answer = await page.post("/developers/keys", data={"/name": "もう一つ"})
    assert (answer.status_code, "もう一つ" in answer.text) == (422, True)
    program = Actor(id=new_id(), name="p", kind="applicant", token="t")
    _, page = site(database, program)
    async with page:
        assert (await page.post("/developers/keys", data={"/name": "x"})).status_code == 403


@pytest.mark.parametrize(("language", "words"), [("ja", "開発者の方へ"), ("en", "For developers")])
async def test_anybody_may_read_how_it_works(database: Database, language: str, words: str) -> None:
    _, page = site(database, identity.NOBODY, language)
    async with page:
        answer = await page.get("/developers")
        sent = await page.get("/developers/keys")
    await add_corporations(database)
    _, page = site(database, identity.NOBODY, language)
    async with page:
        filled = await page.get("/developers")
    assert words in answer.text
    assert "/4/num?id=APIKEY&amp;number=7000012050002" in answer.text
    example = min(number(serial) for serial in (1, 2))  # the others are hidden or withdrawn
    assert f"/4/num?id=APIKEY&amp;number={example}" in filled.text
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/sign-in")
