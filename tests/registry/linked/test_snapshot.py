"""Generations: what stands in them, and that they are put in place whole; on both databases."""

import sqlite3
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, parse

from madoguchi.kernel.database import Database
from madoguchi.registry.linked import snapshot
from madoguchi.registry.linked.literals import CITY, FILE, KANA, LABEL, PROPERTIES, Literals
from madoguchi.registry.linked.vocabulary import GRAPHS
from tests.registry.corporations.records import number
from tests.registry.linked.filled import fill, generation

ASK_NAMES = """PREFIX ic: <http://imi.go.jp/ns/core/rdf#>
PREFIX hj: <http://hojin-info.go.jp/ns/domain/biz/1#>
SELECT ?n ?name FROM <http://hojin-info.go.jp/graph/hojin> WHERE {
 ?s a hj:法人基本情報型 ; ic:ID/ic:識別値 ?n ; ic:名称/ic:表記 ?name } ORDER BY ?n"""


async def test_what_may_be_found_and_nothing_else(database: Database, tmp_path: Path) -> None:
    made = await generation(database, tmp_path)
    store = Store.read_only(str(made.folder / "store"))
    rows = [(row["n"].value, row["name"].value) for row in store.query(ASK_NAMES)]
    assert rows == sorted(
        (number(serial), name)
        for serial, name in (
            (1, "株式会社みなと化学"),
            (2, "青葉商事株式会社"),
            (5, 'みなと"銀行"\\合同会社'),
            (6, "みなと市"),
        )
    )
    assert {name.value.rpartition("/")[2] for name in store.named_graphs()} == set(GRAPHS)
    assert made.quads == len(store)
    assert "秘密" not in str(store)
    assert "検索除外" not in str(store)


async def test_an_activity_hangs_on_its_corporation(database: Database, tmp_path: Path) -> None:
    made = await generation(database, tmp_path)
    store = Store.read_only(str(made.folder / "store"))
    rows = store.query(
        f"""PREFIX ic: <http://imi.go.jp/ns/core/rdf#> PREFIX hj: <http://hojin-info.go.jp/ns/domain/biz/1#>
        SELECT ?kind ?act WHERE {{ GRAPH ?g {{ <http://hojin-info.go.jp/data/{number(1)}> hj:法人活動情報 ?act }}
        GRAPH ?h {{ ?act a ?kind }} }} ORDER BY ?kind"""
    )
    found = {row["kind"].value.rpartition("#")[2]: row["act"].value for row in rows}
    assert set(found) == {
        "補助金型",
        "調達型",
        "表彰型",
        "届出認定型",
        "特許型",
        "職場情報型",
        "財務型",
    }
    assert found["調達型"] == f"http://hojin-info.go.jp/data/ext/{number(1)}_2026%20key%7C0"
    assert found["財務型"].startswith("http://hojin-info.go.jp/data/ext/2026")  # the key alone


async def test_the_official_sample_in_full(shared_data: Path) -> None:
    """The basic record in its full shape equals the official one but for what only it can know."""
    from datetime import date

    from madoguchi.registry.linked.graph import corporation_thing
    from madoguchi.registry.linked.tree import Shape, Writer
    from madoguchi.registry.linked.vocabulary import graph
    from tests.registry.corporations.records import incoming

    path = shared_data / "sparql" / "sample_hojin.ttl"
    if not path.is_file():
        pytest.skip(f"no {path}")
    record = incoming(1, name="株式会社テスト", kana="テスト", street="霞が関１").record._replace(
        number="1010001034730", updated_on=date(2024, 1, 1)
    )
    quads = Writer(Shape.FULL).quads(corporation_thing(record), graph("hojin"))
    ours = _paths(quads)
    theirs = _paths(parse(path=str(path), format=RdfFormat.TURTLE))
    # The tool that made the sample writes an address twice, once without anything known.
    strange = {path for path in theirs if path[-1].endswith("#None")}
    differs = set((ours ^ theirs) - strange)
    assert {path[-1] for path in differs} == {
        "東京都千代田区霞が関１丁目",
        "東京都千代田区霞が関１",
    }


def _paths(quads) -> set[tuple[str, ...]]:
    """Every literal and IRI by the path of properties that leads to it."""
    by_subject: dict = {}
    for quad in quads:
        by_subject.setdefault(quad.subject, []).append((quad.predicate.value, quad.object))
    objects = {item for pairs in by_subject.values() for _, item in pairs}
    found = set()

    def walk(node, path):
        for predicate, item in by_subject.get(node, ()):
            if item in by_subject:
                walk(item, (*path, predicate))
            else:
                found.add((*path, predicate, item.value))

    for root in by_subject:
        if root not in objects:
            walk(root, ())
    return found


async def test_a_generation_replaces_the_one_before_whole(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await generation(database, tmp_path)
    assert snapshot.current(tmp_path) == first.folder
    reader = Store.read_only(str(first.folder / "store"))
    second = await snapshot.make_snapshot(database, tmp_path)
    assert snapshot.current(tmp_path) == second.folder
    assert first.folder.is_dir()
    assert len(reader) == first.quads == second.quads
    third = await snapshot.make_snapshot(database, tmp_path, limit=1)
    assert not first.folder.exists()
    assert snapshot.current(tmp_path) == third.folder
    assert third.corporations == 1 < second.corporations

    def broken(store: Store) -> int:
        raise OSError("no room")

    monkeypatch.setattr(snapshot, "_settle", broken)
    with pytest.raises(OSError, match="no room"):
        await snapshot.make_snapshot(database, tmp_path)
    assert snapshot.current(tmp_path) == third.folder
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


async def test_codes_that_are_given_take_the_place_of_ours(
    database: Database, tmp_path: Path
) -> None:
    codes = tmp_path / "codes.ttl"
    codes.write_text(
        '<http://imi.go.jp/ns/code_id/code/kind#301> <http://imi.go.jp/ns/core/rdf#表記> "別名" .'
    )
    await fill(database)
    made = await snapshot.make_snapshot(database, tmp_path / "linked", codes=codes)
    store = Store.read_only(str(made.folder / "store"))
    labels = store.query(
        "SELECT ?l { GRAPH ?g { <http://imi.go.jp/ns/code_id/code/kind#301>"
        " <http://imi.go.jp/ns/core/rdf#表記> ?l } }"
    )
    assert [row["l"].value for row in labels] == ["別名"]
    assert Literals(made.folder).holding(["別名"], LABEL, 9) == [("別名", "")]


async def test_every_label_can_be_looked_up(database: Database, tmp_path: Path) -> None:
    """What a filter would find by reading every literal, the index finds."""
    made = await generation(database, tmp_path)
    store = Store.read_only(str(made.folder / "store"))
    index = Literals(made.folder)
    for name in PROPERTIES:
        rows = store.query(
            f"SELECT DISTINCT ?l {{ ?s <http://imi.go.jp/ns/core/rdf#{name}> ?l }}",
            use_default_graph_as_union=True,
        )
        every = {row["l"].value for row in rows}
        assert every
        parts = {
            text[at : at + size]
            for text in every
            for size in (2, 3)
            for at in range(len(text) - size + 1)
        }
        for part in parts:
            found = {label.value for label in index.holding([part], name, 999) or ()}
            assert found == {text for text in every if part in text}, part
    assert index.holding(["み"], LABEL, 999) is None
    assert len(index.holding(["みな"], LABEL, 2) or ()) == 2
    assert index.holding(["みなと", '"銀'], LABEL, 9) == [('みなと"銀行"\\合同会社', "")]
    assert index.holding(['"*'], LABEL, 9) == []


async def test_an_older_index_says_nothing_of_what_it_lacks(
    database: Database, tmp_path: Path
) -> None:
    made = await generation(database, tmp_path)
    connection = sqlite3.connect(made.folder / FILE)
    connection.execute("DELETE FROM literal WHERE property NOT IN (?, ?)", (LABEL, KANA))
    connection.execute("PRAGMA user_version = 0")
    connection.commit()
    connection.close()
    index = Literals(made.folder)
    assert index.holding(["鯖江"], CITY, 9) is None
    assert index.holding(["青葉"], LABEL, 9) == [("青葉商事株式会社", "")]
