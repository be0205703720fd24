"""What officials and applicants do with a filed case in the browser, until its letter arrives."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.async_api import Page, expect

from madoguchi.cases.desk.view import PASS_ON
from madoguchi.kernel.language import Text
from madoguchi.procedures.package.compiled import Package
from tests.journeys.filling import click_through, complaints, controls, press

REASON = "電話番号を確かめて、直してください。"


async def act(
    official: Page,
    package: Package,
    case: str,
    name: str,
    form: Mapping[str, Any] | None = None,
    *,
    ended: bool = True,
) -> None:
    """An official opens the case at the desk, chooses an action, fills its form and confirms.

    `ended`: the action leads on; a step of a route before the last does not.
    """
    action = package.machine.actions[name]
    label = (action.label if ended else PASS_ON)["ja"]
    await official.goto(f"/desk/cases/{case}")
    await click_through(official, official.get_by_role("link", name=label, exact=True))
    there = {item["name"]: item for item in await controls(official)}
    for field, raw in (form or {}).items():
        control = f"/form/{field}"
        assert control in there, f"{control} is not asked at {official.url}"
        if isinstance(raw, list):
            for value in raw:
                await official.locator(f'[name="{control}"][value="{value}"]').check()
        elif isinstance(raw, bool):
            await official.locator(f'[name="{control}"][value="{str(raw).lower()}"]').check()
        else:
            await official.locator(f'[name="{control}"]').fill(str(raw))
    await press(official, label)
    assert official.url.endswith(f"/desk/cases/{case}"), await complaints(official)
    if ended and action.to is not None:
        state = package.machine.states[action.to].label["ja"]
        await expect(official.locator("main").first).to_contain_text(state)


async def correct(applicant: Page, package: Package, case: str, name: str, value: str) -> None:
    """The applicant reads what is asked, changes that one answer and sends the correction."""
    await applicant.goto(f"/cases/{case}")
    await expect(applicant.locator("main")).to_contain_text(REASON)
    await click_through(applicant, applicant.locator("form[action$='/correct'] button"))
    draft = re.search(r"/drafts/([^/?#]+)", applicant.url)
    assert draft is not None, await complaints(applicant)
    page = next(item for item in package.pages if name in item.fields)
    await applicant.goto(f"/drafts/{draft[1]}/pages/{page.id}?return=check")
    open_now = {item["name"] for item in await controls(applicant) if item["name"].startswith("/")}
    assert open_now == {f"/{name}"}, "only what was asked may be changed"
    await applicant.locator(f'[name="/{name}"]').fill(value)
    await press(applicant, "保存して確認に戻る")
    await expect(applicant).to_have_url(re.compile("/check$"))
    await expect(applicant.locator("main")).to_contain_text(value)  # shown as it was typed
    label = next(a.label["ja"] for a in package.machine.actions.values() if a.name == "resubmit")
    await press(applicant, label)
    assert applicant.url.endswith(f"/cases/{case}"), await complaints(applicant)


async def pay(applicant: Page, case: str) -> None:
    """The applicant pays what is asked, at the simulated bank."""
    await applicant.goto(f"/cases/{case}")
    await click_through(applicant, applicant.locator("main a[href^='/payments/']").first)
    await click_through(applicant, applicant.locator("main a[href^='/dev/bank']"))
    await click_through(applicant, applicant.locator("main form button[type=submit]").last)
    await applicant.goto(f"/cases/{case}")
    await expect(applicant.locator("main a[href^='/payments/']")).to_have_count(0)


async def letter(applicant: Page, case: str) -> bytes:
    """The letter the applicant finds on the page of the case; it is set a moment after the decision."""
    for _ in range(60):
        await applicant.goto(f"/cases/{case}")
        link = applicant.locator(f"main a[href^='/cases/{case}/letters/']")
        if await link.count():
            answer = await applicant.context.request.get(
                await link.first.get_attribute("href") or ""
            )
            assert answer.status == 200
            assert answer.headers["content-type"] == "application/pdf"
            return await answer.body()
        await applicant.wait_for_timeout(500)
    raise AssertionError(f"no letter at {applicant.url}")


async def state_comes(applicant: Page, case: str, label: Text) -> None:
    """The system acts when the time has come, a moment after the last act."""
    for _ in range(60):
        await applicant.goto(f"/cases/{case}")
        if await applicant.locator("main .dads-chip-label", has_text=label["ja"]).count():
            return
        await applicant.wait_for_timeout(500)
    raise AssertionError(f"{applicant.url} does not come to {label['ja']}")


async def arrival_number(applicant: Page, case: str) -> str:
    """The number of a case as its receipt shows it."""
    await applicant.goto(f"/cases/{case}/receipt")
    return await applicant.locator(
        "main .dads-receipt__number, main [data-arrival-number]"
    ).first.inner_text()
