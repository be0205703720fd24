"""Searching: against a plain scan of the same rows, and the order and counts people see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.procedures.catalogue.search import (
    FACETS,
    Found,
    Query,
    Shelves,
    counts,
    hits,
    page,
    search,
)
from madoguchi.procedures.catalogue.shelf import Item, Shelf
from madoguchi.procedures.catalogue.suggest import relaxed, suggestions
from madoguchi.procedures.catalogue.synonyms import Synonyms, read_synonyms, synonyms
from madoguchi.procedures.catalogue.words import fold, split

NO_SYNONYMS = Synonyms(())


def item(entry_id: str, name: str, law: str = "法", yearly: int = 0, **given: str) -> Item:
    return Item(
        id=entry_id,
        yearly=yearly,
        name=name,
        law=law,
        article="第1条",
        more_laws="",
        rest=(given.get("rest", ""),),
        properties={
            "kind": (given.get("kind", "application"),),
            "ministry": (given.get("ministry", "甲省"),),
        },
    )


def shelves(entries: list[Item], packages: list[Item] | None = None, served: str = "") -> Shelves:
    shelf = Shelf(entries)
    return Shelves(Shelf(packages or []), shelf, shelf.among(frozenset(served.split())))


def ids(where: Shelves, found: Found) -> list[str]:
    return [hit.id for hit in hits(where, found)]


def ask(where: Shelves, text: str, **filters: list[str]) -> list[str]:
    return ids(where, search(where, Query(text, filters), NO_SYNONYMS))


texts = st.text(alphabet="申請届出ガスがすAa 第一1条", max_size=6)
rows = st.lists(st.tuples(texts, texts, st.integers(0, 3), st.sampled_from("xyz")), max_size=12)


@given(rows, texts, st.lists(st.sampled_from("xyz"), max_size=2))
def test_finds_what_a_plain_scan_finds(
    given_rows: list[tuple[str, str, int, str]], text: str, kinds: list[str]
) -> None:
    entries = [
        item(f"{number:02}", name, law, yearly, kind=kind)
        for number, (name, law, yearly, kind) in enumerate(given_rows)
    ]
    where = shelves(entries)
    words = [fold(word) for word in split(text)]
    expected = {
        each.id
        for each in entries
        if all(
            word in fold(each.name)
            or (each.law and word in fold(each.law) + fold(each.article))
            or word in each.id
            for word in words
        )
        and (not kinds or each.properties["kind"][0] in kinds)
    }
    found = search(where, Query(text, {"kind": kinds}), NO_SYNONYMS)
    assert set(ids(where, found)) == expected
    assert found.total == len(expected)
    assert sum(counts(where, found)["ministry"].values()) == len(expected)


@given(rows, texts, st.integers(1, 4))
def test_pages_join_to_the_whole_without_gaps(
    given_rows: list[tuple[str, str, int, str]], text: str, size: int
) -> None:
    entries = [
        item(f"{number:02}", name, law, yearly)
        for number, (name, law, yearly, _) in enumerate(given_rows)
    ]
    where = shelves(entries[::2], entries[1::2])
    found = search(where, Query(text), NO_SYNONYMS)
    joined, after = [], None
    while True:
        taken, more = page(where, found, size, after)
        joined += [hit.id for hit in taken]
        if not more:
            break
        after = taken[-1].place
    assert joined == ids(where, found)
    assert len(set(joined)) == len(joined)


def test_name_before_law_before_the_rest_then_most_filings() -> None:
    where = shelves(
        [
            item("few", "ガスの申請", yearly=1),
            item("many", "ガスの届出", yearly=9),
            item("law", "申請", "ガス法", yearly=99),
            item("rest", "申請", yearly=999, rest="ガス局"),
        ]
    )
    assert ask(where, "ガス") == ["many", "few", "law", "rest"]


def test_packages_come_first_and_served_rows_count_as_structured() -> None:
    where = shelves(
        [item("1", "ガスの申請", yearly=5), item("2", "ガスの届出", yearly=9)],
        [item("gas", "ガスの許可")],
        served="1",
    )
    assert ask(where, "ガス") == ["gas", "2", "1"]
    assert ask(where, "ガス", structured=["yes"]) == ["gas", "1"]
    assert ask(where, "ガス", structured=["no"]) == ["2"]
    found = search(where, Query("ガス"), NO_SYNONYMS)
    assert counts(where, found)["structured"] == {"yes": 2}


def test_a_filters_own_counts_ignore_it() -> None:
    where = shelves(
        [
            item("1", "申請", ministry="甲省", kind="application"),
            item("2", "届出", ministry="乙省", kind="notification"),
            item("3", "届出", ministry="甲省", kind="notification"),
        ]
    )
    found = search(where, Query("", {"ministry": ["甲省"]}), NO_SYNONYMS)
    counted = counts(where, found)
    assert counted["ministry"] == {"甲省": 2, "乙省": 1}
    assert counted["kind"] == {"application": 1, "notification": 1}
    assert set(counted) == set(FACETS)
    assert ask(where, "", ministry=["甲省", "乙省"], kind=["notification"]) == ["2", "3"]
    assert ask(where, "", ministry=["無い省"]) == []
    assert ask(where, "", law=["法"]) == ["1", "2", "3"]


def test_the_id_finds_its_row() -> None:
    where = shelves([item("DP24", "申請"), item("25", "届出")])
    assert ask(where, "dp24") == ["DP24"]


def test_an_empty_catalogue_answers() -> None:
    where = shelves([])
    assert ask(where, "申請") == []
    assert ask(where, "") == []
    assert relaxed(where, Query("申請"), NO_SYNONYMS) is None
    assert suggestions(where, "申請", NO_SYNONYMS) == []


def test_synonyms_stand_beside_what_was_typed() -> None:
    known = read_synonyms('[[synonym]]\nsay = ["お店を開く"]\nfind = ["営業 許可", "開業"]')
    where = shelves(
        [
            item("open", "飲食の営業の許可", yearly=3),
            item("start", "開業の届出", yearly=2),
            item("typed", "お店を開く届出", yearly=1),
            item("half", "営業の報告"),
        ]
    )
    found = search(where, Query("お店を開く"), known)
    assert ids(where, found) == ["typed", "open", "start"]
    narrowed = search(where, Query("お店を開くときの届出"), known)
    assert ids(where, narrowed) == ["typed", "start"]


def test_shipped_synonyms_are_whole() -> None:
    phrases = dict(synonyms().phrases)
    assert len(phrases) > 150
    assert all(meaning.strip() for meanings in phrases.values() for meaning in meanings)
    (group,) = synonyms().groups(["moving"])
    assert ("転入",) in group.alternatives
    assert [g.said for g in synonyms().groups(["removing"])] == ["removing"]


@pytest.mark.parametrize(
    ("typed", "used", "first"),
    [
        ("高圧ガスの製造を始めたい", {"高圧", "ガス", "製造"}, "gas"),
        ("転出届", {"転出"}, "out"),
    ],
)
def test_what_is_known_of_a_sentence_is_looked_for(typed: str, used: set[str], first: str) -> None:
    where = shelves([item("gas", "高圧ガスの製造の許可"), item("out", "転出の届出")])
    found = relaxed(where, Query(typed), NO_SYNONYMS)
    assert found is not None
    assert set(found.used) == used
    assert ids(where, found) == [first]


def test_names_like_the_typed_one_are_offered() -> None:
    where = shelves([item("1", "許可", "高圧ガス保安法"), item("2", "許可", "旅券法")])
    assert suggestions(where, "高圧ガス保全法", NO_SYNONYMS) == ["高圧ガス保安法"]


@given(st.text(max_size=50))
def test_any_text_is_answered(text: str) -> None:
    where = shelves([item("1", "高圧ガスの製造", "高圧ガス保安法"), item("2", "😀 %_", "'\"")])
    found = search(where, Query(text), synonyms())
    page(where, found, 20, None)
    relaxed(where, Query(text), synonyms())
    suggestions(where, text, synonyms())
