"""Passwords (ASVS 6.2): long, not guessable, changed with the present one, compared as typed."""

import re

import pytest

from madoguchi.identity.account.passwords import check_password, fault_of, hash_password
from tests.identity.account.site import make_site, sign_in
from tests.identity.account.test_browsers import by_password
from tests.identity.account.test_signing_in import PASSWORD, actions, secure

CHANGE = "/account/security/password"
# Of the lists of what people use most: those long enough to be tried here at all.
COMMON = """
    password1234 123456789012 qwertyuiopas 1q2w3e4r5t6y 111111111111 iloveyou1234 passwordpassword
    qwerty123456 abcdefghijkl 123qweasdzxc abc123abc123 1qaz2wsx3edc zaq12wsxcde3 princess1234
    football1234 sunshine1234 123123123123 p@ssw0rd1234 Password123! administrator
""".split()


async def test_a_change_needs_the_present_password(database):
    site = make_site(database)
    person = await site.person()
    await secure(site, person, password=True)
    new = "seven quiet trains at noon"
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        assert 'autocomplete="current-password"' in (await visitor.get(CHANGE)).text
        for current in ("", "not the password", PASSWORD.upper(), f"{PASSWORD} "):
            answer = await visitor.post(CHANGE, data={"/current": current, "/password": new})
            assert answer.status_code == 422
        assert await by_password(visitor, new) == 422
        await sign_in(site, visitor)
        answer = await visitor.post(CHANGE, data={"/current": PASSWORD, "/password": new})
        assert answer.status_code == 303
        # It never ends by the calendar.
        site.clock.wait(days=200)
        assert await by_password(visitor, PASSWORD) == 422
        assert await by_password(visitor, new) == 303
    assert "password_set" in await actions(site, person)


async def test_the_present_password_cannot_be_guessed_by_changing(database):
    site = make_site(database)
    await secure(site, await site.person(), password=True)
    data = {"/current": "guess", "/password": "seven quiet trains at noon"}
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        for _ in range(10):
            await visitor.post(CHANGE, data=data)
        answer = await visitor.post(CHANGE, data={**data, "/current": PASSWORD})
        assert answer.status_code == 422


async def test_pages_let_password_managers_work(database):
    site = make_site(database)
    await site.person()
    async with site.visitor() as visitor:
        await visitor.post("/sign-in/address", data={"/address": "taro@example.jp"})
        proof = (await visitor.get("/sign-in/proof")).text
        await sign_in(site, visitor)
        change = (await visitor.get(CHANGE)).text
    for page, wanted in ((proof, "current-password"), (change, "new-password")):
        (field,) = [tag for tag in re.findall("<input[^>]+>", page) if 'name="/password"' in tag]
        assert 'type="password"' in field
        assert f'autocomplete="{wanted}"' in field
        assert not re.search("onpaste|ondrop|oncopy|readonly", field)


@pytest.mark.parametrize("password", COMMON)
async def test_the_commonest_are_refused(password: str) -> None:
    assert await fault_of(password, [], None) in ("weak", "short")


@pytest.mark.parametrize(
    "password",
    ["madoguchi1234", "Madoguchi-taro", "minato1234567", "taro@example.jp", "minato taro"],
)
async def test_what_is_known_of_the_person_and_the_service_makes_none(password: str) -> None:
    about = ["minato taro", "taro@example.jp", "taro", "example.jp", "madoguchi"]
    assert await fault_of(password, about, None) is not None


@pytest.mark.parametrize(
    "password",
    ["twelvegreenbicyclessing", "窓口に十二台の緑の自転車が並ぶ", "correct horse battery staple" * 4, "x7" * 3 + "vq pz mk wd" * 6],
)  # fmt: skip
async def test_there_are_no_rules_of_composition_and_long_ones_are_welcome(password: str) -> None:
    assert await fault_of(password, [], None) is None


@pytest.mark.parametrize(
    "other", ["Twelve", "TWELVE", "twelve ", " twelve", "ｔwelve", "twelve\u0301"]
)
async def test_passwords_are_compared_as_typed(other: str) -> None:
    kept = await hash_password("twelve green bicycles")
    assert await check_password(kept, "twelve green bicycles")
    assert not await check_password(kept, f"{other} green bicycles")
