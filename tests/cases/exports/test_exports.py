"""Exports through the application: who gets what, at once or by job, recorded, let go in time."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response
from openpyxl import load_workbook
from sqlalchemy import select

from madoguchi.app import handlers, long_handlers
from madoguchi.cases.exports import service
from madoguchi.cases.exports.models import Export
from madoguchi.cases.exports.scope import covered
from madoguchi.cases.models import Case
from madoguchi.identity import service as identity
from madoguchi.kernel.jobs import Worker
from madoguchi.kernel.journal.models import Entry
from madoguchi.settings import Settings
from tests.cases.delegations.test_agents import parties
from tests.cases.desk.counter import PERMIT
from tests.cases.filing.office import TRIAL, Office
from tests.cases.filing.test_api import filing

DESK = {"source": "desk", "tab": "open"}
OWN = {"source": "cases", "group": "all"}


async def filed(office: Office, who: str = "applicant", **change: Any) -> str:
    client = await office.client(who)
    sent = await client.post(
        "/api/v1/procedures/trial/filings",
        json=await filing(client, **change),
        headers={"Idempotency-Key": f"filing-{who}-{len(change)}-{change.get('amount', '')}"},
    )
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


def table(answer: Response) -> list[dict[str, str]]:
    """The rows of a CSV by stable path."""
    assert answer.status_code == 200, answer.text
    content = answer.content
    if answer.headers["content-type"] == "application/zip":
        content = zipfile.ZipFile(io.BytesIO(content)).read("cases.csv")
    _, paths, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    return [dict(zip(paths, row, strict=True)) for row in rows]


async def work(office: Office) -> None:
    settings = Settings(home=Path(office.counter.blobs.folder))
    kinds = {**handlers(settings), **long_handlers(settings)}
    await Worker(
        office.counter.database, kinds, office.counter.clock, office.app.state.blobs
    ).drain()


async def journaled(office: Office, action: str) -> list[Any]:
    async with office.counter.database.reading() as session:
        found = await session.scalars(select(Entry).where(Entry.action == action))
        return [(entry.actor, entry.payload) for entry in found]


async def test_the_desk_exports_what_its_filters_select(office: Office) -> None:
    await office.publish_trial()
    await filed(office, amount=5)
    await filed(office, amount=7, kind="a", colours=["blue", "red"], remarks='=HYPERLINK("x")')
    desk = await office.client("examiner")
    rows = table(await desk.post("/exports", data={**DESK, "format": "csv"}))
    assert [row["/amount"] for row in rows] == ["5", "7"]
    last = rows[1]
    assert last["/kind"] == "あ"
    assert last["/colours"] == "赤、青"
    assert last["/site/prefecture"] == "神奈川県"
    assert last["/remarks"] == '\'=HYPERLINK("x")'
    assert last["case.state"] == "受け付けました"
    assert last["/attachments/plan"] == "計画.pdf"
    assert (await journaled(office, "exported"))[0][1]["cases"] == 2
    number = last["case.arrival_number"]
    one = table(await desk.post("/exports", data={**DESK, "q": number, "format": "csv"}))
    assert [row["/amount"] for row in one] == ["7"]
    english = await desk.post(
        "/exports", data={**DESK, "q": number, "format": "csv"}, headers={"accept-language": "en"}
    )
    assert table(english)[0]["/colours"] == "Red、Blue"


async def test_the_form_below_a_list_exports_what_the_list_shows(office: Office) -> None:
    await office.publish_trial()
    case_id = await filed(office, amount=5)
    await filed(office, amount=7)
    desk = await office.client("examiner")
    await desk.post("/desk/assign", data={"take": case_id, "return": "/desk"})
    page = (await desk.get("/desk")).text
    form = page[page.index('action="/exports"') :]
    sent = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form))
    assert sent["tab"] == "mine", "the tab shown, also when the address does not name it"
    rows = table(await desk.post("/exports", data={**sent, "format": "csv"}))
    assert [(row["/amount"], row["case.assignee"]) for row in rows] == [("5", "審査 花子")]


async def test_tables_are_sheets_and_programs_get_keys(office: Office) -> None:
    await office.publish_trial()
    rows = [{"row": f"r{n}", "name": f"タンク{n}", "volume": f"{n}.5"} for n in (1, 2)]
    await filed(office, equipment=rows, colours=["blue"], urgent=True)
    client = await office.client("applicant")
    book = load_workbook(
        io.BytesIO((await client.post("/exports", data={**OWN, "format": "xlsx"})).content)
    )
    assert book.sheetnames == ["案件", "設備"]
    found = [[cell.value for cell in row] for row in book["設備"].iter_rows(min_row=2)]
    assert found[0] == [
        "case.arrival_number",
        "row",
        "/equipment/*/name",
        "/equipment/*/volume",
        "/equipment/*/double",
    ]
    assert [row[1:] for row in found[1:]] == [["r1", "タンク1", 1.5, 3], ["r2", "タンク2", 2.5, 5]]
    sheets = json.loads((await client.post("/exports", data={**OWN, "format": "json"})).content)[
        "sheets"
    ]
    assert sheets[0]["rows"][0]["/colours"] == ["blue"]
    assert sheets[0]["rows"][0]["/urgent"] is True
    assert sheets[1]["rows"][1]["/equipment/*/volume"] == "2.5"
    parquet = await client.post("/exports", data={**OWN, "format": "parquet"})
    assert zipfile.ZipFile(io.BytesIO(parquet.content)).namelist() == [
        "cases.parquet",
        "equipment.parquet",
    ]


async def test_versions_are_merged_by_path(office: Office) -> None:
    await office.publish_trial()
    await filed(office, amount=1)
    text = TRIAL.read_text()
    text = text.replace(
        "email: {type: email,",
        "mail2: {type: email, label: {ja: 第二メール, en: Second}}\n  email: {type: email,",
    )
    text = text.replace("fields: [applicant, email]", "fields: [applicant, mail2, email]")
    text = text.replace("label: {ja: 金額, en: Amount}", "label: {ja: 総額, en: Total amount}")
    text = text.replace("remarks: {type: longtext", "notes: {type: longtext").replace(
        "drawing, remarks", "drawing, notes"
    )
    office.counter.now += timedelta(minutes=1)
    await office.publish_trial(text.replace("from: 2026-04-01", "from: 2026-04-02"), "v2")
    await filed(office, amount=22, notes="新しい版", mail2="b@example.jp")
    desk = await office.client("examiner")
    answer = await desk.post("/exports", data={**DESK, "format": "csv"})
    rows = table(answer)
    assert [(row["case.version"], row["/amount"], row["/notes"]) for row in rows] == [
        ("v1", "1", ""),
        ("v2", "22", "新しい版"),
    ]
    assert "/remarks" in rows[0], "what only the old version asked has its column too"
    content = zipfile.ZipFile(io.BytesIO(answer.content)).read("cases.csv").decode("utf-8-sig")
    assert "総額 / Total amount" in content.splitlines()[0]


async def test_several_procedures_get_a_sheet_each(office: Office) -> None:
    await office.publish_trial()
    await filed(office)
    await office.counter.file(PERMIT)
    client = await office.client("applicant")
    answer = await client.post("/exports", data={**OWN, "format": "csv"})
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert names[0] == "cases.csv"
    assert {"trial.csv", "trial.equipment.csv", "high-pressure-gas-production.csv"} <= set(names)
    assert len(table(answer)) == 2


async def test_nobody_exports_what_is_not_theirs(office: Office) -> None:
    await office.publish_trial()
    await filed(office, amount=5)
    await office.add_person("stranger")
    for who, selection in (
        ("elsewhere", DESK),
        ("stranger", OWN),
        ("examiner", {**DESK, "agency": "pref-13"}),
    ):
        client = await office.client(who)
        answer = await client.post("/exports", data={**selection, "format": "csv"})
        assert answer.status_code == 303, who
    applicant = await office.client("applicant")
    assert (await applicant.post("/exports", data={**DESK, "format": "csv"})).status_code == 403
    public = await office.client("public")
    assert (await public.post("/exports", data={**OWN, "format": "csv"})).status_code == 303
    assert (await public.post("/api/v1/exports", json={**OWN, "format": "csv"})).status_code == 401
    own = table(await applicant.post("/exports", data={**OWN, "format": "csv"}))
    assert "case.assignee" not in own[0]
    assert not any(path.startswith("decision.") for path in own[0])


async def test_officials_own_fields_go_to_their_roles_only(office: Office) -> None:
    text = TRIAL.read_text().replace(
        "  remarks:",
        "  finding: {type: text, label: {ja: 所見, en: Finding}, visible_to: [approver]}\n  remarks:",
    )
    await office.publish_trial(text)
    case_id = await filed(office)
    async with office.counter.database.session() as session:
        case = await session.get(Case, case_id)
        assert case is not None
        case.official_data = {"finding": "内部の所見"}
        await session.commit()
    seen = {}
    for who in ("examiner", "approver"):
        client = await office.client(who)
        seen[who] = table(await client.post("/exports", data={**DESK, "format": "csv"}))[0].get(
            "/finding"
        )
    own = table(
        await (await office.client("applicant")).post("/exports", data={**OWN, "format": "csv"})
    )
    assert seen == {"examiner": "", "approver": "内部の所見"}
    assert "/finding" not in own[0]


async def test_a_long_export_is_a_job_with_a_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("madoguchi.cases.exports.pages.AT_ONCE", 1)
    await office.publish_trial()
    await filed(office, amount=5)
    await filed(office, amount=6)
    desk = await office.client("examiner")
    asked = await desk.post("/exports", data={**DESK, "format": "xlsx"})
    assert asked.status_code == 303
    page = asked.headers["location"]
    waiting = await desk.get(page)
    assert "作成しています" in waiting.text
    assert (await desk.get(f"{page}/file")).status_code == 409
    await work(office)
    ready = await desk.get(page)
    assert "ファイルができました" in ready.text
    file = await desk.get(f"{page}/file")
    assert load_workbook(io.BytesIO(file.content))["案件"].max_row == 4
    assert ".xlsx" in file.headers["content-disposition"]
    assert page in (await desk.get("/exports")).text
    others = await office.client("second")
    assert (await others.get(page)).status_code == 404
    assert (await others.get(f"{page}/file")).status_code == 404
    assert len(await journaled(office, "export_opened")) == 1
    async with office.counter.database.reading() as session:
        sha256 = (await session.scalars(select(Export.sha256))).one()
    office.counter.now += service.KEPT + timedelta(minutes=1)
    assert (await desk.get(f"{page}/file")).status_code == 410
    await work(office)
    assert not office.app.state.blobs.exists(str(sha256))
    assert "もうありません" in (await desk.get(page)).text


async def test_rights_are_those_of_the_moment(office: Office) -> None:
    await office.publish_trial()
    await filed(office)
    client = await office.client("examiner")
    asked = await client.post("/api/v1/exports", json={**DESK, "format": "csv"})
    assert asked.status_code == 202, asked.text
    person = office.counter.people["examiner"].id
    async with office.counter.database.session() as session:
        from madoguchi.identity.models import RoleGrant

        for grant in await session.scalars(select(RoleGrant).where(RoleGrant.person_id == person)):
            await session.delete(grant)
        await session.commit()
    await work(office)
    assert (await client.get(asked.headers["location"])).status_code == 404
    async with office.counter.database.reading() as session:
        export = (await session.scalars(select(Export))).one()
    assert (export.state, export.sha256) == ("failed", None)


async def test_programs_ask_watch_and_fetch(office: Office) -> None:
    await office.publish_trial()
    await filed(office, amount=5)
    client = await office.client("applicant")
    body, key = {**OWN, "format": "parquet"}, {"Idempotency-Key": "export-000001"}
    first = await client.post("/api/v1/exports", json=body, headers=key)
    again = await client.post("/api/v1/exports", json=body, headers=key)
    assert first.json()["id"] == again.json()["id"]
    place = first.headers["location"]
    assert (await client.get(place)).json()["state"] == "waiting"
    early = await client.get(f"{place}/file")
    assert (early.status_code, early.json()["code"]) == (409, "export_not_ready")
    await work(office)
    done = (await client.get(place)).json()
    assert (done["state"], done["cases"], done["done"]) == ("done", 1, 1)
    file = await client.get(f"{place}/file")
    assert len(file.content) == done["size"]
    assert [item["id"] for item in (await client.get("/api/v1/exports")).json()] == [done["id"]]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"source": "desk"},
        {"source": "cases", "format": "exe"},
        {"source": "cases", "format": "csv", "group": "x"},
        {"source": "desk", "format": "csv", "tab": "x"},
        {"source": "x", "format": "csv"},
        {"source": "cases", "format": "csv", "q": "';--" * 5000},
        {"source": "cases", "format": "csv", "return": "//evil.example"},
    ],
)
async def test_what_is_not_clear_leads_back_with_a_message(
    office: Office, sent: dict[str, str]
) -> None:
    client = await office.client("examiner")
    answer = await client.post("/exports", data=sent)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/")
    assert "evil" not in answer.headers["location"]


async def test_exports_that_are_not_there(office: Office) -> None:
    client: AsyncClient = await office.client("examiner")
    for export_id in ("x", "01JZ8Q4D7V3M2N1K0H9G8F7E6D", "%00", "a" * 500):
        for path in (f"/exports/{export_id}", f"/api/v1/exports/{export_id}/file"):
            assert (await client.get(path)).status_code in (400, 404), path


async def test_a_file_opens_only_while_all_of_it_may_be_seen(office: Office) -> None:
    """An agent's file: the principal reads of it, and a narrower mandate does not open it."""
    await parties(office)
    await filed(office)
    counter = office.counter
    own = counter.people["代書 花子"]
    terms = {"principal_id": counter.organisation, "agent_organisation_id": own.organisation}
    async with counter.database.session() as session:
        wide = await identity.give_mandate(session, counter.clock, **terms, by="test")
        await session.commit()
    counter.people["agent"] = replace(
        own, organisation=counter.organisation, agent=True, own_organisation=own.organisation
    )
    client = await office.client("agent")
    made = await client.post("/api/v1/exports", json={**OWN, "format": "csv"})
    assert made.status_code == 202, made.text
    await work(office)
    path = f"/api/v1/exports/{made.json()['id']}/file"
    assert (await client.get(path)).status_code == 200
    principal = await office.client("代表 太郎")
    listed = (await principal.get("/organisation/activity?who=agents")).text
    assert "案件の一覧を書き出した" in listed
    assert "代書 花子株式会社 代書 花子" in listed
    async with counter.database.session() as session:
        await identity.give_mandate(
            session, counter.clock, **terms, procedures=["another"], by="test"
        )
        await identity.revoke_mandate(session, counter.clock, wide.id, by="test")
        await session.commit()
    assert (await client.get("/api/v1/exports")).status_code == 200
    assert (await client.get(path)).status_code == 404


def test_what_a_file_covers() -> None:
    every = {"procedures": None, "branches": None}
    some = {"procedures": ["a", "b"], "branches": None}
    assert covered(every, every)
    assert covered(some, every)
    assert covered(some, {"procedures": ["a", "b", "c"], "branches": None})
    assert not covered(every, some)
    assert not covered(some, {"procedures": ["a"], "branches": None})
    assert not covered(some, {"procedures": None, "branches": ["west"]})
    assert not covered(None, every)
    assert not covered(every, None)
