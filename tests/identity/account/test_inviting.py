"""Members of an organisation: invited by its representative alone, accepted by the invited alone."""

import re

from madoguchi.identity.account.models import Account
from madoguchi.identity.service import add_member, add_organisation
from tests.identity.account.site import (
    Device,
    Site,
    add_passkey,
    make_site,
    sign_in,
    sign_in_strongly,
)


async def company(site: Site, person: str, name: str = "株式会社みなと化学") -> str:
    async with site.database.session() as session:
        made = await add_organisation(session, site.clock, name=name)
        await add_member(session, person, made.id, "representative")
        await session.commit()
        return made.id


async def link(site: Site) -> str:
    found = re.search(r"http://testserver(/invitations/\S+)", (await site.letters())[-1][2])
    assert found
    return found[1]


async def test_an_invited_person_becomes_a_member(database):
    site = make_site(database)
    organisation = await company(site, await site.person("boss@example.jp"))
    async with site.visitor() as boss, site.visitor() as member:
        await sign_in_strongly(site, boss, "boss@example.jp")
        bad = await boss.post("/organisation/invitations", data={"/address": "nobody"})
        assert bad.status_code == 422
        await boss.post("/organisation/invitations", data={"/address": "Jiro@example.jp"})
        invited = await link(site)
        assert "jiro@example.jp" in (await boss.get("/organisation")).text
        assert "株式会社みなと化学" in (await member.get(invited)).text
        await member.post("/sign-up", data={"/name": "港 次郎", "/address": "jiro@example.jp"})
        signed = await member.post("/sign-up/proof", data={"/code": await site.code()})
        assert signed.headers["location"] == invited
        accepted = await member.post(invited)
        assert accepted.headers["location"] == "/account/second-factor"
        assert (await member.get("/who")).json()["for"] is None
        await add_passkey(member, Device())
        assert (await member.get("/account/second-factor")).headers["location"] == "/account"
        who = (await member.get("/who")).json()
        assert (who["for"], who["agent"]) == (organisation, False)
        assert (await member.get(invited)).status_code == 404  # once
        async with site.database.reading() as session:
            assert (await session.get_one(Account, who["id"])).level == "member"
        # A member invites nobody, and is gone the moment the representative says so.
        assert (await member.get("/organisation")).status_code == 403
        assert (await boss.post(f"/organisation/members/{who['id']}/remove")).status_code == 303
        assert (await member.get("/who")).json()["for"] is None


async def test_a_link_passed_on_taken_back_or_too_old_is_worth_nothing(database):
    site = make_site(database)
    boss_id = await site.person("boss@example.jp")
    await company(site, boss_id)
    await site.person("thief@example.jp")
    async with site.visitor() as boss, site.visitor() as thief:
        await sign_in_strongly(site, boss, "boss@example.jp")
        await sign_in(site, thief, "thief@example.jp")
        for _ in range(2):
            await boss.post("/organisation/invitations", data={"/address": "jiro@example.jp"})
        invited = await link(site)
        assert "別のメールアドレス" in (await thief.get(invited)).text
        assert (await thief.post(invited)).status_code == 403
        page = (await boss.get("/organisation")).text
        (invitation,) = set(re.findall(r"/organisation/invitations/(\w+)/revoke", page))
        assert (
            await thief.post(f"/organisation/invitations/{invitation}/revoke")
        ).status_code == 403
        assert (
            await boss.post(f"/organisation/invitations/{invitation}/revoke")
        ).status_code == 303
        assert (await thief.get(invited)).status_code == 404
        await boss.post("/organisation/invitations", data={"/address": "thief@example.jp"})
        site.clock.wait(days=8)
        assert (await thief.get(await link(site))).status_code == 404
        assert (await thief.get("/invitations/" + "x" * 3000)).status_code == 404


async def test_representatives_touch_their_own_organisation_only(database):
    site = make_site(database)
    one, two = await site.person("one@example.jp"), await site.person("two@example.jp")
    await company(site, one)
    await company(site, two, "別の会社")
    async with site.visitor() as visitor:
        await sign_in_strongly(site, visitor, "one@example.jp")
        assert (await visitor.post(f"/organisation/members/{two}/remove")).status_code == 404
        assert (await visitor.post(f"/organisation/members/{one}/remove")).status_code == 403
