"""Nobody is kept out by others: a browser somebody signed in with has tries of its own."""

import secrets

import pytest

from madoguchi.web.session import LARGEST_COOKIE
from tests.identity.account.site import FIREFOX, make_site, sign_in
from tests.identity.account.test_signing_in import PASSWORD, secure

TARO = {"/address": "taro@example.jp"}


async def by_password(visitor, password: str = PASSWORD) -> int:
    await visitor.post("/sign-in/address", data=TARO)
    answer = await visitor.post("/sign-in/password", data={"/password": password})
    return int(answer.status_code)


async def test_guesses_from_elsewhere_do_not_lock_out_a_known_browser(database):
    site = make_site(database)
    await secure(site, await site.person(), password=True)
    async with site.visitor() as owner, site.visitor(FIREFOX) as thief:
        assert await by_password(owner) == 303
        await owner.post("/sign-out")
        for _ in range(11):
            locked = await by_password(thief, "guess")
        assert locked == 429
        async with site.visitor() as stranger:
            assert await by_password(stranger) == 429
        assert await by_password(owner) == 303
        # Its own tries are limited all the same, and it helps with this address only.
        await owner.post("/sign-out")
        for _ in range(11):
            locked = await by_password(owner, "guess")
        assert locked == 429


async def test_what_names_a_browser_is_signed(database):
    site = make_site(database)
    await secure(site, await site.person(), password=True)
    async with site.visitor() as owner, site.visitor() as thief:
        await by_password(owner)
        kept = owner.cookies["known_browser"]
        for _ in range(11):
            await by_password(thief, "guess")
        for forged in (kept[:-1], "", "x", kept.partition(".")[0] + ".AAAA", "[" * 3000):
            thief.cookies.set("known_browser", forged)
            assert await by_password(thief) == 429
        thief.cookies.clear()


@pytest.mark.parametrize("path", ["/recovery", "/sign-up"])
async def test_mails_asked_for_in_anothers_name_leave_room_to_sign_in(database, path):
    site = make_site(database)
    await site.person()
    async with site.visitor(FIREFOX) as thief, site.visitor() as owner:
        for _ in range(6):
            answer = await thief.post(path, data={**TARO, "/name": "x"})
        assert answer.status_code == 429
        assert (await sign_in(site, owner)).status_code == 303


async def test_a_long_way_back_signs_nobody_out(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        ascii_text = secrets.token_urlsafe(2_000)
        wide = "".join(chr(0x4E00 + secrets.randbelow(20_000)) for _ in range(600))
        for way in (ascii_text[:1_900], ascii_text[:5_000], wide[:300], wide):
            answer = await visitor.get("/sign-in", params={"return": f"/{way}"})
            assert answer.status_code in (200, 414)
            assert len(visitor.cookies["session"]) <= LARGEST_COOKIE
            assert (await visitor.get("/who")).json()["id"] == person
