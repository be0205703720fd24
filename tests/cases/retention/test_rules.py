"""Until when a case is kept, and what may follow what. Pure; days by hand from the 施行令."""

from datetime import date

import pytest

from madoguchi.cases.retention.models import LISTED, PROPOSED, REQUEST, RETENTION
from madoguchi.cases.retention.rules import Kept, counted_from, last_day, next_state
from madoguchi.procedures.package.retention_spec import RetentionSpec, period_text
from tests.procedures.packages import loaded

CLOSED, DECIDED = date(2026, 6, 1), date(2026, 5, 20)


@pytest.mark.parametrize(
    ("period", "since", "last"),
    [
        ("P5Y", date(2026, 5, 10), date(2032, 3, 31)),
        ("P5Y", date(2027, 3, 31), date(2032, 3, 31)),
        ("P5Y", date(2027, 4, 1), date(2033, 3, 31)),
        ("P1Y", date(2026, 4, 1), date(2028, 3, 31)),
        ("P6M", date(2026, 12, 31), date(2027, 9, 30)),
        ("P18M", date(2026, 12, 31), date(2028, 9, 30)),
        ("P999Y", date(9990, 1, 1), date(9999, 3, 31)),
    ],
)
def test_it_is_counted_from_the_next_first_of_april(period: str, since: date, last: date) -> None:
    assert last_day(period, since) == last


@pytest.mark.parametrize(
    ("from_", "effect", "ends", "since"),
    [
        ("closing", True, [], CLOSED),
        ("decision", True, [], DECIDED),
        ("effect_end", False, [], CLOSED),  # refused or withdrawn: it never took effect
        ("effect_end", True, [], None),  # a permit no register keeps: nobody can know
        ("effect_end", True, [None], None),  # a registration without end
        ("effect_end", True, [date(2030, 3, 31), None], None),
        ("effect_end", True, [date(2030, 3, 31), date(2029, 1, 1)], date(2030, 3, 31)),
        ("effect_end", True, [date(2020, 1, 1)], CLOSED),
    ],
)
def test_from_when_it_is_counted(
    from_: str, effect: bool, ends: list[date | None], since: date | None
) -> None:
    spec = RetentionSpec.model_validate({"period": "P5Y", "from": from_})
    found = counted_from(
        spec, closed_on=CLOSED, decided_on=DECIDED, has_effect=effect, effect_ends=ends
    )
    assert found == since
    kept = Kept(spec, found, own=True)
    assert kept.over(date(9999, 1, 1)) == (since is not None)
    if kept.until is not None:
        assert not kept.over(kept.until)


def test_what_may_follow_what() -> None:
    assert next_state(LISTED, "propose", RETENTION) == PROPOSED
    assert next_state(PROPOSED, "reject", RETENTION) == LISTED
    assert next_state(PROPOSED, "reject", REQUEST) == "dropped"
    assert next_state(LISTED, "approve", RETENTION) is None
    assert next_state("held", "propose", RETENTION) is None
    assert next_state("done", "approve", RETENTION) is None
    assert next_state("approved", "carry_out", REQUEST) == "done"


def test_a_package_says_how_long_and_why() -> None:
    field = "data:\n  plan: {type: text, label: {ja: 計画, en: Plan}}\n"
    good = loaded(
        field + "retention: {period: P5Y, from: closing, law: 別表の11の項, then: transfer}\n"
    )
    assert good.package is not None
    assert good.package.spec.retention is not None
    assert period_text(good.package.spec.retention)["ja"] == "案件が終わった日の次の4月1日から5年"
    for wrong in ("{period: P0Y}", "{period: 5 years}", "{period: P6M, then: transfer}",
                  "{period: P5Y, from: birth}"):  # fmt: skip
        bad = loaded(f"{field}retention: {wrong}\n")
        assert bad.package is None, wrong
        assert [str(fault).split(":")[1] for fault in bad.faults] == ["13"]
