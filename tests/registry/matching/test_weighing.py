"""What evidence weighs: properties that hold whatever the numbers are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.registry.matching.evidence import Evidence
from madoguchi.registry.matching.weighing import odds, weigh

SAME = Evidence("same", "lot", False, None, None, False)
ALL = 2_220_526
_PLACES = ("lot", "block", "town", "city", "prefecture", "elsewhere")

evidences = st.builds(
    Evidence,
    name=st.sampled_from(("same", "moved", "form", "former", "kana", "similar", "other")),
    place=st.sampled_from((*_PLACES, "unknown")),
    former_place=st.booleans(),
    english=st.sampled_from((True, False, None)),
    postal_code=st.sampled_from((True, False, None)),
    closed=st.booleans(),
)


@given(st.lists(st.tuples(evidences, st.integers(1, 800)), max_size=30))
def test_probabilities_leave_room_for_nobody(found: list[tuple[Evidence, int]]) -> None:
    weighed = weigh(found, ALL)
    assert sum(one.probability for one in weighed) < 1
    assert sum(one.decision == "link" for one in weighed) <= 1


@given(evidences, st.integers(1, 800))
def test_a_name_alone_never_links(evidence: Evidence, sharing: int) -> None:
    alone = replace(evidence, place="unknown", english=None, postal_code=None)
    (weighed,) = weigh([(alone, sharing)], ALL)
    assert weighed.decision != "link"


def test_the_closer_the_place_the_likelier() -> None:
    weights = [odds(replace(SAME, place=place), 1, ALL) for place in _PLACES]  # type: ignore[arg-type]
    assert weights == sorted(weights, reverse=True)


def test_a_name_of_many_says_less() -> None:
    assert odds(SAME, 760, ALL) * 760 == pytest.approx(odds(SAME, 1, ALL))


def test_two_of_one_name_at_one_place_are_told_apart_by_nobody() -> None:
    both = weigh([(SAME, 2), (SAME, 2)], ALL)
    assert [one.decision for one in both] == ["possible", "possible"]


def test_a_union_at_the_company_is_not_the_company() -> None:
    (union,) = weigh([(replace(SAME, name="form"), 2)], ALL)
    assert union.decision == "possible"
    company, _ = weigh([(SAME, 2), (replace(SAME, name="form"), 2)], ALL)
    assert company.decision == "link"


def test_an_address_alone_never_links() -> None:
    (neighbour,) = weigh([(replace(SAME, name="other"), 1)], ALL)
    assert neighbour.decision == "none"
