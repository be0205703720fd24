"""Whoever acts for an organisation proves it with two factors; one opens what is one's own alone."""

from datetime import date

import pytest

from madoguchi.identity import service as identity
from madoguchi.identity.account.models import Account
from tests.identity.account.site import Device, Site, add_passkey, make_site, sign_in
from tests.identity.account.test_inviting import company
from tests.identity.account.test_signing_in import code_at, secure

SECOND = "/account/second-factor"


async def acting(site: Site, way: str) -> str:
    """A person with an account who acts for a company; the company's id."""
    person = await site.person()
    if way == "member":
        return await company(site, person)
    where = await company(site, await site.person("boss@example.jp"))
    async with site.database.session() as session:
        await identity.give_mandate(
            session,
            site.clock,
            principal_id=where,
            agent_person_id=person,
            valid_to=date(2030, 1, 1),
            by="test",
        )
        await session.commit()
    return where


@pytest.mark.parametrize("way", ["member", "agent"])
async def test_mail_alone_opens_no_organisation(database, way):
    site = make_site(database)
    where = await acting(site, way)
    async with site.visitor() as visitor:
        await visitor.get("/sign-in?return=/who%3Fx=1")
        assert (await sign_in(site, visitor)).headers["location"] == SECOND
        assert "/who?x=1" in (await visitor.get(SECOND)).text
        assert (await visitor.get("/who")).json()["for"] is None
        assert (await visitor.post("/act-for", data={"organisation": where})).status_code == 403
        assert (await visitor.get("/organisation")).status_code == 403
        me = (await visitor.get("/api/v1/me")).json()
        assert (me["acting_for"], me["may_act_for"]) == (None, [])
        assert SECOND in (await visitor.get("/account")).text
        await add_passkey(visitor, Device())
        assert "/who?x=1" in (await visitor.get("/account/security")).text
        assert (await visitor.post("/act-for", data={"organisation": where})).status_code == 303
        assert (await visitor.get("/who")).json()["for"] == where
        # The last one stays: there is no way back to mail alone.
        passkey = (await visitor.get("/account/security")).text.split("/passkeys/")[1].split("/")[0]
        kept = await visitor.post(f"/account/security/passkeys/{passkey}/remove")
        assert kept.status_code == 422


async def test_a_session_begun_before_a_factor_was_added_proves_it_anew(database):
    site = make_site(database)
    person = await site.person()
    where = await company(site, person)
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        await secure(site, person, totp=True)
        again = (await visitor.get(SECOND)).headers["location"]
        assert again.startswith("/sign-in/again?return=")
        await visitor.get(again)
        await sign_in(site, visitor)
        done = await visitor.post("/sign-in/second", data={"/code": code_at(site.clock.now)})
        assert done.headers["location"] == "/"
        assert (await visitor.get("/who")).json()["for"] == where


async def test_who_acts_for_nobody_enters_with_mail(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        assert (await sign_in(site, visitor)).headers["location"] == "/"
        assert (await visitor.get(SECOND)).headers["location"] == "/account"
        assert (await visitor.get("/who")).json()["kind"] == "applicant"
    async with site.database.reading() as session:
        assert (await session.get_one(Account, person)).level == "entry"
