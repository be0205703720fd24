"""What records change of what is known: pure rules."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from madoguchi.registry.corporations.merging import Merged, merge
from madoguchi.registry.corporations.queries import Past, as_of
from madoguchi.registry.corporations.record import Incoming, Record, read_row
from tests.registry.corporations.records import incoming, number, withdrawn

DAY = date(2026, 6, 1)


def after(known: dict[str, Record], merged: Merged) -> dict[str, Record]:
    return known | {record.number: record for record in (*merged.added, *merged.replaced)}


def test_the_first_record_is_added() -> None:
    item = incoming(1)
    assert merge({}, [item]) == Merged(added=[item.record])


def test_a_newer_record_replaces_and_the_old_one_becomes_past() -> None:
    old, new = incoming(1).record, incoming(1, updated="2026-06-02", process="11", name="新商号")
    assert merge({old.number: old}, [new]) == Merged(replaced=[new.record], past=[old])


def test_the_same_again_changes_nothing_but_its_place_in_the_day() -> None:
    known = incoming(1).record
    assert merge({known.number: known}, [incoming(1)]) == Merged()
    later = incoming(1, sequence=9)
    assert merge({known.number: known}, [later]) == Merged(replaced=[later.record])


def test_an_older_record_that_comes_late_is_past() -> None:
    known = incoming(1, updated="2026-06-05").record
    late = incoming(1, updated="2026-06-02")
    assert merge({known.number: known}, [late]) == Merged(past=[late.record])


def test_what_tells_of_the_past_does_not_replace() -> None:
    known = incoming(1).record
    told = incoming(1, updated="2026-06-02", latest="0", name="昔の名")
    assert merge({known.number: known}, [told]).past == [told.record]
    assert merge({known.number: known}, [told]).replaced == []


def test_a_correction_names_what_it_corrects() -> None:
    known = incoming(1).record
    corrected = incoming(1, updated="2026-06-02", correct="1", kana="マドグチイチ")
    (found,) = merge({known.number: known}, [corrected]).superseded
    assert (found.number, found.process, found.changed_on) == (number(1), "01", date(2026, 5, 20))
    assert (found.order, found.on) == ((date(2026, 6, 2), 1), date(2026, 6, 2))


def test_a_withdrawn_number_keeps_what_was_known() -> None:
    known = incoming(1).record
    merged = merge({known.number: known}, [read_row(withdrawn(1, date(2026, 6, 3), 2))])
    (now,) = merged.replaced
    assert (now.process, now.name, now.street) == ("99", known.name, known.street)
    assert now.updated_on == date(2026, 6, 3)
    assert merged.past == [known]


def test_a_withdrawn_number_nobody_knew_is_kept_blank() -> None:
    (now,) = merge({}, [read_row(withdrawn(1, DAY, 2))]).added
    assert (now.process, now.name) == ("99", "")


records = st.builds(
    lambda serial, day, sequence, name, latest: incoming(
        serial,
        updated=DAY + timedelta(days=day),
        sequence=sequence,
        name=name,
        latest="1" if latest else "0",
    ),
    st.integers(1, 3),
    st.integers(0, 3),
    st.integers(1, 3),
    st.sampled_from("甲乙丙"),
    st.booleans(),
)


@given(
    st.lists(records, max_size=12, unique_by=lambda item: (item.record.number, item.record.order))
)
def test_taken_in_twice_nothing_changes(items: list[Incoming]) -> None:
    known = after({}, merge({}, items))
    again = merge(known, items)
    assert again.added == again.replaced == []
    assert known == after(known, again)


@given(
    st.lists(records, max_size=10, unique_by=lambda item: (item.record.number, item.record.order)),
    st.randoms(use_true_random=False),
)
def test_in_pieces_and_in_any_order_the_newest_wins(items: list[Incoming], dice: object) -> None:
    at_once = after({}, merge({}, items))
    shuffled = sorted(items, key=lambda _: dice.random())  # type: ignore[attr-defined]
    known: dict[str, Record] = {}
    for item in shuffled:
        known = after(known, merge(known, [item]))
    assert known == at_once


def test_as_it_held_on_one_day_and_was_known_on_another() -> None:
    first = incoming(1, updated="2026-01-10", changed="2026-01-05", name="旧").record
    moved = incoming(1, updated="2026-03-10", changed="2026-03-01", process="11", name="新").record
    right = incoming(
        1, updated="2026-05-10", changed="2026-03-01", process="11", name="真", correct="1"
    ).record
    told = [Past(right, None), Past(moved, date(2026, 5, 10)), Past(first, None)]

    def name(held: date, known: date) -> str | None:
        found = as_of(told, held, known)
        return found.name if found else None

    assert name(date(2026, 2, 1), date(2026, 6, 1)) == "旧"
    assert name(date(2026, 3, 5), date(2026, 3, 5)) == "旧"  # not recorded yet
    assert name(date(2026, 3, 5), date(2026, 4, 1)) == "新"
    assert name(date(2026, 3, 5), date(2026, 6, 1)) == "真"
    assert name(date(2026, 1, 1), date(2026, 6, 1)) is None
