"""Filing by program: the same verdicts as the pages, once per key, exact numbers."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from madoguchi.cases.models import Case, Draft
from tests.cases.filing.office import PDF, Office, fill

DATA: dict[str, Any] = {
    "email": "a@example.jp",
    "kind": "other",
    "other": "特別なもの",
    "amount": 12000,
    "started": "2026-06-01",
    "site": {"prefecture": "神奈川県", "city": "川崎市", "street": "1-1"},
    "equipment": [{"row": "r1", "name": "タンク", "volume": "12.5"}],
    "promise": True,
}


async def upload(client: AsyncClient, name: str = "計画.pdf") -> str:
    sent = await client.post("/api/v1/files", files={"file": (name, PDF, "text/plain")})
    assert sent.status_code == 201, sent.text
    assert sent.json()["type"] == "application/pdf"
    return str(sent.json()["id"])


async def filing(client: AsyncClient, **change: Any) -> dict[str, Any]:
    attached = {"plan": [await upload(client)], "certificate": [await upload(client)]}
    return {"data": {**DATA, **change}, "attached": attached}


async def count(office: Office, table: type) -> int:
    async with office.counter.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


async def test_validate_then_file_once(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    body = await filing(client)
    verdict = await client.post("/api/v1/procedures/trial/validate", json=body)
    assert verdict.status_code == 200, verdict.text
    assert verdict.json()["valid"], verdict.json()["errors"]
    assert verdict.json()["authority"] == "pref-14"
    assert await count(office, Draft) == 0
    url, key = "/api/v1/procedures/trial/filings", {"Idempotency-Key": "one-filing-0001"}
    assert (await client.post(url, json=body)).status_code == 400  # no key
    first = await client.post(url, json=body, headers=key)
    assert first.status_code == 201, first.text
    again = await client.post(url, json=body, headers=key)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await client.post(url, json={**body, "digest": None}, headers=key)
    assert other.status_code == 422
    assert await count(office, Case) == 1
    detail = await client.get(first.headers["location"])
    assert detail.json()["data"]["total"] == "12.5"
    assert detail.json()["state"] == "filed"
    assert "withdraw" in detail.json()["actions"]


async def test_browser_and_program_get_the_same_verdict(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    wrong = {"kind": "x", "amount": "たくさん", "started": "2020-01-01", "email": "no"}
    body = {"data": wrong, "attached": {}}
    verdict = (await client.post("/api/v1/procedures/trial/validate", json=body)).json()
    draft = await office.start()
    base = f"/drafts/{draft}/pages"
    await fill(client, f"{base}/who", {"/email": "no"}, do="refresh")
    await fill(client, f"{base}/what", {f"/{k}": str(v) for k, v in wrong.items()}, do="refresh")
    page = (await client.get(f"/api/v1/drafts/{draft}/verdict")).json()
    assert {(f["pointer"], f["code"]) for f in page["errors"]} == {
        (f["pointer"], f["code"]) for f in verdict["errors"]
    }
    refused = await client.post(
        "/api/v1/procedures/trial/filings", json=body, headers={"Idempotency-Key": "refused-0001"}
    )
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert {e["pointer"] for e in refused.json()["errors"]} >= {"#/data/amount", "#/attached/plan"}
    assert await count(office, Case) == 0


@pytest.mark.parametrize(
    "raw",
    [
        b'{"data": {"amount": NaN}}',
        b'{"data": {"amount": Infinity}}',
        b'{"data": {"amount": 1e999999}}',
        b'{"data": {"amount": ' + b"9" * 5000 + b"}}",
        b'{"data": {"amount": 1, "amount": 2}}',
        b'{"data": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"data": ' + b'{"a":' * 30 + b"1" + b"}" * 30 + b"}",
        b'{"data": {"email": "\\ud800"}}',
        b'{"data": {"email": "\\u0000"}}',
        b"\xff\xfe",
        b"[]",
        b'{"data": 1}',
        b'{"data": {}, "more": 1}',
        b"",
    ],
)
async def test_hostile_json_is_refused(office: Office, raw: bytes) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    answer = await client.post(
        "/api/v1/procedures/trial/validate",
        content=raw,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "data",
    [
        {"amount": {"a": 1}, "equipment": "no", "site": [1], "colours": {"x": 1}, "kind": 7},
        {"equipment": [1, None, {"row": "../x"}, {"row": "a"}, {"row": "a", "name": "x"}]},
        {"__proto__": 1, "a/b~c": 2, "": 3},
        {"email": "x" * 100_000, "remarks": "<script>alert(1)</script>' OR 1=1 --"},
        {"amount": 10**30, "started": "9999-99-99", "month": True, "urgent": "maybe"},
        {"amount": -1.5, "promise": "no", "applicant": "イ", "drawing": "file"},
    ],
)
async def test_odd_answers_get_a_verdict(office: Office, data: dict[str, Any]) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    answer = await client.post("/api/v1/procedures/trial/validate", json={"data": data})
    assert answer.status_code == 200, answer.text
    assert not answer.json()["valid"]
    # The same, kept in a draft and looked at in the browser: nothing breaks.
    made = await client.post("/api/v1/drafts", json={"procedure_id": "trial"})
    url = f"/api/v1/drafts/{made.json()['id']}"
    put = await client.put(url, json={"entered": data}, headers={"If-Match": made.headers["etag"]})
    assert put.status_code == 200, put.text
    draft = f"/drafts/{made.json()['id']}"
    places = ("/pages/who", "/pages/what", "/pages/equipment", "/pages/end", "/check", "")
    for place in (*places, "/attachments"):
        page = await client.get(draft + place)
        assert page.status_code == 200, (place, page.text[-500:])
        assert "<script>alert" not in page.text


async def test_drafts_refuse_writers_of_an_older_revision(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    made = await client.post("/api/v1/drafts", json={"procedure_id": "trial"})
    url, etag = f"/api/v1/drafts/{made.json()['id']}", made.headers["etag"]
    first = await client.put(url, json={"entered": {"amount": 1}}, headers={"If-Match": etag})
    assert first.status_code == 200
    assert first.headers["etag"] != etag
    late = await client.put(url, json={"entered": {"amount": 2}}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert (await client.put(url, json={"entered": {}})).status_code == 428
    assert (await client.get(url)).json()["entered"] == {"amount": 1}
    assert (await client.delete(url)).status_code == 204
    assert (await client.get(url)).status_code == 404


async def test_files_are_looked_into_and_belong_to_their_sender(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    fake = {"file": ("計画.pdf", b"MZ\x90\x00 a program", "application/pdf")}
    assert (await client.post("/api/v1/files", files=fake)).status_code == 422
    empty = {"file": ("計画.pdf", b"", "application/pdf")}
    assert (await client.post("/api/v1/files", files=empty)).status_code == 422
    await office.add_person("stranger")
    theirs = await upload(await office.client("stranger"))
    body = {"data": DATA, "attached": {"plan": [theirs]}}
    answer = await client.post("/api/v1/procedures/trial/validate", json=body)
    assert answer.status_code == 404
    text = {"file": ("memo.txt", "メモ".encode(), "text/plain")}
    memo = (await client.post("/api/v1/files", files=text)).json()["id"]
    body = {"data": DATA, "attached": {"plan": [memo]}}
    assert (await client.post("/api/v1/procedures/trial/validate", json=body)).status_code == 422


async def test_the_list_is_paged_by_key(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    body = await filing(client)
    for number in range(3):
        answer = await client.post(
            "/api/v1/procedures/trial/filings",
            json=body,
            headers={"Idempotency-Key": f"number-{number:04}"},
        )
        assert answer.status_code == 201
    first = (await client.get("/api/v1/cases?limit=2")).json()
    rest = (await client.get(f"/api/v1/cases?limit=2&cursor={first['next']}")).json()
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 3
    assert rest["next"] is None
    found = (await client.get(f"/api/v1/cases?q={rest['items'][0]['arrival_number']}")).json()
    assert [item["id"] for item in found["items"]] == ids[2:]
    assert len((await client.get("/api/v1/cases?q=試験")).json()["items"]) == 3
    assert (await client.get("/api/v1/cases?q=%25")).json()["items"] == []
    assert (await client.get("/api/v1/cases?cursor=broken")).status_code == 400


async def test_two_clicks_at_once_file_once(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    body = await filing(client)
    made = await client.post("/api/v1/drafts", json={"procedure_id": "trial"})
    url = f"/api/v1/drafts/{made.json()['id']}"
    content = {"entered": body["data"], "attached": body["attached"]}
    put = await client.put(url, json=content, headers={"If-Match": made.headers["etag"]})
    assert put.status_code == 200, put.text
    answers = await asyncio.gather(*(client.post(f"{url}/file") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["arrival_number"] for answer in answers}) == 1
    assert await count(office, Case) == 1
