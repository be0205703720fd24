"""Rounds in which filings are taken: the opening and the closing second, years, faults."""

from datetime import UTC, date, datetime

import pytest

from madoguchi.procedures.package.trial import run_tests
from madoguchi.procedures.rounds import next_round, open_round, overlapping, rounds_until
from tests.procedures.packages import loaded, package

BODY = """\
data:
  plan: {type: text, label: {ja: 計画, en: Plan}, required: true}
rounds:
  - {id: first, title: {ja: 第1回, en: Round 1}, opens: 2026-06-01, closes: 2026-07-31, decides: 2026-10-15}
  - {id: second, title: {ja: 第2回, en: Round 2}, opens: 2026-11-02T09:00, closes: 2026-12-11T17:00, decides: 2027-03-01}
"""
ROUNDS = package(BODY, pattern="certification").spec.rounds


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("at", "open_id", "next_id"),
    [
        (utc(2026, 5, 31, 14, 59, 59), None, "first"),
        (utc(2026, 5, 31, 15), "first", "second"),  # 1 June, 0:00 in Japan
        (utc(2026, 7, 31, 14, 59, 59), "first", "second"),
        (utc(2026, 7, 31, 15), None, "second"),
        (utc(2026, 11, 1, 23, 59, 59), None, "second"),
        (utc(2026, 11, 2, 0), "second", None),
        (utc(2026, 12, 11, 7, 59, 59), "second", None),
        (utc(2026, 12, 11, 8), None, None),  # 17:00 in Japan: over
    ],
)
def test_a_round_is_open_to_the_second(
    at: datetime, open_id: str | None, next_id: str | None
) -> None:
    found, coming = open_round(ROUNDS, at), next_round(ROUNDS, at)
    assert (found.id if found else None) == open_id
    assert (coming.id if coming else None) == next_id


def test_a_yearly_round_comes_back_also_after_a_leap_day() -> None:
    body = BODY.split("rounds:")[0] + (
        "rounds:\n  - {id: spring, title: {ja: 春, en: Spring}, opens: 2028-02-29, closes: 2028-03-31,"
        " decides: 2028-05-31, every: year}\n"
    )
    rounds = package(body, pattern="certification").spec.rounds
    found = rounds_until(rounds, 2030)
    assert [item.id for item in found] == ["spring-2028", "spring-2029", "spring-2030"]
    assert [item.as_context()["opens_on"] for item in found][:2] == [
        date(2028, 2, 29),
        date(2029, 2, 28),
    ]
    assert found[1].decides == date(2029, 5, 31)
    assert overlapping(rounds) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (
            "closes: 2026-07-31,",
            "closes: 2026-11-02T09:01,",
            "value-error",
        ),  # decided before it closes
        ("closes: 2026-07-31, decides: 2026-10-15", "closes: 2026-11-02T09:01", "rounds-overlap"),
        ("opens: 2026-06-01", "opens: 2026-08-01", "value-error"),
        ("id: second", "id: first", "duplicate-round"),
    ],
)
def test_faults_of_rounds(old: str, new: str, code: str) -> None:
    found = loaded(BODY.replace(old, new), pattern="certification")
    assert code in [fault.code for fault in found.faults], [str(fault) for fault in found.faults]


def test_filing_and_deciding_in_a_round() -> None:
    tests = """\
tests:
  - name: decided on its day
    given: {plan: a}
    today: 2026-07-31T23:59:59
    run:
      - submit
      - start_examination
      - request_correction: {points: [/plan], reason: 直してください}
      - until: 2026-09-01
      - resubmit: {plan: b}
      - propose_certification
      - until: 2026-10-15
      - approve_certification
    expect: {state: certified}
  - name: not before its day
    given: {plan: a}
    today: 2026-06-01
    run: [submit, start_examination, propose_certification, {until: 2026-10-14}, approve_certification]
    expect: {refused_action: approve_certification}
  - name: too late
    given: {plan: a}
    today: 2026-08-01T00:00:00
    run: [submit]
    expect: {refused_action: submit}
"""
    made = package(BODY + tests, pattern="certification")
    assert run_tests(made, lambda kind, prefecture: None) == (3, [])
