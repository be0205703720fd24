"""SPARQL 1.1 Graph Store HTTP Protocol (4.2, 5.2): what a request asks of a whole graph, for reading."""

from starlette.requests import Request

from madoguchi.registry.linked.errors import LinkedError
from madoguchi.registry.linked.protocol import Asked, is_iri, parameters_of
from madoguchi.registry.linked.vocabulary import GRAPHS, graph

_KNOWN = frozenset(graph(name).value for name in GRAPHS)


def read_graph_request(request: Request) -> Asked | None:
    """The query that gives the graph a request names (?graph=IRI, ?default); None for other requests.

    The default graph is all graphs together, as it is for queries. LinkedError malformed, unknown,
    graph_not_allowed for what would write.
    """
    parameters = parameters_of(request.scope["query_string"])
    named = [value for name, value in parameters if name == "graph"]
    defaults = [name for name, _ in parameters if name == "default"]
    if not named and not defaults:
        return None
    if request.method != "GET":
        raise LinkedError("graph_not_allowed")
    if len(parameters) != 1:
        raise LinkedError("malformed", "one graph or the default graph, and nothing else")
    if defaults:
        return Asked("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    if not is_iri(named[0]):
        raise LinkedError("malformed", "graph is no absolute IRI")
    if named[0] not in _KNOWN:
        raise LinkedError("unknown")
    return Asked("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", default_graphs=(named[0],))
