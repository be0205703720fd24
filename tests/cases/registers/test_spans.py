"""Changing the spans of a registration; numbers; values that come back as they went in."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.cases.registers.numbering import number_text, series_name
from madoguchi.cases.registers.rules import (
    CANCELLED,
    CLOSED,
    ENDED,
    SUSPENDED,
    VALID,
    Span,
    amended_from,
    ended_from,
    in_force,
    lasting_until,
    passed_from,
    resumed_from,
    suspended_between,
)
from madoguchi.cases.registers.values import plain, shown, tagged, typed

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 400).map(lambda n: FIRST + timedelta(days=n))
LENGTHS = st.one_of(st.none(), st.integers(1, 200))

# An operation and its days: what an office or a case may do to a registration, in any order.
OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["amend", "suspend", "resume", "pass_on", "end", "last"]), DAYS, LENGTHS
    ),
    max_size=8,
)


def applied(spans: list[Span], what: str, day: date, length: int | None, number: int) -> list[Span]:
    until = day + timedelta(days=length) if length else None
    match what:
        case "amend":
            return amended_from(spans, day, {"n": number})
        case "suspend":
            return suspended_between(spans, day, until)
        case "resume":
            return resumed_from(spans, day)
        case "pass_on":
            return passed_from(spans, day, holder=str(number), name="x", agency="a")
        case "last":
            return lasting_until(spans, day)
    return ended_from(spans, day, CANCELLED)


@given(OPERATIONS, DAYS)
def test_whatever_is_done_the_spans_stay_in_order_and_the_past_untouched(
    operations: list[tuple[str, date, int | None]], looked: date
) -> None:
    spans = [Span(FIRST, None, columns={"n": 0}, holder="0")]
    for number, (what, day, length) in enumerate(operations, 1):
        day = max(day, FIRST + timedelta(days=1))
        before, now = in_force(spans, looked), None
        spans = applied(spans, what, day, length, number)
        assert spans, "a registration never disappears"
        for one, other in pairwise(spans):
            assert one.valid_to is not None
            assert one.valid_from < one.valid_to <= other.valid_from
        assert spans[-1].valid_to is None or spans[-1].valid_from < spans[-1].valid_to
        now = in_force(spans, looked)
        if looked < day and what != "last":
            assert now is not None or before is None
            assert said(now) == said(before), "earlier days stay as they were"
        if before is None or looked < day:
            continue
        match what:
            case "suspend":
                inside = length is None or looked < day + timedelta(days=length)
                assert now is not None
                turned = inside and before.status == VALID
                assert now.status == (SUSPENDED if turned else before.status)
            case "pass_on":
                assert now is not None
                assert now.holder == str(number)
            case "end":
                assert now is not None
                assert now.status == CANCELLED
            case "last":
                assert now is None or now.status in ENDED


def said(span: Span | None) -> object:
    return None if span is None else (span.status, span.columns, span.holder)


def test_a_suspension_begins_ends_by_itself_and_is_lifted() -> None:
    spans = suspended_between([Span(FIRST, None)], date(2026, 4, 1), date(2026, 7, 1))
    assert standing(spans) == [
        (FIRST, VALID),
        (date(2026, 4, 1), SUSPENDED),
        (date(2026, 7, 1), VALID),
    ]
    assert suspended_between(spans, date(2026, 5, 1), date(2026, 6, 1)) == spans
    again = suspended_between(spans, date(2026, 10, 1), None)
    lifted = resumed_from(again, date(2026, 5, 1))
    found = {day: in_force(lifted, day) for day in (date(2026, 4, 30), date(2026, 5, 1))}
    assert [span.status for span in found.values() if span] == [SUSPENDED, VALID]
    later = in_force(lifted, date(2026, 10, 1))
    assert later is not None
    assert later.status == SUSPENDED, "another suspension is not lifted with it"
    assert resumed_from(lifted, date(2026, 8, 1)) == lifted


def test_what_becomes_known_late_does_not_undo_what_took_effect_after_it() -> None:
    spans = [Span(FIRST, None, columns={"name": "A", "town": "X"}, public={"name": "A"})]
    spans = amended_from(spans, date(2026, 7, 1), {"name": "C"}, ["name"])
    spans = amended_from(spans, date(2026, 6, 1), {"name": "B", "town": "Y"}, ["name"])
    found = [(span.valid_from.month, span.columns, span.public) for span in spans]
    assert found == [
        (1, {"name": "A", "town": "X"}, {"name": "A"}),
        (6, {"name": "B", "town": "Y"}, {"name": "B"}),
        (7, {"name": "C", "town": "Y"}, {"name": "C"}),
    ]


def test_a_new_end_moves_the_last_span_only() -> None:
    spans = suspended_between([Span(FIRST, date(2027, 1, 1))], date(2026, 4, 1), date(2026, 7, 1))
    longer = lasting_until(spans, date(2028, 1, 1))
    assert [span.valid_to for span in longer] == [
        date(2026, 4, 1),
        date(2026, 7, 1),
        date(2028, 1, 1),
    ]
    assert lasting_until(spans, date(2026, 5, 1))[-1] == replace(
        spans[1], valid_to=date(2026, 5, 1)
    )


def test_ending_what_ran_out_is_recorded() -> None:
    spans = ended_from([Span(FIRST, date(2026, 3, 1))], date(2026, 6, 1))
    assert in_force(spans, date(2026, 2, 1)) is not None
    assert in_force(spans, date(2026, 4, 1)) is None
    found = in_force(spans, date(2026, 7, 1))
    assert found is not None
    assert found.status == CLOSED


def standing(spans: list[Span]) -> list[tuple[date, str]]:
    return [(span.valid_from, span.status) for span in spans]


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("{office}-{serial:05}", "関東経済産業局-00012"),
        ("{year}{office}製許第{serial}号", "2026関東経済産業局製許第12号"),
        ("第{serial}号", "第12号"),
        ("{kind}-{year}-{serial:04}", "商-2026-0012"),
        ("{serial:2} {unknown} {office.id} {0}", "12 {unknown} {office.id} {0}"),
    ],
)
def test_numbers_as_their_templates_say(template: str, number: str) -> None:
    found = number_text(template, office="関東経済産業局", year=2026, serial=12, sort="商")
    assert found == number


def test_a_series_is_apart_only_where_its_number_is() -> None:
    def series(template: str, agency: str, year: int, sort: str = "") -> str:
        return series_name("letter", "x", template, agency, year, sort)

    assert series("{serial}", "a", 2026) == series("{serial}", "b", 2027)
    assert series("{office}{serial}", "a", 2026) == series("{office}{serial}", "a", 2027)
    assert series("{office}{serial}", "a", 2026) != series("{office}{serial}", "b", 2026)
    assert series("{year}{serial}", "a", 2026) != series("{year}{serial}", "a", 2027)
    assert series("{kind}{serial}", "a", 2026, "M") == series("{kind}{serial}", "b", 2027, "M")
    assert series("{kind}{serial}", "a", 2026, "M") != series("{kind}{serial}", "a", 2026, "S")
    assert series("{serial}", "a", 2026, "M") == series("{serial}", "a", 2026, "S")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "1234567890123",
        12,
        Decimal("12.5"),
        date(2026, 4, 1),
        [{"name": "給油所", "tank_kl": Decimal("0.001"), "since": date(2026, 4, 1)}],
        {"a": [Decimal("1.5"), None]},
    ],
)
def test_values_come_back_as_rules_wrote_them(value: object) -> None:
    assert typed(tagged(value)) == value


def test_values_as_data_and_as_text() -> None:
    stored = tagged([{"name": "本店", "tank": Decimal("12.50"), "from": date(2026, 4, 1)}])
    assert plain(stored) == [{"name": "本店", "tank": "12.5", "from": "2026-04-01"}]
    assert shown(stored, "ja") == "本店 / 12.5 / 令和8年4月1日"
    assert tagged(Decimal("NaN")) is None
    assert tagged(Decimal("1E+3")) == 1000
