"""Intake: many filings share a commit, each stands alone, and what is kept is what the ordinary
way keeps."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import inspect

from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.filing import arrival_rows
from madoguchi.cases.intake import door as doors
from madoguchi.cases.intake.door import Door, open_intake
from madoguchi.cases.models import Case, Draft
from madoguchi.kernel.jobs import Job
from madoguchi.kernel.journal import Entry, Unplaced, verify
from madoguchi.messages.models import Message
from madoguchi.web.models import IdempotencyKey
from tests.cases.filing.conftest import office as office
from tests.cases.filing.office import TRIAL_WITHOUT_FEE, Office
from tests.cases.filing.test_api import DATA, filing
from tests.cases.kept import comparable, rows

URL = "/api/v1/procedures/trial/filings"


async def test_what_intake_keeps_is_what_the_ordinary_way_keeps(office: Office) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = await office.client("applicant")
    body = await filing(client)
    intake = office.app.state.intake
    seen: list[dict[type, list[dict[str, Any]]]] = []
    answers = []
    for way in ("ordinary", "intake"):
        office.app.state.intake = intake if way == "intake" else None
        before = {
            table: {repr(inspect(r).identity) for r in await rows(office, table)} for table in KEPT
        }
        sent = await client.post(URL, json=body, headers={"Idempotency-Key": f"{way}-0001"})
        assert sent.status_code == 201, sent.text
        own = {sent.json()["id"]: "CASE", sent.json()["arrival_number"]: "NUMBER"}
        made = {
            table: [
                r
                for r in await rows(office, table)
                if repr(inspect(r).identity) not in before[table]
            ]
            for table in KEPT
        }
        own |= {message.id: "MESSAGE" for message in made[Message]}
        seen.append({table: [comparable(r, own) for r in made[table]] for table in KEPT})
        headers = {**sent.headers, "vary": ""}  # intake chooses no language
        answer = json.dumps({**sent.json(), "headers": headers}, sort_keys=True)
        answers.append(
            answer.replace(sent.json()["id"], "ID").replace(sent.json()["arrival_number"], "N")
        )
        assert all(verify(entry) for entry in made[Entry])
    assert seen[0] == seen[1]
    assert [len(found) for found in seen[1].values()] == [1, 1, 1, 1, 1, 1, 1]
    assert answers[0] == answers[1]
    assert len(await rows(office, Draft)) == 1  # the ordinary way makes one; intake needs none


KEPT = (Case, FilingKey, Entry, Unplaced, Message, Job, IdempotencyKey)


async def test_each_of_a_group_succeeds_or_fails_on_its_own(office: Office) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = await office.client("applicant")
    good = await filing(client)
    bodies: list[tuple[dict[str, Any], int]] = [(good, 201)] * 12
    bodies[2] = ({**good, "data": {**DATA, "amount": "たくさん"}}, 422)
    bodies[5] = ({"data": DATA, "attached": {"plan": ["0" * 26]}}, 404)
    bodies[7] = ({**good, "digest": "sha256:other"}, 409)
    bodies[9] = ({**good, "extra": 1}, 422)
    answers = await asyncio.gather(
        *(
            client.post(URL, json=body, headers={"Idempotency-Key": f"group-{n:04}"})
            for n, (body, _) in enumerate(bodies)
        )
    )
    assert [answer.status_code for answer in answers] == [status for _, status in bodies]
    cases = await rows(office, Case)
    assert {case.id for case in cases} == {a.json()["id"] for a in answers if a.status_code == 201}
    assert [answers[n].json().get("code") for n in (2, 5, 7)] == [
        "filing_has_errors",
        "document_not_found",
        "other_version",
    ]


async def test_one_key_many_times_at_once_is_one_filing(office: Office) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = await office.client("applicant")
    body = await filing(client)
    answers = await asyncio.gather(
        *(client.post(URL, json=body, headers={"Idempotency-Key": "same-0001"}) for _ in range(9))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await rows(office, Case)) == 1
    other = {"data": {**body["data"], "amount": 13000}, "attached": body["attached"]}
    reused = await client.post(URL, json=other, headers={"Idempotency-Key": "same-0001"})
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


async def test_two_processes_with_one_key_file_once(office: Office) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = await office.client("applicant")
    body = await filing(client)
    other = open_intake(office.counter.database, office.app.state)
    plain = office.app.state.intake
    sent = []
    for n in range(6):
        office.app.state.intake = plain if n % 2 else other
        sent.append(
            asyncio.create_task(
                client.post(URL, json=body, headers={"Idempotency-Key": "race-0001"})
            )
        )
        await asyncio.sleep(0)
    answers = await asyncio.gather(*sent)
    office.app.state.intake = plain
    await other.close()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await rows(office, Case)) == 1


async def test_a_group_the_database_refuses_is_filed_one_by_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = await office.client("applicant")
    body = await filing(client)
    store = arrival_rows.store

    async def broken(session: Any, table: Any, made: Any) -> None:
        await store(session, table, made)
        if table is Job:
            raise RuntimeError("the last table is refused")

    monkeypatch.setattr(arrival_rows, "store", broken)
    answers = await asyncio.gather(
        *(
            client.post(URL, json=body, headers={"Idempotency-Key": f"refused-{n:04}"})
            for n in range(5)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    cases = await rows(office, Case)
    assert len(cases) == 5 == len(await rows(office, IdempotencyKey))
    assert len(await rows(office, Draft)) == 5  # all went the ordinary way


async def test_more_than_can_wait_is_told_when_to_come_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = await office.client("applicant")
    body = await filing(client)
    plain = office.app.state.intake
    monkeypatch.setattr(doors, "MOST_WAITING", 0)
    office.app.state.intake = open_intake(office.counter.database, office.app.state)
    answer = await client.post(URL, json=body, headers={"Idempotency-Key": "busy-00001"})
    await office.app.state.intake.close()
    office.app.state.intake = plain
    assert answer.status_code == 503
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["content-type"] == "application/problem+json"
    assert "{seconds}" not in answer.text
    assert await rows(office, Case) == []


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, b"{", 400),
        ({}, b"[]", 422),
        ({}, b'{"data": {"other": "\\u0000"}}', 400),
        ({"content-type": "text/plain"}, b"{}", 422),
        ({"authorization": "Bearer nobody"}, b'{"data": {}}', 401),
        ({"idempotency-key": "short"}, b'{"data": {}}', 400),
        ({"origin": "https://elsewhere.example"}, b'{"data": {}}', 403),
        ({}, b'{"data": {"other": "' + b"a" * 300_000 + b'"}}', 422),
    ],
)
async def test_what_is_not_plain_gets_the_ordinary_answer(
    office: Office, headers: dict[str, str], content: bytes, status: int
) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = await office.client("applicant")
    sent = {"content-type": "application/json", "idempotency-key": "plain-0001", **headers}
    intake = office.app.state.intake
    answers = []
    for way in (None, intake):
        office.app.state.intake = way
        answers.append(await client.post(URL, content=content, headers=sent))
    assert [answer.status_code for answer in answers] == [status, status], answers[1].text
    assert answers[0].json() == answers[1].json()
    assert dict(answers[0].headers) == dict(answers[1].headers)


async def test_a_body_in_pieces_is_one_body(office: Office) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = await office.client("applicant")
    body = json.dumps(await filing(client)).encode()

    async def pieces() -> Any:
        for start in range(0, len(body), 100):
            yield body[start : start + 100]

    headers = {"content-type": "application/json", "idempotency-key": "pieces-0001"}
    answer = await client.post(URL, content=pieces(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert await rows(office, Draft) == []  # taken in at the door


async def test_the_door_stands_in_the_application(office: Office) -> None:
    assert any(middleware.cls is Door for middleware in office.app.user_middleware)
