"""A mandate in the browser: offered without scripts, accepted with them, seen, and ended."""

import re

import pytest

from tests.journeys.looking import look
from tests.journeys.people import People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
BAY_NUMBER = "6999901000002"


async def test_a_mandate_from_offer_to_end(people: People) -> None:
    page = await people.window("naniwa", scripts=True)
    await page.goto(f"{people.address}/delegations")
    await page.get_by_role("link", name="代理人に委任する").click()
    await look(page, "delegation-agent")
    await page.get_by_role("textbox", name=re.compile("法人番号")).fill("123")
    await page.get_by_role("button", name="次へ").click()
    await look(page, "delegation-agent-wrong")
    await page.get_by_role("textbox", name=re.compile("法人番号")).fill(BAY_NUMBER)
    await page.get_by_role("button", name="次へ").click()
    await page.get_by_label("選んだ手続だけ").check()
    await page.get_by_role("checkbox").first.check()
    await look(page, "delegation-procedures")
    await page.get_by_role("button", name="次へ").click()
    await look(page, "delegation-powers")
    await page.get_by_role("button", name="次へ").click()
    await page.get_by_role("textbox", name="終わりの日").fill("令和11年3月31日")
    await look(page, "delegation-period")
    await page.get_by_role("button", name="次へ").click()
    await look(page, "delegation-check")
    await page.get_by_role("button", name="委任を申し込む").click()
    path = page.url
    await look(page, "delegation-offered")
    other = await people.window("bay", scripts=True)
    await other.goto(f"{people.address}/delegations")
    await look(other, "delegations-waiting")
    await other.goto(path)
    await look(other, "delegation-answer")
    await other.get_by_label("引き受ける", exact=True).check()
    await other.get_by_role("button", name="返事をする").click()
    await other.get_by_text("委任が成立しました").first.wait_for()
    await look(other, "delegation-accepted")
    await page.goto(f"{people.address}/organisation/activity")
    await look(page, "delegation-activity")
    await page.goto(path)
    await page.get_by_role("link", name="この委任を終わらせる").click()
    await look(page, "delegation-end")
    await page.get_by_role("button", name="終わらせる").click()
    assert "委任者が終わらせた" in await page.inner_text("main")
    await other.goto(f"{people.address}/account/activity")
    await look(other, "delegation-mine")


async def test_who_acts_for_whom_is_drawn_and_a_scrivener_sees_their_clients(
    people: People,
) -> None:
    page = await people.window("minato", scripts=True)
    await page.goto(f"{people.address}/delegations")
    await look(page, "delegations-minato")
    await page.get_by_role("link", name=re.compile("一般社団|協会|協議会|連合|組合")).first.click()
    await look(page, "delegation-picture")
    agent = await people.window("agent", scripts=True)
    await agent.goto(f"{people.address}/delegations")
    await look(agent, "delegations-agent")
