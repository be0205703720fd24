"""Whatever is sent to /sparql, to an IRI of the data or to the page of queries: never a 5xx."""

from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

import pytest
from httpx import AsyncClient

from madoguchi.kernel.database import Database
from tests.registry.corporations.records import number
from tests.registry.hostile import VALUES
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
HEADERS = (
    {"Accept": ""},
    {"Accept": "text/html;q=x, */*;q=-1"},
    {"Accept": "application/sparql-results+json;q=99999999999999999999"},
    {"Accept": ",;,=," * 500},
    {"Accept": "application/n-triples; profile=\"<script>\""},
    {"Accept-Language": "xx;q=nan, ja;q=1e9"},
    {"Range": "bytes=5-1, 0-0, -99999999999"},
    {"If-None-Match": '"' * 300},
    {"If-Modified-Since": "令和8年".encode()},
    {"Content-Type": "application/sparql-query; charset=utf-99"},
)  # fmt: skip
BODIES = (
    (b"", "application/x-www-form-urlencoded"),
    (b"query=%ff%fe&query=%zz", "application/x-www-form-urlencoded"),
    (b"query=ASK{}&query=ASK{}", "application/x-www-form-urlencoded"),
    (b"update=DROP%20ALL", "application/x-www-form-urlencoded"),
    (b"&".join(b"a%d=1" % place for place in range(5_000)), "application/x-www-form-urlencoded"),
    (b"\xff\xfe", "application/sparql-query"),
    (b"", "application/sparql-query"),
    (b"ASK {}", "application/sparql-query; charset=utf-16"),
    (b"ASK {}", "application/json"),
    (b"DROP ALL", "application/sparql-update"),
    (b"\x1f\x8b\x08broken", "application/gzip"),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
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
    for value in VALUES:
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
        if answer.status_code >= 500 or "<script>alert" in answer.text:
            faults.append((answer.status_code, address[:150], answer.text[:150]))
    assert not faults, "\n".join(map(str, faults[:40]))


async def test_headers(asking: AsyncClient) -> None:
    faults = []
    for path, headers in product((*PARAMETERS, f"{ONE}.ttl", "/data/basic/1"), HEADERS):
        answer = await asking.get(path, headers=headers)
        if answer.status_code >= 500:
            faults.append((answer.status_code, path, headers))
    assert not faults, "\n".join(map(str, faults))


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "X"]
)
async def test_methods_and_bodies(asking: AsyncClient, method: str) -> None:
    faults = []
    for path, (body, kind) in product(("/sparql", "/linked-data", ONE, f"{ONE}.ttl"), BODIES):
        answer = await asking.request(method, path, content=body, headers={"Content-Type": kind})
        if answer.status_code >= 500:
            faults.append((answer.status_code, kind, path, body[:20]))
    assert not faults, "\n".join(map(str, faults))
