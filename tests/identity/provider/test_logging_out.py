"""A service asks to sign the person out: done for the session it names, asked about otherwise."""

from urllib.parse import urlencode

import pytest

from tests.identity.provider.world import Op, text_of

BYE = "https://rp.example/bye"


@pytest.fixture
async def hint(op: Op) -> str:
    op.client_id, op.secret = await op.register(post_logout_uris=[BYE])
    await op.sign_in()
    return (await op.exchange((await op.allow())["code"])).json()["id_token"]


def address(**params: str) -> str:
    return "/oauth/logout?" + urlencode(params)


async def signed_in(op: Op) -> bool:
    return (await op.browser.get("/account")).status_code == 200


async def test_with_the_token_of_this_session_one_is_signed_out(op: Op, hint: str) -> None:
    asked = address(id_token_hint=hint, post_logout_redirect_uri=BYE, state="s")
    answer = await op.browser.get(asked)
    assert answer.headers["location"] == f"{BYE}?state=s"
    assert not await signed_in(op)
    # The second time nobody is signed in: straight back.
    assert (await op.browser.get(asked)).headers["location"] == f"{BYE}?state=s"


async def test_a_link_of_somebody_signs_nobody_out(op: Op, hint: str) -> None:
    op.browser.cookies.clear()
    await op.sign_in()  # another session than the hint's
    for asked in (
        address(id_token_hint=hint, post_logout_redirect_uri=BYE),
        address(client_id=op.client_id, post_logout_redirect_uri=BYE),
        address(),
        address(id_token_hint="a.b.c"),
    ):
        page = await op.browser.get(asked)
        assert page.status_code == 200
        assert "ログアウトしますか" in text_of(page)
        assert await signed_in(op)
    forged = await op.browser.post(address(), headers={"Sec-Fetch-Site": "cross-site"})
    assert forged.status_code == 403
    assert await signed_in(op)
    confirmed = await op.browser.post(address(client_id=op.client_id, post_logout_redirect_uri=BYE))
    assert confirmed.headers["location"] == BYE
    assert not await signed_in(op)


@pytest.mark.parametrize(
    "target", ["https://evil.test/", BYE + "/", BYE + "?x=1", "//rp.example/bye", "/"]
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    op: Op, hint: str, target: str
) -> None:
    for asked in (
        address(id_token_hint=hint, post_logout_redirect_uri=target),
        address(post_logout_redirect_uri=target),
        address(client_id="nobody", post_logout_redirect_uri=BYE),
        address(post_logout_redirect_uri=BYE),
    ):
        answer = await op.browser.get(asked)
        assert answer.status_code == 400
        assert "location" not in answer.headers
    assert await signed_in(op)


async def test_hint_and_client_must_agree(op: Op, hint: str) -> None:
    other, _ = await op.register(post_logout_uris=[BYE])
    answer = await op.browser.get(address(id_token_hint=hint, client_id=other))
    assert answer.status_code == 400
    assert await signed_in(op)
