"""Tickets and passes: nobody makes or betters one; both end; what a wait is worth."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.web.admission.place import (
    LONGEST,
    PASS_IDLE,
    SKEW,
    TICKET_IDLE,
    Pass,
    Places,
    Ticket,
    let_in,
    seen_again,
    waited,
)

NOW = 1_800_000_000_000
PLACES = Places("a secret")
TICKET = Ticket("t1", NOW - 5_000, NOW)
PASS = Pass("t1", NOW - 65_000, NOW - 5_000, NOW)


@pytest.mark.parametrize("place", [TICKET, PASS])
def test_what_is_written_is_read(place):
    assert PLACES.read(PLACES.write(place), NOW) == place
    assert Places("another secret").read(PLACES.write(place), NOW) is None


@given(st.text(max_size=120))
def test_nothing_else_is_read(text):
    assert PLACES.read(text, NOW) is None
    assert PLACES.read(PLACES.write(TICKET) + text, NOW) in (None, TICKET)


@given(st.integers(0, 200), st.characters(codec="ascii"))
def test_no_letter_of_it_can_be_changed(index, letter):
    value = PLACES.write(TICKET)
    index %= value.index(".")
    changed = value[:index] + letter + value[index + 1 :]
    assert changed == value or PLACES.read(changed, NOW) is None


def test_a_ticket_is_no_pass():
    value = PLACES.write(TICKET)
    assert PLACES.read(value.replace("ticket", "pass"), NOW) is None
    assert PLACES.read(f"pass~t1~{NOW}~{NOW}~{NOW}", NOW) is None


@pytest.mark.parametrize(
    ("place", "now", "lives"),
    [
        (TICKET, NOW + TICKET_IDLE, True),
        (TICKET, NOW + TICKET_IDLE + 1, False),
        (PASS, NOW + PASS_IDLE, True),
        (PASS, NOW + PASS_IDLE + 1, False),
        (Pass("t1", NOW - LONGEST, NOW - 9, NOW), NOW, True),
        (Pass("t1", NOW - LONGEST - 1, NOW - 9, NOW), NOW, False),
        (TICKET, NOW - SKEW, True),  # another machine's clock is a little ahead
        (TICKET, NOW - SKEW - 1, False),
    ],
)
def test_both_end(place, now, lives):
    assert (PLACES.read(PLACES.write(place), now) is not None) is lives


def test_showing_it_again_keeps_the_place():
    assert seen_again(TICKET, NOW + 9) == Ticket("t1", TICKET.joined, NOW + 9)
    assert let_in(TICKET, NOW + 9) == Pass("t1", TICKET.joined, NOW + 9, NOW + 9)


@pytest.mark.parametrize(
    ("minutes_waited", "minutes_since", "grace", "counts"),
    [
        (0, 0, 120, 0),
        (30, 0, 120, 30),
        (30, 120, 120, 30),
        (30, 121, 120, 0),  # a morning's wait is no reason in the evening
        (300, 10, 120, 120),
        (30, 1, 0, 0),  # no grace is declared
    ],
)
def test_what_a_wait_is_worth(minutes_waited, minutes_since, grace, counts):
    admitted = NOW - minutes_since * 60_000
    place = Pass("t1", admitted - minutes_waited * 60_000, admitted, NOW)
    assert waited(place, NOW, timedelta(minutes=grace)) == timedelta(minutes=counts)
