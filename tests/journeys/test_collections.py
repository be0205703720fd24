"""An official collects a declaration: looks, freezes it with a reason, takes the file."""

import re
from pathlib import Path

import pytest
from lxml import etree
from playwright.async_api import expect

from tests.journeys.axe import violations
from tests.journeys.people import People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
FREEZE = "この内容で版を確定する"


async def test_a_declaration_is_frozen_and_taken(people: People) -> None:
    page = await people.window("meti-approver", scripts=True)
    await page.goto("/desk/obligations")
    await page.get_by_role("link", name="取りまとめ").click()
    assert await violations(page) == []
    await page.locator('a[href*="past_activities/2025"]').click()
    await expect(page.locator("main")).to_contain_text("42,000.5")
    await expect(page.locator("main")).to_contain_text("まだ受理していない届出(1件)")
    assert await violations(page) == []
    await page.get_by_role("button", name=FREEZE).click()
    await expect(page.get_by_role("alert").first).to_contain_text("理由を")
    await page.get_by_label("理由").fill("1件は補正中のため、次の版に入れる。")
    await page.get_by_role("button", name=FREEZE).click()
    download = page.get_by_role("link", name=re.compile("ファイルを受け取る"))
    for _ in range(20):
        if await download.count():
            break
        await page.wait_for_timeout(500)
        await page.reload()
    assert await violations(page) == []
    async with page.expect_download() as taken:
        await download.click()
    assert (await taken.value).suggested_filename == "cwc-past-activities-2025-v1.xml"
    tree = etree.fromstring(Path(await (await taken.value).path()).read_bytes())
    assert {item.get("key") for item in tree.iter("{*}Substance")} == {"2B13", "3B06"}
    await page.reload()
    await expect(page.locator("main")).to_contain_text("ファイルのハッシュ")
    await page.set_viewport_size({"width": 375, "height": 800})
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= 375
    await page.close()
