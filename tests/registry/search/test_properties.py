"""What must hold of every name: any part of it finds it, pages put together are the whole answer."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tantivy import Index

from madoguchi.registry.corporations.names import fold_name, name_key
from madoguchi.registry.search.asked import Asked, Hit
from madoguchi.registry.search.entries import Entry
from madoguchi.registry.search.fields import document, schema
from madoguchi.registry.search.finding import Opened, find
from madoguchi.registry.synthesis.making import corporation
from tests.registry.corporations.records import number

# No name has control characters (loading refuses them) or half ones.
LETTERS = "窓口増田渡邉辺髙高株式会社有限法人トヨタァヴーサあぃＡａ１－-・ 　（株）()Ⅳ㍿がが"
NAMES = st.text(
    st.sampled_from(LETTERS) | st.characters(exclude_categories=("Cc", "Co", "Cs")),
    min_size=1,
    max_size=12,
)


def entry(serial: int, name: str, **fields: object) -> Entry:
    values: dict[str, object] = {
        "number": number(serial), "name": name, "kana": "", "english": "", "former": (),
        "address": "千代田区霞が関１丁目３番１号", "kind": "301", "prefecture": "13", "city": "13101",
        "closed": False, "activities": (),
    }  # fmt: skip
    return Entry(**(values | fields))  # type: ignore[arg-type]


def opened(*entries: Entry) -> Opened:
    index = Index(schema())
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    for one in entries:
        writer.add_document(document(one))
    writer.commit()
    index.reload()
    return Opened(index.searcher())


@settings(max_examples=60)
@given(st.lists(NAMES, min_size=1, max_size=8))
def test_every_part_of_a_folded_name_finds_it(names: list[str]) -> None:
    index = opened(*(entry(serial, name) for serial, name in enumerate(names)))
    for serial, name in enumerate(names):
        folded = fold_name(name)
        ways = [
            name,
            *(folded[a:b] for a in range(len(folded)) for b in range(a + 1, len(folded) + 1)),
        ]
        for part in ways:
            found = find(index, Asked(text=part, limit=100))
            assert found.total == len(found.hits) == len({hit.number for hit in found.hits})
            if name_key(part).core and folded:
                assert number(serial) in {hit.number for hit in found.hits}, (name, part)


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200), st.booleans())
def test_nothing_somebody_types_fails(text: str, name: str, address: str, facets: bool) -> None:
    index = opened(entry(1, "株式会社窓口"))
    for asked in (
        Asked(text=text, name=name, address=address, facets=facets),
        Asked(text=text, facets=facets),
        Asked(kinds=(text,), cities=(name, "\ud800"), prefecture=address, activities=("\0",)),
    ):
        assert find(index, asked).total in (0, 1)


@pytest.fixture(scope="module")
def many() -> Opened:
    made = [corporation(3, i) for i in range(3_000)]
    return opened(
        *(
            entry(
                0,
                record.name,
                number=record.number,
                kana=record.kana,
                address=record.city + record.street,
                kind=record.kind,
                prefecture=record.prefecture_code,
                city=record.prefecture_code + record.city_code,
                closed=record.closed_on is not None,
            )
            for record in made
        )
    )


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(text="日本"),
        Asked(text="サービス"),
        Asked(text="株式会社"),
        Asked(text="会社"),
        Asked(text="ン", prefecture="13"),
        Asked(text="株式会社日本", status="closed"),
        Asked(text="日本 サービス"),
        Asked(name="工業", kinds=("301", "305"), address="本町"),
        Asked(address="中央1丁目"),
    ],
)
def test_pages_put_together_are_the_whole(many: Opened, asked: Asked) -> None:
    whole = find(many, replace(asked, limit=5_000, facets=True))
    assert whole.after == ""
    assert whole.total == len(whole.hits) == len({hit.number for hit in whole.hits}) > 0
    assert [hit.score for hit in whole.hits] == sorted((h.score for h in whole.hits), reverse=True)
    for name in ("kind", "prefecture", "city", "status"):
        assert sum(whole.facets[name].values()) == whole.total
    for size in (1, 7, 500) if whole.total < 200 else (37, 500):
        hits: list[Hit] = []
        after = ""
        while True:
            page = find(many, replace(asked, limit=size, after=after))
            assert page.total == whole.total
            hits += page.hits
            after = page.after
            if not after:
                break
            assert len(page.hits) == size
        assert tuple(hits) == whole.hits


def test_a_filter_is_what_it_says(many: Opened) -> None:
    facets = find(many, Asked(facets=True)).facets
    for code, total in facets["kind"].items():
        assert find(many, Asked(kinds=(code,))).total == total
    for code, total in facets["prefecture"].items():
        assert find(many, Asked(prefecture=code)).total == total
    cities = dict(list(facets["city"].items())[:30])
    for code, total in cities.items():
        assert find(many, Asked(cities=(code,))).total == total
    assert find(many, Asked(cities=tuple(cities))).total == sum(cities.values())
    assert find(many, Asked(status="closed")).total == facets["status"]["closed"]


def test_an_index_on_the_disk_and_one_in_memory_answer_alike(tmp_path: Path) -> None:
    index = Index(schema(), path=str(tmp_path))
    writer = index.writer(heap_size=15_000_000, num_threads=1)
    writer.add_document(document(entry(1, "株式会社窓口")))
    writer.commit()
    reopened = Opened(Index.open(str(tmp_path)).searcher())
    asked = Asked(text="窓口", facets=True)
    assert find(reopened, asked) == find(opened(entry(1, "株式会社窓口")), asked)
