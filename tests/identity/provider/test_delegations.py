"""What services learn of delegations: those of their own agents, and nothing once a mandate ends."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from madoguchi.identity.delegation import jobs
from madoguchi.identity.provider.delegations import delegations_at
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.service import give_mandate, revoke_mandate
from tests.identity.provider.world import CALLBACK, Op


async def token_of(op: Op, scopes: list[str]) -> tuple[str, str, str]:
    """A service that signs people in and asks for itself: its id, secret and own token."""
    client, secret = await op.register(
        redirect_uris=[CALLBACK],
        grant_types=["authorization_code", "client_credentials"],
        scopes=["openid", "organisation", *scopes],
    )
    answer = await op.token({"grant_type": "client_credentials"}, auth=(client, secret))
    return client, secret, answer.json()["access_token"]


async def test_a_service_is_told_of_its_own_agents_only_and_only_while_it_holds(op: Op) -> None:
    people = op.people
    client, secret, token = await token_of(op, ["delegations"])
    _, _, foreign = await token_of(op, ["delegations"])
    _, _, plain = await token_of(op, ["api:read"])

    async def asked(bearer: str) -> list[dict]:
        answer = await op.call(
            "GET", "/oauth/delegations", headers={"Authorization": f"Bearer {bearer}"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["delegations"]

    for bearer, status in ((plain, 403), ("x", 401), ("", 401)):
        headers = {"Authorization": f"Bearer {bearer}"}
        answer = await op.call("GET", "/oauth/delegations", headers=headers)
        assert answer.status_code == status
    assert await asked(token) == [], "nobody has signed in there as an agent"
    await op.sign_in(people.agent)
    await op.browser.post("/act-for", data={"organisation": people.company, "return": "/"})
    op.client_id, op.secret = client, secret
    sent = await op.allow(scope="openid organisation")
    given = (await op.exchange(sent["code"])).json()["access_token"]
    (found,) = await asked(token)
    assert (found["delegation_no"], found["system_cd"]) == (people.mandate, client)
    assert (found["procedures"], found["valid_to"]) == (["gasoline"], "2026-04-01")
    assert found["principal"]["id"] == people.company
    assert found["sub"] == people.agent
    assert await asked(foreign) == [], "another service learns nothing"
    # A person's token is no service's.
    headers = {"Authorization": f"Bearer {given}"}
    assert (await op.call("GET", "/oauth/delegations", headers=headers)).status_code == 401
    assert (await op.userinfo(given)).json()["organisation"]["relation"] == "agent"
    # Ended a second ago: the open grant tells nothing any more.
    async with op.database.session() as session:
        await revoke_mandate(session, op.clock, people.mandate, by="test")
        await session.commit()
    assert await asked(token) == []
    assert "organisation" not in (await op.userinfo(given)).json()


@pytest.mark.parametrize(
    ("profile", "scope"), [("standard", "organisation"), ("gbizid", "delegation_info")]
)
async def test_a_service_is_told_only_with_a_grant_that_says_so_and_stands(
    op: Op, profile: str, scope: str
) -> None:
    op.client_id, op.secret = await op.register(profile=profile, scopes=["openid", scope])
    gbizid = {"code_challenge": None, "code_challenge_method": None} if profile == "gbizid" else {}
    await op.sign_in(op.people.agent)
    await op.browser.post("/act-for", data={"organisation": op.people.company, "return": "/"})

    async def told() -> list[str]:
        async with op.database.reading() as session:
            answer = await delegations_at(session, op.client_id, op.clock())
        return [one["delegation_no"] for one in answer["delegations"]]

    for wanted, known in (("openid", []), (f"openid {scope}", [op.people.mandate])):
        code = (await op.allow(scope=wanted, **gbizid))["code"]
        assert await told() == [], "a code nobody used tells nothing"
        answer = await op.exchange(code, **({"code_verifier": None} if gbizid else {}))
        assert answer.status_code == 200, answer.text
        assert await told() == known
    async with op.database.session() as session:
        await session.execute(update(Grant).values(expires_at=op.clock()))
        await session.commit()
    assert await told() == []


async def test_both_are_told_a_month_before_the_end(op: Op) -> None:
    people = op.people
    async with op.database.session() as session:
        await give_mandate(
            session,
            op.clock,
            principal_id=people.company,
            agent_organisation_id=people.firm,
            valid_to=(op.clock() + timedelta(days=40)).date(),
            by="test",
        )
        await session.commit()
        assert await jobs.remind(session, op.clock()) == 0
        op.clock.later(days=11)
        assert await jobs.remind(session, op.clock()) == 1
        op.clock.later(days=20)
        assert await jobs.remind(session, op.clock()) == 0, "once a mandate, not again later"
