"""A client that signs its requests (private_key_jwt): each assertion holds once, for us, for minutes."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from madoguchi.identity.errors import IdentityError
from madoguchi.identity.provider.clients.authenticating import JWT_BEARER
from tests.identity.provider.world import ADDRESS, Op, signed_by_secret

KEY = ECKey.generate_key("P-256", parameters={"kid": "k1"})
TOKEN = f"{ADDRESS}/oauth/token"


async def program(op: Op) -> str:
    client_id, secret = await op.register(
        auth_method="private_key_jwt",
        jwks={"keys": [KEY.as_dict(private=False)]},
        redirect_uris=[],
        grant_types=["client_credentials"],
        scopes=["filings:read"],
    )
    assert secret == ""
    return client_id


def assertion(op: Op, client_id: str, key: Any = KEY, alg: str = "ES256", **changes: Any) -> str:
    now = int(op.clock().timestamp())
    claims = {
        "iss": client_id, "sub": client_id, "aud": ADDRESS, "jti": "j1", "iat": now, "exp": now + 60,
        **changes,
    }  # fmt: skip
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "k1"}, kept, key, algorithms=[alg])


async def ask(op: Op, shown: str, **more: str):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": JWT_BEARER,
        "client_assertion": shown,
        **more,
    }
    return await op.token(form, auth=None)


@pytest.mark.parametrize("aud", [ADDRESS, TOKEN, [TOKEN, "https://other.example"]])
async def test_an_assertion_works_once(op: Op, aud: Any) -> None:
    shown = assertion(op, await program(op), aud=aud)
    assert (await ask(op, shown)).status_code == 200
    assert (await ask(op, shown)).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example"},
        {"aud": None},
        {"iss": "other"},
        {"jti": None},
        {"jti": 7},
        {"exp": None},
        {"exp": True},
        {"exp": 1},
        {"exp": 9_999_999_999},
        {"exp": float("inf")},
        {"nbf": 9_999_999_999},
    ],
)
async def test_an_assertion_whose_claims_do_not_hold_is_refused(op: Op, changes) -> None:
    answer = await ask(op, assertion(op, await program(op), **changes))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_an_assertion_of_another_key_or_kind_is_refused(op: Op) -> None:
    client_id = await program(op)
    other = ECKey.generate_key("P-256", parameters={"kid": "k1"})
    good = assertion(op, client_id)
    for shown in (
        assertion(op, client_id, other),
        signed_by_secret({"kid": "k1"}, jwt.decode(good, KEY).claims, KEY.as_pem(private=False)),
        good.rpartition(".")[0] + ".",
        "eyJhbGciOiJub25lIn0." + good.split(".")[1] + ".",
        "a.b.c",
        "",
        "x" * 9_000,
    ):
        assert (await ask(op, shown)).status_code in (400, 401), shown[:40]
    named = await ask(op, good, client_id=op.client_id)
    assert named.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"redirect_uris": ["http://rp.example/cb"]}, "/redirect_uris"),
        ({"redirect_uris": ["https://rp.example/cb#x"]}, "/redirect_uris"),
        ({"redirect_uris": ["https://*.example/cb"]}, "/redirect_uris"),
        ({"redirect_uris": ["https://a@rp.example/"]}, "/redirect_uris"),
        ({"redirect_uris": ["https://rp.example:x/"]}, "/redirect_uris"),
        ({"redirect_uris": []}, "/redirect_uris"),
        ({"grant_types": ["password"]}, "/grant_types"),
        ({"profile": "other"}, "/profile"),
        ({"scopes": ["a b"]}, "/scope"),
        (
            {"auth_method": "none", "grant_types": ["client_credentials"]},
            "/token_endpoint_auth_method",
        ),
        ({"auth_method": "private_key_jwt"}, "/jwks"),
        (
            {"auth_method": "private_key_jwt", "jwks": {"keys": [KEY.as_dict(private=True)]}},
            "/jwks",
        ),
        ({"auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "EC"}]}}, "/jwks"),
    ],
)
async def test_what_may_not_be_registered_is_not(op: Op, told, pointer: str) -> None:
    with pytest.raises(IdentityError) as refused:
        await op.register(**told)
    assert refused.value.pointers == (pointer,)
