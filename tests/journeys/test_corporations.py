"""Somebody who does not sign in finds a corporation, reads about it and compares, without scripts."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.journeys.looking import look
from tests.journeys.people import PUBLIC, People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


async def test_found_read_and_compared_without_scripts(people: People) -> None:
    page = await people.window(PUBLIC)
    await page.goto("/")
    await page.get_by_role("link", name="法人をさがす").first.click()
    await page.get_by_label("名称、法人番号、所在地").fill("電機")
    await page.get_by_role("button", name="検索").click()
    results = page.locator(".p-corporation")
    assert await results.count() >= 2
    assert "電機" in await results.first.locator("mark").first.inner_text()
    for place in (0, 1):
        await results.nth(place).locator("input[type=checkbox]").check()
    name = await results.first.locator("h3 a").inner_text()
    await page.get_by_role("button", name=re.compile("選んだ法人を比べる")).click()
    assert name in await page.locator("main").inner_text()
    await page.go_back()
    await page.locator(".p-corporation h3 a").first.click()
    assert await page.locator("h1").inner_text() == name
    await page.close()


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_nothing_hinders_anybody(people: People, language: str) -> None:
    page = await people.window(PUBLIC, scripts=True, language=language)
    await page.goto("/corporations?q=電機&status=open")
    await look(page, f"corporations-{language}")
    await page.locator(".p-corporation h3 a").first.click()
    await page.wait_for_url(re.compile("/corporations/[0-9]{13}$"))
    await look(page, f"corporation-{language}")
    await page.goto("/corporations")
    await look(page, f"corporations-front-{language}")
    await page.goto("/corporations/compare?number=" + "1" * 13)
    await look(page, f"corporations-compare-{language}")
    await page.close()
    assert not people.take_faults()


NUMBER = "1999901100005"
START = "/procedures/renewable-plan-certification"


async def _asked(page: Page) -> None:
    """Open the page of a new draft that asks for a corporation."""
    await page.goto(START)
    await page.locator("form[action$='/start'] button").first.click()
    await page.wait_for_url(re.compile("/drafts/|/start$"))
    if page.url.endswith("/start"):  # a draft was begun before: another one
        await page.locator("form[action$='/start'] button").click()
        await page.wait_for_url(re.compile("/drafts/"))
    if "/pages/" not in page.url:
        await page.locator("a[href*='/pages/']").first.click()
    await page.locator("[name='/applicant/number']").wait_for()


async def test_filled_in_while_the_number_is_typed(people: People) -> None:
    page = await people.window("minato", scripts=True)
    await _asked(page)
    name = page.locator("[name='/applicant/name']")
    await name.fill("わたしの会社")
    await page.locator("[name='/applicant/address']").fill("")
    await page.locator("[name='/applicant/number']").fill(NUMBER)
    await expect(page.locator("#saved")).to_contain_text("法人番号から入力しました")
    await expect(name).to_have_value("わたしの会社")
    await expect(page.locator("[name='/applicant/address']")).to_have_value(re.compile("架空町"))
    await look(page, "corporation-filled-in")
    await page.get_by_role("button", name="番号からの入力を取り消す").click()
    await expect(page.locator("[name='/applicant/address']")).to_have_value("")
    await page.close()
    assert not people.take_faults()


async def test_filled_in_by_its_button_without_scripts(people: People) -> None:
    page = await people.window("minato")
    await _asked(page)
    await page.locator("[name='/applicant/number']").fill(NUMBER)
    await page.get_by_role("button", name="番号から入力する").click()
    await expect(page.locator("[name='/applicant/name']")).to_have_value("株式会社北斗電機")
    await page.close()
