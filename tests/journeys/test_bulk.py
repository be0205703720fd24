"""Filing in bulk in the browser, with and without scripts: template, verdict, mending, arrival numbers."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from madoguchi.cases.bulk.entries import Entry
from madoguchi.cases.bulk.plan import plans_of
from madoguchi.cases.bulk.templates import filled
from tests.filings import example, package
from tests.journeys.axe import violations
from tests.journeys.demo_day.day import DAY
from tests.journeys.people import NARROW, WIDE, People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

PROCEDURE = "high-pressure-gas-notice"
FILES = {"flow_sheet": ["系統図.pdf"], "layout_drawing": ["系統図.pdf"]}


def entries(name: str, day: date) -> list[Entry]:
    """Three good filings and one with two mistakes."""
    given = {k: v for k, v in example(package(PROCEDURE)).on(day).items() if k != "applicant"}
    good = [
        Entry(3, f"{name}-{n}", "", {**given, "site_name": f"{name}第{n}工場"}, FILES)
        for n in range(1, 4)
    ]
    wrong = {**given, "site_name": "", "contact_email": "佐藤"}
    return [*good, Entry(6, f"{name}-4", "", wrong, FILES)]


def zipped(found: list[Entry], paper: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("申請.xlsx", filled(plans_of(package(PROCEDURE)), found, "ja", "xlsx"))
        archive.writestr("添付/系統図.pdf", paper.read_bytes())
    return out.getvalue()


@pytest.mark.parametrize("scripts", [False, True])
async def test_many_filings_from_one_spreadsheet(
    people: People, paper: Path, scripts: bool
) -> None:
    page = await people.window("minato", scripts=scripts)
    await page.goto(f"/procedures/{PROCEDURE}")
    await page.get_by_role("link", name="何件もまとめて提出する").click()
    await _fine(page, scripts)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="ひな型(Excel)").click()
    assert (await download.value).suggested_filename.endswith(".xlsx")
    found = entries("湾岸" if scripts else "内陸", DAY.date())
    await _upload(page, zipped(found, paper))
    await _until(page, "点検が終わりました", scripts)
    await expect(page.locator("main")).to_contain_text("1行に直すところがあります")
    row = page.get_by_role("row", name=re.compile("^6 "))
    await expect(row).to_contain_text("佐藤")
    await _fine(page, scripts)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="直すところのある行を受け取る(Excel)").click()
    assert (await download.value).suggested_filename.endswith(".xlsx")
    await page.get_by_role("button", name="問題のない3件を提出する").click()
    await _until(page, "提出が終わりました", scripts)
    await page.get_by_role("link", name=re.compile("^提出済み")).click()
    await expect(page.get_by_role("row", name=re.compile("提出済み"))).to_have_count(3)
    await _fine(page, scripts)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="到達番号の一覧を受け取る").click()
    # The whole file once more, mended: only what is left is filed.
    await page.get_by_role("link", name="別のファイルをアップロードする").click()
    mended = replace(found[3], entered={**found[0].entered, "site_name": "第4工場"})
    await _upload(page, zipped([*found[:3], mended], paper))
    await _until(page, "点検が終わりました", scripts)
    await expect(page.locator("main")).to_contain_text("3行は、前に送ったファイルですでに提出済み")
    await page.get_by_role("button", name="1件を提出する").click()
    await _until(page, "提出が終わりました", scripts)
    await page.goto("/bulk")
    await expect(page.locator("main")).to_contain_text("提出完了")
    await _fine(page, scripts)
    await page.close()


async def _upload(page: Page, content: bytes) -> None:
    await page.get_by_label("ファイル", exact=True).set_input_files(
        {"name": "申請.zip", "mimeType": "application/zip", "buffer": content}
    )
    await page.get_by_role("button", name="アップロードして点検する").click()


async def _until(page: Page, heading: str, scripts: bool) -> None:
    """Wait for the page to say it; without scripts a person looks again."""
    ready = page.get_by_role("heading", level=1, name=re.compile(heading))
    for _ in range(60):
        if scripts or await ready.count():
            break
        await page.wait_for_timeout(300)
        await page.get_by_role("link", name="いまの状態を見る").click()
    await expect(ready).to_be_visible(timeout=40_000)


async def _fine(page: Page, scripts: bool) -> None:
    for width in (WIDE, NARROW):
        await page.set_viewport_size({"width": width, "height": 900})
        wide, room = await page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= room, f"scrolls sideways at {width} px"
        assert not scripts or await violations(page) == []
    await page.set_viewport_size({"width": WIDE, "height": 900})
