"""The age of a proof: when it is due, what a doubt does, what it permits, what is told when."""

from datetime import UTC, datetime, timedelta

import pytest

from madoguchi.identity.reproof.rules import (
    CLOSED,
    CURRENT,
    DUE,
    LAPSED,
    MOVED,
    NEAR,
    doubted,
    due_after,
    lapses,
    notice_of,
    rests,
    state_of,
)

DAY = timedelta(days=1)
PROVED = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def test_due_with_the_end_of_the_corresponding_day_as_the_civil_code_counts():
    # 第140条: the first day does not count; 第143条: it ends the day before the corresponding one
    # of the days that count, which is 22 November in Japan; over at 24:00 there.
    assert due_after(PROVED, 36) == datetime(2029, 11, 22, 15, 0, tzinfo=UTC)
    # A month without such a day ends with its last.
    assert due_after(datetime(2026, 1, 30, 3, 0, tzinfo=UTC), 1) == datetime(
        2026, 2, 28, 15, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("before", "state", "told"),
    [
        (timedelta(days=61), CURRENT, ""),
        (timedelta(days=60), NEAR, "60"),
        (timedelta(days=31), NEAR, "60"),
        (timedelta(days=30), NEAR, "30"),
        (timedelta(days=7), NEAR, "7"),
        (timedelta(seconds=1), NEAR, "7"),
        (timedelta(), DUE, DUE),
        (timedelta(days=-89), DUE, DUE),
        (timedelta(days=-90), LAPSED, LAPSED),
    ],
)
def test_states_and_notices(before, state, told):
    due = due_after(PROVED)
    assert state_of(due, due - before) == state
    assert notice_of(due, due - before) == told


def test_who_is_stopped_when():
    due = due_after(PROVED)
    for moment, representative, member in (
        (due - DAY, False, False),
        (due, True, False),
        (lapses(due), True, True),
    ):
        assert rests(due, moment, represents=True) is representative
        assert rests(due, moment, represents=False) is member
    assert not rests(None, due, represents=True)  # people of a demonstration


def test_a_doubt_takes_time_and_never_gives_any():
    due = due_after(PROVED)
    assert doubted(due, CLOSED, PROVED) == PROVED
    assert doubted(due, MOVED, PROVED) == PROVED + timedelta(days=30)
    assert doubted(PROVED + DAY, MOVED, PROVED) == PROVED + DAY
    assert doubted(PROVED - DAY, CLOSED, PROVED) == PROVED - DAY
    assert doubted(None, CLOSED, PROVED) == PROVED
