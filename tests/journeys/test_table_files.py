"""Filling in a table of a form from a file, with and without scripts: faults are seen before anything changes."""

import re

import pytest
from playwright.async_api import expect

from tests.journeys.axe import violations
from tests.journeys.people import NARROW, WIDE, People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]

HEADS = "設備の名称,種別,常用の圧力,内容積(1基),基数,移設・転用・再使用する設備ですか"


@pytest.mark.parametrize("scripts", [False, True])
async def test_a_table_comes_from_a_spreadsheet(people: People, scripts: bool) -> None:
    page = await people.window("minato", scripts=scripts)
    made = await page.request.post(
        "/api/v1/drafts", data={"procedure_id": "high-pressure-gas-production"}
    )
    draft = (await made.json())["id"]
    await page.goto(f"/drafts/{draft}/pages/equipment")
    await page.get_by_role("link", name="Excel・CSVから入力する").click()
    assert not scripts or await violations(page) == []
    async with page.expect_download() as download:
        await page.get_by_role("link", name="空のひな型(Excel)").click()
    assert (await download.value).suggested_filename.endswith(".xlsx")
    rows = [f"圧縮機{n},{'圧縮機' if n else 'その他の何か'},1.96,120,1,いいえ" for n in range(30)]
    content = "\r\n".join([HEADS, *rows]).encode("cp932")
    await page.get_by_label("ファイル", exact=True).set_input_files(
        {"name": "設備.csv", "mimeType": "text/csv", "buffer": content}
    )
    await page.get_by_role("button", name="読み込んで確かめる").click()
    await expect(page.locator("main")).to_contain_text("1行に直すところがあります")
    await expect(page.get_by_role("row", name=re.compile("^2 種別 その他の何か"))).to_be_visible()
    for width in (WIDE, NARROW):
        await page.set_viewport_size({"width": width, "height": 900})
        assert not scripts or await violations(page) == []
    await page.get_by_role("button", name="30行に入れ替える").click()
    await expect(page.locator("main")).to_contain_text("いまの行 (30行)")
    assert not scripts or await violations(page) == []
    await page.get_by_role("link", name="質問の画面へ戻る").click()
    await expect(page.locator("input[value='圧縮機29']")).to_be_visible()
    await page.close()
