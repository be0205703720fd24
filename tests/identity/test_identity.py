"""Who acts: sign-in, roles, mandates, tokens; refused unless granted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from httpx import ASGITransport, AsyncClient

from madoguchi.identity.models import Agency, Person, RoleGrant
from madoguchi.identity.service import (
    Actor,
    IdentityError,
    add_organisation,
    agency_tree,
    find_agency,
    give_mandate,
    issue_token,
    limits_of,
    list_people,
    list_tokens,
    may,
    may_file_for,
    revoke_mandate,
    roles_at,
    seed_agencies,
    sign_in_as,
)
from madoguchi.identity.service.actors import acting_choices, actor_of_sign_in, actor_of_token
from madoguchi.kernel import journal
from madoguchi.kernel.clock import fixed_clock
from tests.identity.world import CLOCK, make_app, make_world
from tests.web.app import NOW


async def actor_for(database, person_id, acting_for=None, now=NOW) -> Actor:
    async with database.session() as session:
        sign_in, _ = await sign_in_as(session, fixed_clock(now), person_id, demo=True)
        await session.commit()
        actor = await actor_of_sign_in(session, sign_in.id, acting_for, "ja", now)
    assert actor is not None
    return actor


async def test_an_owner_acts_for_their_company(database):
    world = await make_world(database)
    actor = await actor_for(database, world.owner)
    assert (actor.kind, actor.organisation, actor.agent) == ("applicant", world.company, False)
    assert actor.corporate_number == "7000012050002"
    assert may_file_for(actor, world.company, "anything")
    assert not may_file_for(actor, world.firm, "gasoline")


async def test_an_agent_files_only_what_the_mandate_covers_and_while_it_lasts(database):
    world = await make_world(database)
    own = await actor_for(database, world.agent)
    assert (own.organisation, own.mandates) == (world.firm, (world.company,))
    agent = await actor_for(database, world.agent, acting_for=world.company)
    assert (agent.organisation, agent.agent) == (world.company, True)
    assert agent.own_organisation == world.firm
    assert may_file_for(agent, world.company, "gasoline")
    assert not may_file_for(agent, world.company, "other")
    assert may_file_for(agent, world.firm, "other")
    # The last day counts, in Japan: 2026-04-01 ends at 15:00 UTC.
    late = datetime(2026, 4, 1, 14, 59, tzinfo=UTC)
    over = datetime(2026, 4, 1, 15, 0, tzinfo=UTC)
    assert (await actor_for(database, world.agent, world.company, late)).mandates
    after = await actor_for(database, world.agent, world.company, over)
    assert (after.organisation, after.mandates) == (world.firm, ())


async def test_a_revoked_mandate_ends_at_once(database):
    world = await make_world(database)
    async with database.session() as session:
        await revoke_mandate(session, CLOCK, world.mandate, by=world.owner)
        await session.commit()
    assert (await actor_for(database, world.agent, world.company)).mandates == ()


async def test_two_mandates_together_widen_the_scope(database):
    world = await make_world(database)
    async with database.session() as session:
        await give_mandate(
            session,
            CLOCK,
            principal_id=world.company,
            agent_person_id=world.agent,
            procedures=["gas"],
            by=world.owner,
        )
        await session.commit()
    actor = await actor_for(database, world.agent, world.company)
    assert limits_of(actor) == {"gasoline", "gas"}
    async with database.session() as session:
        await give_mandate(
            session, CLOCK, principal_id=world.company, agent_person_id=world.agent, by="x"
        )
        await session.commit()
    actor = await actor_for(database, world.agent, world.company)
    assert may_file_for(actor, world.company, "anything")


@pytest.mark.parametrize("case", ["none", "both", "self", "backwards"])
async def test_impossible_mandates(database, case):
    world = await make_world(database)
    agents = {
        "none": {},
        "both": {"agent_person_id": world.agent, "agent_organisation_id": world.firm},
        "self": {"agent_organisation_id": world.company},
        "backwards": {"agent_organisation_id": world.firm, "valid_to": date(2026, 3, 31)},
    }[case]
    async with database.session() as session:
        with pytest.raises(IdentityError) as refused:
            await give_mandate(session, CLOCK, principal_id=world.company, by="x", **agents)
    assert refused.value.status == 422


async def test_roles_reach_down_the_tree_and_nowhere_else(database):
    world = await make_world(database)
    async with database.session() as session:
        session.add(Agency(id="added-desk", kind="bureau", parent_id="bureau-kanto", name={}))
        await session.flush()
        session.add(Agency(id="added-below", kind="bureau", parent_id="added-desk", name={}))
        await session.commit()
    actor = await actor_for(database, world.examiner)
    assert actor.kind == "official"
    for agency in ("meti", "bureau-kanto", "jpo", "added-desk", "added-below"):
        assert may(actor, "examiner", agency)
        assert roles_at(actor, agency) == {"examiner"}
    for agency in ("mlit", "pref-13", "unknown"):
        assert not may(actor, "examiner", agency)
    assert not may(actor, "approver", "meti")


async def test_a_cycle_in_the_tree_does_no_harm(database):
    world = await make_world(database)
    async with database.session() as session:
        session.add(Agency(id="a", kind="bureau", parent_id=None, name={}))
        await session.flush()
        session.add(Agency(id="b", kind="bureau", parent_id="a", name={}))
        await session.flush()
        (await session.get(Agency, "a")).parent_id = "b"
        session.add(RoleGrant(person_id=world.examiner, agency_id="a", role="manager"))
        await session.commit()
    actor = await actor_for(database, world.examiner)
    assert may(actor, "manager", "b")


async def test_the_chooser_refuses_outside_demo_and_people_not_offered(database):
    world = await make_world(database)
    async with database.session() as session:
        for person, demo in [(world.owner, False), (world.hidden, True), ("x", True), ("", True)]:
            with pytest.raises(IdentityError):
                await sign_in_as(session, CLOCK, person, demo=demo)
        with pytest.raises(IdentityError):
            await sign_in_as(session, CLOCK, world.owner, demo="yes")  # type: ignore[arg-type]
        await give_mandate(
            session, CLOCK, principal_id=world.company, agent_person_id=world.agent, by=world.owner
        )
        people = await list_people(session)
    assert [choice.person.id for choice in people] == [world.owner, world.agent, world.examiner]
    assert [o.id for o in people[1].principals] == [world.company]  # of two mandates, once
    assert [(agency.id, role) for agency, role in people[2].roles] == [("meti", "examiner")]


async def test_a_person_no_longer_active_is_nobody(database):
    world = await make_world(database)
    async with database.session() as session:
        sign_in, _ = await sign_in_as(session, CLOCK, world.owner, demo=True)
        (await session.get(Person, world.owner)).active = False
        await session.commit()
        assert await actor_of_sign_in(session, sign_in.id, None, "ja", NOW) is None
        with pytest.raises(IdentityError):
            await sign_in_as(session, CLOCK, world.owner, demo=True)


async def test_tokens_are_kept_as_hashes_expire_and_act_for_one_organisation(database):
    world = await make_world(database)
    agent = await actor_for(database, world.agent, world.company)
    async with database.session() as session:
        token, text = await issue_token(session, CLOCK, agent, " 会計　システム ", days=2)
        await session.commit()
        assert text not in (token.sha256, token.label)
        assert len(token.sha256) == 64
        actor, stale = await actor_of_token(session, text, "ja", NOW)
        assert stale
        assert (actor.id, actor.organisation, actor.agent) == (world.agent, world.company, True)
        # The mandate ends that day: the token does not fall back to the agent's own firm.
        assert await actor_of_token(session, text, "ja", NOW + timedelta(days=1)) is None
        assert await actor_of_token(session, text + "x", "ja", NOW) is None
        owner = await actor_for_token(session, world)
        later = fixed_clock(NOW + timedelta(days=2))
        assert await list_tokens(session, later, owner) == []
        entries = await journal.entries(session, f"person:{world.agent}")
    assert "token_issued" in [entry.action for entry in entries]


async def actor_for_token(session, world) -> Actor:
    choices = await acting_choices(session, world.owner, date(2026, 4, 1))
    return Actor(world.owner, "港", "applicant", organisation=choices[0].organisation.id)


@pytest.mark.parametrize(
    ("label", "days"), [("", 1), (" \u200b ", 1), ("x" * 101, 1), ("a", 0), ("a", 366)]
)
async def test_tokens_with_a_bad_name_or_life(database, label, days):
    world = await make_world(database)
    actor = await actor_for(database, world.owner)
    async with database.session() as session:
        with pytest.raises(IdentityError) as refused:
            await issue_token(session, CLOCK, actor, label, days)
    assert refused.value.status == 422


async def test_agencies_can_be_seeded_again_and_found(database):
    async with database.session() as session:
        first = await seed_agencies(session)
        assert await seed_agencies(session) == first
        await session.commit()
        names = {
            "経済産業省": "meti",
            "警察庁": "npa",
            "国家公安委員会・警察庁": "npa",
            "沖縄総合事務局": "bureau-okinawa",
            "Ministry of Finance": "mof",
            "pref-13": "pref-13",
        }
        for name, id in names.items():
            assert (await find_agency(session, name)).id == id
        assert (await find_agency(session, "bureau", "静岡県")).id == "bureau-kanto"
        assert await find_agency(session, "ない省") is None
        tree = await agency_tree(session)
    assert len([node for node in tree if node.agency.kind == "prefecture"]) == 47
    meti = next(node for node in tree if node.agency.id == "meti")
    assert len([child for child in meti.children if child.agency.kind == "bureau"]) == 9


async def test_a_wrong_corporate_number_is_refused(database):
    async with database.session() as session:
        with pytest.raises(IdentityError):
            await add_organisation(session, CLOCK, name="x", corporate_number="1234567890123")


@pytest.fixture
async def site(database):
    world = await make_world(database)
    app = make_app(database)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver") as http:
        yield world, http


async def test_signing_in_and_out_ends_the_session_for_good(site):
    world, http = site
    page = await http.get("/sign-in?return=/account")
    assert "港 一郎" in page.text
    assert "非表示" not in page.text
    signed_in = await http.post("/sign-in", data={"person": world.owner, "return": "/account"})
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/account")
    stolen = http.cookies["session"]
    assert (await http.get("/who")).json() == {
        "id": world.owner, "kind": "applicant", "for": world.company, "agent": False,
    }  # fmt: skip
    account = await http.get("/account")
    assert "港 一郎さんとしてログインしました" in account.text
    assert "株式会社みなと化学" in account.text
    assert account.headers["cache-control"] == "no-store"
    assert (await http.post("/sign-out")).status_code == 303
    assert (await http.get("/who")).json()["kind"] == "public"
    http.cookies.clear()
    http.cookies.set("session", stolen)
    assert (await http.get("/who")).json()["kind"] == "public"


async def test_acting_for_another_needs_a_mandate(site):
    world, http = site
    await http.post("/sign-in", data={"person": world.agent})
    assert (await http.get("/who")).json()["for"] == world.firm
    chosen = await http.post("/act-for", data={"organisation": world.company})
    assert chosen.headers["location"] == "/account"
    assert (await http.get("/who")).json()["agent"] is True
    assert "株式会社みなと化学の代理" in (await http.get("/account")).text
    await http.post("/sign-in", data={"person": world.owner})
    refused = await http.post("/act-for", data={"organisation": world.firm})
    assert refused.status_code == 403
    assert (await http.get("/who")).json()["for"] == world.company


async def test_guards(site):
    world, http = site
    for path in ("/account", "/desk?x=1&y=%E7%AA%93"):
        sent = await http.get(path)
        assert sent.status_code == 303
        assert sent.headers["location"].startswith("/sign-in?return=/")
    back = (await http.get("/desk?x=1&y=2")).headers["location"]
    assert back == "/sign-in?return=/desk%3Fx%3D1%26y%3D2"
    api = await http.get("/api/v1/me")
    assert (api.status_code, api.json()["code"]) == (401, "sign_in_required")
    assert api.headers["www-authenticate"] == "Bearer"
    await http.post("/sign-in", data={"person": world.owner})
    assert (await http.get("/desk")).status_code == 403
    await http.post("/sign-in", data={"person": world.examiner})
    assert (await http.get("/desk")).json() == "審査 三郎"


async def test_tokens_on_the_page_and_in_the_api(site):
    world, http = site
    await http.post("/sign-in", data={"person": world.owner})
    failed = await http.post("/account/tokens", data={"/label": " ", "/days": "90"})
    assert failed.status_code == 422
    assert "<title>エラー: " in failed.text
    made = await http.post("/account/tokens", data={"/label": "会計", "/days": "30"})
    text = made.text.split('value="mdg_')[1].split('"')[0]
    assert "mdg_" not in (await http.get("/account")).text
    http.cookies.clear()
    bearer = {"authorization": f"Bearer mdg_{text}"}
    me = (await http.get("/api/v1/me", headers=bearer)).json()
    assert (me["id"], me["acting_for"]["id"]) == (world.owner, world.company)
    new = await http.post("/api/v1/tokens", json={"label": "API"}, headers=bearer)
    assert new.status_code == 201
    listed = (await http.get("/api/v1/tokens", headers=bearer)).json()
    assert [token["label"] for token in listed] == ["API", "会計"]
    assert listed[1]["last_used_at"] is not None
    gone = await http.delete(f"/api/v1/tokens/{new.json()['id']}", headers=bearer)
    assert gone.status_code == 204
    other = {"authorization": f"Bearer {new.json()['token']}"}
    assert (await http.get("/api/v1/me", headers=other)).status_code == 401
    await http.post("/sign-in", data={"person": world.agent})
    stranger = await http.delete(f"/api/v1/tokens/{listed[1]['id']}")
    assert stranger.status_code == 404


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer " + "x" * 500, "Bearer mdg_é", "bearer \udcff", "Bearer a b c"],
)
async def test_bad_tokens_are_401(site, header):
    _, http = site
    answer = await http.get("/who", headers=[(b"authorization", header.encode("utf-8", "replace"))])
    assert answer.status_code == 401


async def test_ending_other_sessions(site):
    world, http = site
    await http.post("/sign-in", data={"person": world.owner})
    first = http.cookies["session"]
    http.cookies.clear()
    await http.post("/sign-in", data={"person": world.owner})
    await http.post("/account/end-others")
    assert (await http.get("/who")).json()["kind"] == "applicant"
    http.cookies.clear()
    http.cookies.set("session", first)
    assert (await http.get("/who")).json()["kind"] == "public"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"person": ""},
        {"person": "\0"},
        {"person": ["a", "b"]},
        {"person": "0" * 26},
        {"person": "x" * 9000},
    ],
)
async def test_bad_choices_are_answered(site, data):
    _, http = site
    assert (await http.post("/sign-in", data=data)).status_code == 404


async def test_the_chooser_is_closed_in_production(database):
    world = await make_world(database)
    app = make_app(database, demo=False)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver") as http:
        page = await http.get("/sign-in")
        assert page.status_code == 200
        assert world.owner not in page.text
        assert (await http.post("/sign-in", data={"person": world.owner})).status_code == 403
        assert (await http.get("/who")).json()["kind"] == "public"
        assert (await http.get("/dev/components")).status_code == 404
