"""Devices without a browser: the person types a code, agrees, and the device gets its tokens once."""

from typing import Any

import pytest

from tests.identity.provider.world import Op, text_of

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
async def begun(op: Op) -> dict[str, Any]:
    op.client_id, _ = await op.register(
        auth_method="none",
        redirect_uris=[],
        grant_types=[DEVICE, "refresh_token"],
        scopes=["openid", "profile", "offline_access"],
    )
    answer = await op.call(
        "POST",
        "/oauth/device_authorization",
        data={"client_id": op.client_id, "scope": "openid profile offline_access"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def poll(op: Op, begun: dict[str, Any], client_id: str | None = None):
    form = {"grant_type": DEVICE, "device_code": begun["device_code"]}
    return await op.token({**form, "client_id": client_id or op.client_id}, auth=None)


async def say(op: Op, begun: dict[str, Any], decision: str = "allow", code: str | None = None):
    return await op.browser.post(
        "/device", data={"user_code": code or begun["user_code"], "decision": decision}
    )


async def test_a_device_waits_and_is_signed_in_once(op: Op, begun) -> None:
    assert (await poll(op, begun)).json()["error"] == "authorization_pending"
    await op.sign_in()
    page = await op.browser.post("/device", data={"user_code": begun["user_code"].lower()})
    assert "試験サービス" in text_of(page)
    assert "目の前" in text_of(page)
    assert (await say(op, begun)).status_code == 303
    given = (await poll(op, begun)).json()
    assert given["id_token"]
    assert given["refresh_token"]
    assert (await op.userinfo(given["access_token"])).json()["name"] == "港 一郎"
    assert (await poll(op, begun)).json()["error"] == "invalid_grant"
    assert (await say(op, begun)).status_code == 422  # a code is answered once


async def test_opening_the_page_is_no_agreement(op: Op, begun) -> None:
    await op.sign_in()
    assert (await op.browser.get(f"/device?user_code={begun['user_code']}")).status_code == 200
    assert (await poll(op, begun)).json()["error"] == "authorization_pending"
    forged = await op.browser.post(
        "/device",
        data={"user_code": begun["user_code"], "decision": "allow"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert forged.status_code == 403


async def test_a_device_that_asks_too_often_is_slowed(op: Op, begun) -> None:
    errors = []
    for seconds in (0, 1, 5, 15):
        op.clock.later(seconds=seconds)
        errors.append((await poll(op, begun)).json()["error"])
    assert errors == ["authorization_pending", "slow_down", "slow_down", "authorization_pending"]


async def test_not_agreeing_is_told_to_the_device(op: Op, begun) -> None:
    await op.sign_in()
    await say(op, begun, "deny")
    assert (await poll(op, begun)).json()["error"] == "access_denied"


async def test_a_code_ends_after_ten_minutes(op: Op, begun) -> None:
    op.clock.later(minutes=10)
    await op.sign_in()
    assert (await say(op, begun)).status_code == 422
    assert (await poll(op, begun)).json()["error"] == "expired_token"


@pytest.mark.parametrize("code", ["", "BCDF-GHJJ", "x" * 500, "あ", "BCDF-GHJK' OR 1=1"])
async def test_a_wrong_code_is_explained(op: Op, begun, code: str) -> None:
    await op.sign_in()
    answer = await op.browser.post("/device", data={"user_code": code, "decision": "allow"})
    assert answer.status_code == 422
    assert "期限" in text_of(answer)


async def test_a_device_code_is_its_clients(op: Op, begun) -> None:
    other, _ = await op.register(auth_method="none", redirect_uris=[], grant_types=[DEVICE])
    await op.sign_in()
    await say(op, begun)
    assert (await poll(op, begun, other)).json()["error"] == "invalid_grant"
    assert (await poll(op, begun)).status_code == 200


async def test_only_registered_devices_begin(op: Op) -> None:
    path = "/oauth/device_authorization"
    answer = await op.call("POST", path, data={"scope": "openid"}, auth=op.auth)
    assert answer.json()["error"] == "unauthorized_client"
    assert (await op.call("POST", path, data={"client_id": "x"})).status_code == 401


async def test_the_page_is_for_people_who_are_signed_in(op: Op) -> None:
    answer = await op.browser.get("/device?user_code=BCDF-GHJK")
    assert answer.headers["location"].startswith("/sign-in?return=/device")


async def test_codes_cannot_be_tried_without_end(op: Op, begun) -> None:
    await op.sign_in()
    answers = [
        (await op.browser.post("/device", data={"user_code": f"BCDF-GHJ{letter}"})).status_code
        for letter in "BCDFGHJKLMN"
    ]
    assert answers == [422] * 10 + [429]
    for answer in (
        await say(op, begun),  # the right one, too, and by its address
        await op.browser.get(f"/device?user_code={begun['user_code']}"),
    ):
        assert answer.status_code == 429
        assert "15分" in text_of(answer)
    assert (await poll(op, begun)).json()["error"] == "authorization_pending"
    await op.sign_in(op.people.agent)  # others are not kept out
    assert (await say(op, begun)).status_code == 303
