"""The applicant's journey through the pages, from the first click to the receipt."""

import re
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import func, select

from madoguchi.cases.models import Case, Draft
from madoguchi.kernel import journal
from madoguchi.registry.service import record_fact
from tests.cases.filing.office import PDF, Office, controls, fill

WHAT = {
    "/kind": "other",
    "/other": "特別なもの",
    "/amount": "１２，０００円",
    "/started": "令和8年6月1日",
    "/urgent": "false",
    "/site/prefecture": "神奈川県",
    "/site/city": "川崎市",
    "/site/street": "1-1",
}


async def complete(office: Office, draft: str, who: str = "applicant") -> None:
    """Fill every page of the trial procedure and attach what it asks for."""
    client = await office.client(who)
    base = f"/drafts/{draft}"
    assert (await fill(client, f"{base}/pages/who", {"/email": "a@example.jp"})).status_code == 303
    # The second question shows only after the first is answered, as it does without scripts.
    await fill(client, f"{base}/pages/what", {"/kind": "other"}, do="refresh")
    answer = await fill(client, f"{base}/pages/what", WHAT)
    assert answer.status_code == 303, answer.text
    added = await fill(client, f"{base}/pages/equipment", {}, do="add:/equipment")
    row = re.search(r"#f-equipment-(\w+)", added.headers["location"])
    assert row is not None
    cells = {f"/equipment/{row[1]}/name": "タンク", f"/equipment/{row[1]}/volume": "１２．５"}
    assert (await fill(client, f"{base}/pages/equipment", cells)).status_code == 303
    answer = await fill(client, f"{base}/pages/end", {"/promise": "true"})
    assert answer.status_code == 303, answer.text
    for key in ("plan", "certificate"):
        files = {key: ("計画.pdf", PDF, "application/pdf")}
        sent = await client.post(f"{base}/attachments/{key}", files=files)
        assert sent.status_code == 303, sent.text


async def test_from_start_to_receipt(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    draft = await office.start()
    tasks = await client.get(f"/drafts/{draft}")
    assert "試験の申請" in tasks.text
    assert "12,000円" in tasks.text
    await complete(office, draft)
    check = await client.get(f"/drafts/{draft}/check")
    assert "申請する" in check.text
    assert "エラー" not in check.text
    assert "神奈川県知事" in check.text or "神奈川県" in check.text
    filed = await client.post(f"/drafts/{draft}/file")
    assert filed.status_code == 303, filed.text
    receipt = await client.get(filed.headers["location"])
    assert receipt.status_code == 200
    async with office.counter.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
        entries = await journal.entries(session, f"case:{case.id}")
        kept = await session.get(Draft, draft)
    assert case.arrival_number in receipt.text
    assert case.content_hash in receipt.text
    assert case.data["amount"] == 12000
    assert case.data["started"] == "2026-06-01"
    assert case.data["total"] == "12.5"
    assert case.data["applicant"]["name"] == "株式会社山田酸素"
    assert (case.agency_id, case.state, case.stage) == ("pref-14", "filed", "work")
    assert case.due_on is not None
    assert case.due_on.isoformat() == "2026-05-20"
    assert [entry.action for entry in entries] == ["filed"]
    assert kept is not None
    assert kept.entered == {}
    assert kept.case_id == case.id
    page = await client.get(f"/cases/{case.id}")
    assert "タンク" in page.text
    assert "計画.pdf" in page.text
    assert "受け付けました" in page.text
    pdf = await client.get(f"/cases/{case.id}/receipt.pdf")
    assert pdf.content.startswith(b"%PDF")
    again = await client.post(f"/drafts/{draft}/file")
    assert again.headers["location"] == filed.headers["location"]
    async with office.counter.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 1


async def test_errors_appear_only_after_the_page_was_sent(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    draft = await office.start()
    url = f"/drafts/{draft}/pages/what"
    assert "を選んでください" not in (await client.get(url)).text
    sent = await fill(client, url, {"/amount": "たくさん", "/started": "平成32年1月1日"})
    assert sent.status_code == 422
    assert "<title>エラー: " in sent.text
    assert 'value="たくさん"' in sent.text
    assert 'value="平成32年1月1日"' in sent.text  # kept exactly as typed
    assert 'href="#f-amount"' in sent.text
    later = await client.get(url)
    assert "「種類」を選んでください" in later.text


async def test_what_is_known_is_filled_in_and_documents_are_left_out(office: Office) -> None:
    await office.publish_trial()
    counter = office.counter
    async with counter.database.session() as session:
        await record_fact(
            session,
            counter.organisation,
            "registration",
            {"number": "1"},
            source={"ja": "法人登記情報", "en": "Registry"},
            source_key="test",
            as_of=counter.now.date(),
            at=counter.now,
        )
        await session.commit()
    client = await office.client("applicant")
    draft = await office.start()
    page = await client.get(f"/drafts/{draft}/pages/who")
    assert "株式会社山田酸素" in page.text
    assert "アカウントの登録情報より" in page.text
    assert 'name="/applicant/name"' not in page.text  # read-only
    tasks = await client.get(f"/drafts/{draft}")
    assert "登記事項証明書は不要です。" in tasks.text
    assert "法人登記情報で確認できます" in tasks.text


async def test_conditions_and_calculations_follow_what_is_typed(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    draft = await office.start()
    base = f"/drafts/{draft}/pages"
    first = await client.get(f"{base}/what")
    assert 'name="/other"' not in first.text
    typed = {**controls(first), "/kind": "other", "/urgent": "true"}
    region = await client.post(f"{base}/what/recompute", data=typed)
    assert 'name="/other"' in region.text
    assert "電話もしてください" in region.text
    assert "<html" not in region.text
    assert "選んでください。" not in region.text
    region = await client.post(f"{base}/what/recompute", data={**typed, "/kind": "a"})
    assert 'name="/other"' not in region.text


async def test_starting_again_offers_the_draft(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("applicant")
    draft = await office.start()
    offered = await client.post("/procedures/trial/start")
    assert offered.status_code == 200
    assert f"/drafts/{draft}" in offered.text
    listed = await client.get("/cases")
    assert f"/drafts/{draft}" in listed.text


async def test_signed_out_people_are_sent_to_sign_in(office: Office) -> None:
    await office.publish_trial()
    client = await office.client("public")
    answer = await client.post("/procedures/trial/start")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?return=/procedures/trial"
    assert (await client.get("/cases")).status_code == 303


async def test_what_was_typed_survives_the_end_of_the_sign_in(office: Office) -> None:
    await office.publish_trial()
    client, nobody = await office.client("applicant"), await office.client("public")
    url = f"/drafts/{await office.start()}/pages/what"
    sent = {**controls(await client.get(url)), "/amount": "７７７", "do": "next"}
    answer = await nobody.post(url, data=sent)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?return=/drafts/")
    back = parse_qs(urlsplit(answer.headers["location"]).query)["return"][0]
    shown = await client.get(back)
    assert 'value="７７７"' in shown.text
    assert "まだ保存されていません" in shown.text
    assert 'value="７７７"' not in (await client.get(url)).text
    await office.add_person("stranger")
    assert (await (await office.client("stranger")).get(back)).status_code == 404
    saved = await client.post(url, data={**controls(shown), "do": "refresh"})
    assert saved.status_code == 303
    assert 'value="７７７"' in (await client.get(url)).text
    assert "まだ保存されていません" not in (await client.get(back)).text
    live = await nobody.post(f"{url}/recompute", data=sent)
    assert live.status_code == 204
