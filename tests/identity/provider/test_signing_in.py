"""A person signs in at a service: asked first, told exactly, and every trick with the request fails."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.identity.provider.world import ADDRESS, Op, sent_back, text_of


async def id_claims(op: Op, token: str) -> dict[str, object]:
    keys = KeySet.import_key_set((await op.call("GET", "/oauth/jwks")).json())
    return dict(jwt.decode(token, keys, algorithms=["ES256", "RS256"]).claims)


async def test_a_person_consents_and_the_service_learns_what_was_agreed(op: Op) -> None:
    await op.sign_in()
    page = await op.browser.get(op.request())
    assert page.status_code == 200
    for shown in ("試験サービス", "rp.example", "株式会社みなと化学", "7000012050002"):
        assert shown in text_of(page), shown
    assert "form-action 'self' https://rp.example;" in page.headers["content-security-policy"]
    back = sent_back(await op.browser.post(op.request(), data={"decision": "allow"}))
    assert (back["state"], back["iss"]) == ("st", ADDRESS)
    given = (await op.exchange(back["code"])).json()
    assert given["token_type"] == "Bearer"
    assert "refresh_token" not in given  # nobody asked for offline_access
    claims = await id_claims(op, given["id_token"])
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ADDRESS, op.client_id, "no")
    assert claims["sub"] == op.people.owner
    assert claims["acr"] == "urn:madoguchi:acr:1"
    assert not {"name", "email", "organisation"} & claims.keys()
    told = (await op.userinfo(given["access_token"])).json()
    assert told["sub"] == op.people.owner
    assert told["name"] == "港 一郎"
    assert told["organisation"]["corporate_number"] == "7000012050002"
    assert told["organisation"]["relation"] == "member"
    assert "email" not in told  # there is none


async def test_the_second_time_nobody_is_asked_unless_more_is_wanted(op: Op) -> None:
    await op.sign_in()
    await op.allow(scope="openid profile")
    again = await op.browser.get(op.request(scope="openid profile"))
    assert "code" in sent_back(again)
    more = await op.browser.get(op.request(scope="openid profile email"))
    assert more.status_code == 200
    asked_for = await op.browser.get(op.request(scope="openid", prompt="consent"))
    assert asked_for.status_code == 200


async def test_only_the_agreed_scopes_are_told(op: Op) -> None:
    await op.sign_in()
    back = await op.allow(scope="openid")
    given = (await op.exchange(back["code"])).json()
    assert (await op.userinfo(given["access_token"])).json() == {"sub": op.people.owner}


async def test_without_a_session_one_signs_in_and_comes_back(op: Op) -> None:
    asked = await op.browser.get(op.request())
    assert asked.status_code == 303
    page = await op.browser.get(asked.headers["location"])
    assert page.status_code == 200
    back = dict(page.request.url.params)["return"]
    assert back.startswith("/oauth/resume?")
    signed_in = await op.browser.post("/sign-in", data={"person": op.people.owner, "return": back})
    assert signed_in.headers["location"] == back
    waypoint = await op.browser.get(back)
    assert waypoint.status_code == 200
    onward = waypoint.headers["refresh"].partition("url=")[2]
    assert onward.startswith("/oauth/authorize?")
    assert (await op.browser.get(onward)).status_code == 200


async def test_not_agreeing_is_told_to_the_service(op: Op) -> None:
    await op.sign_in()
    refused = await op.browser.post(op.request(), data={"decision": "deny"})
    assert sent_back(refused)["error"] == "access_denied"
    # A form without an answer is no agreement either.
    assert sent_back(await op.browser.post(op.request(), data={}))["error"] == "access_denied"


async def test_prompt_none_never_shows_a_page(op: Op) -> None:
    assert sent_back(await op.browser.get(op.request(prompt="none")))["error"] == "login_required"
    await op.sign_in()
    assert sent_back(await op.browser.get(op.request(prompt="none")))["error"] == "consent_required"
    await op.allow()
    assert "code" in sent_back(await op.browser.get(op.request(prompt="none")))


@pytest.mark.parametrize(
    "wish", [{"prompt": "login"}, {"max_age": "60"}, {"acr_values": "urn:madoguchi:acr:3"}]
)
async def test_one_signs_in_anew_when_the_service_wants_it(op: Op, wish: dict[str, str]) -> None:
    await op.sign_in()
    await op.allow()
    op.clock.later(minutes=5)
    asked = await op.browser.get(op.request(**wish))
    assert asked.headers["location"].startswith("/sign-in?")
    back = (await op.browser.get(asked.headers["location"])).request.url.params["return"]
    onward = back.replace("/oauth/resume", "/oauth/authorize")
    # Going back without signing in does not do.
    skipped = await op.browser.get(onward)
    assert skipped.headers["location"].startswith("/sign-in?")
    await op.sign_in()
    assert "code" in sent_back(await op.browser.get(onward))
    # What was signed for this request is worth nothing for another.
    op.clock.later(minutes=5)
    other = await op.browser.get(onward.replace("state=st", "state=other"))
    assert other.headers["location"].startswith("/sign-in?")


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://rp.example/cb/"},
        {"redirect_uri": "https://rp.example/cb?x=1"},
        {"redirect_uri": "https://rp.example/cb/../evil"},
        {"redirect_uri": "https://rp.example.evil.test/cb"},
        {"redirect_uri": "https://rp.example@evil.test/cb"},
        {"redirect_uri": "https://rp.example/CB"},
        {"redirect_uri": "http://rp.example/cb"},
        {"redirect_uri": "//rp.example/cb"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
async def test_nothing_is_ever_sent_to_an_address_that_is_not_registered(op: Op, changes) -> None:
    await op.sign_in()
    for answer in (
        await op.browser.get(op.request(**changes)),
        await op.browser.post(op.request(**changes), data={"decision": "allow"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "evil.test" not in answer.headers.get("content-security-policy", "")


async def test_an_address_given_twice_is_refused(op: Op) -> None:
    answer = await op.browser.get(op.request() + "&redirect_uri=https://evil.test/")
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "9" * 30}, "invalid_request"),
        ({"state": "x" * 501}, "invalid_request"),
    ],
)
async def test_a_faulty_request_is_explained_to_its_service(op: Op, changes, error: str) -> None:
    await op.sign_in()
    back = sent_back(await op.browser.get(op.request(**changes)))
    assert back["error"] == error
    assert back["iss"] == ADDRESS


async def test_another_site_cannot_agree_in_somebodys_name(op: Op) -> None:
    await op.sign_in()
    forged = await op.browser.post(
        op.request(), data={"decision": "allow"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert forged.status_code == 403


async def test_a_disabled_client_is_nobody(op: Op) -> None:
    from madoguchi.identity.provider.clients.service import disable

    await op.sign_in()
    given = (await op.exchange((await op.allow())["code"])).json()
    async with op.database.session() as session:
        await disable(session, op.clock, op.client_id, by="test")
        await session.commit()
    assert (await op.browser.get(op.request())).status_code == 400
    assert (await op.userinfo(given["access_token"])).status_code == 401
    assert (await op.exchange("x")).json()["error"] == "invalid_client"


async def test_with_no_client_every_door_is_shut(op: Op) -> None:
    for path in ("/oauth/token", "/oauth/introspect", "/oauth/revoke"):
        answer = await op.call(
            "POST", path, data={"grant_type": "client_credentials", "token": "x"}
        )
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert (await op.call("GET", "/oauth/userinfo")).status_code == 401
    assert (await op.userinfo("x.y.z")).status_code == 401


async def test_an_agent_is_told_as_agent_and_only_while_the_mandate_lasts(op: Op) -> None:
    await op.sign_in(op.people.agent)
    page = await op.browser.get(op.request())
    assert "代理" in text_of(page)
    back = sent_back(
        await op.browser.post(
            op.request(), data={"decision": "allow", "organisation": op.people.company}
        )
    )
    given = (await op.exchange(back["code"])).json()
    told = (await op.userinfo(given["access_token"])).json()["organisation"]
    assert (told["relation"], told["role"], told["id"]) == ("agent", None, op.people.company)
    from madoguchi.identity.service import revoke_mandate

    async with op.database.session() as session:
        await revoke_mandate(session, op.clock, op.people.mandate, by=op.people.owner)
        await session.commit()
    assert "organisation" not in (await op.userinfo(given["access_token"])).json()


async def test_nobody_acts_for_an_organisation_that_is_not_theirs(op: Op) -> None:
    await op.sign_in()
    answer = await op.browser.post(
        op.request(), data={"decision": "allow", "organisation": op.people.firm}
    )
    assert answer.status_code == 403


async def test_discovery_names_what_there_is(op: Op) -> None:
    found = (await op.call("GET", "/.well-known/openid-configuration")).json()
    assert found["issuer"] == ADDRESS
    assert found["authorization_response_iss_parameter_supported"] is True
    for name in ("token", "introspection", "revocation"):
        answer = await op.call("POST", found[f"{name}_endpoint"])
        assert answer.status_code == 401, name
    keys = (await op.call("GET", found["jwks_uri"])).json()["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256"}
    assert all(not {"d", "p", "q"} & key.keys() for key in keys)


async def test_keys_rotate_with_overlap(op: Op) -> None:
    await op.sign_in()
    old = (await op.exchange((await op.allow())["code"])).json()
    op.clock.later(days=1)
    op.provider.keys.rotate(op.clock())
    assert len((await op.call("GET", "/oauth/jwks")).json()["keys"]) == 4
    await op.sign_in()
    still = (await op.exchange((await op.allow())["code"])).json()
    kid = [part.split(".")[0] for part in (old["id_token"], still["id_token"])]
    assert kid[0] == kid[1]  # the new key does not sign before everybody has it
    op.clock.later(hours=2)
    assert (await id_claims(op, old["id_token"]))["sub"] == op.people.owner
    new = (await op.exchange((await op.allow())["code"])).json()
    assert new["id_token"].split(".")[0] != kid[0]
    assert (await op.userinfo(new["access_token"])).status_code == 200
    op.clock.at += timedelta(hours=27)
    assert len((await op.call("GET", "/oauth/jwks")).json()["keys"]) == 2


async def test_consent_is_seen_and_taken_back(op: Op) -> None:
    await op.sign_in()
    given = (await op.exchange((await op.allow())["code"])).json()
    page = await op.browser.get("/account/services")
    assert "試験サービス" in page.text
    assert "メールアドレス" in page.text
    gone = await op.browser.post(f"/account/services/{op.client_id}/withdraw")
    assert gone.status_code == 303
    assert (await op.userinfo(given["access_token"])).status_code == 401
    assert (await op.browser.get(op.request())).status_code == 200  # asked anew
    again = await op.browser.post(f"/account/services/{op.client_id}/withdraw")
    assert again.status_code == 404
    assert "試験サービス" not in (await op.browser.get("/account/services")).text


async def test_consent_says_what_to_whom_and_for_how_long(op: Op) -> None:
    await op.sign_in()
    page = text_of(await op.browser.get(op.request(scope="openid profile email offline_access")))
    for said in (
        "試験サービス",
        "rp.example",
        "氏名",
        "港 一郎",
        "最長30日",
        "取り消すまで続きます",
    ):
        assert said in page, said


async def test_a_part_of_what_was_agreed_is_taken_back(op: Op) -> None:
    await op.sign_in()
    scope = "openid profile email organisation"
    given = (await op.exchange((await op.allow(scope=scope))["code"])).json()
    address = f"/account/services/{op.client_id}"
    page = await op.browser.get(address)
    assert "氏名と表示言語" in page.text
    ticked = {"scope": ["profile", "offline_access"]}  # what was never agreed to is not added
    assert (await op.browser.post(address, data=ticked)).status_code == 303
    told = (await op.userinfo(given["access_token"])).json()
    assert told.keys() == {"sub", "name", "locale"}
    form = {"token": given["access_token"]}
    asked = await op.call("POST", "/oauth/introspect", data=form, auth=op.auth)
    assert asked.json()["scope"] == "openid profile"
    assert (await op.browser.get(op.request(scope="openid profile"))).status_code == 303
    assert (await op.browser.get(op.request(scope=scope))).status_code == 200  # asked anew
    # Without offline_access what reads in one's absence ends.
    away = (await op.exchange((await op.allow(scope="openid offline_access"))["code"])).json()
    await op.browser.post(address, data={"scope": ["profile"]})
    turned = await op.token({"grant_type": "refresh_token", "refresh_token": away["refresh_token"]})
    assert turned.json()["error"] == "invalid_grant"
    await op.sign_in(op.people.agent)  # nobody else sees or changes it
    assert (await op.browser.get(address)).status_code == 404
    assert (await op.browser.post(address, data={})).status_code == 404
