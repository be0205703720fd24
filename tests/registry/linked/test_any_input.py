"""Whatever is sent to /sparql, to an IRI of the data or to the page of queries: never a 5xx."""

from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

import pytest
from httpx import AsyncClient

from madoguchi.kernel.database import Database
from madoguchi.registry.linked.media import GRAPHS, TABLES
from tests.registry.corporations.records import number
from tests.registry.hostile import BODIES, HEADERS, METHODS, VALUES, fault_of
from tests.registry.linked.filled import fill
from tests.registry.linked.site import endpoint

ONE = f"/data/{number(1)}"
ALL = quote("SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 1")
PARAMETERS = {
    "/sparql": ("query", "default-graph-uri", "named-graph-uri", "graph", "default", "update", "x"),
    f"/sparql?query={ALL}": ("query", "default-graph-uri", "named-graph-uri", "format", "timeout"),
    "/linked-data": ("query", "page", "x"),
    ONE: ("format",),
}
QUERIES = (
    "SELECT * {",
    "SELECT * { ?s ?p ?o } LIMIT -1",
    "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999999",
    "SELECT * { ?s ?p ?o } OFFSET 18446744073709551615",
    "SELECT (1/0 AS ?x) {}",
    "SELECT (?y AS ?x) (?x AS ?y) {}",
    "SELECT * { BIND(xsd:date('2026-02-30') AS ?d) }",
    "PREFIX : <> SELECT * { :a :b :c }",
    "PREFIX x: <http://x/\x01> SELECT * {}",
    "BASE <nowhere> SELECT * { <a> <b> <c> }",
    "SELECT * { ?s ?p '\\uD800' }",
    "SELECT * { ?s ?p '\\U00110000' }",
    "SELECT * { ?s ?p ?o FILTER regex(?o, '(') }",
    "SELECT * { ?s ?p ?o FILTER regex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '(a+)+$') } LIMIT 1",
    "SELECT * { ?s ?p ?o FILTER regex(?o, '" + "(" * 500 + ")" * 500 + "') } LIMIT 1",
    "SELECT * { ?s ?p ?o FILTER contains(?o, '''\n\"'%_*''') } LIMIT 1",
    "SELECT * " + "{" * 2_000 + "}" * 2_000,
    "SELECT * { ?s " + "!" * 3_000 + " ?o }",
    "SELECT * { ?s <a>" + "/<a>*" * 800 + " ?o } LIMIT 1",
    "SELECT * { VALUES ?x { " + "1 " * 5_000 + "} }",
    "SELECT * { SERVICE <http://127.0.0.1:5432/> { ?s ?p ?o } }",
    "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "CONSTRUCT { _:a <p> 'x' } WHERE {}",
    "DESCRIBE <http://hojin-info.go.jp/data/1>",
    "ASK { }",
    "DROP ALL",
    "LOAD <http://127.0.0.1/>",
    "; ; ;",
    "\ufeffASK {}",
)  # fmt: skip
# What may be written as an IRI, or nearly.
IRIS = (
    "http://[", "http://x:port/", "a:%zz", "a:", "x:/\ue000", "http://x/\ufffe", "urn:\u202e",
    "http://x/" + "a" * 3_000, "http:///", "file:///etc/passwd", "javascript:<script>alert(1)</script>",
)  # fmt: skip
# Answers that not every format can hold.
SHOWN = (
    'SELECT ("\\u0001\\uFFFE" AS ?x) {}',
    'SELECT ("<script>alert(1)</script>" AS ?x) (<javascript:alert(1)> AS ?y) {}',
    "SELECT (BNODE() AS ?x) (IRI('a b') AS ?y) (STRLANG('a', 'x y') AS ?z) (STRDT('a', <b:>) AS ?w) {}",
    "SELECT (1 AS ?\u00e9\u3042) {}",
    "SELECT (<<( <a:> <b:> 1 )>> AS ?x) {}",
    'CONSTRUCT { <a:b> <http://x/> "\\u0001" } WHERE {}',
    'CONSTRUCT { <a:b> <http://x/1> "x"@ja-x--ltr } WHERE {}',
    "CONSTRUCT { <a:b> <http://x/p#%E3%81%82> <http://x/&<> } WHERE {}",
    "CONSTRUCT { <a:b> <urn:1> _:b . _:b <urn:2> <a:b> } WHERE {}",
    "CONSTRUCT { <a:b> <p:p> <<( <a:> <b:> 1 )>> } WHERE {}",
    "DESCRIBE * { ?s ?p ?o } LIMIT 1",
    "SELECT (xsd:integer('9999999999999999999999') * 9 AS ?x) (xsd:decimal('1e9') AS ?y) {}",
    "SELECT (REPLACE('aaa', '(a', '$9') AS ?x) (SUBSTR('a', -9, 1e99) AS ?y) {}",
    "SELECT (YEAR('x'^^xsd:dateTime) AS ?x) (NOW() - NOW() AS ?y) (RAND() AS ?z) {}",
    "SELECT (GROUP_CONCAT(?o; SEPARATOR='\\n') AS ?x) (AVG(?o) AS ?y) (SUM(?o) AS ?z) { ?s ?p ?o }",
    "SELECT (<a:f>(1) AS ?x) (xsd:gYear('x') AS ?y) {}",
)
FTS = "PREFIX f: <http://aws.amazon.com/neptune/vocab/v01/services/fts#>"
SEARCHES = (
    f"{FTS} SELECT * {{ SERVICE f:search {{ ?s ?p ?o }} }}",
    f"{FTS} SELECT * {{ SERVICE f:search {{ f:config f:query 'みなと' }} }}",
    f"{FTS} SELECT * {{ SERVICE f:search {{ f:config f:query '\\\"*~' ; f:return ?x }} }}",
    f"{FTS} SELECT * {{ SERVICE f:search",
    "PREFIX t: <http://jena.apache.org/text#> SELECT * { ?s t:query ('a' 99999999999999999999999 }",
    "PREFIX t: <http://jena.apache.org/text#> t:query SELECT * { t:query",
    "SELECT * { ?s ?p ?o FILTER",
)
FORMATS = sorted({kind for kinds in (*TABLES.values(), *GRAPHS.values()) for kind in kinds})
SENT = (
    *BODIES,
    (b"query=%ff%fe&query=%zz", "application/x-www-form-urlencoded"),
    (b"query=ASK{}&query=ASK{}", "application/x-www-form-urlencoded"),
    (b"update=DROP%20ALL", "application/x-www-form-urlencoded"),
    (b"\xff\xfe", "application/sparql-query"),
    (b"", "application/sparql-query"),
    (b"ASK {}", "application/sparql-query; charset=utf-16"),
    (b"ASK {}", "application/json"),
    (b"DROP ALL", "application/sparql-update"),
    (b"#" * 1_100_000, "application/sparql-query"),
    (b"ASK {}", "none"),
)


def addresses() -> Iterator[str]:
    """Every parameter with every value, every query, and the values as names of things."""
    for path, names in PARAMETERS.items():
        joint = "&" if "?" in path else "?"
        for name, value in product(names, VALUES):
            yield f"{path}{joint}{name}={quote_from_bytes(value, safe='')}"
        yield from (f"{path}{joint}{name}=1&{name}=2" for name in names)
    for path, query in product(("/sparql", "/linked-data"), QUERIES):
        yield f"{path}?query={quote(query)}"
    for name, iri in product(("default-graph-uri", "named-graph-uri"), IRIS):
        yield f"/sparql?query={ALL}&{name}={quote(iri)}"
    for iri in IRIS:
        yield f"/sparql?graph={quote(iri)}"
        yield f"/sparql?query={quote(f'SELECT * {{ GRAPH <{iri}> {{ ?s ?p <{iri}> }} }}')}"
    for value in (*VALUES, *(iri.encode() for iri in IRIS)):
        written = quote_from_bytes(value, safe="")
        yield from (f"/data/{written}", f"/data/ext/{written}", f"/data/basic/{written}.ttl")


@pytest.fixture
async def asking(database: Database, linked_root: Path) -> AsyncIterator[AsyncClient]:
    await fill(database)
    async with endpoint(database, linked_root) as client:
        yield client


async def test_addresses(asking: AsyncClient) -> None:
    faults = []
    for address in addresses():
        answer = await asking.get(address)
        if fault := fault_of(answer):
            faults.append((fault, address[:150], answer.text[:250]))
    assert not faults, "\n".join(map(str, faults[:40]))


async def test_headers(asking: AsyncClient) -> None:
    faults = []
    for path, headers in product((*PARAMETERS, f"{ONE}.ttl", "/data/basic/1"), HEADERS):
        answer = await asking.get(path, headers=headers)
        if fault := fault_of(answer):
            faults.append((fault, path, headers))
    assert not faults, "\n".join(map(str, faults))


async def test_answers_in_every_format(asking: AsyncClient) -> None:
    faults = []
    for query, kind in product((*QUERIES, *SHOWN, *SEARCHES), (*FORMATS, "text/html")):
        path = "/linked-data" if kind == "text/html" else "/sparql"
        answer = await asking.get(f"{path}?query={quote(query)}", headers={"Accept": kind})
        if fault := fault_of(answer):
            faults.append((fault, kind, query[:100], answer.text[:250]))
    assert not faults, "\n".join(map(str, faults[:40]))


@pytest.mark.parametrize("method", METHODS)
async def test_methods_and_bodies(asking: AsyncClient, method: str) -> None:
    faults = []
    for path, (body, kind) in product(("/sparql", "/linked-data", ONE, f"{ONE}.ttl"), SENT):
        answer = await asking.request(method, path, content=body, headers={"Content-Type": kind})
        if fault := fault_of(answer):
            faults.append((fault, kind, path, body[:20]))
    assert not faults, "\n".join(map(str, faults))
