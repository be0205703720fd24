"""The standard period: when it ends, what a correction does to it, how it reads."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.cases.desk.clock import Standing, due_on, moved, paused_between, standing
from madoguchi.kernel import calendar
from tests.cases.desk.counter import PERMIT, Counter

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("period", "arrived", "due"),
    [
        ("30 open days", "2026-05-01", "2026-06-17"),
        ("5 open days", "2026-12-25", "2027-01-07"),
        ("1 open days", "2026-12-28", "2027-01-04"),
        ("10 days", "2026-12-25", "2027-01-04"),
        ("1 months", "2026-01-15", "2026-02-15"),
        ("1 months", "2026-01-30", "2026-02-28"),  # counted from the 31st; February has none
        ("1 months", "2026-01-31", "2026-02-28"),  # counted from 1 February: the whole month
        ("1 months", "2026-02-28", "2026-03-31"),  # counted from 1 March: the whole month
        ("12 months", "2027-02-28", "2028-02-29"),
        ("2 months", "2026-12-15", "2027-02-15"),
    ],
)
def test_when_a_period_ends(period: str, arrived: str, due: str) -> None:
    assert due_on(period, date.fromisoformat(arrived)) == date.fromisoformat(due)


@pytest.mark.parametrize("period", [None, "", "soon", "0 days", "30 working days"])
def test_without_a_period_nothing_is_due(period: str | None) -> None:
    assert due_on(period, date(2026, 5, 1)) is None


@given(DAYS, st.integers(1, 90), st.integers(0, 60), st.integers(0, 120))
def test_a_pause_leaves_the_days_that_were_left(
    arrived: date, length: int, worked: int, paused: int
) -> None:
    period = f"{length} open days"
    due = due_on(period, arrived)
    assert due is not None
    since = arrived + timedelta(days=worked)
    resumed = since + timedelta(days=paused)
    after = moved(period, due, paused_between(period, since, resumed))
    assert after is not None
    left = calendar.open_days_between(since, due)
    assert calendar.open_days_between(resumed, after) == left
    assert after >= due


@given(DAYS, st.integers(1, 90), st.integers(0, 120))
def test_a_pause_moves_a_period_in_days_by_days(arrived: date, length: int, paused: int) -> None:
    due = arrived + timedelta(days=length)
    resumed = arrived + timedelta(days=paused)
    days = paused_between(f"{length} days", arrived, resumed)
    assert moved(f"{length} days", due, days) == due + timedelta(days=paused)


@pytest.mark.parametrize(
    ("today", "paused_since", "clock", "stage", "expected"),
    [
        ("2026-05-01", None, "run", "work", Standing("running", 30)),
        ("2026-06-10", None, "run", "work", Standing("soon", 5)),
        ("2026-06-17", None, "run", "approval", Standing("soon", 0)),
        ("2026-06-18", None, "run", "work", Standing("late", 1)),
        ("2026-06-20", None, "run", "work", Standing("late", 2)),
        ("2026-07-30", "2026-06-10", "pause", "applicant", Standing("paused", 5)),
        ("2026-07-30", "2026-06-19", "pause", "applicant", Standing("paused", -2)),
        ("2026-07-30", None, "stop", "work", Standing("none")),
        ("2026-07-30", None, "stop", "done", Standing("done")),
    ],
)
def test_how_a_case_stands(
    today: str, paused_since: str | None, clock: str, stage: str, expected: Standing
) -> None:
    found = standing(
        stage=stage,
        clock=clock,
        due=date(2026, 6, 17),
        paused_since=date.fromisoformat(paused_since) if paused_since else None,
        today=date.fromisoformat(today),
    )
    assert (found.kind, found.days) == (expected.kind, expected.days)


async def test_a_correction_over_the_year_end(counter: Counter) -> None:
    counter.at(date(2026, 12, 21))
    case_id = await counter.file(PERMIT, change={"start_date": "2027-10-01"})
    due = (await counter.case(case_id)).due_on
    assert due is not None
    counter.at(date(2026, 12, 25))
    await counter.act("examiner", case_id, "start_examination")
    form = {"points": ["/purpose"], "reason": "目的を具体的に書いてください。"}
    await counter.act("examiner", case_id, "request_correction", form)
    counter.at(date(2027, 1, 6))
    await counter.resubmit(case_id, {"purpose": "医療用の酸素を容器に充塡して販売するため。"})
    case = await counter.case(case_id)
    # 28 December, 4, 5 and 6 January: four open days went by while the applicant corrected.
    assert case.paused_days == 4
    assert case.due_on == calendar.add_open_days(due, 4)
    assert (case.paused_since, case.stage, case.revision) == (None, "work", 2)
    counter.at(date(2027, 1, 8))
    await counter.act("examiner", case_id, "propose_grant", {})
    done = await counter.act("approver", case_id, "approve_grant")
    # 22-25, 28 December and 4-8 January are ten open days, less the four.
    assert (done.processing_days, done.on_time) == (6, True)
