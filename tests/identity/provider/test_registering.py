"""Services register themselves only by a token an administrator gave them, and manage only themselves."""

from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.requests import Request

from madoguchi.identity.errors import IdentityError
from madoguchi.identity.provider import registration
from madoguchi.identity.provider.clients import registering, service
from madoguchi.identity.provider.errors import OAuthError
from madoguchi.identity.provider.models import Client, InitialToken
from madoguchi.kernel.journal import Entry
from tests.identity.provider.world import ADDRESS, CALLBACK, Op, text_of

PATH = "/oauth/register"
METADATA = {"client_name": "外のサービス", "redirect_uris": [CALLBACK]}


async def invited(op: Op, **more: Any) -> str:
    wish = {"uses": 2, "days": 7, "scopes": ["openid", "profile"], **more}
    async with op.database.session() as session:
        _, token = await registering.invite(session, op.clock, "試験", by="test", **wish)
        await session.commit()
    return token


async def ask(op: Op, token: str | None, metadata: Any, method: str = "POST", path: str = PATH):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    told = {"json": metadata} if metadata is not None else {}
    return await op.call(method, path, headers=headers, **told)


async def count(op: Op) -> int:
    async with op.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Client)) or 0


async def test_a_service_registers_itself_and_people_are_told(op: Op) -> None:
    answer = await ask(op, await invited(op), METADATA)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["client_secret"]
    assert made["client_secret_expires_at"] == 0
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    assert made["grant_types"] == ["authorization_code"]
    assert made["scope"] == "openid profile"
    assert made["registration_client_uri"] == f"{ADDRESS}{PATH}/{made['client_id']}"
    op.client_id, op.secret = made["client_id"], made["client_secret"]
    await op.sign_in()
    page = await op.browser.get(op.request(scope="openid profile"))
    assert "このサービスは自分で登録しました" in text_of(page)
    tokens = (await op.exchange((await op.allow(scope="openid profile"))["code"])).json()
    assert (await op.userinfo(tokens["access_token"])).json()["name"] == "港 一郎"
    # Those an operator registered carry no such notice.
    op.client_id, _ = await op.register()
    assert "自分で登録" not in text_of(await op.browser.get(op.request()))
    async with op.database.reading() as session:
        client = await session.get_one(Client, made["client_id"])
        assert client.registered_by == "itself"
        written = await session.scalars(
            select(Entry.action).where(Entry.subject == f"oidc_client:{client.id}")
        )
        assert list(written) == ["client_registered"]
        for kept in (client.secret_sha256, client.registration_sha256):
            assert kept
            assert kept not in (made["client_secret"], made["registration_access_token"])


async def test_without_a_token_that_holds_nobody_registers(op: Op) -> None:
    used, late, gone = await invited(op, uses=1), await invited(op), await invited(op)
    assert (await ask(op, used, METADATA)).status_code == 201
    async with op.database.session() as session:
        ended = await session.scalar(select(InitialToken.id).order_by(InitialToken.id.desc()))
        await registering.revoke_invitation(session, op.clock, ended or "", by="test")
        await session.commit()
    before = await count(op)
    for token in (None, "guess", used, gone):
        answer = await ask(op, token, METADATA)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    op.clock.later(days=7)
    assert (await ask(op, late, METADATA)).status_code == 401
    async with op.database.reading() as session:
        assert await registering.open_invitations(session, op.clock()) == []
    assert await count(op) == before


async def test_a_refused_registration_takes_no_use(op: Op) -> None:
    token = await invited(op, uses=1)
    assert (await ask(op, token, {"redirect_uris": ["http://evil.example/"]})).status_code == 400
    assert (await ask(op, token, METADATA)).status_code == 201


ODD: list[tuple[Any, str]] = [
    ([], "invalid_client_metadata"),
    ({}, "invalid_redirect_uri"),
    ({"redirect_uris": CALLBACK}, "invalid_client_metadata"),
    ({"redirect_uris": [1]}, "invalid_client_metadata"),
    ({"redirect_uris": [CALLBACK + "#x"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://*.rp.example/cb"]}, "invalid_redirect_uri"),
    ({**METADATA, "client_name": "a\u202egro.elpmaxe"}, "invalid_client_metadata"),
    ({**METADATA, "client_name": "x" * 101}, "invalid_client_metadata"),
    ({**METADATA, "client_name": {"a": 1}}, "invalid_client_metadata"),
    ({**METADATA, "scope": "openid email"}, "invalid_client_metadata"),
    ({**METADATA, "scope": 7}, "invalid_client_metadata"),
    ({**METADATA, "grant_types": ["client_credentials"]}, "invalid_client_metadata"),
    ({**METADATA, "grant_types": ["implicit"]}, "invalid_client_metadata"),
    ({**METADATA, "grant_types": ["password"]}, "invalid_client_metadata"),
    ({**METADATA, "grant_types": []}, "invalid_client_metadata"),
    ({**METADATA, "response_types": ["id_token"]}, "invalid_client_metadata"),
    ({**METADATA, "jwks_uri": "https://rp.example/jwks"}, "invalid_client_metadata"),
    ({**METADATA, "software_statement": "a.b.c"}, "invalid_client_metadata"),
    ({**METADATA, "subject_type": "pairwise"}, "invalid_client_metadata"),
    ({**METADATA, "id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
    ({**METADATA, "token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ({**METADATA, "jwks": {"keys": 5}}, "invalid_client_metadata"),
    ({**METADATA, "jwks": {"keys": [{"kty": {}}]}}, "invalid_client_metadata"),
    ({**METADATA, "jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "invalid_client_metadata"),
    ({**METADATA, "jwks": {"keys": [{"kty": "EC"}]}}, "invalid_client_metadata"),
    ({**METADATA, "jwks": {"x": 1}}, "invalid_client_metadata"),
    ({**METADATA, "backchannel_logout_uri": "http://10.0.0.1/"}, "invalid_client_metadata"),
    ({**METADATA, "post_logout_redirect_uris": ["ftp://x/"]}, "invalid_client_metadata"),
]


async def test_odd_metadata_are_refused_in_the_words_of_the_standard(op: Op) -> None:
    token, before = await invited(op), await count(op)
    for metadata, error in ODD:
        answer = await ask(op, token, metadata)
        assert (answer.status_code, answer.json()["error"]) == (400, error), metadata
    for body in (b"", b"{", b"[" * 5_000, b'{"a": NaN', b'"' + b"x" * 70_000 + b'"'):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = await op.call("POST", PATH, headers=headers, content=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert await count(op) == before


async def test_a_client_manages_itself_and_nobody_else(op: Op) -> None:
    token = await invited(op)
    one, two = [(await ask(op, token, METADATA)).json() for _ in range(2)]
    own, path = one["registration_access_token"], f"{PATH}/{one['client_id']}"
    shown = (await ask(op, own, None, "GET", path)).json()
    assert shown == {k: v for k, v in one.items() if not k.startswith("client_secret")}
    for wrong in (two["registration_access_token"], token, None, one["client_secret"]):
        assert (await ask(op, wrong, None, "GET", path)).status_code == 401
        assert (await ask(op, wrong, None, "DELETE", path)).status_code == 401
    assert (await ask(op, own, None, "GET", f"{PATH}/{op.client_id}")).status_code == 401
    changed = {**METADATA, "client_id": one["client_id"], "scope": "openid", "client_name": "改名"}
    done = (await ask(op, own, changed, "PUT", path)).json()
    assert (done["scope"], done["client_name"]) == ("openid", "改名")
    assert "client_secret" not in done
    for wider in (
        {**changed, "scope": "openid email"},
        {**changed, "client_id": two["client_id"]},
        {**changed, "client_secret": "guess"},
        {"client_id": one["client_id"]},
    ):
        assert (await ask(op, own, wider, "PUT", path)).status_code == 400
    # To a client without a secret and back: the old secret is worth nothing, a new one is told.
    await ask(op, own, {**changed, "token_endpoint_auth_method": "none"}, "PUT", path)
    back = (await ask(op, own, changed, "PUT", path)).json()
    assert back["client_secret"] not in (None, one["client_secret"])
    assert (await ask(op, own, None, "DELETE", path)).status_code == 204
    assert (await ask(op, own, None, "GET", path)).status_code == 401
    answer = await op.token({"grant_type": "x"}, auth=(one["client_id"], back["client_secret"]))
    assert answer.json()["error"] == "invalid_client"


async def test_what_an_administrator_decided_a_client_cannot_undo(op: Op) -> None:
    token = await invited(op, scopes=["openid", "profile", "email"])
    wish = {**METADATA, "grant_types": ["authorization_code", "refresh_token"]}
    made = (await ask(op, token, wish)).json()
    own, path = made["registration_access_token"], f"{PATH}/{made['client_id']}"
    decided = {
        "scopes": ["openid", "profile"],
        "grant_types": ["authorization_code"],
        "par_required": True,
        "dpop_required": True,
    }
    async with op.database.session() as session:
        await service.change(session, op.clock, made["client_id"], decided, by="test")
        await session.commit()
    plain = {**METADATA, "client_id": made["client_id"]}
    for wider in ({"scope": "openid email"}, {"grant_types": wish["grant_types"]}):
        answer = await ask(op, own, {**plain, **wider}, "PUT", path)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    looser = {"require_pushed_authorization_requests": False, "dpop_bound_access_tokens": False}
    for asked in (plain, {**plain, **looser}):
        answer = await ask(op, own, asked, "PUT", path)
        assert answer.json()["scope"] == "openid profile"
        async with op.database.reading() as session:
            client = await session.get_one(Client, made["client_id"])
            assert {name: getattr(client, name) for name in decided} == decided


async def test_a_body_is_read_only_for_a_token_that_holds_and_no_further_than_allowed(
    op: Op,
) -> None:
    token = await invited(op)
    made = (await ask(op, token, METADATA)).json()
    own = made["registration_access_token"]
    json = "application/json; charset=utf-8"

    async def read(method: str, bearer: str, kind: str) -> tuple[str, int]:
        """Which error, and how many parts of an endless body were read until then."""
        parts = 0

        async def receive() -> dict[str, Any]:
            nonlocal parts
            parts += 1
            return {"type": "http.request", "body": b" " * 10_000, "more_body": parts < 100}

        headers = {"authorization": f"Bearer {bearer}", "content-type": kind}
        scope = {
            "type": "http",
            "app": op.app,
            "method": method,
            "path_params": {"client_id": made["client_id"]},
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        endpoint = registration.register if method == "POST" else registration.manage
        with pytest.raises(OAuthError) as fault:
            await endpoint(Request(scope, receive))
        return fault.value.code, parts

    for method, right in (("POST", token), ("PUT", own)):
        assert await read(method, "guess", json) == ("invalid_token", 0)
        assert await read(method, right, "text/plain") == ("invalid_client_metadata", 0)
        assert await read(method, right, json) == ("invalid_client_metadata", 7)


@pytest.mark.parametrize(
    "wish",
    [
        {"uses": 0},
        {"uses": 101},
        {"days": 0},
        {"days": 91},
        {"scopes": ["profile"]},
        {"scopes": ["openid", "filings:write"]},
    ],
)
async def test_an_initial_access_token_has_bounds(op: Op, wish: dict[str, Any]) -> None:
    with pytest.raises(IdentityError):
        await invited(op, **wish)


async def test_what_a_client_may_no_longer_have_ends_with_the_next_refresh(op: Op) -> None:
    await op.sign_in()
    given = (
        await op.exchange((await op.allow(scope="openid email offline_access"))["code"])
    ).json()
    async with op.database.session() as session:
        told = {"scopes": ["openid", "offline_access"]}
        await service.change(session, op.clock, op.client_id, told, by="test")
        await session.commit()
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    turned = (await op.token(form)).json()
    assert turned["scope"] == "openid offline_access"
    assert "email" not in (await op.userinfo(turned["access_token"])).json()
