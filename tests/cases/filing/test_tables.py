"""A table of a draft by file: template, upload, the look before, taking over, rows by the thousand."""

import io
import re
import time
from datetime import date
from typing import Any

import pytest
from httpx import AsyncClient, Response
from openpyxl import load_workbook

from madoguchi.cases.models import Draft
from tests.cases.filing.office import PDF, Office
from tests.cases.filing.test_api import DATA, filing

HEAD = "名称,容量\n"


async def begun(
    office: Office, rows: list[dict[str, Any]] | None = None
) -> tuple[AsyncClient, str]:
    """A draft of the trial procedure; the applicant and the address of its table."""
    await office.publish_trial()
    client = await office.client("applicant")
    made = (await client.post("/api/v1/drafts", json={"procedure_id": "trial"})).json()
    if rows is not None:
        body = {"entered": {**DATA, "equipment": rows}}
        put = await client.put(
            f"/api/v1/drafts/{made['id']}", json=body, headers={"If-Match": '"1"'}
        )
        assert put.status_code == 200, put.text
    return client, f"/drafts/{made['id']}/tables/equipment"


async def send(
    client: AsyncClient, url: str, content: str | bytes, name: str = "表.csv", mode: str = "replace"
) -> Response:
    raw = content.encode() if isinstance(content, str) else content
    return await client.post(url, files={"file": (name, raw)}, data={"mode": mode})


async def confirm(client: AsyncClient, sent: Response) -> Response:
    """Press the button of the page that shows what the file holds."""
    assert sent.status_code == 303, sent.text
    page = await client.get(sent.headers["location"])
    assert page.status_code == 200, page.text
    hidden = dict(re.findall(r'type="hidden" name="(mode|revision)" value="([^"]*)"', page.text))
    return await client.post(sent.headers["location"].partition("?")[0], data=hidden)


async def kept(office: Office, url: str) -> list[dict[str, Any]]:
    async with office.counter.database.reading() as session:
        draft = await session.get(Draft, url.split("/")[2])
        assert draft is not None
        return list(draft.entered.get("equipment") or [])


async def test_from_template_to_rows(office: Office) -> None:
    client, url = await begun(office)
    page = await client.get(url.replace("/tables/equipment", "/pages/equipment"))
    assert f'href="{url}"' in page.text
    answer = await client.get(f"{url}/template")
    assert "%E8%A8%AD%E5%82%99.xlsx" in answer.headers["content-disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    for number, row in enumerate([("タンクA", 12.5), ("タンクB", 3)], 3):
        for column, value in enumerate(row, 1):
            book.active.cell(number, column, value)
    out = io.BytesIO()
    book.save(out)
    sent = await send(client, url, out.getvalue(), "設備.xlsx")
    look = await client.get(sent.headers["location"])
    assert "直すところはありません" in look.text
    assert not any(row.get("name") for row in await kept(office, url)), "not taken over yet"
    done = await confirm(client, sent)
    assert done.headers["location"] == url
    rows = await kept(office, url)
    assert [(row["name"], row["volume"]) for row in rows] == [("タンクA", "12.5"), ("タンクB", "3")]


async def test_faults_are_told_by_line_and_column_and_nothing_is_lost(office: Office) -> None:
    old = [{"row": "r1", "name": "前のタンク", "volume": "1"}]
    client, url = await begun(office, old)
    sent = await send(client, url, HEAD + "A,1\nB,たくさん\n,3\n=cmd|x,4\n")
    look = await client.get(sent.headers["location"])
    text = re.sub(r"<[^>]+>", " ", look.text)
    assert "2行に直すところがあります" in text
    assert re.search(r"3\s+列\s+容量\s+書かれていた内容\s+たくさん", text)
    assert re.search(r"4\s+列\s+名称\s+書かれていた内容\s+直すこと\s+「名称」を入力", text)
    assert await kept(office, url) == old, "looking changes nothing"
    report = await client.get(sent.headers["location"].replace("?", "/faults.xlsx?"))
    sheet = load_workbook(io.BytesIO(report.content))["設備"]
    assert [row[3].value for row in sheet.iter_rows(min_row=3)] == ["たくさん", "3"]
    await confirm(client, sent)
    rows = await kept(office, url)
    assert [(row.get("name"), row["volume"]) for row in rows] == [
        ("A", "1"),
        ("B", "たくさん"),
        (None, "3"),
        ("=cmd|x", "4"),
    ]
    page = await client.get(f"{url}?faulty=1")
    assert "たくさん" in page.text
    assert "前のタンク" not in page.text
    again = await client.get(f"{url}/faults.xlsx")
    corrected = load_workbook(io.BytesIO(again.content))
    sheet = corrected["設備"]
    sheet["D3"], sheet["C4"] = 2, "C"
    out = io.BytesIO()
    corrected.save(out)
    await confirm(client, await send(client, url, out.getvalue(), "直し.xlsx", "append"))
    assert len(await kept(office, url)) == 6


async def test_append_keeps_the_rows_and_replace_keeps_ids_and_other_columns(
    office: Office,
) -> None:
    old = [{"row": "r1", "name": "A", "volume": "1"}, {"row": "r2", "name": "B", "volume": "2"}]
    client, url = await begun(office, old)
    await confirm(client, await send(client, url, HEAD + "C,3\n", mode="append"))
    assert [row["name"] for row in await kept(office, url)] == ["A", "B", "C"]
    own = await client.get(f"{url}/template?rows=1&format=csv")
    changed = own.text.replace(",B,2", ",B2,22")
    await confirm(client, await send(client, url, changed))
    rows = await kept(office, url)
    assert [(row["row"], row["name"]) for row in rows][:2] == [("r1", "A"), ("r2", "B2")]


async def test_pressed_twice_and_after_a_change(office: Office) -> None:
    client, url = await begun(office, [{"row": "r1", "name": "A", "volume": "1"}])
    sent = await send(client, url, HEAD + "C,3\n", mode="append")
    page = await client.get(sent.headers["location"])
    hidden = dict(re.findall(r'type="hidden" name="(mode|revision)" value="([^"]*)"', page.text))
    target = sent.headers["location"].partition("?")[0]
    first, second = [await client.post(target, data=hidden) for _ in range(2)]
    assert first.headers["location"] == url
    assert second.headers["location"].startswith(target), "the draft has changed: look again"
    assert [row["name"] for row in await kept(office, url)] == ["A", "C"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("表.csv", b""),
        ("表.csv", "名称,容量\n".encode()),
        ("表.csv", b"x,y\n1,2\n"),
        ("表.csv", b"\x00\x01"),
        ("表.csv", '名称,容量\n"a,1\n'.encode()),
        ("表.xlsx", b"PK\x03\x04 half"),
        ("表.xlsx", PDF),
        ("表.pdf", PDF),
        ("表.xlsm", b"PK"),
        ("表.html", b"<script>alert(1)</script>"),
        ("表.csv", "名称,容量\n".encode() + b"a,1\n" * 100_001),
    ],
)
async def test_files_that_cannot_be_read_leave_the_page_with_advice(
    office: Office, name: str, content: bytes
) -> None:
    old = [{"row": "r1", "name": "A", "volume": "1"}]
    client, url = await begun(office, old)
    answer = await send(client, url, content, name)
    assert answer.status_code == 422
    assert "エラー: " in answer.text
    assert await kept(office, url) == old


async def test_no_file_and_no_form(office: Office) -> None:
    client, url = await begun(office)
    assert (await client.post(url, data={"mode": "x"})).status_code == 422
    assert (await client.post(url, content=b"{}")).status_code in (415, 422)
    assert (await client.get(f"{url}?from=99999999999&faulty=x")).status_code == 200
    assert (await client.get(f"{url}/uploads/nothing")).status_code == 404
    assert (await client.post(f"{url}/uploads/%00")).status_code in (400, 404)


async def test_tables_and_files_of_others_are_as_if_absent(office: Office) -> None:
    client, url = await begun(office, [{"row": "r1", "name": "A", "volume": "1"}])
    sent = await send(client, url, HEAD + "C,3\n")
    file = sent.headers["location"].split("/")[-1].partition("?")[0]
    await office.add_person("stranger")
    other = await office.client("stranger")
    for path in (url, f"{url}/template", f"{url}/faults.xlsx", f"{url}/uploads/{file}"):
        assert (await other.get(path)).status_code == 404
    own = await office.start("stranger")
    theirs = f"/drafts/{own}/tables/equipment/uploads/{file}"
    assert (await other.get(theirs)).status_code == 404
    assert (await other.post(theirs, data={"revision": "1"})).status_code == 404
    for name in ("site", "nothing", "kind", "..", "%2e%2e"):
        assert (await client.get(url.replace("equipment", name))).status_code in (404, 303, 200)
        assert (await client.get(url.replace("equipment", name) + "/template")).status_code == 404


async def test_a_correction_opens_the_table_only_when_asked(office: Office) -> None:
    office.counter.at(date(2026, 5, 1))
    await office.publish_trial()
    client = await office.client("applicant")
    sent = await client.post(
        "/api/v1/procedures/trial/filings",
        json=await filing(client),
        headers={"Idempotency-Key": "a-filing-to-correct"},
    )
    case_id = sent.json()["id"]
    await office.counter.act("examiner", case_id, "start_examination")
    form = {"points": ["/amount"], "reason": "金額"}
    await office.counter.act("examiner", case_id, "request_correction", form)
    begun = await client.post(f"/cases/{case_id}/correct")
    url = begun.headers["location"] + "/tables/equipment"
    assert "補正で直す項目ではありません" in (await client.get(url)).text
    assert (await send(client, url, HEAD + "C,3\n")).status_code == 409
    whole = await client.get(f"/cases/{case_id}/tables/equipment")
    rows = list(load_workbook(io.BytesIO(whole.content)).active.values)
    assert rows[2] == ("r1", "タンク", 12.5, 25)
    desk = await office.client("examiner")
    assert (await desk.get(f"/cases/{case_id}/tables/equipment")).status_code == 200
    elsewhere = await office.client("elsewhere")
    assert (await elsewhere.get(f"/cases/{case_id}/tables/equipment")).status_code == 404
    assert (await client.get(f"/cases/{case_id}/tables/kind")).status_code == 404


async def test_ten_thousand_rows_from_file_to_receipt(office: Office) -> None:
    client, url = await begun(office)
    draft = url.split("/")[2]
    attached = (await filing(client))["attached"]
    body = {"entered": {**DATA, "equipment": []}, "attached": attached}
    put = await client.put(f"/api/v1/drafts/{draft}", json=body, headers={"If-Match": '"1"'})
    assert put.status_code == 200, put.text
    lines = "".join(f"タンク{n},{n}.5\n" for n in range(10_000))
    sent = await send(client, url, HEAD + lines)
    start = time.perf_counter()
    await confirm(client, sent)
    assert len(await kept(office, url)) == 10_000
    for page in ("/pages/equipment", "/check", "", "/tables/equipment?from=9950"):
        answer = await client.get(f"/drafts/{draft}{page}")
        assert answer.status_code == 200, page
        assert len(answer.content) < 400_000, page
    filed = await client.post(f"/drafts/{draft}/file")
    assert filed.headers.get("location", "").endswith("/receipt"), filed.text[:3000]
    case = filed.headers["location"].removesuffix("/receipt")
    for path in (case, f"/desk{case}"):
        answer = await (await office.client("examiner" if "desk" in path else "applicant")).get(
            path
        )
        assert answer.status_code == 200
        assert "10,000行" in answer.text
    assert time.perf_counter() - start < 120, "a busy machine; alone it takes some seconds"
