"""A sole proprietor proves themselves by card, in the browser: the card's provider is the simulator."""

import asyncio
import re
import time

import pytest
from playwright.async_api import Browser, Page

from tests.journeys.looking import look
from tests.journeys.people import WIDE
from tests.journeys.site import Site

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
PATIENCE = 120
ADDRESS = "card@example.jp"


async def code_mailed(window: Page, address: str) -> str:
    """The code in the mail to an address, which the demonstration keeps."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        answer = await window.context.request.get("/dev/mail")
        for mail in re.findall("<article.*?</article>", await answer.text(), re.DOTALL):
            found = re.search(r"(?<!\d)(\d{6})(?!\d)", re.sub("<[^>]+>", " ", mail))
            if address in mail and found:
                return found[1]
        await asyncio.sleep(0.2)
    raise AssertionError("no mail")


async def with_passkey(site: Site, browser: Browser, name: str, address: str) -> Page:
    """A window of somebody who has just made an account and added a passkey."""
    context = await browser.new_context(
        base_url=site.address.replace("127.0.0.1", "localhost"),  # as the installation calls itself
        locale="ja-JP",
        viewport={"width": WIDE, "height": 900},
    )
    window = await context.new_page()
    devtools = await context.new_cdp_session(window)
    await devtools.send("WebAuthn.enable")
    await devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    await window.goto("/sign-up")
    await window.get_by_label("氏名").fill(name)
    await window.get_by_label("メールアドレス").fill(address)
    await window.get_by_role("button", name="確認コードを送る").click()
    await window.get_by_label("確認コード").fill(await code_mailed(window, address))
    await window.get_by_role("button", name="アカウントを作る").click()
    await window.wait_for_url("**/account/security*")
    await window.get_by_label("パスキーの名前").fill("パソコン")
    await window.get_by_role("button", name="パスキーを追加する").click()
    await window.get_by_text("パスキーを追加しました").wait_for()
    return window


async def read_card(window: Page, name: str) -> None:
    """From the simulated reader of cards to what became of it."""
    await window.get_by_role("heading", name="カードの読み取り（模擬）").wait_for()
    await window.get_by_label("氏名").fill(name)
    await window.get_by_label("住所").fill("宮城県仙台市青葉区本町9-9-1")
    await window.get_by_role("textbox", name="生年月日").fill("昭和55年4月1日")
    await window.get_by_role("button", name="読み取ったことにする").click()


async def test_a_card_proves_a_sole_proprietor(site: Site, browser: Browser) -> None:
    window = await with_passkey(site, browser, "窓口 花子", ADDRESS)
    await window.goto("/sign-in/agency")
    await look(window, "agency")
    await window.goto("/representative")
    await look(window, "representative")
    await window.get_by_role("link", name="カードで確認を始める").click()
    await window.get_by_label("法人番号").fill("12")
    await window.get_by_role("button", name="カードの読み取りへ進む").click()
    await window.get_by_role("link", name="13けた").wait_for()
    await look(window, "card-wrong")
    await window.get_by_label("個人事業主", exact=True).check()
    await window.get_by_role("button", name="カードの読み取りへ進む").click()
    await window.get_by_role("heading", name="カードの読み取り（模擬）").wait_for()
    await look(window, "card-simulated")
    await read_card(window, "窓口　花子")
    await window.get_by_text("代表者であることを確認しました").first.wait_for()
    await look(window, "card-granted")
    await window.goto("/representative/card/back?state=x&code=y")
    await window.get_by_role("heading", name="確認できませんでした").wait_for()
    await look(window, "card-failed")
    await window.context.close()
