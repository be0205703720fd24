"""Looking after one's means of proof: passkeys, app, codes, password, sessions."""

import json

import pyotp
import pytest

from madoguchi.identity.account.models import Account
from madoguchi.identity.assurance import ACR_2, ACR_3
from tests.identity.account.site import (
    FIREFOX,
    Device,
    add_passkey,
    make_site,
    sign_in,
    use_passkey,
)
from tests.identity.account.test_signing_in import actions, newest, secure

HOME = "/account/security"


async def test_a_passkey_is_added_and_signs_in(database):
    site, device = make_site(database), Device()
    person = await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        assert (await add_passkey(visitor, device, "会社のPC")).status_code == 303
        assert "会社のPC" in (await visitor.get(HOME)).text
    async with site.visitor() as visitor:
        done = await use_passkey(visitor, device)
        assert done.status_code == 303
        assert (await visitor.get("/who")).json()["id"] == person
        assert (await newest(site)).acr == ACR_3
        # From now on nobody enters with the mail alone.
        async with site.visitor(FIREFOX) as thief:
            refused = await sign_in(site, thief)
            assert refused.status_code == 200
            assert (await thief.get("/who")).json()["kind"] == "public"
    assert "passkey_added" in await actions(site, person)


async def test_what_is_not_a_fresh_assertion_of_this_site_is_refused(database):
    site, device = make_site(database), Device()
    await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        await add_passkey(visitor, device)
    async with site.visitor() as visitor:
        options = (await visitor.post("/sign-in/passkey/options")).json()
        cookie = visitor.cookies["session"]
        answer = device.sign(options)
        assert (
            await visitor.post("/sign-in/passkey", data={"credential": answer})
        ).status_code == 303
    async with site.visitor() as thief:  # with what went over the wire, and the cookie
        thief.cookies["session"] = cookie
        replayed = await thief.post("/sign-in/passkey", data={"credential": answer})
        assert replayed.status_code == 422
    async with site.visitor() as visitor:
        assert (await use_passkey(visitor, device, count=1)).status_code == 422  # a copied key
        assert (
            await use_passkey(visitor, Device("http://testserver.evil", keys=device.keys, count=9))
        ).status_code == 422
        assert (
            await use_passkey(visitor, Device(verified=False, keys=device.keys, count=9))
        ).status_code == 422
        assert (await use_passkey(visitor, Device(keys=device.keys, count=9))).status_code == 303
        site.clock.wait(minutes=6)
    async with site.visitor() as visitor:
        options = (await visitor.post("/sign-in/passkey/options")).json()
        site.clock.wait(minutes=6)
        late = await visitor.post(
            "/sign-in/passkey", data={"credential": device.sign(options, count=20)}
        )
        assert late.status_code == 422


@pytest.mark.parametrize(
    "answer",
    ["", "x", "[]", "null", '{"id": 1}', '{"id": "a"}', "[" * 5000, "{" * 10_000,
     json.dumps({"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "é"}})],
    ids=range(9),
)  # fmt: skip
async def test_nonsense_is_refused_politely(database, answer):
    site = make_site(database)
    await site.person()
    async with site.visitor() as visitor:
        await visitor.post("/sign-in/passkey/options")
        assert (
            await visitor.post("/sign-in/passkey", data={"credential": answer})
        ).status_code == 422
        await sign_in(site, visitor)
        await visitor.post("/account/security/passkeys/options")
        refused = await visitor.post("/account/security/passkeys", data={"credential": answer})
        assert refused.status_code == 422


async def test_an_app_is_in_force_once_a_code_was_shown(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        begun = await visitor.post("/account/security/authenticator/begin")
        page = await visitor.get(begun.headers["location"])
        assert "<svg" in page.text
        secret = page.text.split('dads-secret">')[1].split("<")[0].replace(" ", "")
        wrong = await visitor.post("/account/security/authenticator", data={"/code": "abcdef"})
        assert wrong.status_code == 422
        code = pyotp.TOTP(secret).at(site.clock.now)
        right = await visitor.post("/account/security/authenticator", data={"/code": code})
        assert right.status_code == 303
        assert (await newest(site)).acr == ACR_2
        async with site.database.reading() as session:
            account = await session.get_one(Account, person)
            assert account.totp
            assert secret not in account.totp
        removed = await visitor.post("/account/security/authenticator/remove")
        assert removed.status_code == 303
    assert (await actions(site, person))[-2:] == ["signed_out", "authenticator_removed"]


async def test_changes_need_a_fresh_proof(database):
    site = make_site(database)
    await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        site.clock.wait(minutes=16)
        for path in ("recovery-codes", "password", "authenticator/begin", "passkeys/options"):
            answer = await visitor.post(f"{HOME}/{path}", data={"/password": "x"})
            assert answer.headers["location"].startswith("/sign-in/again")
        # A token outlives the session.
        token = await visitor.post("/account/tokens", data={"/label": "x", "/days": "30"})
        assert token.headers["location"].startswith("/sign-in/again")
        again = await visitor.get("/sign-in/again?return=/account/security")
        assert "taro@example.jp" in again.text
        done = await sign_in(site, visitor)
        assert done.headers["location"] == HOME
        assert (await visitor.post(f"{HOME}/recovery-codes")).status_code == 200


async def test_an_earlier_weak_session_changes_nothing_any_more(database):
    site, device = make_site(database), Device()
    await site.person()
    async with site.visitor() as thief, site.visitor() as visitor:
        await sign_in(site, thief)
        await sign_in(site, visitor)
        await add_passkey(visitor, device)
        answer = await thief.post(f"{HOME}/recovery-codes")
        assert answer.headers["location"].startswith("/sign-in/again")


async def test_passwords_are_chosen_and_removed(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        for bad in ("short", "password1234", "taro@example.jp", "x" * 129):
            answer = await visitor.post(f"{HOME}/password", data={"/password": bad})
            assert answer.status_code == 422, bad
        good = "twelve green bicycles sing"
        assert (await visitor.post(f"{HOME}/password", data={"/password": good})).status_code == 303
        async with site.database.reading() as session:
            kept = (await session.get_one(Account, person)).password
        assert kept
        assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        await visitor.post(f"{HOME}/password/remove")
    assert (await actions(site, person))[-2:] == ["password_set", "password_removed"]


async def test_a_prime_keeps_a_second_factor(database):
    site, device = make_site(database), Device()
    person = await site.person(level="prime")
    await secure(site, person, totp=True)
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(site.clock.now)
        await visitor.post("/sign-in/second", data={"/code": code})
        assert (await visitor.post(f"{HOME}/authenticator/remove")).status_code == 422
        await add_passkey(visitor, device)
        assert (await visitor.post(f"{HOME}/authenticator/remove")).status_code == 303
        page = await visitor.get(HOME)
        passkey = page.text.split("/passkeys/")[1].split("/")[0]
        assert (await visitor.post(f"{HOME}/passkeys/{passkey}/remove")).status_code == 422


async def test_sessions_are_listed_and_ended_by_their_owner_only(database):
    site = make_site(database)
    await site.person()
    await site.person("other@example.jp")
    async with site.visitor() as one, site.visitor(FIREFOX) as two, site.visitor() as other:
        await sign_in(site, one)
        first = (await newest(site)).id
        await sign_in(site, two)
        await sign_in(site, other, "other@example.jp")
        page = (await two.get(HOME)).text
        assert "Chrome / Windows" in page
        assert "Firefox / Linux" in page
        assert (await other.post(f"{HOME}/sessions/{first}/end")).status_code == 404
        assert (await one.get("/who")).json()["kind"] == "applicant"
        assert (await two.post(f"{HOME}/sessions/{first}/end")).status_code == 303
        assert (await one.get("/who")).json()["kind"] == "public"


async def test_a_further_factor_makes_a_new_session_and_offers_to_end_the_others(database):
    site = make_site(database)
    await site.person()
    async with site.visitor() as visitor, site.visitor() as other, site.visitor() as thief:
        await sign_in(site, other)
        await sign_in(site, visitor)
        thief.cookies["session"] = visitor.cookies["session"]
        await add_passkey(visitor, Device())
        assert (await visitor.get("/who")).json()["kind"] == "applicant"
        assert (await thief.get("/who")).json()["kind"] == "public"
        page = (await visitor.get(HOME)).text
        assert "ほかの端末でログインしたままなら" in page
        assert 'action="/account/end-others"' in page
        assert (await other.get("/who")).json()["kind"] == "applicant"
        await visitor.post("/account/end-others")
        assert (await other.get("/who")).json()["kind"] == "public"
        assert (await visitor.get("/who")).json()["kind"] == "applicant"


async def test_nobody_removes_anothers_passkey(database):
    site, device = make_site(database), Device()
    await site.person()
    await site.person("other@example.jp")
    async with site.visitor() as one, site.visitor() as other:
        await sign_in(site, one)
        await add_passkey(one, device)
        passkey = (await one.get(HOME)).text.split("/passkeys/")[1].split("/")[0]
        await sign_in(site, other, "other@example.jp")
        assert (await other.post(f"{HOME}/passkeys/{passkey}/remove")).status_code == 404


async def test_people_of_the_demonstration_have_nothing_to_change(database):
    from tests.identity.world import make_world

    site = make_site(database, demo=True)
    world = await make_world(database, site.clock)
    async with site.visitor() as visitor:
        await visitor.post("/sign-in", data={"person": world.owner})
        assert (await visitor.get(HOME)).status_code == 200
        assert (await visitor.post(f"{HOME}/recovery-codes")).status_code == 403
