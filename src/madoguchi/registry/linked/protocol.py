"""SPARQL 1.1 Protocol, query operation (2.1): what a request asks."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode
from starlette.requests import ClientDisconnect, Request

from madoguchi.registry.linked.errors import LinkedError

LARGEST = 1_000_000  # bytes of a body
_FORM, _QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
_MOST_GRAPHS = 100


@dataclass(frozen=True)
class Asked:
    """A query and the dataset the request gives it, which takes the place of the query's own."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


async def read_request(request: Request) -> Asked | None:
    """What a request asks; None for a GET without anything, which is for the description.

    LinkedError malformed, unreadable, unsupported, update, not_allowed, too_large.
    """
    parameters = parameters_of(request.scope["query_string"])
    if request.method == "GET":
        return _asked(parameters) if parameters else None
    if request.method != "POST":
        raise LinkedError("not_allowed")
    kind, _, extra = request.headers.get("content-type", "").partition(";")
    if "charset" in extra and "utf-8" not in extra.lower():
        raise LinkedError("malformed", "a charset that is not UTF-8")
    kind = kind.strip().lower()
    if kind == "application/sparql-update":
        raise LinkedError("update")
    if kind not in (_FORM, _QUERY):
        raise LinkedError("unsupported")
    body = await _body(request)
    if kind == _FORM:
        return _asked(parameters_of(body) + parameters)
    if any(name == "query" for name, _ in parameters):
        raise LinkedError("malformed", "a query in the address and in the body")
    return _asked([*parameters, ("query", _decoded(body))])


def _asked(parameters: list[tuple[str, str]]) -> Asked:
    if any(name == "update" for name, _ in parameters):
        raise LinkedError("update")
    queries = [value for name, value in parameters if name == "query"]
    if len(queries) != 1 or not queries[0].strip():
        raise LinkedError("malformed", f"{len(queries)} queries")
    return Asked(
        queries[0],
        _iris(parameters, "default-graph-uri"),
        _iris(parameters, "named-graph-uri"),
    )


def _iris(parameters: list[tuple[str, str]], name: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value for key, value in parameters if key == name))
    if len(found) > _MOST_GRAPHS or not all(map(is_iri, found)):
        raise LinkedError("malformed", f"{name} is no absolute IRI")
    return found


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (RFC 3987) to the engine, which takes nothing else."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def parameters_of(text: bytes) -> list[tuple[str, str]]:
    """The parameters of an address or a form. LinkedError malformed."""
    try:
        return parse_qsl(
            _decoded(text), keep_blank_values=True, errors="strict", max_num_fields=1_000
        )
    except ValueError as fault:
        raise LinkedError("malformed") from fault


def _decoded(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise LinkedError("malformed", "not UTF-8") from fault
    return text


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                raise LinkedError("too_large", f"a body of more than {LARGEST} bytes")
    except ClientDisconnect as fault:
        raise LinkedError("malformed", "the body ended early") from fault
    return bytes(body)
