"""Media types of answers, and choosing among them by the Accept header (RFC 9110 12.5.1)."""

from collections.abc import Mapping, Sequence

from pyoxigraph import RdfFormat

HTML = "text/html"
TABLES: Mapping[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/json", "text/json"),
    "xml": ("application/sparql-results+xml", "application/xml", "text/xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
}
"""Formats of SELECT and ASK by our name; the first type is the one that is answered with."""

GRAPHS: Mapping[str, tuple[str, ...]] = {
    "turtle": ("text/turtle", "application/x-turtle", "text/n3"),
    "ntriples": ("application/n-triples", "text/plain"),
    "jsonld": ("application/ld+json", "application/json"),
    "rdfxml": ("application/rdf+xml", "application/xml", "text/xml"),
}
"""Formats of RDF: CONSTRUCT, DESCRIBE, descriptions."""

WRITTEN: Mapping[str, RdfFormat] = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
"""The engine's name of each of GRAPHS."""

_MOST_RANGES = 50


def preferred(accept: str, offered: Sequence[str]) -> str | None:
    """The type that is liked best of those offered, the first of equals; None when none will do.

    No Accept header, or one that cannot be read, likes everything.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offered[0]
    quality = {one: _quality(one, ranges) for one in offered}
    best = max(quality.values())
    return next(one for one in offered if quality[one] == best) if best > 0 else None


def format_for(accept: str, formats: Mapping[str, tuple[str, ...]]) -> str | None:
    """Our name of the format that is liked best; None when none will do."""
    chosen = preferred(accept, [kind for kinds in formats.values() for kind in kinds])
    return next((name for name, kinds in formats.items() if chosen in kinds), None)


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(",")[:_MOST_RANGES]:
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if kind.count("/") == 1:
            found.append((kind, _weight(parameters)))
    return found


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(offered: str, ranges: list[tuple[str, float]]) -> float:
    """The weight of the closest range: text/csv before text/* before */*."""
    family = offered.partition("/")[0]
    for wanted in (offered, f"{family}/*", "*/*"):
        weights = [weight for kind, weight in ranges if kind == wanted]
        if weights:
            return max(weights)
    return 0.0
