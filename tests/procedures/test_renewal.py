"""When a registration may be renewed: counted back over leap days and month ends."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.procedures.package.renewal import RenewalSpec, before, last_day_of, window_of


@pytest.mark.parametrize(
    ("day", "duration", "expected"),
    [
        ("2028-02-29", "P1Y", "2027-02-28"),
        ("2028-02-29", "P4Y", "2024-02-29"),
        ("2027-08-31", "P6M", "2027-02-28"),
        ("2028-08-31", "P6M", "2028-02-29"),
        ("2027-03-31", "P1M", "2027-02-28"),
        ("2027-01-31", "P2M", "2026-11-30"),
        ("2027-03-01", "P1D", "2027-02-28"),
        ("2027-03-01", "P0D", "2027-03-01"),
        ("0001-03-01", "P9Y", "0001-01-01"),
        ("0001-03-01", "P999D", "0001-01-01"),
    ],
)
def test_counting_back(day: str, duration: str, expected: str) -> None:
    found = before(date.fromisoformat(day), duration)
    assert found <= date.fromisoformat(day)
    if not day.startswith("0001"):
        assert found == date.fromisoformat(expected)


DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@given(DAYS, st.integers(0, 60), st.integers(0, 60), st.integers(-2000, 2000))
def test_a_day_stands_in_one_part_of_the_window(
    until: date, months: int, days: int, off: int
) -> None:
    spec = RenewalSpec(opens=f"P{months}M", closes=f"P{days}D")
    window, day = window_of(spec, until), until + timedelta(days=off)
    standing = window.standing(day)
    assert (standing == "over") == (day > until)
    assert (standing == "open") == (window.opens_on <= day <= window.closes_on)
    assert (standing == "late") == (window.closes_on < day <= until)


def test_the_last_day_of_an_entry() -> None:
    assert last_day_of({"valid_to": date(2028, 3, 1)}) == date(2028, 2, 29)
    assert last_day_of({"valid_to": None, "term_until": date(2028, 1, 1)}) == date(2028, 1, 1)
    assert last_day_of({"valid_to": None}) is None
    assert last_day_of({"valid_to": date.min}) is None
