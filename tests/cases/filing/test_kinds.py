"""Other ways in: surveyed procedures, internal ones, closed versions, files in fields, odd commands."""

from datetime import date
from html import escape
from typing import Any

import pytest
from sqlalchemy import select

from madoguchi.cases.models import Case
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.procedures.catalogue.models import CatalogueEntry
from tests.cases.filing.office import PDF, TRIAL, Office, controls, fill
from tests.cases.filing.test_after import file_one
from tests.cases.filing.test_journey import complete


async def test_a_surveyed_procedure_is_filed_simply(office: Office) -> None:
    await office.publish_folder("general/simple-filing")
    async with office.counter.database.session() as session:
        await catalogue.load_sample(session)
        ministries = await catalogue.ministries(session)
        await catalogue.set_agencies(session, dict.fromkeys(ministries, "meti"))
        await session.commit()
        found = (
            await session.scalars(
                select(CatalogueEntry).where(CatalogueEntry.kind == "application")
            )
        ).first()
    assert found is not None
    client = await office.client("applicant")
    started = await client.post(f"/procedures/c/{found.id}/start")
    assert started.status_code == 303, started.text
    draft = started.headers["location"]
    page = await client.get(draft)
    assert escape(" ".join(found.name.split())) in page.text
    assert "経済産業省" in page.text  # the addressee is known already
    offered = await client.post(f"/procedures/c/{found.id}/start")
    assert draft in offered.text
    assert (await client.post("/procedures/c/no-such/start")).status_code == 404


async def test_staff_ask_for_leave_themselves(office: Office) -> None:
    await office.publish_folder("workplace/annual-leave")
    office.counter.at(date(2026, 7, 1))
    client = await office.client("examiner")
    draft = await office.start("examiner", "annual-leave")
    tasks = await client.get(f"/drafts/{draft}")
    assert "年次休暇の請求" in tasks.text
    leave = {"/from_date": "2026-07-16", "/to_date": "2026-07-17", "/unit": "day"}
    answer = await fill(client, f"/drafts/{draft}/pages/leave", leave)
    assert answer.status_code == 303, answer.text
    applicant = await office.client("applicant")
    refused = await applicant.post("/procedures/annual-leave/start")
    assert refused.status_code == 403
    assert (await applicant.get(f"/drafts/{draft}")).status_code == 404
    assert (await (await office.client("approver")).get(f"/drafts/{draft}")).status_code == 404


async def test_a_closed_version_cannot_be_filed_but_keeps_the_answers(office: Office) -> None:
    text = TRIAL.read_text().replace("from: 2026-04-01", "from: 2026-04-01, to: 2026-05-10")
    await office.publish_trial(text)
    client = await office.client("applicant")
    draft = await office.start()
    await complete(office, draft)
    office.counter.at(date(2026, 5, 10), 23)  # its last day
    assert "申請する" in (await client.get(f"/drafts/{draft}/check")).text
    office.counter.at(date(2026, 5, 11), 0)
    check = await client.get(f"/drafts/{draft}/check")
    assert "いまの版のままでは提出できません" in check.text
    assert "特別なもの" in check.text
    refused = await client.post(f"/drafts/{draft}/file")
    assert refused.status_code == 409
    anew = await client.post("/procedures/trial/start", data={"new": "1"})
    assert anew.status_code == 404
    # A new version opens: the answers and files move over.
    text = text.replace("2026-04-01, to: 2026-05-10", "2026-05-11").replace(
        "type: email", "type: text"
    )
    await office.publish_trial(text, "v2")
    renewed = await client.post(f"/drafts/{draft}/renew")
    assert renewed.status_code == 303
    assert renewed.headers["location"] == f"/drafts/{draft}"
    moved = (await client.get(f"/api/v1/drafts/{draft}")).json()
    assert moved["entered"]["other"] == "特別なもの"
    assert moved["entered"]["promise"]  # nothing of what was pledged has changed
    assert [file["name"] for file in moved["attached"]["plan"]] == ["計画.pdf"]


async def test_a_file_field_takes_and_gives_back_a_file(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    url = f"/drafts/{await office.start()}/pages/end"
    sent: dict[str, Any] = {**controls(await client.get(url)), "do": "upload:/drawing"}
    files = {"/drawing": ("図面.pdf", PDF, "application/pdf")}
    assert (await client.post(url, data=sent, files=files)).status_code == 303
    assert "図面.pdf" in (await client.get(url)).text
    wrong = {"/drawing": ("図面.pdf", b"not a pdf at all", "application/pdf")}
    refused = await client.post(url, data=sent, files=wrong)
    assert refused.status_code == 422
    assert "図面.pdf" in refused.text
    sent["do"] = "unfile:/drawing"
    assert (await client.post(url, data=sent)).status_code == 303
    assert "図面.pdf" not in (await client.get(url)).text


@pytest.mark.parametrize(
    "do", ["add:/nothing", "add:", "copy:/equipment/none", "remove:/kind", "x" * 5000, "unfile:/x"]
)
async def test_odd_buttons_do_no_harm(office: Office, do: str) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    url = f"/drafts/{await office.start()}/pages/equipment"
    answer = await fill(
        client, url, {"/equipment/../etc/name": "x", "row:/equipment": "../x"}, do=do
    )
    assert answer.status_code in (303, 422)
    assert (await client.get(url)).status_code == 200


async def test_too_many_rows_and_too_much_text_are_refused_politely(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    made = (await client.post("/api/v1/drafts", json={"procedure_id": "trial"})).json()
    rows = [{"row": f"r{n}", "name": f"タンク{n}", "volume": str(n)} for n in range(1000)]
    url = f"/api/v1/drafts/{made['id']}"
    put = await client.put(url, json={"entered": {"equipment": rows}}, headers={"If-Match": '"1"'})
    assert put.status_code == 200
    page = await client.get(f"/drafts/{made['id']}/pages/equipment")
    assert "1,000行" in page.text
    assert "タンク999" in (await client.get(f"/drafts/{made['id']}/tables/equipment?from=950")).text
    assert "499500" in page.text.replace(",", "")
    more = await fill(client, f"/drafts/{made['id']}/pages/equipment", {}, do="add:/equipment")
    assert more.status_code == 303
    kept = (await client.get(url)).json()
    assert len(kept["entered"]["equipment"]) == 1000
    long = "あ" * 2_700_000
    large = await client.put(url, json={"entered": {"remarks": long}}, headers={"If-Match": '"9"'})
    assert large.status_code in (412, 413)


async def test_english_pages_are_complete(office: Office) -> None:
    case_id = await file_one(office)
    client = await office.client("applicant")
    draft = await office.start()
    paths = [f"/drafts/{draft}{p}" for p in ("", "/pages/what", "/attachments", "/check")]
    paths += ["/cases", f"/cases/{case_id}", f"/cases/{case_id}/receipt"]
    for path in paths:
        page = (await client.get(path, params={"lang": "en"})).text
        assert "cases." not in page.replace("/cases", ""), path
    async with office.counter.database.reading() as session:
        assert (await session.scalars(select(Case.channel))).all() == ["api"]


async def test_times_are_typed_in_words_and_filed_exactly(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    draft = await office.start()
    await complete(office, draft)
    url = f"/drafts/{draft}/pages/what"
    wrong = {
        "/opens": "24:00",
        "/noticed/date": "令和8年5月1日",
        "/noticed/time": "",
        "/lasted": "8日",
    }
    refused = await fill(client, url, wrong)
    assert refused.status_code in (303, 422)
    page = (await client.get(url)).text
    for kept in ("24:00", "令和8年5月1日", "8日"):
        assert f'value="{kept}"' in page, f"what was typed is lost: {kept}"
    check = (await client.get(f"/drafts/{draft}/check")).text
    for words in ("翌日の0:00", "時刻も入力してください", "7日以下"):
        assert words in check
    right = {
        "/opens": "午前9時半",
        "/noticed/date": "令和8年4月30日",
        "/noticed/time": "２４：００",
        "/lasted": "90分",
    }
    assert (await fill(client, url, right)).status_code == 303
    page = controls(await client.get(url))
    assert page["/noticed/time"] == ["２４：００"], "typed text stays as typed"
    check = (await client.get(f"/drafts/{draft}/check")).text
    for shown in ("9時30分", "令和8年5月1日 0時00分", "1時間30分"):
        assert shown in check
    filed = await client.post(f"/drafts/{draft}/file")
    assert filed.status_code == 303, filed.text
    async with office.counter.database.session() as session:
        data = (await session.scalars(select(Case))).one().data
    assert data["opens"] == "09:30"
    assert data["noticed"] == "2026-05-01T00:00:00+09:00"
    assert data["lasted"] == "PT1H30M"
