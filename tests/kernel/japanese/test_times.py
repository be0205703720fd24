"""Times of day, moments and lengths of time as people write them."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.clock import JST
from madoguchi.kernel.japanese import (
    JapaneseInputError,
    format_duration,
    format_time,
    parse_duration,
    parse_moment,
    parse_time,
)

THREE_FIVE = time(15, 5)


@pytest.mark.parametrize(
    "text",
    [
        "15:05",
        "１５：０５",
        "1505",
        "１５０５",
        "15時5分",
        "十五時五分",
        "午後3時5分",
        "午後３:０５",
        "3:05 pm",
        "3:05PM",
        "PM 3:05",
        "3:05 p.m.",
        " 15 : 05\u3000",
        "15:05:00",
        "午後三時五分",
    ],
)
def test_one_time_in_many_ways(text: str) -> None:
    assert parse_time(text) == THREE_FIVE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("正午", time(12)),
        ("12 pm", time(12)),
        ("12am", time(0)),
        ("午後0時", time(12)),
        ("午前0時30分", time(0, 30)),
        ("9時半", time(9, 30)),
        ("905", time(9, 5)),
        ("23:59:59", time(23, 59, 59)),
        ("0:00", time(0)),
    ],
)
def test_halves_of_the_day(text: str, found: time) -> None:
    assert parse_time(text) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("24:00", "time_end_of_day"),
        ("24時", "time_end_of_day"),
        ("25:00", "time_no_such"),
        ("24:01", "time_no_such"),
        ("14:60", "time_no_such"),
        ("午後13時", "time_no_such"),
        ("午後12時", "time_noon_or_midnight"),
        ("午前12時", "time_noon_or_midnight"),
        ("午後3時pm", "time_format"),
        ("-1:00", "time_format"),
        ("3", "time_format"),
        ("9" * 5000, "time_format"),
        ("=1+1", "time_format"),
    ],
)
def test_what_is_no_time_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(JapaneseInputError) as refused:
        parse_time(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01T15:05",
        "2026-04-01 15:05",
        "2026-04-01T15:05:00+09:00",
        "2026-04-01T06:05:00Z",
        "令和8年4月1日 午後3時5分",
        "令和8年4月1日15:05",
        "Ｒ８．４．１\u3000１５：０５",
        "2026/4/1 1505",
        "2026-04-01T01:05:00-05:00",
    ],
)
def test_one_moment_in_many_ways(text: str) -> None:
    found = parse_moment(text)
    assert found == datetime(2026, 4, 1, 6, 5, tzinfo=UTC)
    assert found.isoformat() == "2026-04-01T15:05:00+09:00"


def test_the_end_of_a_day_is_the_first_minute_of_the_next() -> None:
    for text in ("2026-12-31 24:00", "2026-12-31T24:00", "令和8年12月31日24時"):
        assert parse_moment(text) == datetime(2027, 1, 1, tzinfo=JST)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-04-01", "moment_no_time"),
        ("令和8年4月1日", "moment_no_time"),
        ("2026-02-29 10:00", "date_no_such_day"),
        ("平成32年1月1日 10:00", "date_other_era"),
        ("2026-04-01 25:00", "time_no_such"),
        ("2026-04-01T25:00:00", "time_no_such"),
        ("9999-12-31 24:00", "date_format"),
        ("昨日 10:00", "date_format"),
        ("昨日", "date_format"),
        ("", "empty"),
    ],
)
def test_what_is_no_moment_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(JapaneseInputError) as refused:
        parse_moment(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "1時間30分",
        "90分",
        "90分間",
        "1:30",
        "1時間半",
        "PT1H30M",
        "PT90M",
        "1h 30min",
        "一時間三十分",
    ],
)
def test_one_length_in_many_ways(text: str) -> None:
    assert parse_duration(text) == timedelta(minutes=90)


@pytest.mark.parametrize("text", ["-90分", "90", "1.5時間", "半", "1:75", "P1Y", "P", "PT", "abc"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(JapaneseInputError) as refused:
        parse_duration(text)
    assert refused.value.code == "duration_format"


@given(st.times(timezones=st.none()))
def test_what_is_shown_can_be_typed_again(clock: time) -> None:
    clock = clock.replace(microsecond=0)
    assert parse_time(format_time(clock, "ja")) == parse_time(format_time(clock, "en")) == clock


@given(st.timedeltas(timedelta(), timedelta(days=9999)))
def test_a_length_shown_can_be_typed_again(length: timedelta) -> None:
    length -= timedelta(microseconds=length.microseconds)
    for language in ("ja", "en"):
        assert parse_duration(format_duration(length, language)) == length


@given(st.text(max_size=80))
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in (parse_time, parse_moment, parse_duration):
        with suppress(JapaneseInputError):
            read(text)
