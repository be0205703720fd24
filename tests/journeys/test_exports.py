"""Exporting a list in the browser: at once, and as a job whose page tells how far it is."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.axe import violations
from tests.journeys.people import People

pytestmark = [pytest.mark.journey, pytest.mark.asyncio(loop_scope="session")]


async def test_an_official_takes_a_list_home(people: People) -> None:
    page = await people.window("kanagawa-examiner")
    await page.goto("/desk?tab=done")
    await page.get_by_text("この一覧を書き出す").click()
    await page.get_by_label("CSV").check()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="書き出す", exact=True).click()
    content = Path(await (await download.value).path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = list(csv.reader(io.StringIO(archive.read("cases.csv").decode("utf-8-sig"))))
    assert rows[0][0] == "到達番号 / Arrival number"
    assert rows[1][0] == "case.arrival_number"
    assert len(rows) > 4
    await page.close()


async def test_a_long_export_tells_how_far_it_is(people: People) -> None:
    page = await people.window("kanagawa-examiner", scripts=True)
    asked = await page.request.post(
        "/api/v1/exports", data={"source": "desk", "tab": "done", "format": "xlsx"}
    )
    assert asked.status == 202
    await page.goto(asked.headers["location"].removeprefix("/api/v1"))
    ready = page.get_by_role("heading", level=1, name="ファイルができました")
    for _ in range(20):  # without scripts a person looks again
        if await page.evaluate("() => !!window.htmx") or await ready.count():
            break
        await page.wait_for_timeout(500)
        await page.get_by_role("link", name="いまの状態を見る").click()
    await expect(ready).to_be_visible(timeout=20_000)
    assert await violations(page) == []
    async with page.expect_download() as download:
        await page.get_by_role("link", name=re.compile("ファイルを受け取る")).click()
    assert (await download.value).suggested_filename.endswith(".xlsx")
    await page.goto("/exports")
    await expect(page.locator("main")).to_contain_text("受け取れます")
    assert await violations(page) == []
    await page.close()
