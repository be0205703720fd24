"""The calendar's functions for rules: what they give, null at every border, the same in SQL."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi import feel
from madoguchi.kernel.rule_functions import CALENDAR
from tests.feel.sql.databases import DATABASES
from tests.feel.sql.rules import COLUMNS, SCOPE, dates

EXAMPLES = [
    ('add_open_days(@"2026-04-28", 3)', date(2026, 5, 7)),
    ('add_open_days(@"2026-04-28", 1000000)', None),
    ('open_days_between(@"2026-05-01", @"2026-05-07")', Decimal(1)),
    ('is_open_day(@"2026-05-06")', False),
    ('is_open_day(@"1800-01-01")', None),
    ('open_day(@"2026-05-02")', date(2026, 5, 7)),
    ('period_end(@"2026-01-30", "1 month")', date(2026, 2, 28)),
    ('period_end(@"2026-01-30", "2 hours")', None),
    ('fiscal_year(@"2027-03-31")', Decimal(2026)),
    ("fiscal_year_name(2019)", "令和元年度"),
    ("fiscal_year_name(100000)", None),
    ('wareki(@"1989-01-07")', "昭和64年1月7日"),
    ('wareki(@"2019-05-01")', "令和元年5月1日"),
    ('date_of_wareki("令和8年4月1日")', date(2026, 4, 1)),
    ('date_of_wareki("平成40年1月1日")', None),
    ('age_on(@"2004-02-29", @"2026-02-28")', Decimal(21)),
    ('age_on(@"2004-02-29", @"2026-03-01")', Decimal(22)),
    ('age_on(@"2026-03-01", @"2004-02-29")', None),
    ("age_on(null, null)", None),
    ('age_on(day: @"2026-03-01", born: @"2006-03-01")', Decimal(20)),
]


@pytest.mark.parametrize(("text", "value"), EXAMPLES)
def test_values(text: str, value: object) -> None:
    rule = feel.compile(text, {}, functions=CALENDAR)
    assert rule(feel.bound(CALENDAR)) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fiscal_year(2026)", "argument-type"),
        ("fiscal_year()", "argument-count"),
        ("fiscal_yaer(today)", "unknown-name"),
        ('wareki(@"2026-01-01") + 1', "operand-type"),
    ],
)
def test_calls_are_checked(text: str, code: str) -> None:
    found = feel.check(text, {"today": feel.DATE}, functions=CALENDAR)
    assert found[0].code == code
    if code == "unknown-name":
        assert found[0].suggestion == "fiscal_year"


@pytest.mark.parametrize("dialect", DATABASES)
def test_the_same_in_sql(dialect: str) -> None:
    texts = ["fiscal_year(day) * 2", "wareki(day)", "age_on(day, until) > 20"]
    if dialect != "sqlite":  # it has no year 10000 to hand to a function
        texts.append('age_on(day + @"P1D", until) in [0..3]')
    rules = [feel.compile(text, SCOPE, functions=CALENDAR) for text in texts]
    empty: dict[str, Any] = dict.fromkeys("a b big price area ok name alias day until".split())
    with DATABASES[dialect]() as ask:

        @given(st.none() | dates, st.none() | dates)
        def agree(day: date | None, until: date | None) -> None:
            row = {**empty, "day": day, "until": until}
            for rule in rules:
                sql = feel.to_sql(rule, COLUMNS, dialect, functions=CALENDAR)
                (found,) = ask(sql, [row])
                assert found == rule({**feel.bound(CALENDAR), **row}), sql.text

        agree()


def test_what_needs_the_list_of_holidays_is_refused() -> None:
    rule = feel.compile("is_open_day(day)", SCOPE, functions=CALENDAR)
    with pytest.raises(feel.FeelError, match="is_open_day"):
        feel.to_sql(rule, COLUMNS, "duckdb", functions=CALENDAR)
