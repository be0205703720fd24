"""The catalogue (DCAT 3): the dataset, its files with checksums, and the services that answer of it."""

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from madoguchi.registry.dumps.edition import DumpFile, Edition
from madoguchi.registry.linked.vocabulary import DATE, INTEGER, TYPE, XSD

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
FOAF, SPDX = "http://xmlns.com/foaf/0.1/", "http://spdx.org/rdf/terms#"
PREFIXES = {"dcat": DCAT, "dct": DCT, "foaf": FOAF, "spdx": SPDX, "xsd": XSD}
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CREDIT = {
    "ja": "出典：国税庁法人番号公表サイト、gBizINFO（経済産業省）を加工して作成",
    "en": "Made from the Corporate Number Publication Site (National Tax Agency) and gBizINFO (METI)",
}
TITLE = {
    "ja": "法人の基本情報と活動情報",
    "en": "Corporations and what public bodies published of them",
}

Object = NamedNode | BlankNode | Literal


def catalogue(address: str, edition: Edition | None) -> list[Triple]:
    """The triples of the catalogue of the installation at `address`."""
    root, dataset = NamedNode(f"{address}/catalog"), NamedNode(f"{address}/catalog#registry")
    publisher = NamedNode(f"{address}/#publisher")
    found = [
        *_about(root, "Catalog", {"ja": "オープンデータ目録", "en": "Catalogue of open data"}),
        _t(root, DCT + "publisher", publisher),
        _t(root, DCAT + "dataset", dataset),
        _t(root, DCAT + "landingPage", NamedNode(f"{address}/open-data")),
        Triple(publisher, TYPE, NamedNode(FOAF + "Organization")),
        _t(publisher, FOAF + "name", Literal("窓口 Madoguchi")),
        _t(publisher, FOAF + "homepage", NamedNode(f"{address}/")),
        *_about(dataset, "Dataset", TITLE),
        *(
            _t(dataset, DCT + "description", Literal(CREDIT[lang], language=lang))
            for lang in CREDIT
        ),
        _t(dataset, DCT + "publisher", publisher),
        _t(dataset, DCT + "license", NamedNode(LICENCE)),
        _t(dataset, DCT + "language", Literal("ja")),
        _t(dataset, DCAT + "keyword", Literal("法人番号", language="ja")),
        _t(dataset, DCAT + "landingPage", NamedNode(f"{address}/open-data")),
    ]
    if edition is not None:
        found.append(_t(dataset, DCT + "modified", _date(edition)))
        for one in edition.files:
            found += _distribution(address, dataset, edition, one)
    for name, path, title in (
        ("sparql", "/sparql", {"ja": "SPARQLエンドポイント", "en": "SPARQL endpoint"}),
        ("rest", "/api/v1/corporations", {"ja": "法人情報API", "en": "API of corporations"}),
        ("gbizinfo", "/hojin/v2/hojin", {"ja": "gBizINFO互換API", "en": "API as gBizINFO's"}),
    ):
        service = NamedNode(f"{address}/catalog#{name}")
        description = "/sparql" if name == "sparql" else "/api/openapi.json"
        found += [
            *_about(service, "DataService", title),
            _t(root, DCAT + "service", service),
            _t(service, DCAT + "endpointURL", NamedNode(address + path)),
            _t(service, DCAT + "endpointDescription", NamedNode(address + description)),
            _t(service, DCAT + "servesDataset", dataset),
            _t(service, DCT + "license", NamedNode(LICENCE)),
        ]
    return found


def _distribution(
    address: str, dataset: NamedNode, edition: Edition, one: DumpFile
) -> list[Triple]:
    node = NamedNode(f"{address}/catalog#{one.name}")
    checksum = BlankNode(f"sum-{one.name.replace('.', '-')}")
    media = "https://www.iana.org/assignments/media-types/"
    found = [
        *_about(node, "Distribution", {"ja": one.kind.ja, "en": one.kind.en}),
        _t(dataset, DCAT + "distribution", node),
        _t(node, DCAT + "downloadURL", NamedNode(f"{address}/open-data/files/{one.name}")),
        _t(node, DCAT + "accessURL", NamedNode(f"{address}/open-data")),
        _t(node, DCAT + "mediaType", NamedNode(media + one.kind.media)),
        _t(node, DCAT + "byteSize", Literal(str(one.size), datatype=INTEGER)),
        _t(node, DCT + "license", NamedNode(LICENCE)),
        _t(node, DCT + "modified", _date(edition)),
        _t(node, SPDX + "checksum", checksum),
        Triple(checksum, TYPE, NamedNode(SPDX + "Checksum")),
        _t(checksum, SPDX + "algorithm", NamedNode(SPDX + "checksumAlgorithm_sha256")),
        _t(
            checksum,
            SPDX + "checksumValue",
            Literal(one.sha256, datatype=NamedNode(XSD + "hexBinary")),
        ),
    ]
    if one.kind.compressed:
        found.append(_t(node, DCAT + "compressFormat", NamedNode(f"{media}application/gzip")))
    return found


def _about(node: NamedNode, kind: str, title: dict[str, str]) -> list[Triple]:
    return [
        Triple(node, TYPE, NamedNode(DCAT + kind)),
        *(_t(node, DCT + "title", Literal(text, language=lang)) for lang, text in title.items()),
    ]


def _date(edition: Edition) -> Literal:
    return Literal(edition.made_on.isoformat(), datatype=DATE)


def _t(subject: NamedNode | BlankNode, predicate: str, item: Object) -> Triple:
    return Triple(subject, NamedNode(predicate), item)
