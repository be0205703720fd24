"""Tokens bound to a key (DPoP): without the key, with an old or foreign proof, they are worth nothing."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from madoguchi.identity.provider.secrets import s256
from tests.identity.provider.world import ADDRESS, CALLBACK, VERIFIER, Op, signed_by_secret

KEY = ECKey.generate_key("P-256")
TOKEN = f"{ADDRESS}/oauth/token"
USERINFO = f"{ADDRESS}/oauth/userinfo"


def proof(op: Op, nonce: str | None, key: ECKey = KEY, header: Any = None, **changes: Any) -> str:
    claims = {
        "jti": "p1",
        "htm": "POST",
        "htu": TOKEN,
        "iat": int(op.clock().timestamp()),
        "nonce": nonce,
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    shown = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False), **(header or {})}
    return jwt.encode({name: value for name, value in shown.items() if value}, kept, key)


async def ask(op: Op, code: str, *proofs: str):
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    headers = [("DPoP", shown) for shown in proofs]
    return await op.token({**form, "code_verifier": VERIFIER}, headers=headers)


async def nonce_of(op: Op) -> str:
    answer = await ask(op, "x", proof(op, None, jti="first"))
    assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")
    return answer.headers["dpop-nonce"]


async def code_of(op: Op, **changes: str) -> str:
    await op.sign_in()
    return (await op.allow(**changes))["code"]


async def test_a_bound_token_works_with_its_key_only(op: Op) -> None:
    nonce = await nonce_of(op)
    given = (await ask(op, await code_of(op), proof(op, nonce))).json()
    assert given["token_type"] == "DPoP"
    token = given["access_token"]

    async def told(scheme: str, *proofs: str) -> int:
        headers = [("Authorization", f"{scheme} {token}"), *(("DPoP", shown) for shown in proofs)]
        return (await op.call("GET", "/oauth/userinfo", headers=headers)).status_code

    about = {"htm": "GET", "htu": USERINFO, "ath": s256(token)}
    good = proof(op, nonce, jti="u1", **about)
    assert await told("DPoP", good) == 200
    assert await told("DPoP", good) == 401  # a proof works once
    assert await told("Bearer") == 401
    assert await told("Bearer", proof(op, nonce, jti="u2", **about)) == 401
    assert await told("DPoP") == 401
    other = ECKey.generate_key("P-256")
    assert await told("DPoP", proof(op, nonce, other, jti="u3", **about)) == 401
    assert await told("DPoP", proof(op, nonce, jti="u4", **{**about, "ath": s256("other")})) == 401
    assert await told("DPoP", proof(op, nonce, jti="u5", **{**about, "ath": None})) == 401
    shown = await op.call("POST", "/oauth/introspect", data={"token": token}, auth=op.auth)
    assert shown.json()["cnf"] == {"jkt": KEY.thumbprint()}


async def test_a_plain_token_is_not_made_better_by_a_proof(op: Op) -> None:
    token = (await op.exchange(await code_of(op))).json()["access_token"]
    nonce = await nonce_of(op)
    shown = proof(op, nonce, jti="u1", htm="GET", htu=USERINFO, ath=s256(token))
    headers = {"Authorization": f"DPoP {token}", "DPoP": shown}
    assert (await op.call("GET", "/oauth/userinfo", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "GET"},
        {"htu": "https://other.example/oauth/token"},
        {"htu": USERINFO},
        {"htu": None},
        {"htu": 7},
        {"iat": 1},
        {"iat": True},
        {"iat": 10**400},
        {"iat": None},
        {"jti": None},
        {"jti": "x" * 201},
        {"header": {"typ": "JWT"}},
        {"header": {"alg": "HS256"}},
        {"header": {"jwk": None}},
        {"header": {"jwk": KEY.as_dict(private=True)}},
        {"header": {"jwk": {"kty": "oct", "k": "AAAA"}}},
        {"header": {"jwk": ECKey.generate_key("P-256").as_dict(private=False)}},
        {"header": {"jwk": {"kty": "EC", "crv": "P-256"}}},
        {"header": {"jwk": {"kty": ["EC"]}}},
    ],
)
async def test_a_proof_that_does_not_hold_is_refused(op: Op, changes: dict[str, Any]) -> None:
    nonce = await nonce_of(op)
    if changes.get("header", {}).get("alg") == "HS256":
        header = {"typ": "dpop+jwt", "jwk": KEY.as_dict(private=False)}
        claims = {"jti": "p", "htm": "POST", "htu": TOKEN, "iat": int(op.clock().timestamp())}
        shown = signed_by_secret(header, {**claims, "nonce": nonce}, KEY.as_pem(private=False))
    else:
        shown = proof(op, nonce, **changes)
    answer = await ask(op, "x", shown)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


async def test_two_proofs_and_nonsense_are_refused(op: Op) -> None:
    nonce = await nonce_of(op)
    for proofs in ([proof(op, nonce), proof(op, nonce, jti="p2")], ["a.b.c"], ["x" * 9_000]):
        assert (await ask(op, "x", *proofs)).json()["error"] == "invalid_dpop_proof"


async def test_a_nonce_grows_old(op: Op) -> None:
    nonce = await nonce_of(op)
    op.clock.later(minutes=5)
    assert (await ask(op, "x", proof(op, nonce))).json()["error"] == "invalid_grant"
    op.clock.later(minutes=5)
    assert (await ask(op, "x", proof(op, nonce, jti="p2"))).json()["error"] == "use_dpop_nonce"


async def test_a_code_bound_to_a_key_is_given_to_that_key(op: Op) -> None:
    code = await code_of(op, dpop_jkt=KEY.thumbprint())
    nonce = await nonce_of(op)
    assert (await op.exchange(code)).json()["error"] == "invalid_grant"
    thief = proof(op, nonce, ECKey.generate_key("P-256"))
    assert (await ask(op, code, thief)).json()["error"] == "invalid_grant"
    assert (await ask(op, code, proof(op, nonce))).status_code == 200
