"""Bulk filing over HTTP: pages without scripts, the API for programs, bad input, other people."""

import csv
import io
import json
from typing import Any

import pytest

from tests.cases.bulk.sending import (
    bulk_of,
    cases,
    drain,
    entry,
    send,
    zipped,
)
from tests.cases.bulk.test_files import TRIED, book
from tests.cases.filing.office import PDF, TRIAL, Office
from tests.cases.filing.test_api import DATA, upload

URL = "/procedures/trial/bulk"


async def test_from_template_to_arrival_numbers_on_the_pages(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    assert URL in (await client.get("/procedures/trial")).text
    begin = await client.get(URL)
    assert "計画書" in begin.text
    assert "申請者の法人番号" not in begin.text, "only agents have clients"
    made = await client.get(f"{URL}/template")
    assert made.headers["content-type"].endswith("sheet")
    assert (await client.get(f"{URL}/template?format=csv")).content[:2] == b"PK"
    nothing = await client.post(URL, files={"x": ("", b"")})
    assert nothing.status_code == 422
    assert "ファイルを選んでください" in nothing.text
    sent = [entry("A-1"), entry("=1+1", amount="<b>x</b>"), entry("A-3", amount=5_000_000)]
    answer = await client.post(URL, files={"file": ("申請.zip", zipped(TRIED, sent), "x/y")})
    assert answer.status_code == 303, answer.text
    here = answer.headers["location"]
    assert "読み込んでいます" in (await client.get(here)).text
    await drain(office)
    page = await client.get(here)
    assert "1行に直すところがあります" in page.text
    assert "問題のない2件を提出する" not in page.text or "2件" in page.text
    assert "<b>x</b>" not in page.text
    assert "24,000円" in page.text
    good = await client.get(f"{here}?rows=good")
    assert "金額が大きいようです" in good.text
    mend = await client.get(f"{here}/faults.xlsx")
    assert mend.status_code == 200
    run = (await bulk_of(office, here[6:])).run
    assert (await client.post(f"{here}/file", data={"run": "99"})).status_code == 303
    assert "もう一度確かめて" in (await client.get(here)).text
    assert (await client.post(f"{here}/file", data={"run": str(run)})).status_code == 303
    assert "提出しています" in (await client.get(here)).text
    await drain(office)
    page = await client.get(f"{here}?rows=filed")
    assert "提出が終わりました" in page.text
    results = (await client.get(f"{here}/results.csv")).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(results)))
    assert [line[1] for line in lines[1:]] == ["A-1", "'=1+1", "A-3"]
    numbers = [line[5] for line in lines[1:]]
    assert numbers[0] in page.text
    assert numbers[1] == ""
    assert "申請.zip" in (await client.get("/bulk")).text
    assert (await client.get(f"{here}?lang=en")).status_code in (200, 303)
    # Nobody else learns that it exists.
    await office.add_person("他人 花子")
    for who in ("他人 花子", "examiner"):
        other = await office.client(who)
        for path in ("", "/results.csv", "/faults.xlsx"):
            assert (await other.get(here + path)).status_code == 404
        for act in ("file", "stop", "check"):
            assert (await other.post(f"{here}/{act}", data={"run": "1"})).status_code == 404
        assert (await other.get(f"/api/v1{here}/rows")).status_code == 404
    public = await office.client("public")
    assert (await public.get(here)).status_code in (303, 401, 404)


async def test_the_api_of_agents_software(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    files = {"plan": [await upload(client)], "certificate": [await upload(client)]}
    rows: list[dict[str, Any]] = [
        {"key": "1", "data": DATA, "attached": files},
        {"key": "2", "data": {**DATA, "amount": "x"}, "attached": files},
        {"key": "3", "data": {**DATA, "other": "別"}, "attached": {**files, "plan": ["0" * 26]}},
        {"key": "4", "data": {"unknown": 1}},
    ]
    key = {"Idempotency-Key": "bulk-0001"}
    body = {"procedure_id": "trial", "filings": rows}
    made = await client.post("/api/v1/bulk", json=body, headers=key)
    assert made.status_code == 202, made.text
    again = await client.post("/api/v1/bulk", json=body, headers=key)
    assert again.json()["id"] == made.json()["id"]
    here = made.headers["location"]
    assert (await client.get(here)).json()["state"] == "checking"
    early = await client.post(f"{here}/file", json={"run": 1})
    assert early.status_code == 409
    assert early.headers["content-type"].startswith("application/problem+json")
    await drain(office)
    bulk = (await client.get(here)).json()
    assert (bulk["state"], bulk["counts"]["good"], bulk["counts"]["fault"]) == ("checked", 1, 3)
    first = await client.get(f"{here}/rows", params={"status": "fault", "limit": 2})
    assert [row["key"] for row in first.json()["items"]] == ["2", "3"]
    assert first.json()["items"][0]["faults"][0]["pointer"] == "/amount"
    assert first.json()["items"][1]["faults"][0]["pointer"] == "/attachments/plan"
    last = await client.get(first.links["next"]["url"])
    assert [row["key"] for row in last.json()["items"]] == ["4"]
    assert last.json()["next"] is None
    for _ in range(2):
        filed = await client.post(f"{here}/file", json={"run": bulk["run"]})
        assert filed.status_code in (202, 409)
    await drain(office)
    (row,) = (await client.get(f"{here}/rows?status=filed")).json()["items"]
    case = await client.get(f"/api/v1/cases/{row['case_id']}")
    assert case.json()["arrival_number"] == row["arrival_number"]
    assert await cases(office) == 1
    assert (await client.get("/api/v1/bulk")).json()[0]["id"] == bulk["id"]
    # One JSON a line, and a file.
    lines = "\n".join(json.dumps({**row, "key": f"n{row['key']}"}) for row in rows[:2])
    by_line = await client.post(
        "/api/v1/bulk?procedure_id=trial",
        content=lines + "\n\n",
        headers={"content-type": "application/x-ndjson"},
    )
    assert by_line.json()["total"] == 2
    content = zipped(TRIED, [entry("f1")])
    twice = [
        await client.post(
            "/api/v1/bulk",
            data={"procedure_id": "trial"},
            files={"file": ("f.zip", content)},
            headers={"Idempotency-Key": "bulk-file-1"},
        )
        for _ in range(2)
    ]
    assert twice[0].status_code == 202, twice[0].text
    assert twice[0].json()["id"] == twice[1].json()["id"], "boundaries differ, the file does not"
    more = await client.post("/api/v1/bulk", json={**body, "filings": rows[:1]})
    assert more.status_code == 202
    full = await client.post("/api/v1/bulk", json={**body, "filings": rows[:1]})
    assert (full.status_code, full.headers["retry-after"]) == (429, "30")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"[]", 422),
        ("application/json", b'{"procedure_id": "trial", "filings": []}', 422),
        ("application/json", b'{"procedure_id": "none", "filings": [{"data": {}}]}', 404),
        ("application/json", b'{"procedure_id": "trial", "filings": [{"data": 1}]}', 422),
        ("application/json", b'{"procedure_id": "trial", "filings": [{"data": {"a": NaN}}]}', 400),
        (
            "application/json",
            b'{"procedure_id":"trial","filings":[{"key":"A","data":{}},{"key":" \xef\xbd\x81","data":{}}]}',
            422,
        ),
        ("application/x-ndjson", b'{"data": {}}\n{"data": ', 400),
        ("application/x-ndjson", b'{"data": {}}\n{"x": 1}', 422),
        ("application/x-ndjson", b"\xff\xfe", 400),
        ("application/x-ndjson", b"", 422),
        ("application/x-ndjson", b'{"data": {}}\n' * 10_001, 422),
        ("application/x-ndjson", b'{"data": {"a": "\\u0000"}}', 422),
        ("multipart/form-data; boundary=x", b"--x\r\nhalf", 400),
        ("text/plain", b"hello", 400),
    ],
)
async def test_bad_calls_are_told_what_is_wrong(
    office: Office, kind: str, body: bytes, status: int
) -> None:
    if office.counter.database.is_sqlite and b"u0000" not in body:
        pytest.skip("once is enough")
    await office.publish_trial()
    client = await office.client("applicant")
    answer = await client.post(
        "/api/v1/bulk?procedure_id=trial", content=body, headers={"content-type": kind}
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    for path in ("x", "0" * 26):
        assert (await client.get(f"/api/v1/bulk/{path}")).status_code == 404
    assert (await client.get("/api/v1/bulk")).json() == []


async def test_odd_spreadsheets_get_a_verdict_for_each_row(office: Office) -> None:
    await office.publish_trial(TRIAL.read_text())
    client = await office.client("applicant")
    heads = ["整理番号", "メール", "種類", "金額", "開始日", "誓約する", "/site/prefecture"]
    heads += ["計画書", "登記事項証明書", "/site/city", "/site/street"]
    evil = ["'; DROP TABLE", "<script>", "=cmd|' /C calc'!A0", 10**30, "9999-99-99", "\u202e", "𠮷"]
    content = book(申請=[heads, evil, ["\u3000", "\u200b", None, -1.5, True, "x" * 30_000, "県"]])
    answer = await client.post(URL, files={"file": ("b.xlsx", content)})
    if answer.status_code == 422:  # the formula has no kept result
        assert "計算式" in answer.text or "セル" in answer.text
        return
    await drain(office)
    page = await client.get(answer.headers["location"])
    assert page.status_code == 200
    assert "<script>" not in page.text.split("<main")[1].split("</main")[0].replace(
        "<script src", ""
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsm", b"PK\x03\x04"), ("a.xlsx", b"PK\x03\x04broken"), ("a.csv", b""), ("a.pdf", PDF)],
)
async def test_files_of_other_kinds_are_refused_at_the_door(
    office: Office, name: str, content: bytes
) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    answer = await client.post(URL, files={"file": (name, content)})
    assert answer.status_code == 422
    assert "エラー" in answer.text
    assert (await client.get("/api/v1/bulk")).json() == []


async def test_a_file_of_the_api_needs_the_right_to_file(office: Office) -> None:
    await office.publish_trial(TRIAL.read_text().replace("audience:", "who: official\naudience:"))
    client = await office.client("applicant")
    assert (await client.get(URL)).status_code == 403
    answer = await client.post(
        "/api/v1/bulk", json={"procedure_id": "trial", "filings": [{"data": {}}]}
    )
    assert answer.status_code == 403
    with pytest.raises(Exception, match="official"):
        await send(office, b"a,b\n1,2", "a.csv")
