"""Times of day, moments and lengths of time as people write them: 15:05, 午後3時5分, 1505, 90分.

Hours run from 0 to 23. 24:00 is the end of a day: within a moment it is the first minute of the
next day, alone it says no time. 午前12時 and 午後12時 mean noon to some and midnight to others
(太政官達 第337号), so they are refused with the two ways to say it.
"""

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from madoguchi.kernel.clock import JST
from madoguchi.kernel.japanese.dates import parse_date
from madoguchi.kernel.japanese.faults import JapaneseInputError
from madoguchi.kernel.japanese.kanji_numbers import KANJI, read_number
from madoguchi.kernel.japanese.normalising import fold_code

_N = f"[0-9{KANJI}]{{1,4}}"
_HALF = r"(?P<half>午前|午後|AM|PM|A\.M\.|P\.M\.)"
_CLOCK = re.compile(
    rf"{_HALF}?(?P<hour>{_N})(?:時(?:(?P<minute>{_N})分(?:(?P<second>{_N})秒)?|(?P<and_half>半))?"
    rf"|:(?P<m2>[0-9]{{1,2}})(?::(?P<s2>[0-9]{{2}}))?)"
    r"(?P<after>AM|PM|A\.M\.|P\.M\.)?"
)
_DIGITS = re.compile(r"([0-9]{1,2})([0-9]{2})", re.ASCII)
_HALF_ONLY = re.compile(r"([0-9]{1,2})(AM|PM|A\.M\.|P\.M\.)", re.ASCII)
_NOON = {"正午": time(12)}
_ISO_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_DAY_AND_CLOCK = re.compile(r"(?P<day>.*日|[^\s]+?)(?:\s+|T|(?<=日))(?P<clock>\S.*)", re.DOTALL)
_LENGTH = re.compile(
    rf"(?:(?P<d>{_N})日間?)?(?:(?P<h>{_N})時間)?(?:(?P<m>{_N})分間?|(?P<half>半))?(?:(?P<s>{_N})秒間?)?"
)
_LENGTH_EN = re.compile(
    r"(?:(?P<d>[0-9]{1,4})D(?:AYS?)?)?(?:(?P<h>[0-9]{1,4})H(?:OURS?|RS?)?)?"
    r"(?:(?P<m>[0-9]{1,4})M(?:INUTES?|INS?)?)?(?:(?P<s>[0-9]{1,4})S(?:ECONDS?|ECS?)?)?"
)
_ISO_LENGTH = re.compile(
    r"P(?:(?P<d>[0-9]{1,4})D)?(?:T(?=[0-9])(?:(?P<h>[0-9]{1,5})H)?(?:(?P<m>[0-9]{1,7})M)?(?:(?P<s>[0-9]{1,9})S)?)?"
)
_COLON = re.compile(r"([0-9]{1,4}):([0-9]{2})", re.ASCII)
LONGEST = 60


def parse_time(text: str) -> time:
    """A time of day from 15:05, 15:05:30, 1505, 午後3時5分, 午後3:05, 15時半, 正午, 3:05 pm.

    Raises JapaneseInputError: empty, time_format, time_no_such (25:00), time_end_of_day (24:00),
    time_noon_or_midnight (午後12時).
    """
    found = _clock(text)
    if found is None:
        raise JapaneseInputError("time_end_of_day")
    return found


def parse_moment(text: str) -> datetime:
    """A moment in Japan from 2026-04-01T15:05(+09:00), 令和8年4月1日 午後3時5分, 2026/4/1 1505.

    Another offset is converted; none means Japanese time. 24:00 is 0:00 of the next day. Raises as
    parse_date and parse_time, and moment_no_time when only a day is written.
    """
    typed = fold_code(text)
    if _ISO_MOMENT.fullmatch(typed) and not typed[11:].startswith("24"):
        with suppress(ValueError, OverflowError):  # the long way says what is wrong
            found = datetime.fromisoformat(typed)
            return found.replace(tzinfo=JST) if found.tzinfo is None else found.astimezone(JST)
    match = _DAY_AND_CLOCK.fullmatch(typed)
    if match is None:
        parse_date(typed)
        raise JapaneseInputError("moment_no_time")
    return moment_of(match["day"], match["clock"])


def moment_of(day: str, clock: str) -> datetime:
    """A moment in Japan from a day and a time, each as people write them. Raises as parse_moment."""
    on = parse_date(day)
    if not fold_code(clock):
        raise JapaneseInputError("moment_no_time")
    at = _clock(clock)
    if at is not None:
        return datetime.combine(on, at, JST)
    try:
        return datetime.combine(on + timedelta(1), time(), JST)
    except OverflowError:
        raise JapaneseInputError("date_format") from None


def parse_duration(text: str) -> timedelta:
    """A length of time from 1時間30分, 90分, 1:30, 2日, 1時間半, PT1H30M, 1h 30min.

    Raises JapaneseInputError: empty, duration_format.
    """
    typed = _compact(text)
    colon = _COLON.fullmatch(typed)
    if colon is not None and int(colon[2]) < 60:
        return timedelta(hours=int(colon[1]), minutes=int(colon[2]))
    for shape in (_LENGTH, _LENGTH_EN, _ISO_LENGTH):
        match = shape.fullmatch(typed)
        parts = match.groupdict() if match is not None else {}
        if any(parts.values()):
            return _length(parts)
    raise JapaneseInputError("duration_format")


def format_time(value: time, language: str) -> str:
    """15時05分, 15:05; seconds only where there are some."""
    if language != "ja":
        return value.isoformat("seconds" if value.second else "minutes")
    return f"{value.hour}時{value.minute:02}分" + (f"{value.second}秒" if value.second else "")


def format_duration(value: timedelta, language: str) -> str:
    """2日1時間30分, 2 days 1 hour 30 minutes."""
    minutes, seconds = divmod(abs(value).seconds, 60)
    counts = (abs(value).days, minutes // 60, minutes % 60, seconds)
    if language == "ja":
        units = ("日", "時間", "分", "秒")
        shown = "".join(f"{n}{unit}" for n, unit in zip(counts, units, strict=True) if n) or "0分"
    else:
        names = ("day", "hour", "minute", "second")
        said = (
            f"{n} {name}{'' if n == 1 else 's'}" for n, name in zip(counts, names, strict=True) if n
        )
        shown = " ".join(said) or "0 minutes"
    return f"-{shown}" if value < timedelta() else shown


def _length(parts: dict[str, str | None]) -> timedelta:
    counts = {name: read_number(text) for name, text in parts.items() if text and name != "half"}
    if any(count is None for count in counts.values()) or (parts.get("half") and "h" not in counts):
        raise JapaneseInputError("duration_format")
    days, hours, minutes, seconds = (counts.get(name) or 0 for name in "dhms")
    extra = timedelta(minutes=30) if parts.get("half") else timedelta()
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds) + extra


def _compact(text: str) -> str:
    typed = "".join(fold_code(text).upper().split())
    if not typed:
        raise JapaneseInputError("empty")
    if len(typed) > LONGEST:
        raise JapaneseInputError("time_format")
    return typed


def _clock(text: str) -> time | None:
    """The time written; None for 24:00, the end of the day."""
    typed = _compact(text).replace("：", ":")
    if typed in _NOON:
        return _NOON[typed]
    digits, short = _DIGITS.fullmatch(typed), _HALF_ONLY.fullmatch(typed)
    if digits is not None:
        return _made(int(digits[1]), int(digits[2]), 0)
    if short is not None:
        return _made(_of_half(int(short[1]), short[2]), 0, 0)
    match = _CLOCK.fullmatch(typed)
    if match is None or (match["half"] and match["after"]):
        raise JapaneseInputError("time_format")
    hour = read_number(match["hour"])
    minute = 30 if match["and_half"] else read_number(match["minute"] or match["m2"] or "0")
    second = read_number(match["second"] or match["s2"] or "0")
    if hour is None or minute is None or second is None:
        raise JapaneseInputError("time_format")
    half = match["half"] or match["after"]
    return _made(_of_half(hour, half) if half else hour, minute, second)


def _of_half(hour: int, half: str) -> int:
    """The hour of the day: 午後3時 is 15; 12 pm is noon, but 午後12時 is not said."""
    if not 0 <= hour <= 12:
        raise JapaneseInputError("time_no_such")
    afternoon = half in ("午後", "PM", "P.M.")
    if hour == 12:
        if half in ("午前", "午後"):
            raise JapaneseInputError("time_noon_or_midnight")
        return 12 if afternoon else 0
    return hour + 12 if afternoon else hour


def _made(hour: int, minute: int, second: int) -> time | None:
    if (hour, minute, second) == (24, 0, 0):
        return None
    try:
        return time(hour, minute, second)
    except ValueError:
        raise JapaneseInputError("time_no_such") from None


def day_and_clock(value: datetime) -> tuple[date, time]:
    """The day and the time of a moment in Japan."""
    there = value.astimezone(JST)
    return there.date(), there.time()
