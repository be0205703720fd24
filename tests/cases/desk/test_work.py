"""What happens around acts: letters as PDF, notes, messages, bulk assigning, figures, roles."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from madoguchi.cases.desk.figures import Span, figures, months_of, percentile
from madoguchi.cases.jobs import handlers
from madoguchi.cases.models import Case, Letter
from madoguchi.kernel import jobs
from madoguchi.messages import service as messages
from madoguchi.settings import Settings
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import KANAGAWA, NOTICE, PERMIT, TOKYO, Counter


async def test_the_letter_becomes_one_pdf_however_often_the_job_runs(
    counter: Counter, tmp_path: Path
) -> None:
    case_id = await counter.file(NOTICE)
    await counter.act("examiner", case_id, "confirm", {})
    worker = jobs.Worker(
        counter.database, handlers(Settings(home=tmp_path)), counter.clock, counter.blobs
    )
    while await worker.run_once():
        pass
    async with counter.database.session() as session:
        letter = (await session.scalars(select(Letter))).one()
        first = letter.sha256
        await jobs.enqueue(session, "cases.letter_pdf", {"letter": letter.id})
        await session.execute(update(Letter).values(sha256=None, size=None))
        await session.commit()
    while await worker.run_once():
        pass
    async with counter.database.reading() as session:
        letter = (await session.scalars(select(Letter))).one()
    assert letter.sha256 == first
    assert first is not None
    content = await counter.blobs.read(first)
    assert content.startswith(b"%PDF-")
    assert len(content) == letter.size


async def test_notes_stay_inside_and_messages_go_out(counter: Counter, tmp_path: Path) -> None:
    case_id = await counter.file(PERMIT)
    here = f"/desk/cases/{case_id}"
    app = app_of(counter, tmp_path)
    async with signed_in(app, counter, "examiner") as examiner:
        noted = await examiner.post(f"{here}/notes", data={"note": "庁内だけの話<script>"})
        said = await examiner.post(f"{here}/messages", data={"message": "図面について伺います"})
        empty = await examiner.post(f"{here}/notes", data={"note": "   "})
        long = await examiner.post(f"{here}/messages", data={"message": "あ" * 4001})
        page = await examiner.get(here)
    assert (noted.status_code, said.status_code) == (303, 303)
    assert (empty.status_code, long.status_code) == (422, 422)
    assert "あ" * 4001 in long.text
    assert "庁内だけの話&lt;script&gt;" in page.text
    async with signed_in(app, counter, "applicant") as applicant:
        theirs = await applicant.get(f"/cases/{case_id}")
        assert theirs.status_code == 200
        assert "庁内だけの話" not in theirs.text
        assert "図面について伺います" in theirs.text
    async with counter.database.reading() as session:
        reader = messages.Reader("nobody", frozenset({counter.organisation}))
        inbox = await messages.inbox(session, reader)
    assert [message.link for message in inbox] == [f"/cases/{case_id}"] * 2
    async with signed_in(app, counter, "elsewhere") as stranger:
        refused = await stranger.post(f"{here}/notes", data={"note": "x"})
    assert refused.status_code == 404


async def test_many_cases_at_once_or_none(counter: Counter, tmp_path: Path) -> None:
    ids = [await counter.file(PERMIT) for _ in range(3)]
    app = app_of(counter, tmp_path)
    second = counter.people["second"].id
    async with signed_in(app, counter, "examiner") as examiner:
        wrong = await examiner.post(
            "/desk/assign", data={"case": [*ids, "nonsense"], "assignee": second}
        )
        assert wrong.status_code == 404
        assert {(await counter.case(id)).assignee_id for id in ids} == {None}
        done = await examiner.post(
            "/desk/assign",
            data={"case": ids, "assignee": second, "return": "https://evil.example/"},
        )
        assert (done.status_code, done.headers["location"]) == (303, "/")
        nothing = await examiner.post("/desk/assign", data={"assignee": second})
        assert nothing.status_code == 303
    assert {(await counter.case(id)).assignee_id for id in ids} == {second}


async def test_figures_count_what_happened(counter: Counter) -> None:
    counter.at(date(2026, 5, 1))
    for number in range(3):
        case_id = await counter.file(PERMIT)
        await counter.act("examiner", case_id, "start_examination")
        if number == 0:
            form = {"points": ["/purpose", "/equipment/r1/volume"], "reason": "確かめてください。"}
            await counter.act("examiner", case_id, "request_correction", form)
        else:
            counter.at(date(2026, 5, 1 + 10 * number))
            await counter.act("examiner", case_id, "propose_grant", {})
            await counter.act("approver", case_id, "approve_grant")
            counter.at(date(2026, 5, 1))
    async with counter.database.session() as session:
        await session.execute(
            update(Case).where(Case.stage == "applicant").values(channel="counter")
        )
        await session.commit()
    async with counter.database.reading() as session:
        span = Span(date(2026, 4, 1), date(2026, 6, 30))
        found = await figures(session, [KANAGAWA], span, date(2026, 6, 30))
        elsewhere = await figures(session, [TOKYO], span, date(2026, 6, 30))
        before = await figures(
            session, [KANAGAWA], Span(date(2026, 4, 1), date(2026, 4, 30)), date(2026, 6, 30)
        )
    assert [(label["ja"], count) for label, count in found.states] == [("補正のお願い", 1)]
    assert [count for _, _, count in found.ages] == [0, 0, 0, 1, 0]
    assert (found.decided, found.in_time, found.late) == (2, 2, 0)
    assert [(p.decided, p.median, p.ninetieth) for p in found.paces] == [(2, 3, 11)]
    assert found.online_percent == 67
    assert {q.label["ja"]: (q.count, q.percent) for q in found.questions} == {
        "内容積(1基)": (1, 33),
        "製造の目的": (1, 33),
    }
    assert found.months[1] == (date(2026, 5, 1), 3, 2)
    assert (elsewhere.open, elsewhere.decided, elsewhere.online_percent) == (0, 0, None)
    assert (before.decided, before.in_time_percent) == (0, None)


@pytest.mark.parametrize(
    ("histogram", "half", "nine"),
    [
        ({}, 0, 0),
        ({5: 1}, 5, 5),
        ({1: 5, 9: 5}, 1, 9),
        ({1: 9, 20: 1}, 1, 1),
        ({1: 8, 20: 2}, 1, 20),
    ],
)
def test_percentiles(histogram: dict[int, int], half: int, nine: int) -> None:
    assert (percentile(histogram, 50), percentile(histogram, 90)) == (half, nine)


def test_at_most_twelve_months_are_drawn() -> None:
    assert months_of(Span(date(2026, 4, 15), date(2026, 4, 20))) == [date(2026, 4, 1)]
    long = months_of(Span(date(2020, 1, 1), date(2026, 4, 20)))
    assert (len(long), long[0], long[-1]) == (12, date(2025, 5, 1), date(2026, 4, 1))
