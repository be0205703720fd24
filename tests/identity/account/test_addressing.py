"""Changing the mail address: proved, told, undone; an address left is nobody else's for a while."""

import re

from sqlalchemy import select

from madoguchi.identity.account.models import Account, Passkey
from madoguchi.identity.models import Person
from tests.identity.account.site import Device, Site, add_passkey, make_site, sign_in, use_passkey
from tests.identity.account.test_signing_in import actions

HOME = "/account/security/address"


async def change(site: Site, visitor, address: str = "new@example.jp"):
    await visitor.post(HOME, data={"/address": address})
    return await visitor.post(f"{HOME}/proof", data={"/code": await site.code()})


async def undo_link(site: Site, address: str = "taro@example.jp") -> str:
    """The link in the newest mail to the earlier address."""
    bodies = [body for to, _, body in await site.letters() if to == address]
    found = re.search(r"http://testserver(/account/address/undo/\S+)", bodies[-1])
    assert found
    return found[1]


async def test_the_new_address_is_proved_the_old_one_told_and_the_person_stays(database):
    site = make_site(database)
    person = await site.person()
    await site.person("other@example.jp")
    async with site.visitor() as visitor, site.visitor() as elsewhere:
        await sign_in(site, elsewhere)
        await sign_in(site, visitor)
        for bad in ("nobody", "TARO@example.jp"):
            assert (await visitor.post(HOME, data={"/address": bad})).status_code == 422
        # Nobody learns here who has an account: the mail alone says so, and has no code.
        assert (await visitor.post(HOME, data={"/address": "other@example.jp"})).status_code == 303
        assert "すでにあります" in (await site.letters())[-1][2]
        assert (await visitor.post(f"{HOME}/proof", data={"/code": "123456"})).status_code == 422
        assert (await change(site, visitor, "ＮＥＷ@example.jp")).status_code == 303
        assert (await visitor.get("/who")).json()["id"] == person
        assert (await elsewhere.get("/who")).json()["kind"] == "public"
        await sign_in(site, elsewhere, "new@example.jp")
        assert (await elsewhere.get("/who")).json()["id"] == person
        # Whoever reads the old mailbox gets in no more, nor makes an account there yet.
        await elsewhere.post("/sign-up", data={"/name": "港 次郎", "/address": "taro@example.jp"})
        assert "まだ使えません" in (await site.letters())[-1][2]
        site.clock.wait(minutes=20)
        assert "/sign-in/again" in (await visitor.get(HOME)).headers["location"]
    async with site.database.reading() as session:
        assert (await session.get_one(Person, person)).email == "new@example.jp"
    assert "address_changed" in await actions(site, person)


async def test_the_owner_of_the_old_address_undoes_it_and_what_the_thief_made_goes(database):
    site, own, stolen = make_site(database), Device(), Device()
    person = await site.person()
    async with site.visitor() as owner, site.visitor() as thief:
        await sign_in(site, owner)
        await add_passkey(owner, own)
        site.clock.wait(hours=100)
        await use_passkey(thief, own)  # somebody at the owner's unlocked computer
        await add_passkey(thief, stolen)
        site.clock.wait(hours=24)  # long before they change the address
        await use_passkey(thief, stolen)
        assert (await change(site, thief)).status_code == 303
        # Neither a reset nor closing the account makes it final before the owner could object.
        await thief.post("/recovery", data={"/address": "new@example.jp"})
        reset = await thief.post("/recovery/proof", data={"/code": await site.code()})
        assert "変わったばかり" in reset.text
        assert "72時間" in (await thief.get("/account/close")).text
        assert (await thief.post("/account/close", data={"/sure": "close"})).status_code == 422
        link = await undo_link(site)
        assert "new@example.jp" in (await owner.get(link)).text  # looking changes nothing
        assert (await thief.get("/who")).json()["id"] == person
        assert (await owner.post(link)).status_code == 200
        assert (await owner.post(link)).status_code == 404  # once
        for visitor in (owner, thief):
            assert (await visitor.get("/who")).json()["kind"] == "public"
        await use_passkey(thief, stolen)
        assert (await thief.get("/who")).json()["kind"] == "public"
        await use_passkey(owner, own)
        assert (await owner.get("/who")).json()["id"] == person
        assert "taro@example.jp" in (await owner.get("/account/security")).text
    async with site.database.reading() as session:
        assert len((await session.scalars(select(Passkey))).all()) == 1


async def test_after_72_hours_nothing_is_undone_and_the_first_of_two_changes_counts(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        await change(site, visitor)
        first = await undo_link(site)
        await change(site, visitor, "third@example.jp")
        second = await undo_link(site, "new@example.jp")
        assert (await visitor.post(first)).status_code == 200
        assert (await visitor.post(second)).status_code == 404
        async with site.database.reading() as session:
            assert (await session.get_one(Account, person)).address == "taro@example.jp"
        await sign_in(site, visitor)
        await change(site, visitor)
        site.clock.wait(hours=73)
        assert (await visitor.get(await undo_link(site))).status_code == 404
        # Nor does it hold anybody back from the address any longer.
        assert await site.person() != person
