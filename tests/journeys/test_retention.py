"""A filing is withdrawn, its erasure asked for, proposed, decided and seen, all without scripts."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from madoguchi.kernel.transparency.notes import read_key
from madoguchi.kernel.transparency.receipts import check_receipt, read_receipt
from tests import filings
from tests.journeys.axe import violations
from tests.journeys.filling import complaints, fill_pages, press
from tests.journeys.people import NARROW, PUBLIC, WIDE, People
from tests.journeys.test_packages import JOURNEYS, begin, send

pytestmark = [
    pytest.mark.journey,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(900),  # five people's windows, one after the other, on a busy machine
]
REASON, BASIS = (
    "本人から消去の請求があったため",
    "個人情報の保護に関する法律による利用停止の決定 第12号",
)


async def test_from_the_request_to_the_proof(people: People, paper: Path) -> None:
    applicant = await people.window("council")
    case = await _withdrawn(applicant, people, paper)
    before = await _receipt(applicant, case)
    home = f"/desk/cases/{case}/retention"

    manager = await people.window("meti-manager")
    await manager.goto(f"/desk/cases/{case}")
    await manager.get_by_role("link", name="保存期間・消去").click()
    await expect(manager.locator("main")).to_contain_text("保存期間の満了日")
    await manager.get_by_label("本人からの利用停止・消去の請求").check()
    await manager.get_by_label("理由", exact=False).first.fill(REASON)
    await manager.get_by_role("button", name="起案する").click()
    await expect(manager.locator("main")).to_contain_text("根拠を入力してください")
    await expect(manager.locator("main")).to_contain_text(REASON)
    people.take_faults()
    await manager.get_by_label("根拠", exact=False).first.fill(BASIS)
    await manager.get_by_role("button", name="起案する").click()
    await expect(manager.locator("main")).to_contain_text("決裁待ち")
    await manager.get_by_role("link", name="この決定を開く").click()
    decision = manager.url
    await expect(manager.locator("main")).to_contain_text("ほかの文書管理者の決裁を待っています")
    await _looked_at(people, "meti-manager", {"case": home, "proposed": decision})

    other = await people.window("meti-administrator")
    await other.goto("/desk/retention?view=proposed")
    await _looked_at(people, "meti-administrator", {"list": other.url, "decide": decision})
    await other.locator("input[name=erasure]").first.check()
    await other.get_by_role("button", name="選んだものを決裁して消去する").click()
    await expect(other.locator("main, [role=status]").first).to_contain_text("決裁")

    page = f"/cases/{case}"
    for _ in range(120):
        await applicant.goto(page)
        if "消去されました" in await applicant.locator("main").inner_text():
            break
        await asyncio.sleep(0.5)
    for text in ("消去されました", REASON, BASIS, "お手元の受付票による証明"):
        await expect(applicant.locator("main")).to_contain_text(text)
    await _looked_at(people, "council", {"erased": page})
    await _looked_at(people, "meti-manager", {"after": home, "done": "/desk/retention?view=done"})
    anyone = await people.window(PUBLIC)
    await anyone.goto("/log")
    await expect(anyone.locator("main")).to_contain_text(BASIS)

    key = read_key((await (await applicant.request.get("/log/key")).text()).strip())
    assert check_receipt(before, key) == []
    after = await _receipt(applicant, case)
    assert check_receipt(after, key) == []
    assert after["content"] is None
    assert not people.take_faults()
    for window in (applicant, manager, other, anyone):
        await window.close()


async def _withdrawn(applicant: Page, people: People, paper: Path) -> str:
    journey = next(item for item in JOURNEYS if item.procedure == "sponsorship-name")
    package = filings.package(journey.procedure)
    data = await begin(applicant, journey, package)
    await fill_pages(applicant, package, data, paper)
    case = await send(applicant, package)
    await applicant.goto(f"/cases/{case}/actions/withdraw")
    boxes = applicant.locator("main textarea")
    if await boxes.count():
        await boxes.first.fill("開催を取りやめたため")
    await press(applicant, package.machine.actions["withdraw"].label["ja"])
    assert applicant.url.endswith(f"/cases/{case}"), await complaints(applicant)
    return case


async def _receipt(applicant: Page, case: str) -> dict[str, object]:
    """The receipt, once its entries have their place in the log."""
    for _ in range(120):
        value = await (await applicant.request.get(f"/cases/{case}/receipt.json")).body()
        if json.loads(value)["log"] is not None:
            break
        await asyncio.sleep(0.5)
    return read_receipt(value)


async def _looked_at(people: People, who: str, pages: dict[str, str]) -> None:
    """Both widths: nothing sideways, nothing axe objects to; a picture where one is asked for."""
    page = await people.window(who, scripts=True)
    for name, address in pages.items():
        for width in (WIDE, NARROW):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.goto(address)
            wide = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide == 0, (name, width)
            if folder := os.environ.get("MADOGUCHI_PICTURES"):
                await page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        assert await violations(page) == [], name
    await page.close()
