"""Rewriting never changes an answer, helps where it may, and refuses what would leave the machine."""

from pathlib import Path

import pytest
from pyoxigraph import Store

from madoguchi.registry.linked.literals import Literals
from madoguchi.registry.linked.reading_query import Refused, read_query
from madoguchi.registry.linked.rewriting import rewrite
from madoguchi.registry.linked.snapshot import current

HEAD = """PREFIX ic: <http://imi.go.jp/ns/core/rdf#>
PREFIX hj: <http://hojin-info.go.jp/ns/domain/biz/1#>
"""
FTS = "PREFIX fts: <http://aws.amazon.com/neptune/vocab/v01/services/fts#>\n"
TEXT = "PREFIX text: <http://jena.apache.org/text#>\n"

HELPED = [
    'SELECT ?n { ?s ic:表記 ?n FILTER(contains(?n, "みなと")) }',
    "SELECT ?n { ?s ic:表記 ?n FILTER contains(str(?n), 'みなと') }",
    'SELECT ?n { ?s ic:名称/ic:表記 ?n . FILTER(contains(?n, """みな""") && ?n != "x") }',
    'SELECT ?n { [] ic:名称 [ ic:表記 ?n ; ic:種別 ?k ] FILTER (?k != "" && contains(?n,"銀行")) }',
    'SELECT ?k { ?s ic:カナ表記 ?k FILTER(regex(?k, "^ミナト")) }',
    'SELECT ?n { GRAPH ?g { ?s ic:表記 ?n } FILTER(strstarts(?n, "株式")) }',
    'SELECT ?n { ?s ic:表記 ?n FILTER(contains(?n, "\\"銀行\\"\\\\")) }',
    'SELECT ?n { ?s ic:表記 ?n FILTER(contains(?n, "どこにもない")) }',
    'SELECT ?n ?y { ?s ic:表記 ?n OPTIONAL { ?s ic:カナ表記 ?y } FILTER(contains(?n, "みなと")) }',
    'SELECT ?n { ?s ic:表記 ?n FILTER(contains(?n, "福井県")) }',
    'SELECT ?p ?c { ?a ic:都道府県 ?p ; ic:市区町村 ?c FILTER(contains(?p, "福井") && contains(?c, "鯖江")) }',
    'SELECT ?n ?a { ?s ic:名称/ic:表記 ?n ; ic:住所/ic:表記 ?a FILTER(contains(?n, "青葉") && contains(?a, "鯖江")) }',
]
LEFT = [
    'SELECT ?n { ?s ic:表記 ?n FILTER(contains(?n, "み")) }',
    'SELECT ?n { ?s ic:表記 ?n FILTER(contains(?n, "みなと") || ?n = "国税庁") }',
    'SELECT ?n { ?s ic:表記 ?n FILTER(!contains(?n, "みなと")) }',
    'SELECT ?n { ?s ic:郵便番号 ?n FILTER(contains(?n, "1000")) }',
    'SELECT ?n { ?s ic:郵便番号|ic:表記 ?n FILTER(contains(?n, "1000")) }',
    'SELECT ?n { ?n ^ic:表記 ?s FILTER(contains(?n, "みなと")) }',
    'SELECT ?n { ?s ic:表記 ?n FILTER(regex(?n, "みなと.")) }',
    'SELECT ?n { ?s ic:表記 ?n FILTER(regex(?n, "abcd", "i")) }',
    'SELECT ?s ?n { ?s a ?c OPTIONAL { ?s ic:表記 ?n } FILTER(contains(?n, "みなと")) }',
    'SELECT ?n { OPTIONAL { ?x hj:対象 ?n } ?s ic:表記 ?n FILTER(contains(?n, "みなと")) }',
    'SELECT ?n { BIND("みなと市" AS ?n) ?s ic:表記 ?n FILTER(contains(?n, "みなと")) }',
    'SELECT ?n { { ?s ic:表記 ?n } UNION { ?s ic:郵便番号 ?n } FILTER(contains(?n, "1000")) }',
    'SELECT ?n { ?s ic:表記 ?n } # FILTER(contains(?n, "みなと"))',
    "SELECT (\"FILTER(contains(?n, 'みなと'))\" AS ?n) { ?s ic:表記 ?m } LIMIT 1",
]


@pytest.fixture
def generation(linked_root: Path) -> tuple[Store, Literals]:
    folder = current(linked_root)
    assert folder is not None
    return Store.read_only(str(folder / "store")), Literals(folder)


def _answer(store: Store, query: str) -> list[str]:
    return sorted(str(row) for row in store.query(query, use_default_graph_as_union=True))


@pytest.mark.parametrize("query", HELPED)
def test_helped(generation: tuple[Store, Literals], query: str) -> None:
    store, literals = generation
    written = rewrite(read_query(HEAD + query), literals)
    assert "VALUES" in written
    assert _answer(store, written) == _answer(store, HEAD + query)


@pytest.mark.parametrize("query", LEFT)
def test_left_as_it_was(generation: tuple[Store, Literals], query: str) -> None:
    _, literals = generation
    assert rewrite(read_query(HEAD + query), literals) == HEAD + query


def test_neptunes_search(generation: tuple[Store, Literals]) -> None:
    store, literals = generation
    query = HEAD + FTS + """SELECT ?number ?name {
      SERVICE fts:search {
        fts:config fts:endpoint 'https://example.com' . fts:config fts:queryType 'simple_query_string' .
        fts:config fts:query '"みなと"' . fts:config fts:field ic:表記 . fts:config fts:return ?key .
      }
      ?key ic:表記 ?name . ?s a hj:法人基本情報型 ; ic:名称 ?key ; ic:ID/ic:識別値 ?number }"""  # fmt: skip
    found = {
        row["name"].value
        for row in store.query(
            rewrite(read_query(query), literals), use_default_graph_as_union=True
        )
    }
    assert found == {"株式会社みなと化学", 'みなと"銀行"\\合同会社', "みなと市"}


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "?s ?p ?o",
        "fts:config fts:query 'みなと'",
        "fts:config fts:query ?q . fts:config fts:return ?key",
        "fts:config fts:query 'みなと' . fts:config fts:return 'key'",
    ],
)
def test_a_search_that_asks_nothing_leaves_no_service(
    generation: tuple[Store, Literals], inside: str
) -> None:
    with pytest.raises(Refused) as refused:
        rewrite(read_query(f"{FTS}SELECT * {{ SERVICE fts:search {{ {inside} }} }}"), generation[1])
    assert refused.value.reason == "service"


def test_no_string_becomes_a_query(generation: tuple[Store, Literals]) -> None:
    """A search within a search: whatever length its replacement has, the string behind stays one."""
    search = "SERVICE fts:search { fts:config fts:query 'みなと' . fts:config fts:return ?x . "
    for length in range(0, 900, 3):
        behind = f'"{"y" * length} SERVICE <http://127.0.0.1:1/> {{ ?a ?b ?c }} }} #" }}'
        query = f"{FTS}SELECT * {{ {search} {search} fts:config fts:pad '{'x' * 400}' }} {behind}"
        assert behind in rewrite(read_query(query), generation[1])


@pytest.mark.parametrize(
    ("subject", "asked", "many"),
    [
        ("(?key ?score)", "(ic:表記 '\"みなと\"' 100)", 3),
        ("?key", "(ic:表記 'みなと 化学')", 1),
        ("?key", "'みなと'", 3),
        ("(?key ?score)", "(ic:表記 'みなと' 2)", 2),
    ],
)
def test_jenas_search(
    generation: tuple[Store, Literals], subject: str, asked: str, many: int
) -> None:
    store, literals = generation
    query = (
        HEAD
        + TEXT
        + f"SELECT * {{ {subject} text:query {asked} . ?s a hj:法人基本情報型 ; ic:名称 ?key }}"
    )
    rows = list(store.query(rewrite(read_query(query), literals), use_default_graph_as_union=True))
    assert len(rows) == many


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "service"),
        ("SELECT * { service silent <http://127.0.0.1/> { ?s ?p ?o } }", "service"),
        ("SELECT * { S\\u0045RVICE <http://127.0.0.1/> { ?s ?p ?o } }", "service"),
        ("SELECT * { S\\u005Cu0045RVICE <http://127.0.0.1/> { ?s ?p ?o } }", "unreadable"),
        ("SELECT * { ?s ?p ?a . FILTER(?a<?b#>'''\n) SERVICE <http://127.0.0.1/> { ?s ?p ?o } #'''\n}", "service"),
        ("SELECT * { ?s ?p ?a FILTER(?a<?b)SERVICE#>\n?x { ?s ?p ?o } }", "service"),
        ("SELECT * { ?s ?p '''a'' ' ''' SERVICE <http://127.0.0.1/> {} }", "service"),
        ("PREFIX service: <http://x/> SELECT * { SERVICE service:a {} }", "service"),
        ("SELECT * { ?s ?p ?a FILTER(?a<2#://>'''\n) SERVICE <http://127.0.0.1/> { ?s ?p ?o } #'''\n}", "service"),
        ("PREFIX b: <http://b/> SELECT * { ?s ?p ?a FILTER(?a<b:#://>'''\n) SERVICE <http://127.0.0.1/> {} #'''\n}", "service"),
        ("PREFIX a: <http://a/> SELECT * { ?s ?p a:.SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "service"),
        ("PREFIX : <http://127.0.0.1/> SELECT * { ?s ?p true.SERVICE:x { ?s ?p ?o } }", "service"),
        ("PREFIX a: <http://a:80> SELECT * { ?s ?p a:SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "service"),
        ("SELECT * { ?s ?p trueService SILENT <http://127.0.0.1/> { ?s ?p ?o } }", "service"),
        ("DELETE WHERE { ?s ?p ?o }", "update"),
        ("# SELECT\nPREFIX a: <http://a/> CLEAR ALL", "update"),
        ("", "unreadable"),
        ("'SELECT'", "unreadable"),
        ("\\U00110000 SELECT", "unreadable"),
    ],
)  # fmt: skip
def test_what_is_refused(query: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read_query(query)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s <http://x/service> "SERVICE <http://x/>" } # SERVICE',
        "PREFIX service: <http://x/> SELECT ?service { ?service service:SERVICE 'SERVICE' }",
        "SELECT * { ?s ?p 'it\\'s SERVICE' }",
        "SELECT ?service { ?service <http://x/#service> ?o OPTIONAL { ?o ?p 'service' } }",
    ],
)
def test_a_word_that_is_no_keyword_is_not_refused(query: str) -> None:
    assert read_query(query).form.value == "SELECT"


SORTS = [
    'SELECT ?n { ?s ic:名称 [ ic:種別 "商号又は名称" ; ic:表記 ?n ] }',
    "SELECT ?n { ?s ic:名称 _:n . _:n ic:種別 '商号又は名称' . _:n ic:表記 ?n . }",
    'SELECT ?s ?n { ?s a ?c OPTIONAL { ?s ic:名称 ?x . ?x ic:種別 "商号又は名称", ?y ; ic:表記 ?n } }',
    'SELECT ?n { GRAPH ?g { ?s ic:名称/ic:種別 "商号又は名称" ; ic:住所 [ ic:種別 "住所" ; ic:表記 ?n ] } }',
    'SELECT ?s { ?s a ?c MINUS { ?s ic:名称 [ ic:種別 "商号又は名称" ] } }',
    'SELECT (COUNT(*) AS ?n) { ?s ic:住所 [ ic:種別 "住所" ] FILTER NOT EXISTS { ?s ic:種別 "住所" } }',
    'SELECT ?n { { SELECT ?n { ?x ic:種別 "住所" . ?x ic:表記 ?n } ORDER BY ?n LIMIT 9 } }',
]
SORTS_LEFT = [
    'SELECT * { ?s ic:種別 "住所" }',
    'SELECT ?n { { SELECT DISTINCT * { ?s ic:種別 "住所" . ?s ic:表記 ?n } } }',
    'CONSTRUCT WHERE { ?s ic:種別 "住所" }',
    'CONSTRUCT { ?s ic:種別 "住所" } WHERE { ?s a ?c }',
    'SELECT ?v { VALUES ?v { ic:種別 "住所" } }',
    'SELECT ?v { VALUES (?v ?w) { (ic:種別 "住所") } }',
    'SELECT ?s { ?s ic:種別 "住所"@ja }',
    'SELECT ?s { ?s ic:種別 "住所"^^ic:コード型 }',
    'SELECT ?s { ?s ic:表記|ic:種別 "住所" }',
    'SELECT ?s { ?s ic:種別 "処理区分" }',
    'SELECT ?s { ?s ic:表記 "住所" } # ic:種別 "住所"',
]


@pytest.mark.parametrize("query", SORTS)
def test_kinds_that_all_have_do_not_lead(generation: tuple[Store, Literals], query: str) -> None:
    store, literals = generation
    written = rewrite(read_query(HEAD + query), literals)
    assert "FILTER(?kind" in written
    assert _answer(store, written) == _answer(store, HEAD + query)


@pytest.mark.parametrize("query", SORTS_LEFT)
def test_kinds_are_left_where_a_variable_would_show(
    generation: tuple[Store, Literals], query: str
) -> None:
    _, literals = generation
    assert rewrite(read_query(HEAD + query), literals) == HEAD + query
