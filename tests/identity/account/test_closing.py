"""Closing: an account leaves no way in and no address to fall into; an organisation stays what it was."""

import pytest
from sqlalchemy import select

from madoguchi.identity.account.models import Account, Passkey
from madoguchi.identity.account.proving import known_of
from madoguchi.identity.account.representing import make_prime
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.errors import IdentityError
from madoguchi.identity.models import Membership, Person
from madoguchi.identity.service import (
    add_member,
    add_organisation,
    give_mandate,
    grant_role,
    seed_agencies,
)
from tests.identity.account.site import Device, add_passkey, make_site, sign_in, use_passkey
from tests.identity.account.test_inviting import company
from tests.identity.account.test_signing_in import actions

SURE = {"/sure": "close"}
NUMBER = "7000012050002"


async def test_closing_leaves_no_way_in_and_a_new_account_sees_nothing(database):
    site, device = make_site(database), Device()
    person, boss = await site.person(), await site.person("boss@example.jp")
    organisation = await company(site, boss)
    async with site.database.session() as session:
        await add_member(session, person, organisation)
        await session.commit()
    async with site.visitor() as visitor, site.visitor() as other:
        await sign_in(site, visitor)
        await add_passkey(visitor, device)
        token = (await visitor.post("/api/v1/tokens", json={"label": "x"})).json()["token"]
        bearer = {"authorization": f"Bearer {token}"}
        assert (await other.get("/api/v1/me", headers=bearer)).status_code == 200
        assert (await visitor.post("/account/close")).status_code == 422  # not sure
        assert (await visitor.post("/account/close", data=SURE)).status_code == 303
        assert "終了しました" in (await site.letters())[-1][1]
        assert (await visitor.get("/who")).json()["kind"] == "public"
        assert (await other.get("/api/v1/me", headers=bearer)).status_code == 401
        await use_passkey(visitor, device)
        assert (await visitor.get("/who")).json()["kind"] == "public"
        with pytest.raises(IdentityError):  # the address rests
            await site.person()
        site.clock.wait(days=31)
        later = await site.person()
        await sign_in(site, visitor)
        who = (await visitor.get("/who")).json()
        assert (who["id"], who["for"]) == (later, None)
        assert later != person
    async with site.database.reading() as session:
        gone = await session.get_one(Person, person)
        assert (gone.active, gone.email, gone.name) == (False, None, "港 太郎")
        assert await session.get(Account, person) is None
        assert (await session.scalars(select(Passkey))).all() == []
    assert "account_closed" in await actions(site, person)


async def test_the_last_representative_names_another_or_closes_the_organisation(database):
    site = make_site(database)
    boss, second = await site.person("boss@example.jp"), await site.person("second@example.jp")
    async with site.database.session() as session:
        await seed_agencies(session)
        known = await known_of(session, boss)
        assert known
        made = await make_prime(
            session, site.clock, known, number=NUMBER, name="みなと", title="代表", by="x"
        )
        known.account.level = "member"  # to be let in to add a passkey
        other = await add_organisation(session, site.clock, name="代理の会社")
        mandate = await give_mandate(
            session, site.clock, principal_id=made.id, agent_organisation_id=other.id, by=boss
        )
        await add_member(session, second, made.id)
        await session.commit()
    async with site.visitor() as visitor, site.visitor() as staff:
        await sign_in(site, visitor, "boss@example.jp")
        await sign_in(site, staff, "second@example.jp")
        for somebody in (visitor, staff):
            await add_passkey(somebody, Device())
        assert "みなと" in (await visitor.get("/account/close")).text
        assert (await visitor.post("/account/close", data=SURE)).status_code == 422
        assert (await staff.get("/organisation/close")).status_code == 403
        assert (await staff.post("/organisation/close", data=SURE)).status_code == 403
        assert (await visitor.post("/organisation/close")).status_code == 422
        assert (await visitor.post("/organisation/close", data=SURE)).status_code == 303
        assert (await staff.get("/who")).json()["for"] is None
        assert (await visitor.post("/organisation/close", data=SURE)).status_code == 403
        assert (await visitor.post("/account/close", data=SURE)).status_code == 303
    async with site.database.session() as session:
        assert (await session.get_one(Mandate, mandate.id)).revoked_at is not None
        assert (await session.scalars(select(Membership))).all() == []
        # Proved anew, somebody goes on with the same organisation.
        known = await known_of(session, second)
        assert known
        again = await make_prime(
            session, site.clock, known, number=NUMBER, name="別名", title="代表", by="x"
        )
        assert (again.id, again.closed_at, again.name) == (made.id, None, "みなと")


async def test_an_official_closes_no_account(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        await add_passkey(visitor, Device())
        async with site.database.session() as session:
            await seed_agencies(session)
            await grant_role(session, site.clock, person, "meti", "examiner", by="test")
            await session.commit()
        assert "管理者" in (await visitor.get("/account/close")).text
        assert (await visitor.post("/account/close", data=SURE)).status_code == 422
