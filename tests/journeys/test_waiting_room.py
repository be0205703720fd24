"""The waiting page in a real browser: no scripts, on a telephone, and nothing sent is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from bench.servers import free_port
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.async_api import Browser, Page, expect

from tests.journeys.axe import violations
from tests.journeys.people import NARROW
from tests.web.admission.surge import Surge, make_surge

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
PATIENCE = 60_000


@asynccontextmanager
async def served(surge: Surge) -> AsyncIterator[str]:
    """The application over HTTP, in this very loop, so that a test decides when work gets done."""
    port = free_port()
    server = Server(surge.app, address="127.0.0.1", port=port, interface=Interfaces.ASGI)
    running = asyncio.create_task(server.serve())
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as probe, asyncio.timeout(60):
            while True:
                try:
                    await probe.get(f"{address}/stored")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        yield address
    finally:
        surge.held.set()
        server.stop()
        await running


@asynccontextmanager
async def telephone(browser: Browser, address: str, *, scripts: bool) -> AsyncIterator[Page]:
    context = await browser.new_context(
        base_url=address,
        java_script_enabled=scripts,
        viewport={"width": NARROW, "height": 720},
        locale="ja-JP",
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    await context.close()


async def test_the_page_goes_on_by_itself_when_the_turn_comes(browser: Browser) -> None:
    surge = make_surge(at_once=1)
    async with (
        served(surge) as address,
        httpx.AsyncClient(base_url=address, timeout=PATIENCE / 1000) as other,
        telephone(browser, address, scripts=False) as page,
    ):
        busy = asyncio.create_task(other.get("/work/long"))
        await surge.until(lambda: surge.begun == ["long"])
        await page.goto("/quick")
        await expect(page.get_by_role("heading", level=1)).to_have_text("順番をお待ちください")
        await expect(page.get_by_role("status")).to_contain_text("次にご案内します")
        await expect(page.get_by_text("待っているあいだに締切が過ぎても")).to_be_visible()
        wide = await page.locator("html").evaluate("e => e.scrollWidth")
        assert wide <= NARROW
        surge.held.set()
        assert (await busy).status_code == 200
        surge.later(seconds=5)
        await expect(page.get_by_text("quick", exact=False)).to_be_visible(timeout=PATIENCE)


async def test_what_was_sent_from_outside_is_sent_again_by_reloading(browser: Browser) -> None:
    surge = make_surge(at_once=1)
    async with (
        served(surge) as address,
        httpx.AsyncClient(base_url=address, timeout=PATIENCE / 1000) as other,
        telephone(browser, address, scripts=False) as page,
    ):
        await page.goto("/write")
        await page.locator('[name="note"]').fill("keep me")
        busy = asyncio.create_task(other.get("/work/long"))
        await surge.until(lambda: surge.begun == ["long"])
        await page.get_by_role("button").click()
        await expect(page.get_by_text("送信した内容は、まだ届いていません")).to_be_visible()
        assert surge.sent == [b""]
        surge.held.set()
        assert (await busy).status_code == 200
        for _ in range(5):
            surge.later(seconds=5)
            await page.reload()
            if len(surge.sent) > 1:
                break
        await expect(page.get_by_text("note")).to_be_visible(timeout=PATIENCE)
        assert surge.sent == [b"", b"note=keep+me"]


async def test_the_page_is_accessible_in_both_languages(browser: Browser) -> None:
    surge = make_surge(at_once=1)
    async with (
        served(surge) as address,
        httpx.AsyncClient(base_url=address, timeout=PATIENCE / 1000) as other,
        telephone(browser, address, scripts=True) as page,
    ):
        busy = asyncio.create_task(other.get("/work/long"))
        await surge.until(lambda: surge.begun == ["long"])
        for language in ("ja", "en"):
            await page.goto(f"/quick?queue=still&lang={language}")
            assert await violations(page) == []
            await page.keyboard.press("Tab")
            await expect(page.locator(":focus")).to_have_attribute("href", "#main")
        surge.held.set()
        await busy
