"""Signing in with an account: the ways in, and what attackers try."""

from collections import Counter
from datetime import datetime

import pyotp
import pytest
from sqlalchemy import event, func, select

from madoguchi.identity.account.models import Account, Proof, RecoveryCode, Throttle
from madoguchi.identity.account.passwords import hash_password
from madoguchi.identity.account.proving import TOTP_SEAL
from madoguchi.identity.assurance import ACR_1, ACR_2
from madoguchi.identity.models import SignIn
from madoguchi.kernel import journal
from madoguchi.kernel.sealing import seal
from tests.identity.account.site import FIREFOX, Site, make_site, sign_in

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def newest(site: Site) -> SignIn:
    async with site.database.reading() as session:
        found = await session.scalar(select(SignIn).order_by(SignIn.id.desc()).limit(1))
    assert found is not None
    return found


async def secure(site: Site, person: str, *, password: bool = False, totp: bool = False) -> None:
    hashed = await hash_password(PASSWORD)
    async with site.database.session() as session:
        account = await session.get_one(Account, person)
        if password:
            account.password = hashed
        if totp:
            key = site.app.state.settings.secret_key
            account.totp, account.totp_since = seal(key, TOTP_SEAL, SECRET), site.clock()
        await session.commit()


def code_at(moment: datetime) -> str:
    return pyotp.TOTP(SECRET).at(moment)


async def actions(site: Site, person: str) -> list[str]:
    async with site.database.reading() as session:
        return [entry.action for entry in await journal.entries(session, f"person:{person}")]


async def test_a_code_by_mail_signs_in(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        page = await visitor.get("/sign-in?return=/who")
        assert page.status_code == 200
        answer = await sign_in(site, visitor)
        assert (answer.status_code, answer.headers["location"]) == (303, "/who")
        assert (await visitor.get("/who")).json()["id"] == person
        again = await visitor.post("/sign-in/code", data={"/code": await site.code()})
        assert again.headers["location"] == "/sign-in/account"
    made = await newest(site)
    assert (made.acr, made.amr, made.method) == (ACR_1, ["email"], "email")
    assert (made.device, made.authenticated_at) == ("Chrome / Windows", site.clock.now)
    assert await actions(site, person) == ["account_opened", "signed_in"]
    # The code waits in the queue sealed, and of it only a keyed hash is kept.
    assert (await site.letters())[0][0] == "taro@example.jp"


async def test_password_and_app_sign_in_with_two_factors(database):
    site = make_site(database)
    person = await site.person()
    await secure(site, person, password=True, totp=True)
    async with site.visitor() as visitor:
        await visitor.post("/sign-in/address", data={"/address": "TARO@example.jp"})
        second = await visitor.post("/sign-in/password", data={"/password": PASSWORD})
        assert second.status_code == 200
        assert "/sign-in/second" in second.text
        assert (await visitor.get("/who")).json()["kind"] == "public"
        code = code_at(site.clock.now)
        done = await visitor.post("/sign-in/second", data={"/code": f"{code[:3]} {code[3:]}"})
        assert done.status_code == 303
        assert (await visitor.get("/who")).json()["id"] == person
    made = await newest(site)
    assert (made.acr, made.amr) == (ACR_2, ["pwd", "otp"])


async def test_an_apps_code_is_good_once(database):
    site = make_site(database)
    person = await site.person()
    await secure(site, person, password=True, totp=True)
    code = code_at(site.clock.now)
    for expected in (303, 422):
        async with site.visitor() as visitor:
            await visitor.post("/sign-in/address", data={"/address": "taro@example.jp"})
            await visitor.post("/sign-in/password", data={"/password": PASSWORD})
            answer = await visitor.post("/sign-in/second", data={"/code": code})
            assert answer.status_code == expected
    assert (await actions(site, person))[-1] == "sign_in_failed"


async def test_a_recovery_code_is_good_once_and_its_owner_learns_of_it(database):
    site = make_site(database)
    person = await site.person()
    await secure(site, person, totp=True)
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        await visitor.post("/sign-in/second", data={"/code": code_at(site.clock.now)})
        page = await visitor.post("/account/security/recovery-codes")
        codes = [part.split("<")[0] for part in page.text.split('dads-secret">')[1:]]
        assert len(codes) == 10
    for expected in (303, 422):
        async with site.visitor() as visitor:
            await sign_in(site, visitor)
            answer = await visitor.post("/sign-in/second", data={"/code": codes[0].lower()})
            assert answer.status_code == expected
    async with site.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(RecoveryCode)) == 9
    assert "recovery_code_used" in await actions(site, person)


async def test_known_and_unknown_addresses_get_the_same_answers_for_the_same_work(database):
    site = make_site(database)
    person = await site.person("known@example.jp")
    await secure(site, person, password=True)
    answers, work = {}, {}
    for address in ("known@example.jp", "other@example.jp"):
        statements: Counter[str] = Counter()

        def count(connection, cursor, statement, *rest, into=statements):
            into[statement.split()[0]] += 1

        event.listen(database.engine.sync_engine, "before_cursor_execute", count)
        async with site.visitor() as visitor:
            seen = []
            for path, data in (
                ("/sign-in/address", {"/address": address}),
                ("/sign-in/password", {"/password": "not the password"}),
                ("/sign-in/mail", {}),
                ("/sign-in/code", {"/code": "wrong1"}),
                ("/sign-in/second", {"/code": "123456"}),
            ):
                answer = await visitor.post(path, data=data)
                seen.append((answer.status_code, answer.text.replace(address, "…")))
            seen.append((await visitor.get("/sign-in/proof")).text.replace(address, "…"))
        event.remove(database.engine.sync_engine, "before_cursor_execute", count)
        answers[address], work[address] = seen, statements
    assert answers["known@example.jp"] == answers["other@example.jp"]
    assert work["known@example.jp"] == work["other@example.jp"]
    first, second = await site.letters()
    assert (first[0], second[0]) == ("known@example.jp", "other@example.jp")
    assert "確認コード" in first[1]
    assert "アカウントはありません" in second[2]


async def test_guesses_are_limited_and_the_right_password_does_not_help_meanwhile(database):
    site = make_site(database)
    await secure(site, await site.person(), password=True)
    async with site.visitor() as visitor:
        await visitor.post("/sign-in/address", data={"/address": "taro@example.jp"})
        for _ in range(10):
            answer = await visitor.post("/sign-in/password", data={"/password": "guess"})
            assert answer.status_code == 422
        locked = await visitor.post("/sign-in/password", data={"/password": PASSWORD})
        assert locked.status_code == 429
        # Another window, another browser: the limit is the address's.
        async with site.visitor(FIREFOX) as other:
            await other.post("/sign-in/address", data={"/address": "taro@example.jp"})
            answer = await other.post("/sign-in/password", data={"/password": PASSWORD})
            assert answer.status_code == 429
        site.clock.wait(minutes=5)
        freed = await visitor.post("/sign-in/password", data={"/password": PASSWORD})
        assert freed.status_code == 303


async def test_codes_by_mail_are_limited_in_number_tries_and_time(database):
    site = make_site(database)
    await site.person()
    async with site.visitor() as visitor:
        await visitor.post("/sign-in/address", data={"/address": "taro@example.jp"})
        for _ in range(5):
            assert (await visitor.post("/sign-in/mail")).status_code == 303
        assert (await visitor.post("/sign-in/mail")).status_code == 429
        for _ in range(5):
            await visitor.post("/sign-in/code", data={"/code": "wrong1"})
        late = await visitor.post("/sign-in/code", data={"/code": await site.code()})
        assert late.status_code == 429
        site.clock.wait(minutes=11)
        late = await visitor.post("/sign-in/code", data={"/code": await site.code()})
        assert late.status_code == 422  # tries again, but the code's ten minutes are over


async def test_a_code_belongs_to_the_window_it_was_asked_in(database):
    site = make_site(database)
    await site.person()
    async with site.visitor() as one, site.visitor() as two:
        await one.post("/sign-in/address", data={"/address": "taro@example.jp"})
        await one.post("/sign-in/mail")
        await two.post("/sign-in/address", data={"/address": "taro@example.jp"})
        answer = await two.post("/sign-in/code", data={"/code": await site.code()})
        assert answer.status_code == 422


async def test_a_session_fixed_beforehand_is_worth_nothing(database):
    site = make_site(database)
    await site.person("taro@example.jp")
    await site.person("hanako@example.jp")
    async with site.visitor() as visitor:
        await sign_in(site, visitor, "hanako@example.jp")
        fixed = visitor.cookies["session"]
        await sign_in(site, visitor, "taro@example.jp")
        assert visitor.cookies["session"] != fixed
    async with site.visitor() as attacker:
        attacker.cookies["session"] = fixed
        assert (await attacker.get("/who")).json()["kind"] == "public"


async def test_a_session_that_turns_up_in_another_browser_is_ended(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor, site.visitor(FIREFOX) as thief:
        await sign_in(site, visitor)
        thief.cookies["session"] = visitor.cookies["session"]
        assert (await visitor.get("/who")).json()["id"] == person
        assert (await thief.get("/who")).json()["kind"] == "public"
        assert (await visitor.get("/who")).json()["kind"] == "public"
    assert (await actions(site, person))[-2:] == ["signed_out", "session_moved"]


async def test_only_a_demonstration_offers_its_people(database):
    site = make_site(database)
    async with site.visitor() as visitor:
        assert "/sign-in/address" in (await visitor.get("/sign-in")).text
        assert (await visitor.post("/sign-in", data={"person": "x"})).status_code == 403


async def test_what_is_past_is_forgotten(database):
    site = make_site(database)
    async with site.visitor() as visitor:
        await visitor.post("/sign-in/address", data={"/address": "a@example.jp"})
        await visitor.post("/sign-in/mail")
        site.clock.wait(hours=13)
        await visitor.post("/sign-in/address", data={"/address": "b@example.jp"})
    async with site.database.reading() as session:
        assert [row.address for row in await session.scalars(select(Proof))] == ["b@example.jp"]
        assert await session.scalar(select(func.count()).select_from(Throttle)) == 0


async def test_signing_up_opens_an_account_once(database):
    site = make_site(database)
    async with site.visitor() as visitor:
        wrong = await visitor.post("/sign-up", data={"/name": " ", "/address": "nobody"})
        assert wrong.status_code == 422
        assert 'value="nobody"' in wrong.text
        await visitor.post("/sign-up", data={"/name": "港 花子", "/address": "Hana@example.jp"})
        assert (await visitor.post("/sign-up/proof", data={"/code": "000000x"})).status_code == 422
        done = await visitor.post("/sign-up/proof", data={"/code": await site.code()})
        assert done.headers["location"] == "/account/security"
        page = await visitor.get("/account/security")
        assert page.status_code == 200
        assert "hana@example.jp" in page.text
    async with site.visitor() as visitor:
        await visitor.post("/sign-up", data={"/name": "別の人", "/address": "hana@example.jp"})
        assert "すでにあります" in (await site.letters())[-1][2]
        answer = await visitor.post("/sign-up/proof", data={"/code": "123456"})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "path",
    ["/sign-in/password", "/sign-in/mail", "/sign-in/code", "/sign-in/second", "/sign-up/proof"],
)
async def test_steps_out_of_order_begin_anew(database, path):
    site = make_site(database)
    async with site.visitor() as visitor:
        answer = await visitor.post(path, data={"/code": "1"})
        assert answer.status_code == 303
        assert answer.headers["location"] in ("/sign-in/account", "/sign-up")
