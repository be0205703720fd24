"""Periods of reports, and the duties that fall due in them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.procedures.periods import (
    before,
    key_before,
    period_key,
    period_of,
    read_period,
    since,
)
from tests.procedures.packages import loaded, package

KINDS = ("fiscal_year", "calendar_year", "half", "quarter", "month")


@pytest.mark.parametrize(
    ("kind", "day", "key", "start", "end"),
    [
        ("fiscal_year", date(2026, 3, 31), "2025", date(2025, 4, 1), date(2026, 3, 31)),
        ("fiscal_year", date(2026, 4, 1), "2026", date(2026, 4, 1), date(2027, 3, 31)),
        ("calendar_year", date(2026, 3, 31), "2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("half", date(2026, 9, 30), "2026H1", date(2026, 4, 1), date(2026, 9, 30)),
        ("half", date(2027, 1, 1), "2026H2", date(2026, 10, 1), date(2027, 3, 31)),
        ("quarter", date(2027, 1, 1), "2026Q4", date(2027, 1, 1), date(2027, 3, 31)),
        ("quarter", date(2026, 7, 1), "2026Q2", date(2026, 7, 1), date(2026, 9, 30)),
        ("month", date(2028, 2, 29), "2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("month", date(2026, 12, 1), "2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_lies_in_its_period(kind: str, day: date, key: str, start: date, end: date) -> None:
    found = period_of(kind, day)
    assert (found.key, found.start, found.end) == (key, start, end)


@given(st.sampled_from(KINDS), st.dates(min_value=date(1901, 1, 1), max_value=date(2998, 12, 31)))
def test_periods_follow_each_other_without_gap(kind: str, day: date) -> None:
    period = period_of(kind, day)
    assert period.start <= day <= period.end
    assert read_period(kind, period.key) == period
    former = before(period)
    assert former.end == period.start - timedelta(days=1)
    assert former.key < period.key
    assert key_before(period.key) == former.key
    assert list(since(kind, former.start, day)) == [former, period]


@pytest.mark.parametrize(
    "value", [None, True, Decimal("2026.5"), Decimal("NaN"), -1, 10**9, "", "  ", [], date.min]
)
def test_what_is_no_period_is_none(value: object) -> None:
    assert period_key(value) is None


@pytest.mark.parametrize("key", ["2026-13", "2026H3", "2026Q0", "26", "20265", "9999-01", "x"])
def test_a_key_of_no_kind_is_refused(key: str) -> None:
    assert all(read_period(kind, key) is None for kind in KINDS)


BODY = """\
data:
  maker: {type: entry, label: {ja: 許可, en: Licence}, register: makers, required: true}
  fy: {type: fiscal_year, label: {ja: 年度, en: Year}, default: fiscal_year(today) - 1, required: true}
  opening: {type: decimal, label: {ja: 期首, en: Opening}, required: true}
  closing: {type: decimal, label: {ja: 期末, en: Closing}, required: true}
about: {entry: maker, period: fy}
checks:
  - id: balance
    on: opening
    must: 'opening = previous_for(maker, "trial", fy - 1).closing'
    when: 'previous_for(maker, "trial", fy - 1) != null'
    message: {ja: 前年の期末と違います。, en: It differs from last year's closing.}
obligations:
  annual:
    title: {ja: 年次報告, en: Annual report}
    register: makers
    who: entry.class = "M"
    period: fiscal_year
    due: date(period.year + 1, 5, 31)
"""
TESTS = """\
tests:
  - name: the opening is last year's closing
    given: {maker: e1, fy: 2025, opening: "5.0", closing: 1}
    entries: {e1: {register: makers, number: '1'}}
    previous: {trial: {2024: {closing: 5.00}}}
    expect: {valid: true}
  - name: it is not
    given: {maker: e1, fy: 2025, opening: 4, closing: 1}
    entries: {e1: {register: makers, number: '1'}}
    previous: {trial: {2024: {closing: 5.00}}}
    expect: {errors: [opening]}
  - name: nothing was filed a year ago
    given: {maker: e1, fy: 2025, opening: 4, closing: 1}
    entries: {e1: {register: makers, number: '1'}}
    previous: {trial: {2023: {closing: 5.00}}}
    expect: {valid: true}
  - {name: due on the next open day, obligation: annual, entry: {class: M}, period: 2025, expect: {due: 2026-06-01}}
  - {name: others need not, obligation: annual, entry: {class: S}, period: 2025, expect: {due: null}}
"""


def test_a_package_tests_its_duties_and_look_ups() -> None:
    from madoguchi.procedures.service import check_files

    made = package(BODY + TESTS, kind="report", pattern="notice")
    checked = check_files(made.files, "v1")
    assert checked.tests == 5
    assert [str(fault) for fault in checked.faults if fault.severity == "error"] == []
    wrong = BODY + TESTS.replace("2026-06-01", "2026-05-31").replace(
        "{errors: [opening]}", "{valid: true}"
    )
    failed = check_files(
        {"procedure.yaml": made.files["procedure.yaml"].split("data:")[0] + wrong}, "v1"
    )
    assert [fault.code for fault in failed.faults if fault.severity == "error"] == [
        "test-failed"
    ] * 2


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("entry: maker, ", "", "obligation-about"),
        (", period: fy}", "}", "obligation-about"),
        ("entry: maker,", "entry: opening,", "about-entry"),
        ("    register: makers\n    who", "    who", "obligation-register"),
        ("date(period.year + 1, 5, 31)", "period.year", "rule-"),
        ("date(period.year + 1, 5, 31)", "perod.end", "rule-"),
        ("    due: date", "    overdue: {letter: demand}\n    due: date", "no-letter"),
    ],
)
def test_what_a_duty_lacks_is_told_with_its_line(old: str, new: str, code: str) -> None:
    assert old in BODY
    found = loaded(BODY.replace(old, new, 1), kind="report", pattern="notice")
    faults = [fault for fault in found.faults if fault.severity == "error"]
    assert [fault for fault in faults if fault.code.startswith(code)], faults
    assert all(fault.line > 8 for fault in faults)
