"""Pushed requests (PAR): checked when they come, tied to their client, good for one code."""

import asyncio

import pytest

from madoguchi.identity.provider.secrets import s256
from tests.identity.provider.world import CALLBACK, VERIFIER, Op, sent_back

ASKED = {
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid profile",
    "state": "st",
    "code_challenge": s256(VERIFIER),
    "code_challenge_method": "S256",
}


async def push(op: Op, auth=None, **changes: str):
    return await op.call("POST", "/oauth/par", data={**ASKED, **changes}, auth=auth or op.auth)


def address(op: Op, pushed, client_id: str | None = None) -> str:
    uri = pushed.json()["request_uri"]
    return f"/oauth/authorize?client_id={client_id or op.client_id}&request_uri={uri}"


async def test_a_pushed_request_gives_one_code(op: Op) -> None:
    pushed = await push(op)
    assert (pushed.status_code, pushed.json()["expires_in"]) == (201, 600)
    await op.sign_in()
    asked = address(op, pushed)
    # What a browser adds to it counts for nothing.
    page = await op.browser.get(asked + "&scope=openid+email&redirect_uri=https://evil.test/")
    assert page.status_code == 200
    assert "メールアドレス" not in page.text
    answers = await asyncio.gather(
        *(op.browser.post(asked, data={"decision": "allow"}) for _ in range(3))
    )
    codes = [a for a in answers if "code=" in a.headers.get("location", "")]
    assert len(codes) == 1
    assert (await op.exchange(sent_back(codes[0])["code"])).json()["scope"] == "openid profile"
    assert (await op.browser.get(asked)).status_code == 400


async def test_a_pushed_request_survives_signing_in(op: Op) -> None:
    asked = await op.browser.get(address(op, await push(op)))
    back = (await op.browser.get(asked.headers["location"])).request.url.params["return"]
    await op.sign_in()
    page = await op.browser.get(back.replace("/resume", "/authorize"))
    assert page.status_code == 200


async def test_a_pushed_request_is_its_clients_and_expires(op: Op) -> None:
    pushed, (other, _) = await push(op), await op.register()
    await op.sign_in()
    for asked in (
        address(op, pushed, other),
        f"/oauth/authorize?client_id={op.client_id}&request_uri=urn:ietf:params:oauth:request_uri:x",
        f"/oauth/authorize?client_id={op.client_id}&request_uri=https://evil.test/request",
    ):
        answer = await op.browser.get(asked)
        assert answer.status_code == 400
        assert "location" not in answer.headers
    op.clock.later(minutes=10)
    await op.sign_in()
    assert (await op.browser.get(address(op, pushed))).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.test/"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"scope": "openid everything"}, "invalid_scope"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"client_id": "other"}, "invalid_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"dpop_jkt": "short"}, "invalid_request"),
    ],
)
async def test_a_faulty_request_is_refused_when_it_is_pushed(op: Op, changes, error) -> None:
    assert (await push(op, **changes)).json()["error"] == error


async def test_only_the_client_pushes(op: Op) -> None:
    answer = await push(op, auth=(op.client_id, "wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_client_that_pushes_has_no_other_way(op: Op) -> None:
    op.client_id, op.secret = await op.register(par_required=True)
    await op.sign_in()
    assert sent_back(await op.browser.get(op.request()))["error"] == "invalid_request"
    assert (await op.browser.get(address(op, await push(op)))).status_code == 200
