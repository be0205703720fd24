"""One person's session beside another's token, old tokens beside new rights, answers without a question."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from madoguchi.identity import service as identity
from madoguchi.identity.account.models import Account
from madoguchi.identity.assurance import ACR_1, ACR_3
from madoguchi.identity.models import AccessToken, Person
from madoguchi.identity.service.actors import actor_of_sign_in, actor_of_token
from tests.identity.account.site import Device, Site, add_passkey, make_site, sign_in
from tests.identity.account.test_signing_in import newest


async def token_of(site: Site, person: str) -> str:
    """An access token of a person who acts for nobody."""
    async with site.database.session() as session:
        found = await session.get_one(Person, person)
        actor = identity.Actor(id=person, name=found.name, kind="applicant")
        _, text = await identity.issue_token(session, site.clock, actor, "mine")
        await session.commit()
    return text


@pytest.mark.parametrize("path", ["password", "recovery-codes", "passkeys/options"])
async def test_anothers_token_beside_ones_own_session_changes_nothing(database, path):
    site = make_site(database)
    victim = await site.person("victim@example.jp")
    await site.person()
    token = await token_of(site, victim)
    async with site.visitor() as thief:
        await sign_in(site, thief)
        await add_passkey(thief, Device())
        answer = await thief.post(
            f"/account/security/{path}",
            data={"/password": "correct horse battery staple 9"},
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code == 403
    async with database.reading() as session:
        assert (await session.get_one(Account, victim)).password is None


async def test_a_token_made_for_nobody_acts_for_nobody_later(database):
    site = make_site(database)
    person = await site.person()
    token = await token_of(site, person)
    async with database.session() as session:
        company = await identity.add_organisation(session, site.clock, name="みなと合同会社")
        before = await actor_of_token(session, token, "ja", site.clock())
        await identity.add_member(session, person, company.id, "representative")
        after = await actor_of_token(session, token, "ja", site.clock())
    assert before is not None
    assert after is None


async def test_a_token_made_before_the_first_role_is_no_officials(database):
    site = make_site(database)
    person = await site.person()
    token = await token_of(site, person)
    async with database.session() as session:
        await identity.seed_agencies(session)
        await identity.grant_role(session, site.clock, person, "meti", "examiner", by="test")
        assert await actor_of_token(session, token, "ja", site.clock()) is None


async def test_a_session_of_one_factor_is_not_an_officials(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
    found = await newest(site)
    async with database.session() as session:
        assert await actor_of_sign_in(session, found.id, None, "ja", site.clock()) is not None
        await identity.seed_agencies(session)
        await identity.grant_role(session, site.clock, person, "meti", "examiner", by="test")
        assert await actor_of_sign_in(session, found.id, None, "ja", site.clock()) is None


async def test_an_answer_to_no_challenge_is_none(database):
    site, device = make_site(database), Device()
    await site.person()
    async with site.visitor() as visitor:
        await sign_in(site, visitor)
        await add_passkey(visitor, device)
    answer = device.sign({"rpId": "testserver", "challenge": ""})
    async with site.visitor() as thief:  # never asked for a challenge
        refused = await thief.post("/sign-in/passkey", data={"credential": answer})
        assert refused.status_code == 422
        assert (await thief.get("/who")).json()["kind"] == "public"
        await thief.post("/sign-in/passkey/options")
        site.clock.now += timedelta(minutes=6)  # the challenge is over
        refused = await thief.post("/sign-in/passkey", data={"credential": answer})
        assert refused.status_code == 422


async def test_a_key_tells_by_what_proof_it_was_made(database):
    site = make_site(database)
    person = await site.person()
    async with site.visitor() as owner:
        await sign_in(site, owner)
        made = await owner.post("/api/v1/tokens", json={"label": "weak"})
        assert made.status_code == 201, made.text
        await add_passkey(owner, Device())
        await owner.post("/api/v1/tokens", json={"label": "strong"})
    async with database.reading() as session:
        keys = await session.scalars(select(AccessToken).where(AccessToken.person_id == person))
        found = {key.label: (key.acr, key.authenticated_at) for key in keys}
    assert found == {"weak": (ACR_1, site.clock()), "strong": (ACR_3, site.clock())}
