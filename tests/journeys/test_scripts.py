"""With scripts: questions appear and sums follow while one types, and nothing typed is lost."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests import filings
from tests.journeys.filling import fill_pages
from tests.journeys.people import People
from tests.journeys.test_packages import JOURNEYS, begin, check_answers, send

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]
BY_ID = {journey.procedure: journey for journey in JOURNEYS}


@pytest.mark.parametrize("procedure", ["high-pressure-gas-notice", "management-improvement-plan"])
async def test_filing_with_scripts(procedure: str, people: People, paper: Path) -> None:
    journey, package = BY_ID[procedure], filings.package(procedure)
    people.take_faults()
    applicant = await people.window(journey.applicant, scripts=True)
    data = await begin(applicant, journey, package)
    await check_answers(applicant, await fill_pages(applicant, package, data, paper))
    await send(applicant, package)
    assert not people.take_faults()


async def test_questions_and_sums_follow_while_typing(people: People) -> None:
    package = filings.package("annual-leave")
    people.take_faults()
    window = await people.window("meti-manager", scripts=True)
    await begin(window, BY_ID["annual-leave"], package)
    await window.locator('[name="/unit"][value="day"]').check()
    await window.locator('[name="/from_date"]').fill("2026-12-10")
    await window.locator('[name="/to_date"]').fill("2026-12-15")
    await window.keyboard.press("Tab")
    days = window.locator("#f-days")
    await expect(days).to_contain_text("4", timeout=20_000)
    assert await window.locator('[name="/to_date"]').input_value() == "2026-12-15"
    await window.locator('[name="/unit"][value="hour"]').check()
    await expect(window.locator('[name="/from_time"]')).to_be_visible(timeout=20_000)
    assert not people.take_faults()


async def test_what_is_typed_is_saved_and_there_again_later(people: People) -> None:
    package = filings.package("high-pressure-gas-notice")
    people.take_faults()
    window = await people.window("minato", scripts=True)
    await begin(window, BY_ID["high-pressure-gas-notice"], package)
    await window.locator('[name="/contact_name"]').fill("自動 保存")
    await window.keyboard.press("Tab")
    await expect(window.locator("#saved")).to_contain_text("保存", timeout=20_000)
    address = window.url
    await window.close(run_before_unload=False)
    later = await people.window("minato", scripts=True)
    await later.goto(address)
    assert await later.locator('[name="/contact_name"]').input_value() == "自動 保存"
    await later.goto("/cases")
    link = re.sub(r".*(/drafts/[^/]+).*", r"\1", address)
    await expect(later.locator(f'main a[href="{link}"]')).to_have_count(1)
    assert not people.take_faults()


async def test_what_could_not_be_saved_stays_and_is_saved_later(people: People) -> None:
    """The service is busy for a moment: the form stays as it is, and saves itself again."""
    window = await people.window("minato", scripts=True)
    await begin(
        window, BY_ID["high-pressure-gas-notice"], filings.package("high-pressure-gas-notice")
    )
    refused: list[str] = []

    async def busy(route: Route) -> None:
        if len(refused) < 2:
            refused.append(route.request.post_data or "")
            await route.fulfill(
                status=503,
                headers={"Retry-After": "1"},
                body="<h1>busy</h1>",
                content_type="text/html",
            )
        else:
            await route.continue_()

    await window.route("**/recompute", busy)
    field = window.locator('[name="/contact_name"]')
    await field.fill("混雑 太郎")
    await window.keyboard.press("Tab")
    saved = window.locator("#saved")
    await expect(saved).to_contain_text("まだ保存できていません", timeout=20_000)
    await expect(field).to_have_value("混雑 太郎")
    await expect(saved).to_contain_text("保存しました", timeout=60_000)
    assert len(refused) == 2
    await expect(field).to_have_value("混雑 太郎")
    people.take_faults()  # the browser notes each 503 as an error
