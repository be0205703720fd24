"""A session that ends here ends at the services: they are told, and what lived by it is over."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select, update

from madoguchi.identity.account.ending import end_access
from madoguchi.identity.ending import end_sessions
from madoguchi.identity.models import SignIn
from madoguchi.identity.provider.ended import TELL_JOB
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.telling_sign_out import EVENT, telling
from madoguchi.kernel.jobs import Job, Worker
from madoguchi.web.outgoing import networks
from tests.identity.provider.world import ADDRESS, Op
from tests.webhooks.receiver import Receiver, receiving

HERE = networks("127.0.0.0/8")


@pytest.fixture
async def service(op: Op) -> AsyncIterator[Receiver]:
    """The client's own server, which is told."""
    async with receiving() as receiver:
        op.client_id, op.secret = await op.register(
            backchannel_logout_uri=receiver.url,
            backchannel_logout_session_required=True,
            post_logout_uris=["https://rp.example/bye"],
            grant_types=["authorization_code", "refresh_token"],
            scopes=["openid", "profile", "offline_access"],
        )
        yield receiver


async def signed_in(op: Op, scope: str = "openid profile") -> dict[str, Any]:
    return (await op.exchange((await op.allow(scope=scope))["code"])).json()


async def work(op: Op, allowed: Any = HERE) -> None:
    handlers = {TELL_JOB: telling(op.provider, allowed)}
    await Worker(op.database, handlers, op.clock).drain()


def told(op: Op, service: Receiver, alg: str = "ES256") -> list[dict[str, Any]]:
    """What the service was told, each token checked as the standard says (2.6)."""
    keys = KeySet.import_key_set(op.provider.keys.public(op.clock()))
    found = []
    for headers, body in service.got:
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        (text,) = parse_qs(body.decode())["logout_token"]
        token = jwt.decode(text, keys, algorithms=[alg])
        assert token.header["typ"] == "logout+jwt"
        assert token.claims["events"] == {EVENT: {}}
        assert "nonce" not in token.claims
        assert token.claims["iat"] < token.claims["exp"] <= token.claims["iat"] + 120
        assert token.claims["jti"]
        found.append(token.claims)
    return found


def claims_of(op: Op, id_token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(op.provider.keys.public(op.clock()))
    return jwt.decode(id_token, keys, algorithms=["ES256", "RS256"]).claims


async def sign_out(op: Op, tokens: dict[str, Any]) -> None:
    assert (await op.browser.post("/sign-out")).status_code == 303


async def by_the_service(op: Op, tokens: dict[str, Any]) -> None:
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": "https://rp.example/bye",
    }
    answer = await op.browser.get(f"/oauth/logout?{urlencode(asked)}")
    assert answer.headers["location"] == asked["post_logout_redirect_uri"]


async def from_another_browser(op: Op, tokens: dict[str, Any]) -> None:
    op.browser.cookies.clear()
    await op.sign_in()
    assert (await op.browser.post("/account/end-others")).status_code == 303


async def from_the_list(op: Op, tokens: dict[str, Any]) -> None:
    sid = claims_of(op, tokens["id_token"])["sid"]
    assert (await op.browser.post(f"/account/security/sessions/{sid}/end")).status_code == 303


async def stolen(op: Op, tokens: dict[str, Any]) -> None:
    await op.browser.get("/account", headers={"User-Agent": "Mozilla/5.0 (Windows) Firefox/1.0"})


async def by_a_reset_or_closing(op: Op, tokens: dict[str, Any]) -> None:
    async with op.database.session() as session:
        await end_access(session, op.clock(), op.people.owner)
        await session.commit()


WAYS: list[Callable[[Op, dict[str, Any]], Awaitable[None]]] = [
    sign_out,
    by_the_service,
    from_another_browser,
    from_the_list,
    stolen,
    by_a_reset_or_closing,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_however_a_session_ends_its_services_are_told(
    op: Op, service: Receiver, way: Callable[[Op, dict[str, Any]], Awaitable[None]]
) -> None:
    op.browser.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0"
    await op.sign_in()
    tokens = await signed_in(op)
    known = claims_of(op, tokens["id_token"])
    await way(op, tokens)
    await work(op)
    (claims,) = told(op, service)
    assert {name: claims[name] for name in ("iss", "aud", "sub", "sid")} == {
        "iss": ADDRESS,
        "aud": op.client_id,
        "sub": known["sub"],
        "sid": known["sid"],
    }
    # Its access token is worth nothing any more where one asks.
    assert (await op.userinfo(tokens["access_token"])).status_code == 401
    asked = await op.call(
        "POST", "/oauth/introspect", data={"token": tokens["access_token"]}, auth=op.auth
    )
    assert asked.json() == {"active": False}


async def test_what_was_given_for_absence_outlives_the_session(op: Op, service: Receiver) -> None:
    await op.sign_in()
    tokens = await signed_in(op, "openid offline_access")
    await op.browser.post("/sign-out")
    await work(op)
    assert len(told(op, service)) == 1
    assert (await op.userinfo(tokens["access_token"])).status_code == 200
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await op.token(form)).status_code == 200


async def test_a_code_of_an_ended_session_gives_nothing(op: Op, service: Receiver) -> None:
    await op.sign_in()
    code = (await op.allow(scope="openid offline_access"))["code"]
    await op.browser.post("/sign-out")
    assert (await op.exchange(code)).json()["error"] == "invalid_grant"
    await work(op)
    assert told(op, service) == []  # it never learned of the session


async def test_who_proves_anew_who_they_are_stays_in_the_same_session(
    op: Op, service: Receiver
) -> None:
    await op.sign_in()
    tokens = await signed_in(op)
    await op.sign_in()
    again = await signed_in(op)
    await op.sign_in()
    await work(op)
    assert told(op, service) == []
    assert (await op.userinfo(tokens["access_token"])).status_code == 200
    first, second = (claims_of(op, t["id_token"]) for t in (tokens, again))
    assert first["sid"] == second["sid"]
    # The first token of it is still a hint for this session; its end ends it all, told once.
    await by_the_service(op, tokens)
    await work(op)
    assert [claims["sid"] for claims in told(op, service)] == [first["sid"]]
    for given in (tokens, again):
        assert (await op.userinfo(given["access_token"])).status_code == 401


async def test_another_person_in_the_same_browser_is_another_session(
    op: Op, service: Receiver
) -> None:
    await op.sign_in()
    mine = claims_of(op, (await signed_in(op))["id_token"])
    await op.sign_in(op.people.agent)
    await work(op)
    assert [claims["sub"] for claims in told(op, service)] == [mine["sub"]]
    assert claims_of(op, (await signed_in(op))["id_token"])["sid"] != mine["sid"]


async def test_other_sessions_and_services_are_left_alone(op: Op, service: Receiver) -> None:
    await op.sign_in()
    kept = await signed_in(op)
    async with op.database.session() as session:
        stranger = await session.scalar(select(SignIn).where(SignIn.person_id != op.people.owner))
        assert stranger is None
        await end_sessions(session, op.clock(), SignIn.person_id == op.people.agent)
        await session.commit()
    await work(op)
    assert told(op, service) == []
    assert (await op.userinfo(kept["access_token"])).status_code == 200


async def test_a_service_that_fails_is_told_again_with_a_new_token(
    op: Op, service: Receiver
) -> None:
    await op.sign_in()
    await signed_in(op)
    await op.browser.post("/sign-out")
    service.status = 503
    await work(op)
    service.status = 200
    op.clock.later(seconds=7)
    await work(op)
    first, second = told(op, service)
    assert first["jti"] != second["jti"]
    assert second["iat"] == first["iat"] + 7
    op.clock.later(hours=1)
    await work(op)
    assert len(service.got) == 2


async def test_nothing_is_sent_to_an_address_within_or_of_a_disabled_service(
    op: Op, service: Receiver
) -> None:
    await op.sign_in()
    await signed_in(op)
    await op.browser.post("/sign-out")
    await work(op, allowed=())  # the operator allows no private network: 127.0.0.1 is refused
    assert service.got == []
    async with op.database.session() as session:
        error = await session.scalar(select(Job.last_error).where(Job.name == TELL_JOB))
        assert "refused_address" in (error or "")
        await session.execute(update(Client).values(disabled_at=op.clock()))
        await session.commit()
    op.clock.later(hours=1)
    await work(op)
    assert service.got == []


async def test_discovery_says_so(op: Op) -> None:
    for path in ("/.well-known", "/oauth/.well-known"):
        found = (await op.call("GET", f"{path}/openid-configuration")).json()
        assert found["backchannel_logout_supported"] is True
        assert found["backchannel_logout_session_supported"] is True
