"""After filing: corrections, withdrawal, copies, messages, and who may see what."""

from hashlib import sha256
from typing import Any

import pytest

from madoguchi.identity import service as identity
from madoguchi.kernel import journal
from madoguchi.kernel.canonical import canonical_json
from madoguchi.kernel.transparency import sequence
from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.notes import read_key, read_note, signed_by
from madoguchi.kernel.transparency.receipts import check_receipt, read_receipt
from tests.cases.filing.office import Office, controls, fill
from tests.cases.filing.test_api import DATA, filing

REASON = "金額の根拠が分かりません。"


async def file_one(office: Office, who: str = "applicant", key: str = "file-one-0001") -> str:
    """File the trial procedure by program; the case's id."""
    await office.publish_trial()
    client = await office.client(who)
    answer = await client.post(
        "/api/v1/procedures/trial/filings",
        json=await filing(client),
        headers={"Idempotency-Key": key},
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def ask_correction(office: Office, case_id: str) -> None:
    """The examiner begins and asks for a correction of the amount."""
    form = {"points": ["/amount", "/attachments/plan"], "reason": REASON, "due": "2026-05-20"}
    await office.counter.act("examiner", case_id, "start_examination")
    await office.counter.act("examiner", case_id, "request_correction", form)


async def test_correction_there_and_back(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    before = await office.counter.case(case_id)
    await ask_correction(office, case_id)
    page = await client.get(f"/cases/{case_id}")
    assert REASON in page.text
    assert "補正をはじめる" in page.text
    assert "補正のお願い" in (await client.get("/cases")).text
    started = await client.post(f"/cases/{case_id}/correct")
    draft = started.headers["location"]
    assert (await client.post(f"/cases/{case_id}/correct")).headers["location"] == draft
    what = await client.get(f"{draft}/pages/what")
    assert 'name="/amount"' in what.text
    assert 'name="/started"' not in what.text  # shown, not open
    assert "令和8年6月1日" in what.text
    assert REASON in what.text[what.text.index("<form") :]  # at the very field
    assert (await client.get(draft)).text.count("直してください</span>") == 2
    sent = {**controls(what), "/amount": "15000", "/started": "2027-01-01", "do": "next"}
    assert (await client.post(f"{draft}/pages/what", data=sent)).status_code == 303
    assert (await client.get(draft)).text.count("直してください</span>") == 1
    done = await client.post(f"{draft}/file")
    assert done.headers["location"] == f"/cases/{case_id}", done.text
    again = await client.post(f"{draft}/file")
    assert again.status_code == 303
    case = await office.counter.case(case_id)
    assert (case.data["amount"], case.data["started"]) == (15000, "2026-06-01")
    assert (case.state, case.revision, case.correction) == ("examining", 2, None)
    assert case.content_hash != before.content_hash
    async with office.counter.database.reading() as session:
        entries = await journal.entries(session, f"case:{case_id}")
    last = entries[-1]
    assert last.action == "resubmit"
    assert last.payload is not None
    assert last.payload["patch"] == [
        {"kind": "answer", "pointer": "/amount", "before": 12000, "after": 15000}
    ]


async def test_other_answers_open_on_request(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    await ask_correction(office, case_id)
    draft = (await client.post(f"/cases/{case_id}/correct")).headers["location"]
    await fill(client, f"{draft}/pages/what", {}, do="open")
    assert 'name="/started"' in (await client.get(f"{draft}/pages/what")).text
    answer = await fill(client, f"{draft}/pages/what", {"/started": "2026-07-01"})
    assert answer.status_code == 303
    await client.post(f"{draft}/file")
    assert (await office.counter.case(case_id)).data["started"] == "2026-07-01"


async def test_a_program_may_correct_only_what_was_asked(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    await ask_correction(office, case_id)
    url = f"/api/v1/cases/{case_id}/actions/resubmit"
    now = (await client.get(f"/api/v1/cases/{case_id}")).json()
    assert now["correction"]["points"] == ["/amount", "/attachments/plan"]
    wrong = {"data": {**now["data"], "amount": 1, "email": "b@example.jp"}}
    refused = await client.post(url, json=wrong)
    assert refused.status_code == 422
    assert "/email" in refused.text
    sent = await client.post(url, json={"data": {**now["data"], "amount": 1}})
    assert sent.status_code == 200, sent.text
    assert sent.json()["state"] == "examining"
    assert (await client.post(url, json={})).status_code == 409


async def test_the_clock_rests_during_a_correction(office: Office) -> None:
    case_id = await file_one(office)
    due = (await office.counter.case(case_id)).due_on
    await ask_correction(office, case_id)
    paused = await office.counter.case(case_id)
    assert paused.paused_since == office.counter.now
    from datetime import timedelta

    from madoguchi.kernel.calendar import add_open_days

    office.counter.now += timedelta(days=14)
    client = await office.client("applicant")
    sent = await client.post(f"/api/v1/cases/{case_id}/actions/resubmit", json={})
    assert sent.status_code == 200, sent.text
    case = await office.counter.case(case_id)
    assert case.paused_since is None
    assert due is not None
    assert case.due_on == add_open_days(due, case.paused_days)


async def test_withdrawing_asks_once_more_and_happens_once(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    asked = await client.get(f"/cases/{case_id}/actions/withdraw")
    assert "取り下げる" in asked.text
    for _ in range(2):
        done = await fill_action(client, case_id)
        assert done.status_code == 303
    case = await office.counter.case(case_id)
    assert (case.state, case.outcome, case.waits_for) == ("withdrawn", "withdrawn", "")
    async with office.counter.database.reading() as session:
        actions = [e.action for e in await journal.entries(session, f"case:{case_id}")]
    assert actions == ["filed", "withdraw"]
    assert (await client.get(f"/cases/{case_id}/actions/withdraw")).status_code == 404


async def fill_action(client: Any, case_id: str) -> Any:
    return await client.post(f"/cases/{case_id}/actions/withdraw", data={"/reason": "不要"})


async def test_copying_takes_answers_not_pledges(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    draft = (await client.post(f"/cases/{case_id}/copy")).headers["location"]
    made = (await client.get(f"/api/v1{draft}")).json()
    assert made["entered"]["other"] == DATA["other"]
    assert made["entered"]["equipment"][0]["name"] == "タンク"
    assert "promise" not in made["entered"]
    assert made["attached"] == {}


@pytest.mark.parametrize("who", ["stranger", "elsewhere", "public"])
async def test_other_peoples_filings_are_not_there(office: Office, who: str) -> None:
    case_id = await file_one(office)
    await office.add_person("stranger")
    draft = await office.start()
    sha = next(iter((await office.counter.case(case_id)).attached.values()))[0]["sha256"]
    client = await office.client(who)
    gone = 404 if who != "public" else 303
    for path in ("", "/receipt", "/receipt.json", f"/files/{sha}", "/actions/withdraw"):
        assert (await client.get(f"/cases/{case_id}{path}")).status_code == gone, path
    for path in ("", "/check", "/pages/what", "/attachments"):
        assert (await client.get(f"/drafts/{draft}{path}")).status_code == gone, path
    for path in ("/file", "/delete", "/pages/what"):
        answer = await client.post(f"/drafts/{draft}{path}", data={})
        assert answer.status_code == gone, path
    live = await client.post(f"/drafts/{draft}/pages/what/recompute", data={})
    assert live.status_code == (404 if who != "public" else 204)
    for path in ("/correct", "/copy", "/messages", "/actions/withdraw"):
        answer = await client.post(f"/cases/{case_id}{path}", data={"body": "x"})
        assert answer.status_code == gone, path
    api = await client.get(f"/api/v1/cases/{case_id}", headers={"accept": "application/json"})
    assert api.status_code == (404 if who != "public" else 401)
    if who != "public":
        assert (await client.get("/api/v1/cases")).json()["items"] == []


async def test_colleagues_of_the_organisation_see_it(office: Office) -> None:
    case_id = await file_one(office)
    await office.add_person("colleague", office.counter.organisation)
    client = await office.client("colleague")
    assert (await client.get(f"/cases/{case_id}")).status_code == 200
    assert len((await client.get("/api/v1/cases")).json()["items"]) == 1


async def test_an_agent_files_for_its_principal(office: Office) -> None:
    await office.publish_trial()
    counter = office.counter
    agent = await office.add_person("代理 花子")
    async with counter.database.session() as session:
        await identity.give_mandate(
            session,
            counter.clock,
            principal_id=counter.organisation,
            agent_organisation_id=agent.organisation,
            procedures=["trial"],
            by="test",
        )
        await session.commit()
    from dataclasses import replace

    office.counter.people["agent"] = replace(agent, organisation=counter.organisation, agent=True)
    case_id = await file_one(office, "agent")
    case = await counter.case(case_id)
    assert case.organisation_id == counter.organisation
    assert case.organisation_name == "株式会社山田酸素"
    assert case.agent_name == "代理 花子株式会社 代理 花子"
    async with counter.database.reading() as session:
        entry = (await journal.entries(session, f"case:{case_id}"))[0]
    assert (entry.actor, entry.on_behalf_of) == (agent.id, counter.organisation)
    for who in ("agent", "applicant"):
        page = await (await office.client(who)).get(f"/cases/{case_id}")
        assert "代理人 代理 花子株式会社 代理 花子" in page.text
    # What the agent began, the principal's own people may send: then nobody acts for another.
    draft = (await (await office.client("agent")).post(f"/cases/{case_id}/copy")).headers[
        "location"
    ]
    client = await office.client("applicant")
    body = await filing(client)
    content = {"entered": body["data"], "attached": body["attached"]}
    etag = (await client.get(f"/api/v1{draft}")).headers["etag"]
    await client.put(f"/api/v1{draft}", json=content, headers={"If-Match": etag})
    own = await client.post(f"/api/v1{draft}/file")
    assert own.json()["agent"] is None, own.text


async def test_applicants_do_not_see_the_offices_notes(office: Office) -> None:
    case_id = await file_one(office)
    await office.counter.act("examiner", case_id, "start_examination")
    form = {"conditions": "夜間は停止すること", "note": "社内秘のメモ"}
    await office.counter.act("examiner", case_id, "propose_grant", form)
    client = await office.client("applicant")
    page = (await client.get(f"/cases/{case_id}")).text
    entries = (await client.get(f"/api/v1/cases/{case_id}/journal")).text
    receipt = (await client.get(f"/cases/{case_id}/receipt.json")).text
    for seen in (page, entries, receipt):
        assert "社内秘" not in seen
        assert "夜間は停止" not in seen
        assert "審査 花子" not in seen
    assert "決裁中" in page


async def test_the_receipt_can_be_verified_without_us(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    early = (await client.get(f"/cases/{case_id}/receipt.json")).json()
    assert early["log"] is None
    log, database = office.app.state.log, office.counter.database
    while await sequence(database, log):
        pass
    sent = await client.get(f"/cases/{case_id}/receipt.json")
    receipt = read_receipt(sent.content)
    content = canonical_json(receipt["content"])
    assert receipt["content_hash"] == f"sha256:{sha256(content).hexdigest()}"
    key = read_key((await client.get("/log/key")).text)
    assert check_receipt(receipt, key) == []
    assert check_receipt((await client.get(f"/api/v1/cases/{case_id}/receipt")).json(), key) == []
    # The same by the log's own files, as others would read them.
    note = read_note((await client.get("/log/checkpoint")).text)
    state = read_checkpoint(note.text)
    assert signed_by(note, key)
    tile = await client.get(f"/log/tile/0/000.p/{state.size}")
    assert tile.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert len(tile.content) == 32 * state.size
    entry = receipt["journal"][0]
    proof = (await client.get(f"/api/v1/log/entries/{entry['id']}/proof")).json()
    assert tile.content[32 * proof["index"] :][:32].hex() == entry["leaf_hash"]
    for path in ("0/001", "0/000.p/256", f"0/000.p/{state.size + 1}", "64/000", "0/../key", "0/1"):
        assert (await client.get(f"/log/tile/{path}")).status_code == 404, path


async def test_anybody_can_hand_in_a_receipt_to_check(office: Office) -> None:
    case_id = await file_one(office)
    while await sequence(office.counter.database, office.app.state.log):
        pass
    own, public = await office.client("applicant"), await office.client("public")
    whole = (await own.get(f"/cases/{case_id}/receipt.json")).content
    for content, status, said in (
        (whole, 200, "この受付票は正しいものです"),
        (whole.replace(b'"revision":1', b'"revision":2'), 200, "書き換えられているか"),
        (b"%PDF-1.7", 422, "受付票として読めません"),
        (b"[" * 100_000, 422, "受付票として読めません"),
        (b"{}", 200, "確かめられません"),
        (b"", 422, "受付票のファイルを選んでください"),
    ):
        answer = await public.post("/log", files={"receipt": ("receipt.json", content)})
        assert answer.status_code == status, answer.text
        assert said in answer.text
    for path in ("/api/v1/log", "/api/v1/log/consistency?old=0&new=1"):
        assert (await public.get(path)).status_code == 200
    for path, status in (
        ("/api/v1/log/consistency?old=5&new=1", 404),
        ("/api/v1/log/consistency?old=x&new=1", 422),
        ("/api/v1/log/entries/x/proof", 404),
        ("/log/checkpoint/cosigned", 404),
    ):
        assert (await public.get(path)).status_code == status
    refused = await public.post("/api/v1/log/cosignatures", json={"note": "x"})
    assert refused.status_code == 422


async def test_writing_to_the_office(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    empty = await client.post(f"/cases/{case_id}/messages", data={"body": "  "})
    assert empty.status_code == 422
    sent = await client.post(f"/cases/{case_id}/messages", data={"body": "いつ頃になりますか"})
    assert sent.status_code == 303
    assert "いつ頃になりますか" in (await client.get(f"/cases/{case_id}")).text


async def test_two_windows_lose_nothing(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    url = f"/drafts/{await office.start()}/pages/what"
    one, two = await client.get(url), await client.get(url)
    first = {**controls(one), "/amount": "111", "do": "refresh"}
    assert (await client.post(url, data=first)).status_code == 303
    # The first window may go on: it wrote the page last itself.
    first = {**first, "/amount": "112"}
    assert (await client.post(url, data=first)).status_code == 303
    second = {**controls(two), "/amount": "222", "do": "refresh"}
    clash = await client.post(url, data=second)
    assert clash.status_code == 409
    assert "この画面の入力: 222" in clash.text
    assert "別の画面で保存された内容: 112" in clash.text
    chosen = {**controls(clash), "keep:/amount": "other", "do": "refresh"}
    assert (await client.post(url, data=chosen)).status_code == 303
    assert 'value="112"' in (await client.get(url)).text
    late = {**controls(two), "/amount": "333"}
    region = await client.post(f"{url}/recompute", data=late)
    assert "別の画面でこのページが変更されました" in region.text
    assert 'value="112"' in (await client.get(url)).text
