"""Identifiers and arrival numbers."""

import uuid
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel import ids
from madoguchi.kernel.clock import JST

MOMENT = datetime(2026, 3, 31, 15, 0, 0, 1000, tzinfo=UTC)  # 1 April 00:00:00.001 in Japan
BODY = st.text(alphabet=ids.ALPHABET, min_size=20, max_size=20)


def test_ids_ascend_and_are_distinct() -> None:
    made = [ids.new_id() for _ in range(5000)]
    assert made == sorted(set(made))


def test_an_id_is_a_uuid_version_7_of_now() -> None:
    made = ids.new_id()
    number = uuid.UUID(int=ids._decode(made))
    assert number.version == 7
    assert number.variant == uuid.RFC_4122
    age = datetime.now(UTC).timestamp() * 1000 - (number.int >> 80)
    assert -1000 < age < 60_000


def test_is_id() -> None:
    made = ids.new_id()
    assert ids.is_id(made)
    for wrong in ("", made[:-1], made + "0", made.lower(), "Z" + made[1:], made[:-1] + "U"):
        assert not ids.is_id(wrong), wrong
    assert not ids.is_id("0" * 26)  # no version
    assert not ids.is_id("../../etc/passwd0000000000")


def test_ids_ascend_when_the_clock_goes_back(monkeypatch: object) -> None:
    first = ids.new_id()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000)  # type: ignore[attr-defined]
    assert ids.new_id() > first


def test_arrival_number_starts_with_the_day_in_japan() -> None:
    number = ids.arrival_number(MOMENT, ids.new_id())
    assert number.startswith("20260401-0000-")
    assert len(number) == 25
    assert ids.read_arrival_number(number) == number


def test_arrival_numbers_of_a_day_sort_by_arrival() -> None:
    times = [datetime(2026, 4, 1, hour, 59, 59, tzinfo=JST) for hour in range(24)]
    numbers = [ids.arrival_number(at, ids.new_id()) for at in times]
    assert numbers == sorted(numbers)


def test_arrival_number_is_read_as_people_write_it() -> None:
    number = ids.arrival_number(MOMENT, "01JQQ")
    spoken = number.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert ids.read_arrival_number(spoken) == number
    assert ids.read_arrival_number("") is None
    assert ids.read_arrival_number("二〇二六") is None


@given(BODY, st.integers(0, 20), st.sampled_from(ids.ALPHABET))
def test_check_character_finds_every_wrong_character(body: str, place: int, other: str) -> None:
    number = body + ids.check_character(body)
    changed = number[:place] + other + number[place + 1 :]
    assert (ids.check_character(changed[:-1]) == changed[-1]) == (changed == number)


@given(BODY, st.integers(0, 20), st.integers(0, 20))
def test_check_character_finds_every_exchange(body: str, one: int, two: int) -> None:
    number = list(body + ids.check_character(body))
    before = list(number)
    number[one], number[two] = number[two], number[one]
    assert (ids.check_character("".join(number[:-1])) == number[-1]) == (number == before)
