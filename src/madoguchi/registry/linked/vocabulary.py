"""The names of the vocabulary: IRIs of gBizINFO's former SPARQL service and of IMI (共通語彙基盤)."""

import re
from functools import cache
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

HJ = "http://hojin-info.go.jp/ns/domain/biz/1#"
IC = "http://imi.go.jp/ns/core/rdf#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DATA = "http://hojin-info.go.jp/data/"
GRAPH = "http://hojin-info.go.jp/graph/"
CODE = "http://imi.go.jp/ns/code_id/code/"
INDICATOR = "http://hojin-info.go.jp/code/"
PREFIXES = {
    "hj": HJ,
    "ic": IC,
    "xsd": XSD,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}

SHOWN = {**PREFIXES, "data": DATA, "graph": GRAPH, "code": CODE}
"""What IRIs are shortened by where people read them."""

TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
CORPORATE_NUMBER = NamedNode("http://imi.go.jp/ns/code_id/id/corporateNumber")
CODE_LITERAL = NamedNode(f"{IC}コード型")
DATE, DATE_TIME = NamedNode(f"{XSD}date"), NamedNode(f"{XSD}dateTime")
COUNT = NamedNode(f"{XSD}nonNegativeInteger")
CURRENCY_CODE = NamedNode(
    "urn:un:unece:uncefact:codelist:standard:ISO:ISO3AlphaCurrencyCode:2012-08-31"
    "#ISO3AlphaCurrencyCodeContentType"
)
DECIMAL, INTEGER = NamedNode(f"{XSD}decimal"), NamedNode(f"{XSD}integer")

BASIC_GRAPH, CODE_GRAPH = "hojin", "commonCode"
GRAPHS = (
    BASIC_GRAPH,
    "hojyokin",
    "chotatsu",
    "hyosho",
    "todokede",
    "tokkyo",
    "shokuba",
    "zaimu",
    CODE_GRAPH,
)
"""The nine named graphs."""

_KEPT = "/:@!$&'()*+,;=~-._%"
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


@cache
def hj(name: str) -> NamedNode:
    """A class or property of the corporate vocabulary."""
    return NamedNode(HJ + name)


@cache
def ic(name: str) -> NamedNode:
    """A class or property of the core vocabulary."""
    return NamedNode(IC + name)


@cache
def graph(name: str) -> NamedNode:
    """One of GRAPHS."""
    return NamedNode(GRAPH + name)


def corporation(number: str) -> NamedNode:
    """A corporation (法人情報)."""
    return NamedNode(DATA + number)


def basic(number: str) -> NamedNode:
    """Its basic record (法人基本情報)."""
    return NamedNode(f"{DATA}basic/{number}")


def activity(name: str) -> NamedNode:
    """An activity by what stands behind …/data/ext/; what no IRI may hold is percent-encoded."""
    return NamedNode(f"{DATA}ext/{iri_part(name)}")


def shared(name: str) -> NamedNode:
    """A structure that many records repeat, kept once."""
    return NamedNode(f"{DATA}shared/{iri_part(name)}")


@cache
def code(scheme: str, value: str = "") -> NamedNode:
    """A code of the common code lists: jisx0401, jisx0402, kind."""
    return NamedNode(f"{CODE}{scheme}#{value}" if value else CODE + scheme)


def iri_part(text: str) -> str:
    """A text as part of an IRI: letters of all scripts stay, the rest is percent-encoded.

    What is percent-encoded already stays so; a % that encodes nothing becomes one that does.
    """
    return "".join(
        character if _stays(character) else quote(character, safe=_KEPT, errors="replace")
        for character in _LONE_PERCENT.sub("%25", text)
    )


def _stays(character: str) -> bool:
    return "\u00a0" < character < "\ud800" and not character.isspace()


def shortened(iri: str) -> str:
    """An IRI as people read it, hj:法人情報型; whole where no prefix fits. Not to be put in a query."""
    found = next((name for name, start in SHOWN.items() if iri.startswith(start)), None)
    return iri if found is None else f"{found}:{iri.removeprefix(SHOWN[found])}"


def text(value: str) -> Literal:
    """A plain literal."""
    return Literal(value)


def plain(value: object) -> str:
    """A text as published, what no RDF literal may hold taken out."""
    return str(value).replace("\0", "").encode("utf-8", "ignore").decode()


def typed(value: str, kind: NamedNode) -> Literal:
    """A literal of a datatype."""
    return Literal(value, datatype=kind)
