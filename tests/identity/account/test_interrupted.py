"""A form interrupted by a fresh proof comes back as it was typed."""

import asyncio
import re

import pytest
from fastapi.dependencies.models import Dependant
from sqlalchemy import select

from madoguchi.app import create_app
from madoguchi.identity.account.interrupted import LARGEST, PURPOSE, page_above
from madoguchi.identity.account.models import Proof
from madoguchi.identity.account.pages.securing import fresh_actor, fresh_where_possible
from madoguchi.identity.provider.clients.pages import fresh_administrator
from madoguchi.settings import Settings
from tests.identity.account.site import (
    FIREFOX,
    Device,
    make_site,
    sign_in,
    sign_in_strongly,
    use_passkey,
)
from tests.journeys.routes import api_routes

HOME, TOKENS = "/account/security", "/account/tokens"
BACK = "入力した内容を戻しました"


async def kept(site) -> list[Proof]:
    async with site.database.reading() as session:
        return list(await session.scalars(select(Proof).where(Proof.purpose == PURPOSE)))


async def test_what_was_typed_is_there_again_and_sent_by_the_person(database):
    site, device = make_site(database), Device()
    await site.person()
    async with site.visitor() as visitor:
        await sign_in_strongly(site, visitor, device=device)
        site.clock.wait(minutes=16)
        asked = await visitor.post(
            TOKENS, data={"/label": '夜間"連携"', "/days": "30"},
            headers={"referer": "http://testserver/account?from=menu"},
        )  # fmt: skip
        assert asked.headers["location"] == "/sign-in/again?return=/account%3Ffrom%3Dmenu"
        (row,) = await kept(site)
        assert "夜間" not in str(row.data)
        await visitor.get(asked.headers["location"])
        done = await use_passkey(visitor, device)
        assert done.headers["location"] == "/account?from=menu"
        assert BACK not in (await visitor.get(HOME)).text  # another page
        page = (await visitor.get("/account?from=menu")).text
        assert BACK in page
        assert 'value="夜間&quot;連携&quot;"' in page
        assert re.search(r'value="30"[^>]* checked>', page)
        made = await visitor.post(TOKENS, data={"/label": '夜間"連携"', "/days": "30"})
        assert made.status_code == 200
        assert await kept(site) == []
        assert BACK not in (await visitor.get("/account")).text


async def test_nobody_else_gets_it_and_not_for_long(database):
    site, device, other = make_site(database), Device(), Device()
    await site.person()
    await site.person("other@example.jp")
    async with site.visitor() as visitor, site.visitor(FIREFOX) as beside:
        await sign_in_strongly(site, visitor, device=device)
        await use_passkey(beside, device)
        site.clock.wait(minutes=16)
        await visitor.post(TOKENS, data={"/label": "mine", "/days": "30"})
        assert "mine" not in (await beside.get("/account")).text  # the same person's other session
        await use_passkey(visitor, device)
        assert "mine" in (await visitor.get("/account")).text
        site.clock.wait(minutes=31)
        assert "mine" not in (await visitor.get("/account")).text
        await use_passkey(visitor, device)
        site.clock.wait(minutes=16)
        await visitor.post(TOKENS, data={"/label": "nightly", "/days": "30"})
        await sign_in_strongly(site, visitor, "other@example.jp", device=other)
        assert "nightly" not in (await visitor.get("/account")).text


async def test_secrets_and_endless_forms_are_not_kept(database):
    site, device = make_site(database), Device()
    await site.person()
    async with site.visitor() as visitor:
        await sign_in_strongly(site, visitor, device=device)
        site.clock.wait(minutes=16)
        asked = await visitor.post(f"{HOME}/password", data={"/password": "correct horse battery"})
        assert asked.headers["location"].endswith("return=/account/security/password")
        await use_passkey(visitor, device)
        page = (await visitor.get(f"{HOME}/password")).text
        assert BACK in page
        assert "correct horse" not in page
        site.clock.wait(minutes=16)
        endless = await visitor.post(TOKENS, data={"/label": "x" * LARGEST})
        assert endless.status_code == 303
        broken = {"content-type": "multipart/form-data; boundary=x"}
        assert (await visitor.post(TOKENS, content=b"--y", headers=broken)).status_code == 303
        (row,) = await kept(site)
        assert len(row.data["sealed"]) < 2_000  # of the password's page: nothing else came in


async def test_two_at_the_same_moment_are_one(database):
    site, device = make_site(database), Device()
    await site.person()
    async with site.visitor() as visitor:
        await sign_in_strongly(site, visitor, device=device)
        site.clock.wait(minutes=16)
        sent = (visitor.post(TOKENS, data={"/label": name, "/days": "1"}) for name in "abc")
        assert {answer.status_code for answer in await asyncio.gather(*sent)} == {303}
        assert len(await kept(site)) == 1


async def test_a_program_is_told_what_is_wanted(database):
    site = make_site(database)
    await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        site.clock.wait(minutes=16)
        asked = await visitor.post("/api/v1/tokens", json={"label": "x", "days": 1})
        assert asked.status_code == 401
        assert asked.json()["code"] == "insufficient_user_authentication"
        assert "max_age" in asked.headers["www-authenticate"]


def needs_fresh_proof(dependant: Dependant) -> bool:
    return dependant.call in (fresh_actor, fresh_where_possible, fresh_administrator) or any(
        needs_fresh_proof(part) for part in dependant.dependencies
    )


def test_every_act_behind_a_fresh_proof_leads_back_to_a_page(tmp_path):
    """Whatever the browser says: above each of their addresses there is a page of its own."""
    app = create_app(Settings(home=tmp_path, demo=True))
    acts = [
        route.path
        for route in api_routes(app.routes)
        if "POST" in route.methods
        and needs_fresh_proof(route.dependant)
        and not route.path.startswith("/api/")
    ]
    assert len(acts) > 40
    lost = [path for path in acts if page_above(app, re.sub(r"{\w+}", "x", path)) in (None, "/")]
    assert lost == []


@pytest.mark.parametrize(
    "referer", ["http://evil.example/account", "http://testserver//evil.example", "http://testserver/sign-out", "http://testserver/none", "javascript:alert(1)", ""]
)  # fmt: skip
async def test_the_way_back_is_a_page_of_ours(database, referer):
    site = make_site(database)
    await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        site.clock.wait(minutes=16)
        asked = await visitor.post(TOKENS, data={"/label": "x"}, headers={"referer": referer})
        assert asked.headers["location"] == "/sign-in/again?return=/account"
