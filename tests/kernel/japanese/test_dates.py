"""Dates, months and fiscal years as people write them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.japanese import (
    JapaneseInputError,
    fiscal_year_of,
    format_fiscal_year,
    format_wareki,
    format_wareki_month,
    parse_date,
    parse_fiscal_year,
    parse_year_month,
)

MODERN = st.dates(date(1873, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01",
        "2026-4-1",
        "2026/4/1",
        "2026.4.1",
        "20260401",
        "2026年4月1日",
        "２０２６年４月１日",
        "２０２６／０４／０１",
        "２０２６－４－１",
        "2026ー4ー1",
        " 2026 年 4 月 1 日\n",
        "令和8年4月1日",
        "令和 ８年 ４月 １日",
        "令和八年四月一日",
        "令和08年04月01日",
        "㋿8年4月1日",
        "令8.4.1",
        "R8.4.1",
        "r8/4/1",
        "R08-04-01",
        "Ｒ８．４．１",
        "R8。4。1",
        "二〇二六年四月一日",
        "二○二六年四月一日",
        "二千二十六年四月一日",
        "\u200b2026-04-01\ufeff",
    ],
)
def test_every_way_to_write_a_day(text: str) -> None:
    assert parse_date(text) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("H31.4.30", "2019-04-30"),
        ("平成31年4月30日", "2019-04-30"),
        ("令和元年5月1日", "2019-05-01"),
        ("令和1年5月1日", "2019-05-01"),
        ("平成元年1月8日", "1989-01-08"),
        ("昭和64年1月7日", "1989-01-07"),
        ("昭和六十四年一月七日", "1989-01-07"),
        ("昭和元年12月25日", "1926-12-25"),
        ("大正15年12月25日", "1926-12-25"),
        ("大正15年12月24日", "1926-12-24"),
        ("大正元年7月30日", "1912-07-30"),
        ("明治45年7月30日", "1912-07-30"),
        ("明治45年7月29日", "1912-07-29"),
        ("M6.1.1", "1873-01-01"),
        ("㍻31年4月30日", "2019-04-30"),
        ("令和十二年十二月三十一日", "2030-12-31"),
        ("令和6年2月29日", "2024-02-29"),
        ("2000-02-29", "2000-02-29"),
        ("1583-01-01", "1583-01-01"),
    ],
)
def test_days_at_the_borders(text: str, day: str) -> None:
    assert parse_date(text) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "code", "right"),
    [
        ("平成31年5月1日", "date_other_era", "令和元年5月1日"),
        ("H31.5.1", "date_other_era", "令和元年5月1日"),
        ("平成32年4月1日", "date_other_era", "令和2年4月1日"),
        ("令和元年4月30日", "date_other_era_open", "平成31年4月30日"),
        ("昭和64年1月8日", "date_other_era", "平成元年1月8日"),
        ("平成元年1月7日", "date_other_era", "昭和64年1月7日"),
        ("昭和元年12月24日", "date_other_era", "大正15年12月24日"),
        ("大正15年12月26日", "date_other_era", "昭和元年12月26日"),
        ("大正元年7月29日", "date_other_era", "明治45年7月29日"),
        ("明治45年7月31日", "date_other_era", "大正元年7月31日"),
    ],
)
def test_the_right_era_is_named(text: str, code: str, right: str) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_date(text)
    assert caught.value.code == code
    assert caught.value.params["right"] == right
    assert right in caught.value.message["ja"]
    assert right in caught.value.message["en"]
    assert parse_date(right) == date.fromisoformat(caught.value.params["iso"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("\u3000\u200b", "empty"),
        ("あした", "date_format"),
        ("4/1/2026", "date_two_digit_year"),
        ("26/4/1", "date_two_digit_year"),
        ("8年4月1日", "date_two_digit_year"),
        ("元年4月1日", "date_two_digit_year"),
        ("2026-13-01", "date_no_such_month"),
        ("20261301", "date_no_such_month"),
        ("2026-00-01", "date_no_such_month"),
        ("2026-02-29", "date_no_such_day"),
        ("1900-02-29", "date_no_such_day"),
        ("令和8年2月29日", "date_no_such_day"),
        ("2026-04-31", "date_no_such_day"),
        ("2026-04-00", "date_no_such_day"),
        ("00000101", "date_format"),
        ("0999-01-01", "date_format"),
        ("12026-01-01", "date_format"),
        ("2026-4/1", "date_format"),
        ("2026年4月", "date_format"),
        ("2026年4月1", "date_format"),
        ("2026-04-01T00:00", "date_format"),
        ("令和0年4月1日", "date_no_such_year"),
        ("令和9999年4月1日", "date_no_such_year"),
        ("明治5年12月2日", "date_before_calendar"),
        ("明治元年10月23日", "date_before_calendar"),
        ("²026-04-01", "date_format"),
        ("٢٠٢٦-٠٤-٠١", "date_format"),
        ("令和八八八八八年4月1日", "date_no_such_year"),
        ("令和十十年4月1日", "date_format"),
        ("9" * 5000 + "-1-1", "date_format"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_date(text)
    assert caught.value.code == code
    assert caught.value.status == 422
    assert "{" not in caught.value.message["ja"] + caught.value.message["en"]


@given(MODERN, st.sampled_from(["long", "short"]))
def test_a_formatted_day_is_read_back(day: date, style: str) -> None:
    assert parse_date(format_wareki(day, style)) == day
    assert parse_date(day.isoformat()) == day


@given(st.text(alphabet="令和平成昭大明RHS元年月日0123456789一二十〇./- 　", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_date, parse_year_month, parse_fiscal_year):
        with suppress(JapaneseInputError):
            parse(text)


@given(st.text(max_size=30))
def test_any_characters_are_read_or_refused(text: str) -> None:
    for parse in (parse_date, parse_year_month, parse_fiscal_year):
        with suppress(JapaneseInputError):
            parse(text)


@pytest.mark.parametrize(
    ("day", "long", "short"),
    [
        ("2026-04-01", "令和8年4月1日", "R8.4.1"),
        ("2019-05-01", "令和元年5月1日", "R1.5.1"),
        ("2019-04-30", "平成31年4月30日", "H31.4.30"),
        ("1873-01-01", "明治6年1月1日", "M6.1.1"),
        ("1872-12-31", "1872年12月31日", "1872.12.31"),
    ],
)
def test_format_wareki(day: str, long: str, short: str) -> None:
    assert format_wareki(date.fromisoformat(day)) == long
    assert format_wareki(date.fromisoformat(day), "short") == short


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-04", (2026, 4)),
        ("2026/4", (2026, 4)),
        ("2026年4月", (2026, 4)),
        ("令和8年4月", (2026, 4)),
        ("R8.4", (2026, 4)),
        ("Ｒ８．４", (2026, 4)),
        ("平成31年4月", (2019, 4)),
        ("令和元年5月", (2019, 5)),
        ("昭和64年1月", (1989, 1)),
        ("平成元年1月", (1989, 1)),
        ("大正15年12月", (1926, 12)),
        ("昭和元年12月", (1926, 12)),
    ],
)
def test_months(text: str, month: tuple[int, int]) -> None:
    assert parse_year_month(text) == month


@pytest.mark.parametrize(
    ("text", "code", "right"),
    [
        ("平成31年5月", "month_other_era", "令和元年5月"),
        ("令和元年4月", "month_other_era", "平成31年4月"),
        ("平成40年1月", "month_other_era", "令和10年1月"),
        ("2026-13", "date_no_such_month", None),
        ("2026-04-01", "month_format", None),
        ("26-04", "date_two_digit_year", None),
        ("", "empty", None),
    ],
)
def test_months_refused(text: str, code: str, right: str | None) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_year_month(text)
    assert caught.value.code == code
    assert caught.value.params.get("right") == right


@given(MODERN)
def test_a_formatted_month_is_read_back(day: date) -> None:
    assert parse_year_month(format_wareki_month(day.year, day.month)) == (day.year, day.month)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2026", 2026),
        ("2026年度", 2026),
        ("２０２６年度", 2026),
        ("FY2026", 2026),
        ("令和8年度", 2026),
        ("令和八年度", 2026),
        ("R8", 2026),
        ("R8年度", 2026),
        ("平成31年度", 2019),
        ("令和元年度", 2019),
        ("昭和63年度", 1988),
        ("平成元年度", 1989),
        ("昭和元年度", 1926),
        ("大正15年度", 1926),
    ],
)
def test_fiscal_years(text: str, year: int) -> None:
    assert parse_fiscal_year(text) == year


@pytest.mark.parametrize(
    ("text", "code", "right"),
    [
        ("平成32年度", "fiscal_year_other_era", "令和2年度"),
        ("昭和64年度", "fiscal_year_other_era", "平成元年度"),
        ("令和0年度", "date_no_such_year", None),
        ("26年度", "date_two_digit_year", None),
        ("来年度", "fiscal_year_format", None),
        ("明治3年度", "date_before_calendar", None),
        ("", "empty", None),
    ],
)
def test_fiscal_years_refused(text: str, code: str, right: str | None) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_fiscal_year(text)
    assert caught.value.code == code
    assert caught.value.params.get("right") == right


@given(st.integers(1874, 2200))
def test_a_formatted_fiscal_year_is_read_back(year: int) -> None:
    assert parse_fiscal_year(format_fiscal_year(year)) == year


def test_fiscal_years_of_days() -> None:
    assert fiscal_year_of(date(2026, 4, 1)) == 2026
    assert fiscal_year_of(date(2027, 3, 31)) == 2026
    assert format_fiscal_year(2019) == "令和元年度"
