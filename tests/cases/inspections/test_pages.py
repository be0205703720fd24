"""The pages without scripts: from the plan to closure, by forms alone; what is refused keeps its input."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from madoguchi.cases.inspections.findings import findings_of
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import KANTO
from tests.cases.inspections.world import REGISTER, REQUIRED, World, jpeg


class Site:
    """Clients of the world's people on one application."""

    def __init__(self, app: FastAPI, world: World, stack: AsyncExitStack) -> None:
        self.app, self.world, self.stack = app, world, stack
        self.clients: dict[str, httpx.AsyncClient] = {}

    async def client(self, who: str) -> httpx.AsyncClient:
        if who not in self.clients:
            self.clients[who] = await self.stack.enter_async_context(
                signed_in(self.app, self.world.counter, who)
            )
        return self.clients[who]

    async def get(self, who: str, path: str, status: int = 200) -> str:
        answer = await (await self.client(who)).get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer.text

    async def post(
        self, who: str, path: str, status: int = 303, files: Any = None, **form: Any
    ) -> httpx.Response:
        answer = await (await self.client(who)).post(path, data=form, files=files)
        assert answer.status_code == status, (path, answer.status_code, answer.text[:3000])
        return answer


@pytest.fixture
async def site(world: World, tmp_path: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        yield Site(app_of(world.counter, tmp_path), world, stack)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', page)
    assert found is not None, name
    return unescape(found[1])


async def answer_section(site: Site, visit: str, section: str, **answers: str) -> httpx.Response:
    page = await site.get("inspector", f"{visit}/sections/{section}")
    items = re.findall(r'data-key="item:([a-z_]+)"', page)
    form = {"sheet": hidden(page, "sheet")}
    for item in items:
        form[f"h.{item}"] = hidden(page, f"h.{item}")
        if item in REQUIRED:
            form[f"a.{item}"] = "5月25日" if item == "last_analysis" else "ok"
    form |= {f"a.{item}": answer for item, answer in answers.items()}
    return await site.post("inspector", f"{visit}/sections/{section}", **form)


async def test_an_inspection_from_plan_to_closure_by_pages_alone(site: Site, world: World) -> None:
    query = {"register": REGISTER, "agency": KANTO, "year": "2026"}
    ranked = await site.get("planner", f"/desk/inspections/risk?{httpx.QueryParams(query)}")
    assert "まだ検査をしていない" in ranked
    made = await site.post("planner", "/desk/inspections/risk", **query, quota="1")
    plan = made.headers["location"]
    page = await site.get("planner", plan)
    await site.post("planner", f"{plan}/propose", revision=hidden(page, "revision"))
    await site.get("planner", plan)
    page = await site.get("approver", plan)
    await site.post("approver", f"{plan}/approve", revision=hidden(page, "revision"))
    listed = await site.get("inspector", "/desk/inspections?tab=planned")
    [found] = re.findall(r'href="(/desk/inspections/[0-9A-Z]{26})"', listed)
    form = await site.get("planner", f"{found}/actions/assign")
    assert "検査 一郎" in form
    people = [world.actor("inspector").id, world.actor("partner").id]
    await site.post(
        "planner",
        f"{found}/actions/assign",
        inspectors=people,
        lead=people[0],
        visit_on="令和8年6月1日",
        visit_time="10時",
        site="0",
        revision=hidden(form, "revision"),
    )
    assert "関東-00001給油所1" in await site.get(
        "planner", "/desk/inspections/calendar?month=2026-06"
    )
    assert "letters/preview/notice" in await site.get("planner", f"{found}/actions/announce")
    assert "立入検査の実施" in await site.get("planner", f"{found}/letters/preview/notice")
    await site.post("planner", f"{found}/actions/announce")
    held = "/inspections/" + found.rpartition("/")[2]
    assert "検査 一郎" in await site.get("applicant", held)
    world.counter.at(date(2026, 6, 1))
    await visit_by_pages(site, "/visits/" + found.rpartition("/")[2])
    page = await site.get("inspector", found)
    assert "結果整理中" in page
    await site.post("inspector", f"{found}/actions/propose_results", summary="表示を直すこと")
    assert "表示がない" in await site.get("approver", f"{found}/actions/approve_results")
    await site.post("approver", f"{found}/actions/approve_results")
    await report_and_close(site, found, held)


async def visit_by_pages(site: Site, visit: str) -> None:
    assert "身分を示す証明書" in await site.get("inspector", visit)
    page = await site.get("inspector", visit)
    await site.post("inspector", f"{visit}/start", sheet=hidden(page, "sheet"))
    answer = await answer_section(site, visit, "registration", sign_shown="ng")
    assert answer.headers["location"] == f"{visit}/sections/manager"
    page = await site.get("inspector", f"{visit}/sections/registration")
    assert re.search(r'value="ng" checked', page)
    assert f"{visit}/findings?item=sign_shown" in page
    page = await site.get("inspector", f"{visit}/findings?item=sign_shown")
    assert "第17条" in hidden_value(page, "law")
    await site.post(
        "inspector",
        f"{visit}/findings",
        files={"photo": ("表示.jpg", jpeg(exif=True), "image/jpeg")},
        sheet=hidden(page, "sheet"),
        name=hidden(page, "name"),
        severity="instruction",
        text="表示がない",
        item="sign_shown",
        law="揮発油等の品質の確保等に関する法律 第17条",
    )
    assert "表示がない" in await site.get("inspector", f"{visit}/findings")
    for section in ("manager", "analysis", "books"):
        await answer_section(site, visit, section)
    last = await answer_section(site, visit, "sample", benzene="1.5")
    assert last.headers["location"] == f"{visit}/finish"
    page = await site.get("inspector", f"{visit}/finish")
    assert "必要な項目は、すべて記入しました" in page
    sheet = hidden(page, "sheet")
    refused = await site.post(
        "inspector", f"{visit}/finish", 422, sheet=sheet, name=" ", title="店長"
    )
    assert 'value="店長"' in refused.text
    await site.post("inspector", f"{visit}/finish", sheet=sheet, name="山田 太郎", title="店長")
    assert "検査を終えました" in await site.get("inspector", visit)


def hidden_value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


async def report_and_close(site: Site, found: str, held: str) -> None:
    page = await site.get("applicant", held)
    [report] = re.findall(rf'href="({held}/findings/[0-9A-Z]+/report)"', page)
    refused = await site.post(
        "applicant",
        report,
        422,
        files=[
            ("files", ("直した.jpg", jpeg(exif=True), "image/jpeg")),
            ("files", ("悪.exe", b"MZ\x00", "x")),
        ],
        body="掲げた",
        done_on="2026-06-01",
    )
    assert "実行できるプログラム" in refused.text
    assert "掲げた" in refused.text
    kept = hidden(refused.text, "kept")
    await site.post("applicant", report, body="表示を掲げた", done_on="令和8年6月1日", kept=kept)
    assert (await (await site.client("applicant")).get(report)).status_code == 409
    page = await site.get("inspector", found)
    [file] = re.findall(rf'href="({found}/files/[0-9a-f]{{64}})"', page)
    answer = await (await site.client("inspector")).get(file)
    assert answer.headers["content-type"] == "image/jpeg"
    assert b"Exif" not in answer.content
    [accept] = re.findall(rf'href="({found}/actions/accept_report\?finding=[0-9A-Z]+)"', page)
    form = await site.get("inspector", accept)
    await site.post("inspector", f"{found}/actions/accept_report", finding=hidden(form, "finding"))
    await site.post("inspector", f"{found}/actions/propose_closing", comment="改善を確認")
    own = await site.get("inspector", f"{found}/actions/approve_closing")
    assert "いまは、この操作はできません" in own
    await site.post("approver", f"{found}/actions/approve_closing")
    assert "終了" in await site.get("applicant", held)
    letters = re.findall(rf'href="({held}/letters/[0-9A-Z]+)"', await site.get("applicant", held))
    assert len(letters) == 3
    for letter in letters:
        assert "関東経済産業局" in await site.get("applicant", f"{letter}?html=1")


async def test_a_refused_form_keeps_what_was_typed(site: Site, world: World) -> None:
    [inspection] = await world.planned()
    base = f"/desk/inspections/{inspection.id}"
    answer = await site.post(
        "planner", f"{base}/actions/assign", 422, visit_on="昨日", visit_time="<b>朝</b>"
    )
    assert 'value="昨日"' in answer.text
    assert "&lt;b&gt;朝" in answer.text
    assert "エラー" in answer.text
    stale = await site.post("planner", f"{base}/actions/cancel", 409, reason="残る", revision="99")
    assert "残る" in stale.text


async def test_a_wrong_number_on_site_is_told_and_kept(site: Site, world: World) -> None:
    inspection = await world.ready()
    visit = f"/visits/{inspection.id}"
    page = await site.get("inspector", f"{visit}/sections/sample")
    answer = await site.post(
        "inspector",
        f"{visit}/sections/sample",
        422,
        sheet=hidden(page, "sheet"),
        **{"a.benzene": "たくさん", "a.colour": "ok", "n.colour": "少し濃い"},
    )
    assert 'value="たくさん"' in answer.text
    assert "少し濃い" in await site.get("inspector", f"{visit}/sections/sample")


async def test_the_same_page_sent_twice_and_a_page_gone_back_to(site: Site, world: World) -> None:
    inspection = await world.ready()
    visit = f"/visits/{inspection.id}"
    page = await site.get("inspector", f"{visit}/sections/books")
    sheet = hidden(page, "sheet")
    for answer in ("ok", "ok", "ng"):
        await site.post(
            "inspector", f"{visit}/sections/books", sheet=sheet, **{"a.books_kept": answer}
        )
    page = await site.get("inspector", f"{visit}/sections/books")
    assert re.search(r'id="a-books_kept-ng" value="ng" checked', page)
    assert "食い違って" not in page


async def test_two_inspectors_see_and_settle_their_conflict(site: Site, world: World) -> None:
    inspection = await world.ready()
    visit = f"/visits/{inspection.id}"
    pages = {
        who: await site.get(who, f"{visit}/sections/books") for who in ("inspector", "partner")
    }
    for who, answer in (("inspector", "ok"), ("partner", "ng")):
        world.counter.now += timedelta(minutes=1)
        await site.post(
            who,
            f"{visit}/sections/books",
            sheet=hidden(pages[who], "sheet"),
            **{"a.books_kept": answer},
        )
    for who in ("inspector", "partner"):
        assert "食い違っています" in await site.get(who, f"{visit}/sections/books")
    page = await site.get("partner", f"{visit}/conflicts")
    assert "検査 一郎" in page
    chosen = re.findall(r'name="chosen" value="([^"]+)"', page)[1]
    await site.post(
        "partner", f"{visit}/conflicts", sheet="s", key="item:books_kept", chosen=chosen
    )
    assert "食い違いはありません" in await site.get("partner", f"{visit}/conflicts")
    assert re.search(
        r'id="a-books_kept-ng" value="ng" checked',
        await site.get("inspector", f"{visit}/sections/books"),
    )


async def test_other_peoples_pages_do_not_exist(site: Site, world: World) -> None:
    inspection = await world.told()
    async with world.counter.database.reading() as session:
        [finding] = await findings_of(session, inspection.id)
    own, desk, visit = (
        f"/inspections/{inspection.id}",
        f"/desk/inspections/{inspection.id}",
        f"/visits/{inspection.id}",
    )
    for who in ("far", "examiner"):
        await site.get(who, desk, 404)
        await site.get(who, own, 404)
        await site.get(who, visit, 404)
    await site.get("applicant", desk, 403)
    await site.get("applicant", visit, 403)
    await site.get("chief", visit, 404)
    await site.get("inspector", f"{own}/findings/{finding.id}/report", 404)
    await site.get("applicant", f"{own}/findings/{'0' * 26}/report", 404)
    for path in (
        desk,
        f"{desk}/actions/nothing",
        f"{desk}/photos/x",
        f"{desk}/letters/x",
        f"{visit}/sections/x",
    ):
        found = await (await site.client("inspector")).get(path + "0")
        assert found.status_code == 404, path
    await site.get("examiner", "/desk/inspections")
    await site.get("examiner", "/desk/inspections/plans", 404)


async def test_pages_of_a_visit_tell_scripts_whose_they_are(site: Site, world: World) -> None:
    inspection = await world.ready()
    marks, keys = set(), set()
    for who in ("inspector", "partner"):
        answer = await (await site.client(who)).get(f"/visits/{inspection.id}")
        [mark] = re.findall(r'name="madoguchi-person" content="([0-9a-f]{20})"', answer.text)
        assert answer.headers["x-madoguchi-person"] == mark
        marks.add(mark)
        keys |= set(re.findall(r'data-key="([A-Za-z0-9+/=]{44})"', answer.text))
    assert (len(marks), len(keys)) == (2, 2)
    offline = await (await site.client("inspector")).get("/visits/offline")
    assert "madoguchi-person" not in offline.text
    worker = await (await site.client("inspector")).get("/visits/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
