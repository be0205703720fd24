"""What was sent late only because our own queue held its sender up counts as in time."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from madoguchi.cases.desk.timeline import events
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.history import history_lines
from madoguchi.cases.grace import WAITED, wait_told, wait_words
from madoguchi.kernel import journal
from madoguchi.procedures.rounds import round_taking
from madoguchi.web.admission.place import Pass, Places
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import Counter, publish
from tests.cases.desk.test_timed import INCIDENT
from tests.cases.rounds.test_rounds import ROUND
from tests.procedures.packages import package

CLOSES = datetime(2026, 7, 31, 15, tzinfo=UTC)  # 1 August 0:00 in Japan
MINUTE = timedelta(minutes=1)
TWO = package(
    "data:\n  plan: {type: text, label: {ja: 計画, en: Plan}, required: true}\n"
    "rounds:\n"
    "  - {id: one, title: {ja: 第1回, en: One}, opens: 2026-06-01, closes: 2026-07-31}\n"
    "  - {id: two, title: {ja: 第2回, en: Two}, opens: 2026-08-01, closes: 2026-08-31}\n",
    pattern="certification",
    agency="pref-14",
)


@pytest.mark.parametrize(
    ("after", "waited", "taken"),
    [
        (-1, 0, "one"),
        (0, 0, "two"),
        (5, 5, "two"),  # came at the very closing: too late then already
        (5, 6, "one"),
        (60 * 24 * 40, 60, None),
        (-60 * 24 * 61 + 10, 30, "one"),  # came before the opening, and waited into it
    ],
)
def test_the_round_that_takes(after: int, waited: int, taken: str | None) -> None:
    found = round_taking(TWO.spec.rounds, CLOSES + after * MINUTE, waited * MINUTE)
    assert (found.id if found else None) == taken


async def filed(counter: Counter, case_id: str) -> journal.Entry:
    async with counter.database.reading() as session:
        return (await journal.entries(session, f"case:{case_id}"))[0]


async def test_a_wait_over_the_closing_shuts_nobody_out(counter: Counter) -> None:
    counter.now = CLOSES + 3 * MINUTE
    for waited in (timedelta(0), 3 * MINUTE):  # came at the closing: too late without us
        counter.waited = waited
        with pytest.raises(CaseError) as late:
            await counter.file_as(ROUND, {"plan": "甲"})
        assert late.value.code == "window_closed"
    counter.waited = 12 * MINUTE
    case_id = await counter.file_as(ROUND, {"plan": "甲"})
    case = await counter.case(case_id)
    assert (case.round_id, case.arrived_at) == ("first", counter.now)  # 到達 stays what it was
    entry = await filed(counter, case_id)
    assert entry.payload is not None
    assert entry.payload["waited"] == {
        "seconds": 720,
        "counted_at": (CLOSES - 9 * MINUTE).isoformat(),
        "applied": True,
    }
    [told] = events(ROUND, [entry], "ja", "")
    assert told.lines == (
        (
            WAITED,
            "12分0秒。期限は2026年07月31日 23時51分00秒に着いたものとして見ました"
            "(猶予の規則により期限内)。",
        ),
    )
    [line] = history_lines(ROUND, [entry], "en", lambda key, **params: key)
    assert "12 min 0 s" in line["body"]
    assert "23:51:00 JST on 31 July 2026" in line["body"]


async def test_a_wait_that_changed_nothing_is_told_all_the_same(counter: Counter) -> None:
    counter.now, counter.waited = CLOSES - MINUTE, 30 * MINUTE
    entry = await filed(counter, await counter.file_as(ROUND, {"plan": "甲"}))
    assert entry.payload is not None
    assert entry.payload["waited"]["applied"] is False
    counter.waited = timedelta(0)
    entry = await filed(counter, await counter.file_as(ROUND, {"plan": "乙"}))
    assert entry.payload is not None
    assert "waited" not in entry.payload


async def test_what_was_to_be_sent_by_a_moment(counter: Counter) -> None:
    late = []
    for waited in (0, 10):
        counter.at(date(2026, 5, 1))
        counter.waited = timedelta(0)
        case_id = await counter.file_as(INCIDENT, {"noticed": "2026-05-01"})
        by = (await counter.case(case_id)).act_by
        assert by is not None
        counter.now, counter.waited = by + 5 * MINUTE, waited * MINUTE
        await counter.resubmit(case_id, {"cause": "落雷"})
        late.append((await counter.case(case_id)).late)
        async with counter.database.reading() as session:
            sent = (await journal.entries(session, f"case:{case_id}"))[-1].payload or {}
        assert sent.get("waited", {}).get("applied", False) is (waited > 0)
    assert late == [True, False]


def test_words_and_record_of_a_wait() -> None:
    assert wait_told(CLOSES, timedelta(0), applied=False) == {}
    assert wait_words({}, "ja") == wait_words({"waited": None}, "en") == ""
    told = wait_told(CLOSES, timedelta(seconds=61), applied=False)
    assert wait_words(told, "ja").startswith("1分1秒。")
    assert "猶予" not in wait_words(told, "ja")


async def test_by_page_after_the_closing_with_and_without_a_wait(
    counter: Counter, tmp_path: Path
) -> None:
    app = app_of(counter, tmp_path)
    places = Places(app.state.settings.secret_key)
    counter.now = CLOSES - 30 * MINUTE
    async with counter.database.session() as session:
        await publish(session, ROUND, counter.clock)
        await session.commit()
    async with signed_in(app, counter, "applicant") as browser:
        draft = (await browser.post("/api/v1/drafts", json={"procedure_id": ROUND.id})).json()
        url = f"/api/v1/drafts/{draft['id']}"
        etag = {"If-Match": f'"{draft["revision"]}"'}
        saved = await browser.put(url, json={"entered": {"plan": "甲"}}, headers=etag)
        assert saved.status_code == 200
        counter.now = CLOSES + 5 * MINUTE
        refused = await browser.post(f"/drafts/{draft['id']}/file")
        assert refused.status_code == 409
        now = int(counter.now.timestamp() * 1_000)
        # Joined twenty minutes ago, let in ten minutes ago: counts as five to twelve.
        inside = Pass("p", now - 20 * 60_000, now - 10 * 60_000, now)
        browser.cookies.set("place", places.write(inside))
        filed_page = await browser.post(f"/drafts/{draft['id']}/file")
        assert filed_page.status_code == 303, filed_page.text
    case_id = filed_page.headers["location"].split("/")[2]
    case = await counter.case(case_id)
    assert (case.round_id, case.arrived_at) == ("first", counter.now)
    async with signed_in(app, counter, "examiner") as official:
        page = await official.get(f"/desk/cases/{case_id}")
        assert "待合室での待ち時間" in page.text
        assert "10分0秒" in page.text
        assert "猶予の規則により期限内" in page.text
