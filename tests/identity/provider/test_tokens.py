"""Codes and tokens: what is stolen, replayed, widened or of another kind is worth nothing."""

import asyncio

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select

from madoguchi.identity.models import Person
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.provider.secrets import new_refresh_token
from madoguchi.kernel import journal
from tests.identity.provider.world import ADDRESS, VERIFIER, Op, signed_by_secret

OFFLINE = "openid profile offline_access"


async def given_to(op: Op, scope: str = OFFLINE) -> dict[str, str]:
    await op.sign_in()
    found = await op.exchange((await op.allow(scope=scope))["code"])
    assert found.status_code == 200, found.text
    return found.json()


async def refresh(op: Op, token: str, **more: str):
    return await op.token({"grant_type": "refresh_token", "refresh_token": token, **more})


async def test_a_code_works_once_and_its_replay_ends_what_it_gave(op: Op) -> None:
    await op.sign_in()
    code = (await op.allow(scope=OFFLINE))["code"]
    given = (await op.exchange(code)).json()
    replay = await op.exchange(code)
    assert (replay.status_code, replay.json()["error"]) == (400, "invalid_grant")
    assert (await op.userinfo(given["access_token"])).status_code == 401
    assert (await refresh(op, given["refresh_token"])).json()["error"] == "invalid_grant"
    async with op.database.reading() as session:
        last = await journal.latest(session, f"person:{op.people.owner}")
    assert last is not None
    assert (last.action, last.payload["why"]) == ("grant_revoked", "code_replayed")


async def test_a_code_shown_twice_at_the_same_time_gives_tokens_once(op: Op) -> None:
    await op.sign_in()
    code = (await op.allow())["code"]
    answers = await asyncio.gather(*(op.exchange(code) for _ in range(4)))
    assert sum(answer.status_code == 200 for answer in answers) <= 1
    async with op.database.reading() as session:
        grant = await session.scalar(select(Grant))
    assert grant is not None
    assert grant.revoked_at is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": None},
        {"code_verifier": ""},
        {"redirect_uri": None},
        {"redirect_uri": "https://rp.example/other"},
        {"code": "x" * 22},
    ],
)
async def test_a_code_is_worth_nothing_without_what_belongs_to_it(op: Op, changes) -> None:
    await op.sign_in()
    code = (await op.allow())["code"]
    answer = await op.exchange(**{"code": code, **changes})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_code_expires(op: Op) -> None:
    await op.sign_in()
    code = (await op.allow())["code"]
    op.clock.later(seconds=60)
    assert (await op.exchange(code)).json()["error"] == "invalid_grant"


async def test_a_code_is_its_own_clients_only(op: Op) -> None:
    other = await op.register()
    await op.sign_in()
    code = (await op.allow())["code"]
    stolen = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    answer = await op.token({**stolen, "redirect_uri": "https://rp.example/cb"}, auth=other)
    assert answer.json()["error"] == "invalid_grant"
    assert (await op.exchange(code)).status_code == 200


@pytest.mark.parametrize("auth", [("nobody", "x"), ("", "")])
async def test_an_unknown_client_gets_nothing(op: Op, auth) -> None:
    answer = await op.token({"grant_type": "authorization_code", "code": "x"}, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_only_the_registered_way_to_authenticate_is_taken(op: Op) -> None:
    form = {"grant_type": "authorization_code", "code": "x"}
    for wrong in (
        {"client_id": op.client_id, "client_secret": op.secret},
        {"client_id": op.client_id},
    ):
        answer = await op.token({**form, **wrong}, auth=None)
        assert answer.json()["error"] == "invalid_client"
    assert (await op.token(form, auth=(op.client_id, "wrong"))).status_code == 401
    both = await op.token({**form, "client_secret": op.secret})
    assert both.json()["error"] == "invalid_request"


async def test_refresh_tokens_rotate_and_reuse_ends_the_family(op: Op) -> None:
    first = await given_to(op)
    second = (await refresh(op, first["refresh_token"])).json()
    third = (await refresh(op, second["refresh_token"])).json()
    assert third["refresh_token"] not in (first["refresh_token"], second["refresh_token"])
    assert (await op.userinfo(third["access_token"])).status_code == 200
    stolen = await refresh(op, first["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await refresh(op, third["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await op.userinfo(third["access_token"])).status_code == 401


async def test_nobody_ends_anothers_family_by_guessing(op: Op) -> None:
    given = await given_to(op)
    grant_id = given["refresh_token"].partition(".")[0]
    for forged in (f"{grant_id}.x.y", new_refresh_token(b"another key", grant_id), grant_id, "…"):
        assert (await refresh(op, forged)).json()["error"] == "invalid_grant"
    assert (await refresh(op, given["refresh_token"])).status_code == 200


async def test_a_refresh_token_has_an_end_however_often_it_is_turned(op: Op) -> None:
    given = await given_to(op)
    for _ in range(3):
        op.clock.later(days=9, hours=23)
        given = (await refresh(op, given["refresh_token"])).json()
    op.clock.later(hours=3)
    assert (await refresh(op, given["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_refresh_narrows_and_never_widens(op: Op) -> None:
    given = await given_to(op)
    wider = await refresh(op, given["refresh_token"], scope="openid email")
    assert wider.json()["error"] == "invalid_scope"
    narrow = (await refresh(op, given["refresh_token"], scope="openid")).json()
    assert narrow["scope"] == "openid"
    assert "name" not in (await op.userinfo(narrow["access_token"])).json()


async def test_a_person_who_is_no_longer_active_has_no_tokens(op: Op) -> None:
    given = await given_to(op)
    async with op.database.session() as session:
        person = await session.get(Person, op.people.owner)
        assert person is not None
        person.active = False
        await session.commit()
    assert (await op.userinfo(given["access_token"])).status_code == 401
    assert (await refresh(op, given["refresh_token"])).json()["error"] == "invalid_grant"


async def test_one_kind_of_token_is_not_another(op: Op) -> None:
    given = await given_to(op)
    assert (await op.userinfo(given["id_token"])).status_code == 401
    assert (await op.userinfo(given["refresh_token"])).status_code == 401
    op.clock.later(minutes=10)
    late = await op.userinfo(given["access_token"])
    assert late.status_code == 401
    assert 'error="invalid_token"' in late.headers["www-authenticate"]


async def test_what_we_did_not_sign_is_worth_nothing(op: Op) -> None:
    given = await given_to(op)
    header, claims, _ = given["access_token"].split(".")
    known = op.provider.keys.signing("ES256", op.clock())
    said = jwt.decode(given["access_token"], known.key).claims
    mine = ECKey.generate_key("P-256")
    told = {"alg": "ES256", "typ": "at+jwt", "kid": known.kid}
    forged = [
        f"{header}.{claims}.",
        f"{header}.{claims}.AAAA",
        jwt.encode(told, said, mine),
        jwt.encode({**told, "jwk": mine.as_dict(private=False)}, said, mine),
        signed_by_secret(told, said, known.key.as_pem(private=False)),
        jwt.encode(told, {**said, "iss": "https://other.example"}, known.key),
        jwt.encode(told, {**said, "aud": "https://other.example"}, known.key),
        jwt.encode({**told, "jku": "https://evil.example/jwks", "kid": "k"}, said, mine),
        jwt.encode({**told, "typ": "JWT"}, said, known.key),
        "eyJhbGciOiJub25lIn0." + claims + ".",
    ]
    for token in forged:
        assert (await op.userinfo(token)).status_code == 401, token


async def test_introspection_tells_a_client_of_its_own_tokens_only(op: Op) -> None:
    given = await given_to(op)

    async def asked(token: str, auth: tuple[str, str]) -> dict[str, object]:
        answer = await op.call("POST", "/oauth/introspect", data={"token": token}, auth=auth)
        assert answer.status_code == 200, answer.text
        return answer.json()

    own = await asked(given["access_token"], op.auth)
    assert (own["active"], own["sub"], own["scope"]) == (True, op.people.owner, OFFLINE)
    assert (await asked(given["refresh_token"], op.auth))["active"] is True
    stranger = await op.register()
    assert await asked(given["access_token"], stranger) == {"active": False}
    assert await asked(given["refresh_token"], stranger) == {"active": False}
    server = await op.register(introspects=True)
    assert (await asked(given["access_token"], server))["iss"] == ADDRESS
    assert await asked("nonsense", server) == {"active": False}
    assert await asked(given["id_token"], server) == {"active": False}


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_revoking_a_token_ends_its_family(op: Op, kind: str) -> None:
    given = await given_to(op)
    stranger = await op.register()
    for auth, lives in ((stranger, True), (op.auth, False)):
        answer = await op.call("POST", "/oauth/revoke", data={"token": given[kind]}, auth=auth)
        assert answer.status_code == 200
        assert ((await op.userinfo(given["access_token"])).status_code == 200) is lives
    assert (await refresh(op, given["refresh_token"])).json()["error"] == "invalid_grant"
    assert (
        await op.call("POST", "/oauth/revoke", data={"token": "?"}, auth=op.auth)
    ).status_code == 200


async def test_a_program_gets_tokens_for_itself_and_learns_of_nobody(op: Op) -> None:
    program = await op.register(
        redirect_uris=[], grant_types=["client_credentials"], scopes=["filings:read", "openid"]
    )
    answer = await op.token({"grant_type": "client_credentials"}, auth=program)
    given = answer.json()
    assert (given["scope"], "refresh_token" in given, "id_token" in given) == (
        "filings:read",
        False,
        False,
    )
    assert (await op.userinfo(given["access_token"])).status_code == 401
    wide = await op.token({"grant_type": "client_credentials", "scope": "openid"}, auth=program)
    assert wide.json()["error"] == "invalid_scope"
    denied = await op.token({"grant_type": "client_credentials"})
    assert denied.json()["error"] == "unauthorized_client"
    shown = {"data": {"token": given["access_token"]}, "auth": program}
    assert (await op.call("POST", "/oauth/introspect", **shown)).json()["active"] is True
    await op.call("POST", "/oauth/revoke", **shown)
    assert (await op.call("POST", "/oauth/introspect", **shown)).json() == {"active": False}


@pytest.mark.parametrize("grant_type", ["password", "implicit", ""])
async def test_what_asvs_forbids_is_not_there(op: Op, grant_type: str) -> None:
    answer = await op.token({"grant_type": grant_type, "username": "a", "password": "b"})
    assert answer.status_code == 400


async def test_secrets_are_nowhere_in_the_database(op: Op) -> None:
    await op.sign_in()
    code = (await op.allow(scope=OFFLINE))["code"]
    given = (await op.exchange(code)).json()
    async with op.database.reading() as session:
        grant = (await session.scalars(select(Grant))).one()
        from madoguchi.identity.provider.models import Client

        client = await session.get(Client, op.client_id)
    kept = repr({**vars(grant), **vars(client)})
    for secret in (code, given["refresh_token"], given["access_token"], op.secret):
        assert secret not in kept


@pytest.mark.parametrize(
    "body", [b"grant_type=a&grant_type=b", b"%ff=%ff", b"code=%00", b"=&=&" * 99]
)
async def test_malformed_bodies_are_refused_and_never_a_fault_of_ours(op: Op, body: bytes) -> None:
    for path in ("token", "introspect", "revoke"):
        answer = await op.call(
            "POST",
            f"/oauth/{path}",
            content=body,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code in (400, 401)
        assert answer.json()["error"] in ("invalid_request", "invalid_client")
    as_json = await op.call("POST", "/oauth/token", json={"grant_type": "authorization_code"})
    assert as_json.json()["error"] == "invalid_request"


async def test_a_resource_server_learns_all_it_has_to_check(op: Op) -> None:
    given = await given_to(op)
    server = await op.register(
        introspects=True, redirect_uris=[], grant_types=["client_credentials"]
    )
    form = {"token": given["access_token"]}
    told = (await op.call("POST", "/oauth/introspect", data=form, auth=server)).json()
    assert (told["iss"], told["aud"]) == (ADDRESS, ADDRESS)
    assert (told["sub"], told["scope"]) == (op.people.owner, OFFLINE)
    assert told["acr"].startswith("urn:madoguchi:acr:")
    assert told["auth_time"] == int(op.clock().timestamp())
