"""Open days of government offices."""

from datetime import date, timedelta

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel import calendar
from madoguchi.kernel.calendar import add_open_days, is_open_day, open_days_between, roll_forward

DAYS = st.dates(date(1950, 1, 1), date(2098, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "result"),
    [
        ("2026-12-28", 1, "2027-01-04"),
        ("2026-12-25", 5, "2027-01-07"),
        ("2026-04-28", 5, "2026-05-11"),
        ("2026-09-18", 3, "2026-09-28"),
        ("2027-04-28", 10, "2027-05-18"),
        ("2027-01-04", -1, "2026-12-28"),
        ("2026-09-22", -1, "2026-09-18"),
        ("2026-09-22", 0, "2026-09-24"),
    ],
)
def test_adding_open_days(start: str, count: int, result: str) -> None:
    assert add_open_days(date.fromisoformat(start), count) == date.fromisoformat(result)


@pytest.mark.parametrize(
    ("deadline", "moved"),
    [
        ("2026-12-29", "2027-01-04"),
        ("2026-05-03", "2026-05-07"),
        ("2026-09-21", "2026-09-24"),
        ("2026-08-11", "2026-08-12"),
        ("2026-08-12", "2026-08-12"),
    ],
)
def test_a_deadline_moves_to_the_next_open_day(deadline: str, moved: str) -> None:
    assert roll_forward(date.fromisoformat(deadline)) == date.fromisoformat(moved)


@given(DAYS, st.integers(1, 400))
def test_counting_undoes_adding(day: date, count: int) -> None:
    later = add_open_days(day, count)
    assert open_days_between(day, later) == count
    assert is_open_day(later)
    assert add_open_days(later, -count) <= day or not is_open_day(day)


@given(DAYS, st.integers(0, 60))
def test_counting_equals_counting_one_by_one(day: date, length: int) -> None:
    later = day + timedelta(days=length)
    one_by_one = sum(is_open_day(day + timedelta(days=step + 1)) for step in range(length))
    assert open_days_between(day, later) == one_by_one
    assert open_days_between(later, day) == -one_by_one


@pytest.mark.parametrize("year", [1986, 1989, 2000, 2007, 2015, 2019, 2020, 2021, 2026, 2032])
def test_the_data_agree_with_a_library(year: int) -> None:
    assert calendar.public_holidays(year) == tuple(day for day, _ in jpholiday.year_holidays(year))


@pytest.mark.parametrize("day", [date(1947, 12, 31), date(2101, 1, 1), date.min, date.max])
def test_days_outside_the_calendar_are_explained(day: date) -> None:
    with pytest.raises(calendar.CalendarError) as caught:
        roll_forward(day)
    assert caught.value.status == 422
    assert day.isoformat() in caught.value.message["ja"]


def test_adding_beyond_the_calendar_is_explained() -> None:
    with pytest.raises(calendar.CalendarError):
        add_open_days(date(2026, 4, 1), 10**9)
    with pytest.raises(calendar.CalendarError):
        add_open_days(date(2026, 4, 1), -(10**9))
