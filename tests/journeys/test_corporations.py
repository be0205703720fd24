"""Somebody who does not sign in finds a corporation, reads about it and compares, without scripts."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from madoguchi.installation.demo.people import MINATO
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


async def _row(page: Page) -> Locator:
    """A new row for a corporation on the page of a new draft."""
    made = await page.request.post("/api/v1/drafts", data={"procedure_id": "sponsorship-name"})
    await page.goto(f"/drafts/{(await made.json())['id']}/pages/organiser")
    await page.get_by_role("button", name="法人を追加").click()
    row = page.locator("[id^=f-co_organisers-r].dads-form-row")
    await row.wait_for()
    return row


def _part(row: Locator, part: str) -> Locator:
    return row.locator(f"[name$='/organiser/{part}']")


async def test_a_row_is_filled_in_while_its_number_is_typed(people: People) -> None:
    page = await people.window("minato", scripts=True)
    row = await _row(page)
    await _part(row, "number").fill(NUMBER)
    await expect(page.locator("#saved")).to_contain_text("法人番号から入力しました")
    await expect(_part(row, "name")).to_have_value("株式会社北斗電機")
    await expect(_part(row, "address")).to_have_value(re.compile("架空町"))
    await look(page, "corporation-in-a-row")
    await page.close()
    assert not people.take_faults()


async def test_a_row_is_filled_in_and_taken_back_without_scripts(people: People) -> None:
    page = await people.window("minato")
    row = await _row(page)
    await _part(row, "number").fill(NUMBER)
    await row.get_by_role("button", name="番号から入力する").click()
    await expect(_part(row, "name")).to_have_value("株式会社北斗電機")
    await expect(row).to_contain_text("国税庁法人番号公表サイトより")
    await row.get_by_role("button", name="番号からの入力を取り消す").click()
    await expect(_part(row, "name")).to_have_value("")
    await expect(_part(row, "number")).to_have_value(NUMBER)
    await page.close()


@pytest.mark.parametrize("scripts", [False, True])
async def test_a_number_goes_along_to_the_form(people: People, scripts: bool) -> None:
    page = await people.window("minato", scripts=scripts)
    await page.goto(f"/corporations/{NUMBER}")
    await page.get_by_role("link", name="この法人として手続する").click()
    search = page.locator("main [role=search]")
    await search.locator("[name=q]").fill("後援名義")
    await search.locator("button[type=submit]").first.click()
    await page.locator("main a[href^='/procedures/sponsorship-name']").first.click()
    note = page.locator(".dads-notification-banner").filter(has_text=NUMBER)
    await expect(note).to_contain_text("代理できるようになるわけではありません")
    if scripts:
        await look(page, "corporation-carried")
    await note.get_by_role("link", name="番号を引き継がない").click()
    await expect(note).to_have_count(0)
    assert NUMBER not in page.url
    await page.close()
    assert not people.take_faults()


async def test_an_agent_switches_to_the_corporation_it_came_from(people: People) -> None:
    page = await people.window("agent")
    await page.goto(f"{START}?corporation={MINATO}")
    await page.get_by_role("button", name="この法人に切り替える").click()
    await expect(page.locator("main")).to_contain_text(f"({MINATO}) として手続します")
    await page.close()


async def test_filled_in_by_its_button_without_scripts(people: People) -> None:
    page = await people.window("minato")
    await _asked(page)
    await page.locator("[name='/applicant/number']").fill(NUMBER)
    await page.get_by_role("button", name="番号から入力する").click()
    await expect(page.locator("[name='/applicant/name']")).to_have_value("株式会社北斗電機")
    await page.close()
