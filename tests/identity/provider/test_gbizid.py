"""The GbizID profile: the checks of the reference's section 14, one after the other."""

import re
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select

from madoguchi.identity.models import Membership, Organisation, Person, Verification
from madoguchi.identity.provider.delegations import delegations_at
from madoguchi.identity.provider.jose import CLAIMS, HEADER, unverified
from madoguchi.identity.service import add_person, give_mandate
from tests.identity.provider.world import ADDRESS, CALLBACK, Op
from tests.identity.world import ABOUT

OPTIONAL = ["jp_gbizid_v1_ida", "role", "delegation_info"]
SCOPES = ["openid", "profile", "user", "mandate", "email", "offline_access", *OPTIONAL]
NO_PKCE = {"code_challenge": None, "code_challenge_method": None}
PROFILE = set(
    "account_type corp_type corporate_number name en_name prefecture_name address1 address2 "
    "rep_last_nm rep_first_nm rep_last_nm_kana rep_first_nm_kana birthday_ymd".split()
)
USER = set(
    "user_last_nm user_first_nm user_last_nm_kana user_first_nm_kana user_post_code "
    "user_prefecture_name user_address1 user_address2 user_address3 user_department "
    "user_tel_no_contact user_birthday_ymd".split()
)


@pytest.fixture
async def gbizid(op: Op) -> Op:
    """A client as they register at GbizID, and a company with its address."""
    op.client_id, op.secret = await op.register(
        profile="gbizid", grant_types=["authorization_code", "refresh_token"], scopes=SCOPES
    )
    async with op.database.session() as session:
        company = await session.get(Organisation, op.people.company)
        assert company is not None
        company.address = {"prefecture": "東京都", "city": "港区", "street": "芝1-1"}
        company.representative_name = "港 一郎"
        await session.commit()
    await op.sign_in()
    return op


async def tokens(op: Op, scope: str | None, **changes: Any) -> dict[str, Any]:
    code = (await op.allow(scope=scope, **NO_PKCE, **changes))["code"]
    assert re.fullmatch(r"[A-Za-z0-9]{22}", code)
    answer = await op.exchange(code, code_verifier=None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told(op: Op, scope: str) -> dict[str, Any]:
    answer = await op.userinfo((await tokens(op, scope))["access_token"])
    assert answer.status_code == 200, answer.text
    return answer.json()


async def checked(op: Op, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set((await op.call("GET", "/oauth/jwks")).json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


async def test_tokens_have_its_shape_and_no_personal_data(gbizid: Op) -> None:
    given = await tokens(gbizid, "openid profile user mandate email offline_access")
    assert given["expires_in"] == 3600
    access, identity = [await checked(gbizid, given[n]) for n in ("access_token", "id_token")]
    assert access.keys() == {"sub", "azp", "iss", "exp", "iat", "jti"}
    assert identity.keys() == {"sub", "aud", "iss", "exp", "iat", "auth_time", "nonce", "jti"}
    assert access["iss"] == identity["iss"] == f"{ADDRESS}/oauth/"
    assert access["azp"] == identity["aud"] == gbizid.client_id
    assert re.fullmatch(r"[1-9]\d{0,9}", access["sub"])
    refresh = given["refresh_token"]
    assert refresh.endswith(".")
    assert unverified(refresh, HEADER) == {"alg": "none"}
    assert unverified(refresh, CLAIMS).keys() == {"exp", "jti"}


async def test_the_issuer_is_found_and_may_be_without_slash(gbizid: Op) -> None:
    found = await gbizid.call("GET", "/oauth/.well-known/openid-configuration")
    assert found.json()["issuer"] == f"{ADDRESS}/oauth/"
    assert found.json()["token_endpoint"] == f"{ADDRESS}/oauth/token"
    gbizid.client_id, gbizid.secret = await gbizid.register(profile="gbizid_bare")
    given = await tokens(gbizid, "openid")
    assert (await checked(gbizid, given["id_token"]))["iss"] == f"{ADDRESS}/oauth"
    assert (await gbizid.userinfo(given["access_token"])).status_code == 200


async def test_each_scope_gives_exactly_its_fields(gbizid: Op) -> None:
    expected = {
        "profile": PROFILE,
        "user": USER,
        "mandate": {"mandate_info"},
        "email": {"email", "user_email"},
        "jp_gbizid_v1_ida": {"verified_claims"},
        "role": {"role"},
        "delegation_info": {"delegation_info"},
    }
    for scope, fields in expected.items():
        assert (await told(gbizid, f"openid {scope}")).keys() == {"sub"} | fields, scope
    everything = await told(gbizid, " ".join(SCOPES))
    assert everything["account_type"] == "2"
    assert everything["corp_type"] == "1"
    assert everything["prefecture_name"] == "13"
    assert (everything["user_last_nm"], everything["user_first_nm"]) == ("港", "一郎")
    assert everything["mandate_info"] == [{"client_id": gbizid.client_id}]
    assert everything["delegation_info"] == {}
    assert everything["role"]["permission"] == [{"role": "jp_gbizid_prime"}]
    claims = everything["verified_claims"]["claims"]
    assert claims["authority"] == {
        "applies_to": {"registration_number": "7000012050002"},
        "permission": [{"role": "prime"}],
    }
    verification = everything["verified_claims"]["verification"]
    assert (verification["trust_framework"], verification["assurance_level"]) == (
        "jp_gbizid_v1",
        "ial2",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d\+09:00", verification["time"])


async def test_a_member_has_a_parent_and_an_entry_has_nothing(gbizid: Op) -> None:
    prime = (await told(gbizid, "openid"))["sub"]
    async with gbizid.database.session() as session:
        person = await session.get(Person, gbizid.people.hidden)
        assert person is not None
        person.about = {"ja": "試", "en": "try"}
        await session.commit()
    await gbizid.sign_in(gbizid.people.hidden)
    entry = await told(gbizid, "openid profile role jp_gbizid_v1_ida")
    assert entry["account_type"] == "1"
    assert not {"parent_id", "birthday_ymd"} & entry.keys()
    assert entry["role"] == {}
    assert entry["verified_claims"] == {
        "verification": {"trust_framework": "jp_gbizid_v1", "assurance_level": "ial1"},
        "claims": {},
    }
    async with gbizid.database.session() as session:
        session.add(
            Membership(
                person_id=gbizid.people.hidden,
                organisation_id=gbizid.people.company,
                role="staff",
            )
        )
        await session.commit()
    member = await told(gbizid, "openid profile role jp_gbizid_v1_ida")
    assert (member["account_type"], member["parent_id"]) == ("3", prime)
    assert member["sub"] == entry["sub"] != prime
    claims = member["verified_claims"]["claims"]
    assert claims.keys() == {"authority"}
    assert claims["authority"]["permission"] == [{"role": "member"}]


@pytest.mark.parametrize(("days", "level"), [(0, "ial2"), (89, "ial2"), (91, "ial1")])
async def test_a_proof_that_lapsed_assures_nobody(gbizid: Op, days: int, level: str) -> None:
    people = gbizid.people
    due = gbizid.clock() - timedelta(days=days)
    async with gbizid.database.session() as session:
        key = {"person_id": people.owner, "organisation_id": people.company}
        session.add(Verification(**key, route="document", at=due, due_at=due))
        await session.commit()
    claims = (await told(gbizid, "openid jp_gbizid_v1_ida"))["verified_claims"]
    assert claims["verification"]["assurance_level"] == level
    assert bool(claims["claims"]) == (level == "ial2")


async def test_an_agent_is_told_with_the_mandate(gbizid: Op) -> None:
    await gbizid.sign_in(gbizid.people.agent)
    asked = gbizid.request(scope="openid profile delegation_info", **NO_PKCE)
    answer = await gbizid.browser.post(
        asked, data={"decision": "allow", "organisation": gbizid.people.company}
    )
    code = re.search(r"code=(\w+)", answer.headers["location"])
    assert code
    given = (await gbizid.exchange(code[1], code_verifier=None)).json()
    found = (await gbizid.userinfo(given["access_token"])).json()
    assert found["name"] == "代田行政書士事務所"
    delegation = found["delegation_info"]
    assert len(delegation) == 31
    assert (delegation["corp_no"], delegation["firm_nm"]) == ("7000012050002", "株式会社みなと化学")
    assert delegation["delegation_end"] == "20260401"
    assert [item["category_cd"] for item in delegation["category_info"]] == ["gasoline"]


async def test_an_agent_is_not_told_the_mandate_of_another(gbizid: Op) -> None:
    agents = []
    async with gbizid.database.session() as session:
        for procedures in (["gasoline"], []):  # the second, later one is for everything
            agent = await add_person(session, gbizid.clock, name="代理人", about=ABOUT)
            await give_mandate(
                session,
                gbizid.clock,
                principal_id=gbizid.people.company,
                agent_person_id=agent.id,
                procedures=procedures,
                by="test",
            )
            agents.append(agent.id)
        await session.commit()
    await gbizid.sign_in(agents[0])
    asked = gbizid.request(scope="openid delegation_info", **NO_PKCE)
    answer = await gbizid.browser.post(
        asked, data={"decision": "allow", "organisation": gbizid.people.company}
    )
    code = re.search(r"code=(\w+)", answer.headers["location"])
    assert code
    given = (await gbizid.exchange(code[1], code_verifier=None)).json()
    found = (await gbizid.userinfo(given["access_token"])).json()["delegation_info"]
    assert [item["category_cd"] for item in found["category_info"]] == ["gasoline"]


async def test_a_limited_member_is_told_what_is_left_of_the_mandate_in_their_hands(
    gbizid: Op,
) -> None:
    people = gbizid.people
    async with gbizid.database.session() as session:
        held = await session.get_one(Membership, (people.agent, people.firm))
        held.procedures = ["lpg", "gasoline"]
        for procedures in ([], ["steam"]):  # all there is; what this member may not file
            await give_mandate(
                session,
                gbizid.clock,
                principal_id=people.company,
                agent_organisation_id=people.firm,
                procedures=procedures,
                by="test",
            )
        await session.commit()
    await gbizid.sign_in(people.agent)
    asked = gbizid.request(scope="openid delegation_info", **NO_PKCE)
    answer = await gbizid.browser.post(
        asked, data={"decision": "allow", "organisation": people.company}
    )
    code = re.search(r"code=(\w+)", answer.headers["location"])
    assert code
    given = (await gbizid.exchange(code[1], code_verifier=None)).json()
    found = (await gbizid.userinfo(given["access_token"])).json()["delegation_info"]
    assert [item["category_cd"] for item in found["category_info"]] == ["gasoline", "lpg"]
    async with gbizid.database.reading() as session:
        told = (await delegations_at(session, gbizid.client_id, gbizid.clock()))["delegations"]
    assert sorted(one["procedures"] for one in told) == [["gasoline"], ["gasoline", "lpg"]]


async def test_a_client_without_a_secret_needs_pkce(gbizid: Op) -> None:
    client, _ = await gbizid.register(profile="gbizid", auth_method="none")
    await gbizid.sign_in()
    asked = gbizid.request(client_id=client, scope="openid", **NO_PKCE)
    answer = await gbizid.browser.get(asked)
    assert "error=invalid_request" in answer.headers["location"]


async def test_what_is_left_out_of_the_request_is_as_registered(gbizid: Op) -> None:
    given = await tokens(gbizid, None)
    assert given["scope"] == " ".join(SCOPES)
    asked = gbizid.request(scope="openid", redirect_uri=None, state=None, **NO_PKCE)
    back = await gbizid.browser.get(asked)
    location = back.headers["location"]
    assert location.startswith(CALLBACK + "?code=")
    assert "iss=" not in location
    code = location.partition("code=")[2]
    answer = await gbizid.exchange(code, code_verifier=None, redirect_uri=None)
    assert answer.status_code == 200


async def test_pkce_once_begun_is_not_given_up(gbizid: Op) -> None:
    code = (await gbizid.allow(scope="openid"))["code"]
    assert (await gbizid.exchange(code, code_verifier=None)).json()["error"] == "invalid_grant"
    assert (await gbizid.exchange(code)).status_code == 200
    plain = (await gbizid.allow(scope="openid", **NO_PKCE))["code"]
    assert (await gbizid.exchange(plain)).json()["error"] == "invalid_grant"


async def test_a_code_lives_five_minutes_and_is_used_once(gbizid: Op) -> None:
    code = (await gbizid.allow(scope="openid", **NO_PKCE))["code"]
    gbizid.clock.later(minutes=4, seconds=59)
    given = (await gbizid.exchange(code, code_verifier=None)).json()
    again = await gbizid.exchange(code, code_verifier=None)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await gbizid.userinfo(given["access_token"])).status_code == 401
    code = (await gbizid.allow(scope="openid", **NO_PKCE))["code"]
    gbizid.clock.later(minutes=5)
    assert (await gbizid.exchange(code, code_verifier=None)).json()["error"] == "invalid_grant"


async def test_refreshing_rotates_narrows_and_errs_in_its_way(gbizid: Op) -> None:
    first = await tokens(gbizid, "openid profile offline_access")

    async def refresh(token: str, **more: str) -> Any:
        return await gbizid.token({"grant_type": "refresh_token", "refresh_token": token, **more})

    for scope in ("openid user", "profile"):
        wrong = await refresh(first["refresh_token"], scope=scope)
        assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_scope"), scope
    second = (await refresh(first["refresh_token"], scope="openid offline_access")).json()
    assert (await gbizid.userinfo(second["access_token"])).json().keys() == {"sub"}
    for bad in (first["refresh_token"], second["refresh_token"], "x", "eyJhbGciOiJub25lIn0.e30."):
        refused = await refresh(bad)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")


async def test_errors_of_the_token_endpoint_are_worded_its_way(gbizid: Op) -> None:
    form = {"grant_type": "authorization_code", "code": "x"}
    wrong = await gbizid.token(form, auth=(gbizid.client_id, "wrong"))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "unauthorized")
    for changed, error in (
        ({"code": ""}, "invalid_request"),
        ({}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ):
        answer = await gbizid.token({**form, **changed})
        assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_the_number_stays_when_name_mail_and_representative_change(gbizid: Op) -> None:
    before = await told(gbizid, "openid profile")
    async with gbizid.database.session() as session:
        person = await session.get(Person, gbizid.people.owner)
        membership = await session.scalar(
            select(Membership).where(Membership.person_id == gbizid.people.owner)
        )
        assert person is not None
        assert membership is not None
        person.email, person.name, membership.role = "new@example.jp", "港 花子", "staff"
        await session.commit()
    after = await told(gbizid, "openid profile")
    assert (after["sub"], after["corporate_number"]) == (before["sub"], before["corporate_number"])
    assert after["account_type"] == "3"
