"""Pure rules of inspections: what stands of the records, whose turn it is, days and months."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.rules import Written, standing

AT = datetime(2026, 6, 1, tzinfo=UTC)


def written(
    client_id: str, author: str, value: object, *replaces: str, minute: int = 0, key: str = "item:a"
) -> Written:
    at = AT + timedelta(minutes=minute)
    return Written(client_id, key, {"answer": value}, replaces, author, author, at, at)


def values(*records: Written) -> list[object]:
    return [(r.value or {})["answer"] for r in standing(records).get("item:a", [])]


@pytest.mark.parametrize(
    ("records", "stands"),
    [
        ([written("1", "A", "ok")], ["ok"]),
        ([written("1", "A", "ok"), written("2", "A", "ng", "1", minute=1)], ["ng"]),
        ([written("1", "A", "ok"), written("2", "B", "ng", "1", minute=1)], ["ng"]),
        # B had not seen A's answer: both stand.
        ([written("1", "A", "ok"), written("2", "B", "ng", minute=1)], ["ok", "ng"]),
        # They agree: no conflict.
        ([written("1", "A", "ok"), written("2", "B", "ok", minute=1)], ["ok"]),
        # The choice between both replaces both.
        (
            [
                written("1", "A", "ok"),
                written("2", "B", "ng", minute=1),
                written("3", "A", "ng", "1", "2", minute=2),
            ],
            ["ng"],
        ),
        # Of one person the newer stands, even if it had not seen the other (two devices) …
        ([written("1", "A", "ng", minute=5), written("2", "A", "ok", minute=1)], ["ng"]),
        # … and what it replaces is gone, whatever the phone's clock said.
        ([written("1", "A", "ng", minute=5), written("2", "A", "ok", "1", minute=1)], ["ok"]),
        # Two records cannot make each other disappear.
        ([written("1", "A", "ok", "2"), written("2", "B", "ng", "1")], ["ng"]),
        ([written("1", "A", "ok", "1")], ["ok"]),
    ],
)
def test_what_stands(records: list[Written], stands: list[object]) -> None:
    assert values(*records) == stands


@st.composite
def logs(draw: st.DrawFn) -> list[Written]:
    count = draw(st.integers(1, 12))
    return [
        written(
            str(number),
            draw(st.sampled_from("AB")),
            draw(st.sampled_from(["ok", "ng", "na"])),
            *draw(st.lists(st.integers(0, count).map(str), max_size=3)),
            minute=draw(st.integers(0, 5)),
        )
        for number in range(count)
    ]


@given(logs())
def test_nothing_is_lost_without_its_writer_or_a_later_record_having_replaced_it(
    log: list[Written],
) -> None:
    stands = standing(log)["item:a"]
    assert stands, "something always stands"
    for place, record in enumerate(log):
        later = log[place + 1 :]
        replaced = any(record.client_id in other.replaces for other in later)
        newer = any(o is not record and o.author == record.author for o in log)
        same = any(record.value == other.value for other in stands)
        assert record in stands or replaced or newer or same


@given(logs())
def test_a_person_never_contradicts_themselves(log: list[Written]) -> None:
    authors = [record.author for record in standing(log)["item:a"]]
    assert len(authors) == len(set(authors))


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -60, date(2021, 3, 31)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months(start: date, months: int, expected: date) -> None:
    assert rules.add_months(start, months) == expected


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 200))
def test_whole_months_undo_adding_them(day: date, months: int) -> None:
    assert rules.whole_months(day, rules.add_months(day, months)) >= months - 1
    assert rules.whole_months(rules.add_months(day, 1), day) == 0


def test_a_report_is_due_on_an_open_day() -> None:
    assert rules.due_day(date(2026, 6, 1), 30) == date(2026, 7, 1)
    assert rules.due_day(date(2026, 6, 1), 5) == date(2026, 6, 8), "the 6th is a Saturday"


def test_a_phone_with_a_wrong_clock_does_not_move_the_visit() -> None:
    today = date(2026, 6, 1)
    assert rules.day_of_visit(today - timedelta(days=2), today) == date(2026, 5, 30)
    assert rules.day_of_visit(date(1970, 1, 1), today) == today
    assert rules.day_of_visit(date(2027, 1, 1), today) == today


def test_every_act_leads_somewhere_and_every_open_state_has_a_way_on() -> None:
    for act in rules.ACTS.values():
        assert act.sources <= set(rules.STATES)
        assert act.to is None or act.to in rules.STATES
    ways = {state for act in rules.ACTS.values() for state in act.sources}
    assert set(rules.STATES) - ways == {rules.CLOSED, rules.CANCELLED}
    assert "approve_results" not in rules.offered(rules.DECIDING, {"inspector"})
    assert rules.offered(rules.DECIDING, {"approver"}) == ["return_results", "approve_results"]
