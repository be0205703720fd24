"""A company registers an endpoint, tests it, reads why it failed, and deletes it; an accountant's file."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.journeys.axe import violations
from tests.journeys.people import NARROW, People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
FILE = "受付番号,納付番号,金額,納付日時\nJ1,42,7,2026-04-01\n"


async def test_from_registering_to_deleting(people: People) -> None:
    page = await people.window("naniwa")
    await page.goto("/account")
    await page.get_by_role("link", name="Webhook").click()
    await page.get_by_role("link", name="通知先を登録する").click()
    await page.get_by_label("通知先の名前").fill("会計システム")
    await page.get_by_label("通知先のアドレス").fill("https://10.0.0.1/hook")
    await page.get_by_role("button", name="登録する").click()
    await expect(page.locator("main")).to_contain_text("このアドレスには送れません")
    assert await page.get_by_label("通知先の名前").input_value() == "会計システム"
    people.take_faults()
    await page.get_by_label("通知先のアドレス").fill("https://hooks.invalid/")
    await page.get_by_role("button", name="登録する").click()
    secret = await page.get_by_label("鍵", exact=True).input_value()
    assert secret.startswith("whsec_")
    await page.get_by_role("link", name="Webhookの一覧").click()
    await page.get_by_role("link", name="会計システム").click()
    home = page.url
    await page.get_by_role("button", name="試しに送る").click()
    for _ in range(60):
        await page.goto(home)
        await page.locator("table a").first.click()
        if "名前が見つからない" in await page.locator("main").inner_text():
            break
        await asyncio.sleep(0.5)
    await expect(page.locator("main")).to_contain_text("名前が見つからない")
    await expect(page.locator("pre")).to_contain_text("webhook.test")
    log = page.url
    looking = await people.window("naniwa", scripts=True)
    for address in ("/webhooks", "/webhooks/new", home, f"{home}/edit", log):
        await looking.goto(address)
        await looking.set_viewport_size({"width": NARROW, "height": 900})
        wide = await looking.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert (wide, await violations(looking)) == (0, []), address
    await looking.close()
    await page.goto(home)
    await page.get_by_text("この通知先を削除する").click()
    await page.get_by_role("button", name="削除する").click()
    await expect(page.locator("main")).to_contain_text("通知先は登録されていません")


async def test_a_daily_file_with_money_nobody_knows(people: People) -> None:
    page = await people.window("meti-manager", scripts=True)
    await page.goto("/desk/receipts")
    sent = {"name": "日次.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp932")}
    await page.get_by_label("ファイル").set_input_files(sent)  # type: ignore[arg-type]
    await page.get_by_role("button", name="取り込む").click()
    await expect(page.locator("main")).to_contain_text("不明")
    assert await violations(page) == []
    await page.goto("/desk/receipts")
    await page.get_by_label("調べた結果").first.fill("銀行に照会した")
    await page.get_by_role("button", name="書き留める").first.click()
    await expect(page.locator("main")).to_contain_text("銀行に照会した")
    assert await violations(page) == []
