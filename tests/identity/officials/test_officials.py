"""Officials: invited by their administrator, with roles for a time; nobody raises themselves."""

import asyncio
import re

from madoguchi.identity.errors import IdentityError
from madoguchi.identity.officials import service
from madoguchi.identity.service import Shown, actor_of_person, grant_role, seed_agencies
from tests.identity.account.site import Device, Site, add_passkey, make_site, sign_in, use_passkey
from tests.identity.account.test_signing_in import actions

HOME = "/desk/admin/people"
CHIEF = "chief@meti.example.jp"


async def appointed(
    site: Site, address: str, agency: str = "meti", role: str = "administrator"
) -> str:
    person = await site.person(address)
    async with site.database.session() as session:
        await seed_agencies(session)
        await grant_role(session, site.clock, person, agency, role, by="test")
        await session.commit()
    return person


async def enter(site: Site, visitor, address: str, device: Device) -> None:
    """With a passkey, made before they have a role."""
    await sign_in(site, visitor, address)
    assert (await add_passkey(visitor, device)).status_code == 303


async def administrator(site: Site, visitor, address: str = CHIEF, agency: str = "meti") -> str:
    await site.person(address)
    await enter(site, visitor, address, Device())
    person: str = (await visitor.get("/who")).json()["id"]
    async with site.database.session() as session:
        await seed_agencies(session)
        await grant_role(session, site.clock, person, agency, "administrator", by="test")
        await session.commit()
    return person


async def test_an_invited_person_becomes_an_official_with_a_second_factor(database):
    site, device = make_site(database), Device()
    person = await site.person("new@meti.example.jp")
    async with site.visitor() as chief, site.visitor() as new, site.visitor() as thief:
        await administrator(site, chief)
        given = {"/address": "new@meti.example.jp", "/agency": "meti", "/role": "examiner"}
        for wrong in ({"/role": "king"}, {"/to": "2020-01-01"}, {"/from": "x"}, {"/address": "x"}):
            refused = await chief.post(f"{HOME}/invite", data={**given, **wrong})
            assert refused.status_code == 422
        own = await chief.post(f"{HOME}/invite", data={**given, "/address": CHIEF})
        assert own.status_code == 403
        elsewhere = await chief.post(f"{HOME}/invite", data={**given, "/agency": "pref-14"})
        assert elsewhere.status_code == 403
        assert (await chief.post(f"{HOME}/invite", data=given)).status_code == 303
        assert "new@meti.example.jp" in (await chief.get(HOME)).text
        found = re.search(
            r"http://testserver(/invitations/official/\S+)", (await site.letters())[-1][2]
        )
        assert found
        link = found[1]
        await sign_in(site, new, "new@meti.example.jp")
        assert "パスキーか認証アプリ" in (await new.get(link)).text
        assert (await new.post(link)).status_code == 409
        await add_passkey(new, device)
        await site.person("thief@example.jp")
        await enter(site, thief, "thief@example.jp", Device())
        assert (await thief.post(link)).status_code == 403
        assert (await new.post(link)).status_code == 303
        assert (await new.post(link)).status_code == 404  # once
        assert (await new.get("/desk")).status_code == 200
        assert (await new.get(HOME)).status_code == 403  # an examiner administers nobody
        csv = (await chief.get(f"{HOME}.csv")).content.decode("utf-8-sig")
        assert "new@meti.example.jp" in csv
        # Lost laptop: every session ends; leaving: no way in any more.
        assert (await chief.post(f"{HOME}/{person}/end-sessions")).status_code == 303
        assert (await new.get("/who")).json()["kind"] == "public"
        await use_passkey(new, device)
        assert (await new.get("/desk")).status_code == 200
        assert (await chief.post(f"{HOME}/{person}/disable")).status_code == 303
        assert (await new.get("/who")).json()["kind"] == "public"
        await use_passkey(new, device)
        assert (await new.get("/who")).json()["kind"] == "public"
        assert (await chief.post(f"{HOME}/{person}/enable")).status_code == 303
        await use_passkey(new, device)
        assert (await new.get("/desk")).status_code == 200
    told = await actions(site, person)
    assert {"role_granted", "sessions_ended_by_office", "official_disabled"} <= set(told)


async def test_an_invitation_of_somebody_removed_since_is_worth_nothing(database):
    site = make_site(database)
    await site.person("friend@example.jp")
    second = await appointed(site, "second@meti.example.jp")
    async with site.visitor() as chief, site.visitor() as friend:
        person = await administrator(site, chief)
        given = {"/address": "friend@example.jp", "/agency": "meti", "/role": "administrator"}
        await chief.post(f"{HOME}/invite", data=given)
        found = re.search(r"(/invitations/official/\S+)", (await site.letters())[-1][2])
        assert found
        async with site.database.session() as session:
            actor = await actor_of_person(session, second, Shown(), "ja", site.clock())
            assert actor
            await service.take(session, site.clock, actor, person, "meti", "administrator")
            await session.commit()
        await enter(site, friend, "friend@example.jp", Device())
        assert (await friend.post(found[1])).status_code == 404


async def test_roles_have_days_and_end_by_themselves(database):
    site = make_site(database)
    person = await appointed(site, "clerk@meti.example.jp", role="examiner")
    async with site.visitor() as chief:
        await administrator(site, chief)
        today = site.clock().date()
        role = {
            "/agency": "meti",
            "/role": "approver",
            "/from": today.replace(year=today.year + 1).isoformat(),
            "/to": today.replace(year=today.year + 2).isoformat(),
        }
        assert (await chief.post(f"{HOME}/{person}/roles", data=role)).status_code == 303
        assert "これから" in (await chief.get(f"{HOME}/{person}")).text
        stranger = await site.person("stranger@example.jp")
        assert (await chief.get(f"{HOME}/{stranger}")).status_code == 404
        assert (await chief.post(f"{HOME}/{stranger}/roles", data=role)).status_code == 404

    async def roles() -> set[str]:
        async with site.database.reading() as session:
            actor = await actor_of_person(session, person, Shown(), "ja", site.clock())
        assert actor
        return {role for _, role in actor.grants}

    assert await roles() == {"examiner"}
    site.clock.wait(days=370)
    assert await roles() == {"examiner", "approver"}
    site.clock.wait(days=370)
    assert await roles() == {"examiner"}


async def test_the_role_that_concerns_everybodys_account_is_the_operators_to_give(database):
    site = make_site(database)
    clerk = await appointed(site, "clerk@meti.example.jp", role="examiner")
    async with site.visitor() as chief:
        await administrator(site, chief)
        page = await chief.get(f"{HOME}/{clerk}")
        given = {"/agency": "meti", "/role": "proofing"}
        answer = await chief.post(f"{HOME}/{clerk}/roles", data=given)
    assert 'value="approver"' in page.text
    assert 'value="proofing"' not in page.text
    assert answer.status_code == 403
    async with site.database.reading() as session:
        held = await service.holdings(session, ["meti"], site.clock().date(), clerk)
    assert [one.grant.role for one in held] == ["examiner"]


async def test_nobody_raises_themselves_and_the_last_administrator_stays(database):
    site = make_site(database)
    async with site.visitor() as chief:
        person = await administrator(site, chief)
        role = {"/agency": "meti", "/role": "approver"}
        assert (await chief.post(f"{HOME}/{person}/roles", data=role)).status_code == 403
        mine = {"agency": "meti", "role": "administrator"}
        assert (await chief.post(f"{HOME}/{person}/roles/take", data=mine)).status_code == 403
        assert (await chief.post(f"{HOME}/{person}/disable")).status_code == 403
    second = await appointed(site, "second@meti.example.jp")

    async def remove(who: str, whom: str) -> str:
        async with site.database.session() as session:
            actor = await actor_of_person(session, who, Shown(), "ja", site.clock())
            assert actor
            try:
                await service.take(session, site.clock, actor, whom, "meti", "administrator")
            except IdentityError as error:
                return error.code
            await session.commit()
        return "taken"

    # Two who remove each other at the same moment: one of them stays.
    outcomes = await asyncio.gather(remove(person, second), remove(second, person))
    assert outcomes.count("taken") == 1
    async with site.database.reading() as session:
        left = await service.holdings(session, ["meti"], site.clock().date())
    assert len(left) == 1


async def test_who_works_elsewhere_too_is_not_stopped_by_one_agency(database):
    site = make_site(database)
    person = await appointed(site, "both@example.jp", role="examiner")
    async with site.visitor() as chief:
        await administrator(site, chief)
        async with site.database.session() as session:
            await grant_role(session, site.clock, person, "pref-14", "examiner", by="test")
            await session.commit()
        assert (await chief.post(f"{HOME}/{person}/disable")).status_code == 409
        take = {"agency": "pref-14", "role": "examiner"}
        assert (await chief.post(f"{HOME}/{person}/roles/take", data=take)).status_code == 403
