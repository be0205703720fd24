"""SPARQL 1.1 Protocol and Service Description, case by case as in the W3C suites, re-written."""

import json
import re
from pathlib import Path

import pytest
from markupsafe import escape
from pyoxigraph import NamedNode, QueryResultsFormat, RdfFormat, Store, parse, parse_query_results

from tests.registry.corporations.records import number
from tests.registry.linked.site import endpoint

HOJIN = "http://hojin-info.go.jp/graph/hojin"
CODES = "http://hojin-info.go.jp/graph/commonCode"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
TYPES = "ASK { ?s a <http://hojin-info.go.jp/ns/domain/biz/1#法人基本情報型> }"
KINDS = "ASK { <http://imi.go.jp/ns/code_id/code/kind#301> ?p ?o }"


async def test_a_query_by_get_by_form_and_directly(linked_root: Path) -> None:
    async with endpoint(None, linked_root) as client:
        got = await client.get("/sparql", params={"query": TYPES})
        form = await client.post("/sparql", data={"query": TYPES})
        body = await client.post("/sparql", content=TYPES.encode(), headers={"content-type": QUERY})
    for answer in (got, form, body):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/sparql-results+json"
        assert answer.json()["boolean"] is True
    assert got.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("default", "named", "query", "expected"),
    [
        ((), (), TYPES, True),  # without a dataset: all graphs
        ((HOJIN,), (), TYPES, True),
        ((CODES,), (), TYPES, False),
        ((HOJIN, CODES), (), TYPES, True),
        ((HOJIN, CODES), (), KINDS, True),
        ((), (HOJIN,), TYPES, False),  # only a named graph: the default graph is empty
        ((), (HOJIN,), "ASK { GRAPH ?g { ?s ?p ?o } }", True),
        ((), (HOJIN, CODES), f"ASK {{ GRAPH <{CODES}> {{ ?s ?p ?o }} }}", True),
        ((CODES,), (HOJIN,), f"ASK {{ ?s ?p ?o GRAPH <{HOJIN}> {{ ?x a ?c }} }}", True),
        ((CODES,), (HOJIN,), f"ASK {{ GRAPH <{CODES}> {{ ?s ?p ?o }} }}", False),
        # The dataset of the request takes the place of the query's own.
        (
            (CODES,),
            (),
            f"ASK FROM <{HOJIN}> {{ ?s a <http://hojin-info.go.jp/ns/domain/biz/1#法人情報型> }}",
            False,
        ),
        (
            (),
            (),
            f"ASK FROM <{CODES}> {{ ?s a <http://hojin-info.go.jp/ns/domain/biz/1#法人情報型> }}",
            False,
        ),
    ],
)
async def test_the_dataset(linked_root: Path, default, named, query, expected) -> None:
    parameters = [("default-graph-uri", iri) for iri in default]
    parameters += [("named-graph-uri", iri) for iri in named]
    async with endpoint(None, linked_root) as client:
        got = await client.get("/sparql", params=[*parameters, ("query", query)])
        body = await client.post(
            "/sparql", params=parameters, content=query, headers={"content-type": QUERY}
        )
    assert (got.json()["boolean"], body.json()["boolean"]) == (expected, expected)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/json", "application/sparql-results+json"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.9", "text/tab-separated-values"),
        ("text/*;q=0.2, text/csv;q=0", "application/sparql-results+json"),
        ("text/csv", "text/csv"),
    ],
)
async def test_tables_in_the_format_asked_for(linked_root: Path, accept, expected) -> None:
    headers = {"accept": accept} if accept else {}
    async with endpoint(None, linked_root) as client:
        answer = await client.get(
            "/sparql",
            params={
                "query": "SELECT ?s { ?s a <http://hojin-info.go.jp/ns/domain/biz/1#法人情報型> }"
            },
            headers=headers,
        )
    assert answer.headers["content-type"].partition(";")[0] == expected
    if expected == "text/csv":
        assert len(answer.text.split("\r\n")) == 6
    else:
        form = QueryResultsFormat.from_media_type(expected)
        assert len(list(parse_query_results(answer.content, form))) == 4


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/ld+json", RdfFormat.JSON_LD),
    ],
)
async def test_graphs_in_the_format_asked_for(linked_root: Path, accept, form) -> None:
    query = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 7"
    async with endpoint(None, linked_root) as client:
        answer = await client.get("/sparql", params={"query": query}, headers={"accept": accept})
        none = await client.get("/sparql", params={"query": query}, headers={"accept": "text/csv"})
        described = await client.get(
            "/sparql",
            params={"query": f"DESCRIBE <http://hojin-info.go.jp/data/basic/{number(1)}>"},
            headers={"accept": accept},
        )
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert len(list(parse(answer.content, form))) == 7
    assert none.status_code == 406
    assert len(list(parse(described.content, form))) > 20


@pytest.mark.parametrize(
    ("method", "arguments", "status", "code"),
    [
        ("GET", {"params": {"query": "SELECT"}}, 400, "sparql_unreadable"),
        ("GET", {"params": [("query", TYPES), ("query", TYPES)]}, 400, "sparql_malformed"),
        ("GET", {"params": {"query": " "}}, 400, "sparql_malformed"),
        ("GET", {"params": {"default-graph-uri": HOJIN}}, 400, "sparql_malformed"),
        ("GET", {"params": {"query": TYPES, "default-graph-uri": "no iri"}}, 400, "sparql_malformed"),
        ("GET", {"params": {"query": TYPES}, "headers": {"accept": "image/png"}}, 406, "sparql_not_acceptable"),
        ("POST", {"content": TYPES, "headers": {"content-type": "text/plain"}}, 415, "sparql_unsupported"),
        ("POST", {"content": TYPES}, 415, "sparql_unsupported"),
        ("POST", {"content": b"\xff\xfe", "headers": {"content-type": QUERY}}, 400, "sparql_malformed"),
        ("POST", {"content": b"query=%ff", "headers": {"content-type": FORM}}, 400, "sparql_malformed"),
        ("POST", {"content": TYPES.encode("utf-16"), "headers": {"content-type": f"{QUERY}; charset=UTF-16"}}, 400, "sparql_malformed"),
        ("POST", {"params": {"query": TYPES}, "content": TYPES, "headers": {"content-type": QUERY}}, 400, "sparql_malformed"),
        ("POST", {"content": b"x" * 1_000_001, "headers": {"content-type": QUERY}}, 413, "sparql_too_large"),
        ("POST", {"content": b"x" * 200_000, "headers": {"content-type": QUERY}}, 400, "sparql_unreadable"),
        ("POST", {"data": {"update": "CLEAR ALL"}}, 400, "sparql_update"),
        ("POST", {"content": "CLEAR ALL", "headers": {"content-type": "application/sparql-update"}}, 400, "sparql_update"),
        ("POST", {"data": {"query": "PREFIX a: <http://a/> INSERT DATA { a:a a:b 1 }"}}, 400, "sparql_update"),
        ("POST", {"data": {"query": "LOAD <http://a/>"}}, 400, "sparql_update"),
        ("POST", {"data": {"query": "SELECT * { SERVICE <http://a/> { ?s ?p ?o } }"}}, 400, "sparql_service"),
        ("POST", {"content": b"query=%00", "headers": {"content-type": FORM}}, 400, "sparql_unreadable"),
        ("POST", {"data": {"query": "SELECT * { ?s ?p \"\\uD800\" }"}}, 400, "sparql_unreadable"),
        ("PUT", {"content": TYPES}, 405, "sparql_not_allowed"),
        ("DELETE", {}, 405, "sparql_not_allowed"),
    ],
)  # fmt: skip
async def test_refused(linked_root: Path, method, arguments, status, code) -> None:
    async with endpoint(None, linked_root) as client:
        answer = await client.request(method, "/sparql", **arguments)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()["message"]) == {"ja", "en"}


async def test_before_the_first_generation(tmp_path: Path) -> None:
    async with endpoint(None, tmp_path) as client:
        answer = await client.get("/sparql", params={"query": TYPES})
    assert (answer.status_code, answer.json()["code"]) == (503, "sparql_none")
    assert int(answer.headers["retry-after"]) > 0


async def test_the_service_description(linked_root: Path) -> None:
    """sd: returns RDF, has one sd:Service and endpoint, conforms in what it must say."""
    sd = "http://www.w3.org/ns/sparql-service-description#"
    async with endpoint(None, linked_root) as client:
        answer = await client.get("/sparql", headers={"accept": "text/turtle"})
        page = await client.get("/sparql", headers={"accept": "text/html,*/*;q=0.8"})
    store = Store()
    store.load(answer.content, RdfFormat.TURTLE)
    asked = list(store.query(f"SELECT ?e {{ ?s a <{sd}Service> ; <{sd}endpoint> ?e }}"))
    assert [row["e"] for row in asked] == [NamedNode("http://testserver/sparql")]
    assert store.query(
        f"ASK {{ ?s <{sd}defaultDataset>/<{sd}namedGraph>/<{sd}name> <{HOJIN}> ; "
        f"<{sd}supportedLanguage> <{sd}SPARQL11Query> ; <{sd}feature> <{sd}UnionDefaultGraph> }}"
    )
    assert (page.status_code, page.headers["location"]) == (303, "/linked-data")


async def test_an_answer_over_the_limit(linked_root: Path) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 5000"
    async with endpoint(None, linked_root) as client:
        answer = await client.get("/sparql", params={"query": query})
        after = await client.get("/sparql", params={"query": TYPES})
    assert (answer.status_code, answer.json()["code"]) == (413, "sparql_too_large")
    assert after.json()["boolean"] is True


async def test_the_page_keeps_what_was_typed(linked_root: Path) -> None:
    from madoguchi.registry.linked.examples import EXAMPLES

    async with endpoint(None, linked_root) as client:
        empty = await client.get("/linked-data")
        blank = await client.get("/linked-data", params={"query": " "})
        for _, example in EXAMPLES:
            shown = await client.get("/linked-data", params={"query": example})
            assert shown.status_code == 200, example
            assert "<table" in shown.text, example
            assert shown.text.count("<tr role") > 1, example
        faulty = await client.get("/linked-data", params={"query": "SELECT <b>"})
        paged = await client.get(
            "/linked-data", params={"query": "SELECT ?s ?p ?o { ?s ?p ?o }", "page": "2"}
        )
    assert empty.status_code == 200
    assert re.search(r">hj:[^<]+<", paged.text)
    assert "PREFIX hj: &lt;http://hojin-info.go.jp/ns/domain/biz/1#&gt;" in paged.text
    assert str(escape(EXAMPLES[0][1])) in empty.text
    assert blank.status_code == 400
    assert "<table" not in empty.text
    assert faulty.status_code == 400
    assert "SELECT &lt;b&gt;" in faulty.text
    assert 'rel="prev"' in paged.text
    assert paged.text.count("<tr role") == 101
    assert "page=3" in paged.text


async def test_typed_literals_come_back_whole(linked_root: Path) -> None:
    query = """PREFIX ic: <http://imi.go.jp/ns/core/rdf#>
    SELECT ?n { ?s ic:表記 ?n FILTER(contains(?n, '"銀行"\\\\合同')) }"""
    async with endpoint(None, linked_root) as client:
        answer = await client.post("/sparql", data={"query": query})
    values = [row["n"]["value"] for row in json.loads(answer.content)["results"]["bindings"]]
    assert values == ['みなと"銀行"\\合同会社']
