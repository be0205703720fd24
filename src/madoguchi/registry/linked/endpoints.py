"""The addresses for programs: /sparql, and the IRIs of the data themselves."""

import re
from urllib.parse import quote, urlencode

from pyoxigraph import Triple, serialize
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from madoguchi.kernel.japanese import is_corporate_number
from madoguchi.registry.interface import Interface
from madoguchi.registry.linked.acts import act_iri, act_thing
from madoguchi.registry.linked.asking import answer
from madoguchi.registry.linked.description import SD, description
from madoguchi.registry.linked.errors import LinkedError, refuse
from madoguchi.registry.linked.graph import basic_thing, corporation_thing
from madoguchi.registry.linked.graph_store import read_graph_request
from madoguchi.registry.linked.media import GRAPHS, HTML, TABLES, WRITTEN, format_for, preferred
from madoguchi.registry.linked.protocol import read_request
from madoguchi.registry.linked.reading import acts_keyed, published_one
from madoguchi.registry.linked.tree import Shape, Thing, Writer
from madoguchi.registry.linked.vocabulary import BASIC_GRAPH, PREFIXES, activity, graph
from madoguchi.registry.linked.workers import Workers

SPARQL, PAGE = "/sparql", "/linked-data"
_OPEN = {"Access-Control-Allow-Origin": "*"}  # what is public may be read from any page
_ENDINGS = {".ttl": "turtle", ".nt": "ntriples", ".jsonld": "jsonld", ".rdf": "rdfxml"}
_KEY = re.compile(r"(?:(?P<number>\d{13})_)?(?P<key>.+)", re.DOTALL)


async def sparql(request: Request) -> Response:
    """A query's answer or a whole graph; without either the service description.

    A browser that asks for a page is led to the one for people.
    """
    accept = request.headers.get("accept", "")
    if (whole := read_graph_request(request)) is not None:
        kind, body = await answer(request.app.state.sparql, whole, accept)
        return Response(body, media_type=kind, headers={**_OPEN, "Vary": "Accept"})
    asked = await read_request(request)
    if asked is None:
        types = [kind for kinds in GRAPHS.values() for kind in kinds]
        if preferred(accept, [*types, HTML]) == HTML:
            return RedirectResponse(PAGE, 303)
        address = request.app.state.settings.address
        return _rdf(description(address + SPARQL), accept, {"sd": SD})
    offered = [kind for kinds in (*TABLES.values(), *GRAPHS.values()) for kind in kinds]
    if request.method == "GET" and preferred(accept, [*offered, HTML]) == HTML:
        return RedirectResponse(f"{PAGE}?{urlencode({'query': asked.query})}", 303, _OPEN)
    workers: Workers = request.app.state.sparql
    kind, body = await answer(workers, asked, accept)
    return Response(body, media_type=kind, headers={**_OPEN, "Vary": "Accept"})


async def described(request: Request) -> Response:
    """An IRI of the data, and the documents about it.

    The IRI itself names a corporation, which no answer can be: 303 leads to the document about it in
    the format that is liked best (httpRange-14; SPARQL needs none of this, programs that follow IRIs do).
    """
    name = request.path_params["name"]
    ending = next((ending for ending in _ENDINGS if name.endswith(ending)), "")
    thing = await _thing(request, name.removesuffix(ending))
    if thing is None:
        raise LinkedError("unknown")
    if not ending:
        chosen = format_for(request.headers.get("accept", ""), GRAPHS) or "turtle"
        suffix = next(suffix for suffix, name in _ENDINGS.items() if name == chosen)
        path = quote(f"/data/{name}{suffix}", safe="/%")
        return RedirectResponse(path, 303, {**_OPEN, "Vary": "Accept"})
    quads = Writer(Shape.FULL).quads(thing, graph(BASIC_GRAPH))
    triples = [Triple(quad.subject, quad.predicate, quad.object) for quad in quads]
    chosen = _ENDINGS[ending]
    return _answer(triples, chosen, PREFIXES)


async def _thing(request: Request, name: str) -> Thing | None:
    async with request.app.state.database.reading() as session:
        if name.startswith("ext/"):
            iri = activity(name.removeprefix("ext/"))
            match = _KEY.fullmatch(name.removeprefix("ext/"))
            if match is None:
                return None
            # A key may itself begin with a number, as those of finance do: both readings are tried.
            keys = [match["key"], name.removeprefix("ext/")]
            keys += [key.partition("_")[2] for key in keys if ":" in key]
            numbers = [match["number"]] if match["number"] else []
            acts = await acts_keyed(session, numbers, keys) or await acts_keyed(session, [], keys)
            act = next((act for act in acts if act_iri(act) == iri), None)
            one = None if act is None else await published_one(session, act.number)
            return None if act is None or one is None else act_thing(act, one.record)
        number = name.removeprefix("basic/")
        if not is_corporate_number(number):
            return None
        one = await published_one(session, number)
    if one is None:
        return None
    if name != number:
        return basic_thing(one.record)
    return corporation_thing(one.record, [act_iri(act) for act in one.acts])


def _rdf(triples: list[Triple], accept: str, prefixes: dict[str, str]) -> Response:
    chosen = format_for(accept, GRAPHS)
    if chosen is None:
        raise LinkedError("not_acceptable")
    return _answer(triples, chosen, prefixes)


def _answer(triples: list[Triple], chosen: str, prefixes: dict[str, str]) -> Response:
    body = serialize(triples, format=WRITTEN[chosen], prefixes=prefixes)
    headers = {**_OPEN, "Vary": "Accept"}
    return Response(body, media_type=GRAPHS[chosen][0], headers=headers)


def _key(request: Request) -> str:
    return request.headers.get("x-hojininfo-api-token", "")


INTERFACES = (
    Interface(
        prefix=SPARQL,
        routes=(Route(SPARQL, sparql, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),),
        key_of=_key,
        refuse=refuse,
        keyless=True,
        whole=False,
    ),
    Interface(
        prefix="/data/",
        routes=(Route("/data/{name:path}", described),),
        key_of=_key,
        refuse=refuse,
        keyless=True,
    ),
)
