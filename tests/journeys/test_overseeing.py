"""Proofs that age and the desk of accounts, as they look: both languages, with and without scripts."""

import re

import pytest

from tests.journeys.looking import look
from tests.journeys.people import People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_desk_of_accounts(people: People, language: str) -> None:
    page = await people.window("meti-administrator", scripts=True, language=language)
    await page.goto("/desk/representatives/again")
    await look(page, f"proofs-again-{language}")
    await page.goto("/desk/accounts")
    await page.get_by_role("searchbox").fill("港")
    await page.get_by_role("searchbox").press("Enter")
    await look(page, f"accounts-search-{language}")
    await page.goto("/desk/accounts?q=株式会社")
    await page.locator("main a[href*='/desk/accounts/organisations/']").first.click()
    await look(page, f"accounts-organisation-{language}")
    # Without scripts it is asked for and withdrawn: nobody is stopped by it.
    plain = await people.window("meti-administrator", scripts=False, language=language)
    await plain.goto(page.url)
    ask = re.compile("終了の手続を始める|Ask for closing")
    await plain.get_by_role("button", name=ask).click()
    assert await plain.locator("[aria-invalid=true]").count() == 1
    await plain.locator("#reason-ask-closing").fill("登記記録が閉鎖された")
    await plain.get_by_role("button", name=ask).click()
    await page.reload()
    await look(page, f"accounts-closing-{language}")
    await plain.get_by_role("button", name=re.compile("やめる|Withdraw")).click()
    assert await plain.get_by_role("button", name=ask).count() == 1
    await page.locator("main a[href*='/desk/accounts/people/']").first.click()
    await look(page, f"accounts-person-{language}")
