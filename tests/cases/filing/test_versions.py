"""Drafts and cases when their procedure gets a new version."""

from datetime import date

import pytest

from madoguchi.cases.filing.versioning import carry_drafts
from madoguchi.kernel.jobs import JobContext
from madoguchi.procedures.service import VERSION_JOB, versions
from tests.cases.filing.office import TRIAL, Office, fill
from tests.cases.filing.test_after import file_one
from tests.cases.filing.test_journey import complete

OLD = TRIAL.read_text()


async def first_day(office: Office) -> None:
    """What the job of a version's first day does."""
    counter = office.counter
    async with counter.database.session() as session:
        context = JobContext(
            counter.database, counter.clock, counter.blobs, "job", VERSION_JOB, None, 1, session
        )
        await carry_drafts(session, {"procedure": "trial"}, context)
        await session.commit()


def of(text: str, effective: str) -> str:
    return text.replace("effective: {from: 2026-04-01}", f"effective: {{{effective}}}")


async def test_a_harmless_change_carries_drafts_over_by_itself(office: Office) -> None:
    await office.publish_trial()
    client, draft = await office.client("applicant"), await office.start()
    await complete(office, draft)
    new = OLD.replace("ja: 備考, en: Remarks", "ja: その他連絡事項, en: Anything else")
    office.counter.at(date(2026, 6, 1))
    await office.publish_trial(of(new, "from: 2026-06-01"), "v2")
    assert "この手続は新しくなりました" in (await client.get(f"/drafts/{draft}")).text
    await first_day(office)
    page = (await client.get(f"/drafts/{draft}")).text
    assert "この手続は新しくなりました" not in page
    check = await client.get(f"/drafts/{draft}/check")
    assert "その他連絡事項" in check.text
    assert "特別なもの" in check.text
    assert (await client.post(f"/drafts/{draft}/file")).status_code == 303


async def test_a_redesign_asks_and_keeps_what_has_no_place(office: Office) -> None:
    await office.publish_trial()
    client, draft = await office.client("applicant"), await office.start()
    await complete(office, draft)
    new = (
        OLD.replace(", month,", ",")
        .replace("  month: {type: year_month, label: {ja: 対象月, en: Month}}\n", "")
        .replace(
            "  other: {type: text, label: {ja: その他の内容, en: Which}, relevant: kind = \"other\", required: true}\n",
            "  reason: {type: text, label: {ja: 申請の理由, en: Why}, required: true}\n",
        )
        .replace("[kind, other,", "[kind, reason,")
    )  # fmt: skip
    office.counter.at(date(2026, 6, 1))
    await office.publish_trial(of(new, "from: 2026-06-01, previous_until: 2026-06-30"), "v2")
    await first_day(office)
    page = (await client.get(f"/drafts/{draft}")).text
    assert "2026年6月30日" in page or "令和8年6月30日" in page
    assert "その他の内容" in page
    assert "申請の理由" in page
    # Until then it may be filed as it is; afterwards it must move, and loses nothing.
    office.counter.at(date(2026, 7, 1))
    refused = await client.post(f"/drafts/{draft}/file")
    assert refused.status_code == 409
    assert (await client.post(f"/drafts/{draft}/renew")).status_code == 303
    page = (await client.get(f"/drafts/{draft}")).text
    assert "引き継げなかった回答" in page
    assert "特別なもの" in page
    moved = (await client.get(f"/api/v1/drafts/{draft}")).json()
    assert moved["entered"]["amount"]
    assert "other" not in moved["entered"]
    again = await client.post(f"/drafts/{draft}/renew")
    assert again.status_code == 303  # a second click changes nothing
    assert (await client.get(f"/api/v1/drafts/{draft}")).json()["revision"] == moved["revision"]


async def test_the_day_the_law_names_decides_the_version(office: Office) -> None:
    """経過措置: what began before the new law stays under the old one, whenever it is filed."""
    await office.publish_trial(of(OLD, "from: 2026-04-01, by: started"))
    new = OLD.replace("ja: 備考, en: Remarks", "ja: 新法の備考, en: New remarks")
    await office.publish_trial(of(new, "from: 2026-06-01, by: started"), "v2")
    office.counter.at(date(2026, 5, 25))
    client, draft = await office.client("applicant"), await office.start()
    await complete(office, draft)  # starts on 1 June, under the new law
    page = (await client.get(f"/drafts/{draft}/check")).text
    assert "いまの版のままでは提出できません" in page
    assert (await client.post(f"/drafts/{draft}/file")).status_code == 409
    assert (await client.post(f"/drafts/{draft}/renew")).status_code == 303
    assert "新法の備考" in (await client.get(f"/drafts/{draft}/check")).text
    # Begun earlier after all: back under the old law, though the new one is in force by then.
    office.counter.at(date(2026, 6, 10))
    what = f"/drafts/{draft}/pages/what"
    await fill(client, what, {"/started": "2026-05-31"})
    page = (await client.get(f"/drafts/{draft}/check")).text
    assert "いまの版のままでは提出できません" in page


async def test_who_may_move_a_filed_case_and_what_is_kept(office: Office) -> None:
    await office.publish_trial()
    case = await file_one(office)
    new = OLD.replace("max_files: 2", "max_files: 3")
    await office.publish_trial(of(new, "from: 2026-06-01"), "v2")
    async with office.counter.database.reading() as session:
        digests = {line.version: line.digest for line in await versions(session, "trial")}
    examiner, approver = await office.client("examiner"), await office.client("approver")
    url, to = f"/desk/cases/{case}/version", digests["v2"]
    before = (await examiner.get(f"/api/v1/desk/cases/{case}")).json()
    page = await approver.get(url, params={"to": to})
    assert "変わる点" in page.text
    sent = {"to": to, "revision": str(before["revision"]), "reason": "附則第2条"}
    assert (await examiner.post(url, data=sent)).status_code == 403
    assert (await approver.post(url, data={**sent, "reason": " "})).status_code == 422
    assert (await approver.post(url, data={**sent, "revision": "99"})).status_code == 409
    assert (await approver.post(url, data={**sent, "to": "sha256:none"})).status_code == 404
    assert (await approver.post(url, data=sent)).status_code == 303
    after = (await examiner.get(f"/api/v1/desk/cases/{case}")).json()
    assert after["revision"] == before["revision"] + 1
    assert after["content_hash"] != before["content_hash"]
    assert (await approver.post(url, data=sent)).status_code == 303  # done already
    applicant = await office.client("applicant")
    assert (await applicant.get(url)).status_code in (403, 404)


async def test_a_case_whose_answers_have_no_place_stays(office: Office) -> None:
    await office.publish_trial()
    case = await file_one(office)
    new = OLD.replace(
        "  amount: {type: money, label: {ja: 金額, en: Amount}, required: true}",
        "  amount: {type: date, label: {ja: 金額, en: Amount}, required: true}",
    ).replace(
        "  - {on: amount, must: amount < 1000000, severity: warning, message: {ja: 金額が大きいようです。, en: A large amount.}}\n",
        "",
    )
    assert new != OLD
    await office.publish_trial(of(new, "from: 2026-06-01"), "v2")
    async with office.counter.database.reading() as session:
        digests = {line.version: line.digest for line in await versions(session, "trial")}
    approver = await office.client("approver")
    url = f"/desk/cases/{case}/version"
    assert "移せません" in (await approver.get(url, params={"to": digests["v2"]})).text
    sent = {"to": digests["v2"], "revision": "1", "reason": "附則第2条"}
    assert (await approver.post(url, data=sent)).status_code == 409


@pytest.mark.parametrize(
    "path", ["/procedures/trial/versions", "/api/v1/procedures/trial/versions"]
)
async def test_everyone_sees_what_changed(office: Office, path: str) -> None:
    await office.publish_trial()
    await office.publish_trial(
        of(OLD.replace("amount < 1000000", "amount < 10"), "from: 2026-06-01"), "v2"
    )
    client = await office.client("public")
    found = await client.get(path)
    assert found.status_code == 200
    assert "要確認" in found.text
    assert (await client.get(path.replace("trial", "no-such"))).status_code == 404
