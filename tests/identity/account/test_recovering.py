"""Recovery: by time and the mailbox, never at once, never against the owner."""

from datetime import timedelta

from madoguchi.identity.account.models import Account, Invitation
from madoguchi.identity.account.rules import reset_state
from madoguchi.identity.assurance import ACR_1
from madoguchi.identity.service import grant_role, seed_agencies
from tests.identity.account.site import Device, Site, add_passkey, make_site, sign_in, use_passkey
from tests.identity.account.test_inviting import company
from tests.identity.account.test_signing_in import actions, newest, secure
from tests.web.app import NOW


async def ask(site: Site, visitor, address: str = "taro@example.jp"):
    await visitor.post("/recovery", data={"/address": address})
    return await visitor.post("/recovery/proof", data={"/code": await site.code()})


def test_a_reset_waits_and_lapses() -> None:
    assert reset_state(None, NOW) == "none"
    assert reset_state(NOW, NOW + timedelta(hours=23, minutes=59)) == "waiting"
    assert reset_state(NOW, NOW + timedelta(hours=24)) == "due"
    assert reset_state(NOW, NOW + timedelta(days=3)) == "none"


async def test_every_means_is_lost_and_after_a_day_mail_is_enough(database):
    site = make_site(database)
    person = await site.person(level="prime")
    await secure(site, person, password=True, totp=True)
    async with site.visitor() as visitor:
        assert "リセットを申し込みました" in (await ask(site, visitor)).text
        assert (await visitor.get("/who")).json()["kind"] == "public"
        site.clock.wait(hours=23)
        assert "待ち時間" in (await ask(site, visitor)).text
        site.clock.wait(hours=2)
        done = await ask(site, visitor)
        assert done.headers["location"] == "/account/security"
        assert (await visitor.get("/who")).json()["id"] == person
    assert (await newest(site)).acr == ACR_1
    async with site.database.reading() as session:
        account = await session.get_one(Account, person)
        assert (account.level, account.password, account.totp_since) == ("entry", None, None)
    assert [a for a in await actions(site, person) if "reset" in a] == ["reset_asked", "reset_done"]


async def test_the_owner_cancels_it_by_signing_in(database):
    site, device = make_site(database), Device()
    person = await site.person()
    async with site.visitor() as owner, site.visitor() as thief:
        await sign_in(site, owner)
        await add_passkey(owner, device)
        await ask(site, thief)
        site.clock.wait(hours=1)
        assert (await use_passkey(owner, device)).status_code == 303
        site.clock.wait(hours=24)
        assert "リセットを申し込みました" in (await ask(site, thief)).text
        assert (await thief.get("/who")).json()["kind"] == "public"
    async with site.database.reading() as session:
        assert (await session.get_one(Account, person)).reset_at == site.clock.now


async def test_a_reset_ends_every_session(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as old, site.visitor() as visitor:
        await sign_in(site, old)
        await secure(site, person, totp=True)
        await ask(site, visitor)
        site.clock.wait(hours=25)
        await ask(site, visitor)
        assert (await old.get("/who")).json()["kind"] == "public"


async def test_a_reset_ends_open_invitations_of_the_address(database):
    site = make_site(database)
    inviter, person = await site.person("boss@example.jp"), await site.person()
    await secure(site, person, totp=True)
    where, at = await company(site, inviter), site.clock()
    about = {"organisation_id": where, "role": "staff", "invited_by": inviter, "created_at": at}
    about["expires_at"] = at + timedelta(days=7)
    async with database.session() as session:
        for id, address in (("i1", "taro@example.jp"), ("i2", "jiro@example.jp")):
            session.add(Invitation(id=id, address=address, mac=id, **about))
        await session.commit()
    async with site.visitor() as visitor:
        await ask(site, visitor)
        site.clock.wait(hours=25)
        await ask(site, visitor)
    async with database.reading() as session:
        assert (await session.get_one(Invitation, "i1")).revoked_at is not None
        assert (await session.get_one(Invitation, "i2")).revoked_at is None


async def test_who_took_a_mailbox_does_not_get_the_organisation(database):
    site = make_site(database)
    person = await site.person(level="prime")
    await secure(site, person, totp=True)
    await company(site, person)
    async with site.visitor() as visitor:
        await ask(site, visitor)
        site.clock.wait(hours=25)
        await ask(site, visitor)
        assert (await visitor.get("/who")).json()["for"] is None


async def test_officials_and_strangers_get_no_reset(database):
    site = make_site(database)
    person = await site.person()
    async with site.database.session() as session:
        await seed_agencies(session)
        await grant_role(session, site.clock, person, "meti", "examiner", by="test")
        await session.commit()
    async with site.visitor() as visitor:
        assert "職員のアカウント" in (await ask(site, visitor)).text
        # Nor does mail alone let an official in.
        await sign_in(site, visitor)
        assert (await visitor.get("/who")).json()["kind"] == "public"
        await visitor.post("/recovery", data={"/address": "nobody@example.jp"})
        assert "アカウントはありません" in (await site.letters())[-1][2]
        assert (await visitor.post("/recovery/proof", data={"/code": "1"})).status_code == 422
