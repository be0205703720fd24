"""The life of a mandate by its dates, and what one of them allows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.identity.delegation import rules
from madoguchi.identity.delegation.rules import FILE, LETTERS, Held, state_of, within
from madoguchi.identity.rules import Actor, limits_of, mandate_for, may_file_for, may_read_for

OFFERED_AT = datetime(2026, 4, 1, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    asked: bool = False
    created_at: datetime = OFFERED_AT
    accepted_at: datetime | None = OFFERED_AT
    revoked_at: datetime | None = None
    ended_how: str | None = None
    valid_from: date = date(2026, 4, 10)
    valid_to: date | None = date(2026, 4, 30)


def jst(day: int, hour: int, minute: int = 0, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=9)


@pytest.mark.parametrize(
    ("said", "at", "state"),
    [
        (Said(accepted_at=None), jst(2, 0), rules.OFFERED),
        (Said(accepted_at=None, asked=True), jst(2, 0), rules.ASKED),
        # Thirty days to answer, to the second; and never after the last day of the period.
        (
            Said(accepted_at=None, valid_to=None),
            OFFERED_AT + timedelta(days=30, seconds=-1),
            rules.OFFERED,
        ),
        (Said(accepted_at=None, valid_to=None), OFFERED_AT + timedelta(days=30), rules.LAPSED),
        (Said(accepted_at=None, valid_to=date(2026, 4, 5)), jst(5, 23, 59), rules.OFFERED),
        (Said(accepted_at=None, valid_to=date(2026, 4, 5)), jst(6, 0), rules.LAPSED),
        # The first and the last day count, as days of Japan.
        (Said(), jst(9, 23, 59), rules.UPCOMING),
        (Said(), jst(10, 0), rules.IN_FORCE),
        (Said(), jst(30, 23, 59), rules.IN_FORCE),
        (Said(), jst(1, 0, month=5), rules.EXPIRED),
        (Said(valid_to=None), jst(1, 0, month=12), rules.IN_FORCE),
        (Said(revoked_at=jst(11, 0), ended_how="given_up"), jst(12, 0), rules.GIVEN_UP),
        (Said(revoked_at=jst(11, 0)), jst(12, 0), rules.WITHDRAWN),
        (
            Said(accepted_at=None, revoked_at=jst(2, 0), ended_how="declined"),
            jst(3, 0),
            rules.DECLINED,
        ),
    ],
)
def test_states_follow_from_dates(said: Said, at: datetime, state: str) -> None:
    assert state_of(said, at) == state


IDS = st.sets(st.sampled_from("abc"))
DAYS = st.dates(date(2026, 4, 1), date(2026, 4, 9))
PARTS = st.tuples(IDS, st.sets(st.sampled_from([FILE, LETTERS])), st.tuples(DAYS, st.none() | DAYS))


@given(PARTS, PARTS)
def test_what_is_passed_on_is_nowhere_wider(lower, upper) -> None:
    narrow = within(*lower, of=upper)
    for day in (date(2026, 4, 1) + timedelta(days=n) for n in range(12)):
        for procedure in "abcd":
            for power in (FILE, LETTERS):
                below, above = [
                    (not ids or procedure in ids)
                    and power in powers
                    and start <= day
                    and (end is None or day <= end)
                    for ids, powers, (start, end) in (lower, upper)
                ]
                assert not (narrow and below and not above)


def test_looking_filing_and_receiving_are_three_things() -> None:
    look = Held("m1", "acme", None, frozenset(), frozenset())
    file = Held("m2", "acme", None, frozenset({"gas"}), frozenset({FILE}))
    agent = Actor("p", "代理", "applicant", organisation="acme", agent=True, held=(look, file))
    assert may_read_for(agent, "acme", "oil")
    assert not may_file_for(agent, "acme", "oil")
    assert may_file_for(agent, "acme", "gas")
    assert (limits_of(agent), limits_of(agent, FILE)) == (frozenset(), {"gas"})
    assert (mandate_for(agent, "acme", "gas"), mandate_for(agent, "acme", "oil")) == ("m2", "m1")
    # Nothing is never everything.
    assert limits_of(agent, LETTERS) is None
    assert not may_read_for(agent, "other", "gas")
    assert limits_of(Actor("p", "代理", "applicant", organisation="acme", agent=True)) is None
