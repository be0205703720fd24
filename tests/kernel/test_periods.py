"""Periods as 民法 第138条–第143条 and 休日法 第2条 count them."""

from datetime import UTC, date, datetime

import pytest

from madoguchi.kernel.periods import Period, end_of_day, last_day, over_at, read_period


@pytest.mark.parametrize(
    ("text", "start", "last"),
    [
        ("30 days", "2026-04-01", "2026-05-01"),
        ("1 day", "2028-02-28", "2028-02-29"),  # a leap day
        ("30 days", "2028-02-01", "2028-03-02"),
        ("30 days", "2026-02-01", "2026-03-03"),
        ("5 open days", "2026-12-25", "2027-01-07"),  # 29 December to 3 January are closed
        ("2 weeks", "2026-04-01", "2026-04-15"),
        ("1 month", "2026-01-31", "2026-02-28"),  # 第143条: no corresponding day, so the last
        ("1 month", "2026-02-28", "2026-03-31"),  # from 1 March to the end of the month
        ("1 month", "2026-04-10", "2026-05-10"),
        ("1 year", "2028-02-29", "2029-02-28"),
        ("1 year", "2028-02-28", "2029-02-28"),
        ("4 years", "2024-02-28", "2028-02-28"),
    ],
)
def test_the_last_day_of_a_period(text: str, start: str, last: str) -> None:
    period = read_period(text)
    assert period is not None
    assert last_day(date.fromisoformat(start), period) == date.fromisoformat(last)


def test_a_waiting_period_is_over_with_the_end_of_its_last_day() -> None:
    """電気事業法 第48条: 受理された日から三十日を経過した後 — accepted on 1 April, begin on 2 May."""
    accepted = datetime(2026, 4, 1, 23, 59, 59, tzinfo=UTC)  # already 2 April in Japan
    assert over_at(accepted, Period(30, "days")) == datetime(2026, 5, 2, 15, tzinfo=UTC)
    assert over_at(date(2026, 4, 1), Period(30, "days")) == datetime(2026, 5, 1, 15, tzinfo=UTC)


def test_hours_run_from_the_moment() -> None:
    known = datetime(2026, 5, 1, 1, 2, 3, tzinfo=UTC)
    assert over_at(known, Period(24, "hours")) == datetime(2026, 5, 2, 1, 2, 3, tzinfo=UTC)
    assert over_at(date(2026, 5, 1), Period(24, "hours")) == end_of_day(date(2026, 5, 1))


@pytest.mark.parametrize("text", ["", "0 days", "30", "days", "30 Days", "-1 days", "٣ days", None])
def test_what_states_no_period(text: str | None) -> None:
    assert read_period(text) is None
