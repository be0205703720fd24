"""Changing the spans of a registration; numbers; values that come back as they went in."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.cases.registers.numbering import number_text, series_name
from madoguchi.cases.registers.rules import CLOSED, Span, changed_from, closed_from, in_force
from madoguchi.cases.registers.values import plain, shown, tagged, typed

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 400).map(lambda n: FIRST + timedelta(days=n))


def rewritten(spans: list[Span], result: tuple[list[int], list[Span]]) -> list[Span]:
    replaced, written = result
    return [s for i, s in enumerate(spans) if i not in replaced] + written


@given(st.lists(DAYS, max_size=6), DAYS)
def test_changes_never_rewrite_the_past_and_leave_no_gap(changes: list[date], looked: date) -> None:
    spans = [Span(FIRST, None, columns={"n": 0})]
    for number, day in enumerate(changes, 1):
        before = in_force(spans, looked)

        def change(span: Span, number: int = number) -> Span:
            return Span(span.valid_from, span.valid_to, columns={"n": number})

        spans = rewritten(spans, changed_from(spans, day, change))
        now = in_force(spans, looked)
        assert now is not None
        assert now.columns == ({"n": number} if looked >= day else before and before.columns)
        assert sum(span.covers(looked) for span in spans) == 1
        assert all(s.valid_to is None or s.valid_from < s.valid_to for s in spans)


@given(DAYS, DAYS, DAYS)
def test_a_closed_registration_stays_closed(changed: date, closed: date, looked: date) -> None:
    spans = [Span(FIRST, None)]
    spans = rewritten(spans, changed_from(spans, changed, lambda span: span))
    spans = rewritten(spans, closed_from(spans, closed))
    now = in_force(spans, looked)
    assert now is not None
    assert (now.status == CLOSED) == (looked >= closed)


def test_closing_what_ran_out_is_recorded() -> None:
    spans = [Span(FIRST, date(2026, 3, 1))]
    spans = rewritten(spans, closed_from(spans, date(2026, 6, 1)))
    assert in_force(spans, date(2026, 2, 1)) is not None
    assert in_force(spans, date(2026, 4, 1)) is None
    found = in_force(spans, date(2026, 7, 1))
    assert found is not None
    assert found.status == CLOSED


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("{office}-{serial:05}", "関東経済産業局-00012"),
        ("{year}{office}製許第{serial}号", "2026関東経済産業局製許第12号"),
        ("第{serial}号", "第12号"),
        ("{serial:2} {unknown} {office.id} {0}", "12 {unknown} {office.id} {0}"),
    ],
)
def test_numbers_as_their_templates_say(template: str, number: str) -> None:
    assert number_text(template, office="関東経済産業局", year=2026, serial=12) == number


def test_a_series_is_apart_only_where_its_number_is() -> None:
    def series(template: str, agency: str, year: int) -> str:
        return series_name("letter", "x", template, agency, year)

    assert series("{serial}", "a", 2026) == series("{serial}", "b", 2027)
    assert series("{office}{serial}", "a", 2026) == series("{office}{serial}", "a", 2027)
    assert series("{office}{serial}", "a", 2026) != series("{office}{serial}", "b", 2026)
    assert series("{year}{serial}", "a", 2026) != series("{year}{serial}", "a", 2027)


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
