"""The cases of W3C's suite for the SPARQL 1.1 Protocol, each by its name and as its manifest says.

(w3c/rdf-tests, sparql11/protocol/manifest.ttl; written anew.) Seven of the 34 update, which a read-only
endpoint refuses; `query_multiple_dataset` has an & written as %26 there, which makes one IRI of two
parameters: here it is two. Beside them the graphs of the Graph Store Protocol, for reading.
"""

import xml.etree.ElementTree as Xml
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from madoguchi.registry.linked.literals import LiteralWriter
from madoguchi.registry.linked.snapshot import put_in_place
from tests.registry.linked.site import endpoint

DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
HOJIN = "http://hojin-info.go.jp/graph/hojin"
RDF = {"text/turtle": RdfFormat.TURTLE, "application/rdf+xml": RdfFormat.RDF_XML}


def _one(place: int, variable: str = "") -> str:
    pattern = f"<{DATA.format(place)}> a ?type"
    return f"GRAPH ?{variable} {{ {pattern} }}" if variable else pattern


def _graphs(**parts: tuple[int, ...]) -> str:
    return "&".join(
        f"{name}-graph-uri={quote(DATA.format(place), safe='')}"
        for name, places in parts.items()
        for place in places
    )


BOTH = f"ASK {{ {_one(1)} . {_one(2)} . }}"
BOTH_NAMED = f"ASK {{ {_one(1, 'g1')} {_one(2, 'g2')} }}"
ALL = f"ASK {{ {_one(3)} {_one(1, 'g1')} {_one(2, 'g2')} }}"
ZERO = _graphs(default=(0,))
GET_BOTH, GET_NAMED = f"query={quote(BOTH)}", f"query={quote(BOTH_NAMED)}"

# name: (method, what stands behind "?", content type, body, what is expected)
CASES: dict[str, tuple[str, str, str, str | bytes, str]] = {
    "query_post_form": ("POST", ZERO, FORM, "query=ASK%20%7B%7D", "true"),
    "query_dataset_default_graphs_get": ("GET", f"{GET_BOTH}&{_graphs(default=(1, 2))}", "", "", "true"),
    "query_dataset_default_graphs_post": ("POST", _graphs(default=(1, 2)), QUERY, BOTH, "true"),
    "query_dataset_named_graphs_post": ("POST", _graphs(named=(1, 2)), QUERY, BOTH_NAMED, "true"),
    "query_dataset_named_graphs_get": ("GET", f"{GET_NAMED}&{_graphs(named=(1, 2))}", "", "", "true"),
    "query_dataset_full": ("POST", _graphs(default=(3,), named=(1, 2)), QUERY, ALL, "true"),
    "query_multiple_dataset": (
        "POST", _graphs(named=(1, 2)), QUERY,
        BOTH_NAMED.replace("ASK", f"ASK FROM <{DATA.format(3)}>"), "true",
    ),
    "query_get": ("GET", f"query=ASK%20%7B%7D&{ZERO}", "", "", "true"),
    "query_content_type_select": ("POST", ZERO, QUERY, "SELECT (1 AS ?value) {}", "table"),
    "query_content_type_ask": ("POST", ZERO, QUERY, "ASK {}", "boolean"),
    "query_content_type_describe": ("POST", ZERO, QUERY, "DESCRIBE <http://example.org/>", "rdf"),
    "query_content_type_construct": ("POST", ZERO, QUERY, "CONSTRUCT { <s:s> <p:p> 1 } WHERE {}", "rdf"),
    "update_dataset_default_graph": ("POST", _graphs(using=(1,)), UPDATE, "CLEAR ALL", "refused"),
    "update_dataset_default_graphs": ("POST", _graphs(using=(1, 2)), UPDATE, "CLEAR ALL", "refused"),
    "update_dataset_named_graphs": ("POST", _graphs(**{"using-named": (1, 2)}), UPDATE, "CLEAR ALL", "refused"),
    "update_dataset_full": ("POST", _graphs(using=(3,), **{"using-named": (1,)}), UPDATE, "CLEAR ALL", "refused"),
    "update_post_form": ("POST", "", FORM, "update=CLEAR%20ALL", "refused"),
    "update_post_direct": ("POST", "", UPDATE, "CLEAR ALL", "refused"),
    "update_base_uri": ("POST", "", UPDATE, "INSERT DATA { <s:s> <p:p> <test> }", "refused"),
    "query_post_direct": ("POST", "", QUERY, "ASK {}", "true"),
    "bad_query_method": ("PUT", f"query=ASK%20%7B%7D&{ZERO}", FORM, "", "refused"),
    "bad_multiple_queries": ("GET", "query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D", "", "", "refused"),
    "bad_query_wrong_media_type": ("POST", "", "text/plain", "ASK {}", "refused"),
    "bad_query_missing_form_type": ("POST", "", "", "query=ASK%20%7B%7D", "refused"),
    "bad_query_missing_direct_type": ("POST", "", "", "ASK {}", "refused"),
    "bad_query_non_utf8": ("POST", "", f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16"), "refused"),
    "bad_query_syntax": ("GET", "query=ASK%20%7B", "", "", "refused"),
    "bad_update_get": ("GET", "update=CLEAR%20ALL", "", "", "refused"),
    "bad_multiple_updates": ("POST", "", FORM, "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", "refused"),
    "bad_update_wrong_media_type": ("POST", "", "text/plain", "CLEAR NAMED", "refused"),
    "bad_update_missing_form_type": ("POST", "", "", "update=CLEAR%20NAMED", "refused"),
    "bad_update_non_utf8": ("POST", "", f"{UPDATE}; charset=UTF-16", "CLEAR NAMED".encode("utf-16"), "refused"),
    "bad_update_syntax": ("POST", "", FORM, "update=CLEAR%20XYZ", "refused"),
    "bad_update_dataset_conflict": (
        "POST", "using-named-graph-uri=http%3A%2F%2Fexample%2Fpeople", UPDATE,
        "WITH <http://example/a> DELETE { ?s ?p 'Bill' } WHERE { ?s ?p 'Bill' }", "refused",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def w3c_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generation of the graphs the suite names: each says of itself that it is a document."""
    root = tmp_path_factory.mktemp("w3c")
    aside = root / ".1.new"
    aside.mkdir()
    store = Store(str(aside / "store"))
    for place in (1, 2, 3):
        name = NamedNode(DATA.format(place))
        store.add(Quad(name, TYPE, NamedNode("http://xmlns.com/foaf/0.1/Document"), name))
    store.flush()
    del store
    LiteralWriter(aside).finish()
    put_in_place(root, aside)
    return root


def test_every_case_is_there() -> None:
    assert len(CASES) == 34


@pytest.mark.parametrize("name", CASES)
async def test_protocol(w3c_root: Path, name: str) -> None:
    method, asked, kind, body, expected = CASES[name]
    headers = {"content-type": kind} if kind else {}
    async with endpoint(None, w3c_root) as client:
        answer = await client.request(
            method, f"/sparql?{asked}" if asked else "/sparql", content=body, headers=headers
        )
        after = await client.post("/sparql", data={"query": BOTH_NAMED})
    media = answer.headers["content-type"].partition(";")[0]
    if expected == "refused":
        assert 400 <= answer.status_code < 500
        assert after.json()["boolean"] is True  # nothing was cleared
        return
    assert answer.status_code == 200
    if expected == "rdf":
        list(parse(answer.content, RDF[media]))
        return
    assert media == "application/sparql-results+json"
    if expected == "table":
        assert [row["value"]["value"] for row in answer.json()["results"]["bindings"]] == ["1"]
    else:
        assert answer.json()["boolean"] is True


async def test_a_boolean_as_xml(w3c_root: Path) -> None:
    async with endpoint(None, w3c_root) as client:
        answer = await client.get(
            "/sparql",
            params={"query": "ASK {}"},
            headers={"accept": "application/sparql-results+xml"},
        )
    found = Xml.fromstring(answer.content).find("{http://www.w3.org/2005/sparql-results#}boolean")
    assert found is not None
    assert found.text == "true"


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml"])
async def test_whole_graphs_can_be_read(linked_root: Path, accept: str) -> None:
    codes = "http://hojin-info.go.jp/graph/commonCode"
    async with endpoint(None, linked_root) as client:
        headers = {"accept": accept}
        got = await client.get("/sparql", params={"graph": codes}, headers=headers)
        head = await client.head("/sparql", params={"graph": codes}, headers=headers)
        every = await client.get("/sparql?default", headers=headers)
        counted = await client.get(
            "/sparql",
            params={"query": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{codes}> {{ ?s ?p ?o }} }}"},
        )
    many = int(counted.json()["results"]["bindings"][0]["n"]["value"])
    triples = set(parse(got.content, RDF[accept]))
    assert len(triples) == many > 100
    assert got.headers["content-type"].partition(";")[0] == accept
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert len(list(parse(every.content, RDF[accept]))) > many


@pytest.mark.parametrize(
    ("method", "asked", "status", "code"),
    [
        ("GET", "graph=http://example.org/none", 404, "sparql_unknown"),
        ("GET", "graph=relative", 400, "sparql_malformed"),
        ("GET", f"graph={HOJIN}&default", 400, "sparql_malformed"),
        ("GET", f"graph={HOJIN}&query=ASK%7B%7D", 400, "sparql_malformed"),
        ("PUT", f"graph={HOJIN}", 405, "sparql_graph_not_allowed"),
        ("POST", f"graph={HOJIN}", 405, "sparql_graph_not_allowed"),
        ("DELETE", "default", 405, "sparql_graph_not_allowed"),
        ("PATCH", "default", 405, "sparql_graph_not_allowed"),
    ],
)
async def test_graphs_that_cannot_be_had(
    linked_root: Path, method: str, asked: str, status: int, code: str
) -> None:
    async with endpoint(None, linked_root) as client:
        answer = await client.request(method, f"/sparql?{asked}", content=b"<a:a> <b:b> <c:c> .")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD"
