"""The API of the desk: the same rules as the pages, answers for programs."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import PERMIT, Counter

CASES = "/api/v1/desk/cases"


@pytest.fixture
def app(counter: Counter, tmp_path: Path) -> FastAPI:
    return app_of(counter, tmp_path)


@pytest.fixture
async def examiner(app: FastAPI, counter: Counter) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(app, counter, "examiner") as client:
        yield client


async def test_a_case_by_program(
    app: FastAPI, counter: Counter, examiner: httpx.AsyncClient
) -> None:
    case_id = await counter.file(PERMIT)
    listed = (await examiner.get(CASES, params={"tab": "unassigned"})).json()
    assert [item["id"] for item in listed["items"]] == [case_id]
    assert listed["items"][0]["clock"] == {"kind": "running", "days": 30, "due_on": "2026-06-17"}
    begun = await examiner.post(f"{CASES}/{case_id}/actions/start_examination", json={})
    assert begun.status_code == 200
    assert begun.json()["state"] == "examining"
    key = {"Idempotency-Key": "propose-once-0001"}
    body = {"form": {"conditions": "甲"}, "expected_revision": 1, "expected_state": "examining"}
    where = f"{CASES}/{case_id}/actions/propose_grant"
    first = await examiner.post(where, json=body, headers=key)
    again = await examiner.post(where, json=body, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await examiner.post(where, json={"form": {}}, headers=key)
    assert other.status_code == 422
    async with signed_in(app, counter, "approver") as approver:
        seen = (await approver.get(f"{CASES}/{case_id}")).json()
        action = next(item for item in seen["actions"] if item["name"] == "approve_grant")
        assert action["refusal"] is None
        stale = {"expected_content_hash": "sha256:" + "0" * 64}
        refused = await approver.post(f"{CASES}/{case_id}/actions/approve_grant", json=stale)
        assert (refused.status_code, refused.json()["code"]) == (409, "case-changed")
        right = {"expected_content_hash": action["content_hash"]}
        done = (await approver.post(f"{CASES}/{case_id}/actions/approve_grant", json=right)).json()
    assert (done["state"], done["outcome"], done["stage"]) == ("granted", "granted", "done")
    assert done["letters"][0]["number"] == "2026神奈川県製許第1号"


async def test_faults_name_their_places(counter: Counter, examiner: httpx.AsyncClient) -> None:
    case_id = await counter.file(PERMIT)
    where = f"{CASES}/{case_id}/actions/request_correction"
    refused = await examiner.post(where, json={"form": {"points": ["/nonsense"], "due": "昨日"}})
    assert refused.status_code == 422
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert {error["pointer"] for error in refused.json()["errors"]} == {
        "#/form/reason",
        "#/form/due",
    }
    assert (await counter.case(case_id)).state == "filed"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"form": []}',
        b'{"form": {"conditions": {"a": 1}}}',
        b'{"form": {"no_such": "x"}}',
        b'{"form": {"conditions": "\\u0000"}}',
        b'{"form": {"conditions": "\\ud800"}}',
        b'{"form": {"conditions": ' + b'"' + b"x" * 9000 + b'"}}',
        b'{"form": {"conditions": 1e400}}',
        b'{"form": {}, "expected_revision": "x"}',
        b'{"form": {}, "expected_revision": 99}',
        b'{"form": {}, "surplus": 1}',
        b"\xff\xfe",
    ],
)
async def test_nothing_sent_makes_a_fault_of_ours(
    counter: Counter, examiner: httpx.AsyncClient, body: bytes
) -> None:
    case_id = await counter.file(PERMIT)
    await counter.act("examiner", case_id, "start_examination")
    where = f"{CASES}/{case_id}/actions/propose_grant"
    headers = {"Content-Type": "application/json"}
    refused = await examiner.post(where, content=body, headers=headers)
    assert 400 <= refused.status_code < 500, refused.text
    assert (await counter.case(case_id)).state == "examining"


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), ("applicant", 403), ("elsewhere", 404), ("ministry", 404)]
)
async def test_others_learn_nothing(
    app: FastAPI, counter: Counter, who: str | None, status: int
) -> None:
    case_id = await counter.file(PERMIT)
    async with signed_in(app, counter, who) as client:
        read = await client.get(f"{CASES}/{case_id}")
        acted = await client.post(f"{CASES}/{case_id}/actions/start_examination", json={})
        given = await client.put(f"{CASES}/{case_id}/assignee", json={"assignee": None})
        listed = await client.get(CASES)
    assert {read.status_code, acted.status_code, given.status_code} == {status}
    assert listed.status_code in (200, 401, 403)
    if listed.status_code == 200:
        assert listed.json()["items"] == []


async def test_assigning(app: FastAPI, counter: Counter, examiner: httpx.AsyncClient) -> None:
    case_id = await counter.file(PERMIT)
    where = f"{CASES}/{case_id}/assignee"
    for person, status in (
        ("second", 200),
        ("elsewhere", 422),
        ("applicant", 422),
        ("manager", 422),
    ):
        given = await examiner.put(where, json={"assignee": counter.people[person].id})
        assert given.status_code == status, person
    assert (await counter.case(case_id)).assignee_id == counter.people["second"].id
    back = await examiner.put(where, json={"assignee": None})
    assert back.json()["assignee"] is None
    assert (await examiner.put(where, json={})).status_code == 422


async def test_the_tray_page_by_page(counter: Counter, examiner: httpx.AsyncClient) -> None:
    for _ in range(5):
        await counter.file(PERMIT)
    seen: list[str] = []
    params: dict[str, str] = {"tab": "open", "limit": "2", "sort": "-arrived"}
    while True:
        page = await examiner.get(CASES, params=params)
        assert page.status_code == 200
        seen += [item["id"] for item in page.json()["items"]]
        if page.json()["next"] is None:
            break
        assert 'rel="next"' in page.headers["link"]
        params["cursor"] = page.json()["next"]
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    found = await examiner.get(CASES, params={"q": "山田"})
    assert len(found.json()["items"]) == 5
    none = await examiner.get(CASES, params={"q": "酸素"})
    assert none.json()["items"] == []
    crossed = await examiner.get(CASES, params={**params, "tab": "done"})
    assert crossed.status_code == 400
