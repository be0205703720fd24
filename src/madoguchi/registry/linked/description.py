"""The service description (SPARQL 1.1 Service Description): what the endpoint is and can do."""

from pyoxigraph import BlankNode, NamedNode, Triple

from madoguchi.registry.linked.vocabulary import GRAPHS, TYPE, graph

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
_OFFERED = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
)


def description(endpoint: str) -> list[Triple]:
    """The triples that describe the service at the address `endpoint`."""
    service, dataset, merged = BlankNode("service"), BlankNode("dataset"), BlankNode("all")
    found = [
        Triple(service, TYPE, _sd("Service")),
        Triple(service, _sd("endpoint"), NamedNode(endpoint)),
        Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        Triple(service, _sd("feature"), _sd("UnionDefaultGraph")),
        Triple(service, _sd("defaultDataset"), dataset),
        Triple(dataset, TYPE, _sd("Dataset")),
        Triple(dataset, _sd("defaultGraph"), merged),
        Triple(merged, TYPE, _sd("Graph")),
    ]
    found += [Triple(service, _sd("resultFormat"), NamedNode(FORMATS + name)) for name in _OFFERED]
    for name in GRAPHS:
        named = BlankNode(f"graph-{name}")
        found += [
            Triple(dataset, _sd("namedGraph"), named),
            Triple(named, TYPE, _sd("NamedGraph")),
            Triple(named, _sd("name"), graph(name)),
            Triple(named, _sd("graph"), BlankNode(f"content-{name}")),
            Triple(BlankNode(f"content-{name}"), TYPE, _sd("Graph")),
        ]
    return found


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)
