"""XML that is written and XML that is checked (XML): never a document type, an entity or a network.

What a template writes is parsed again and validated against a schema of one file (XSD 1.0).
"""

import re
from typing import Any

from lxml import etree

_SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
_ELSEWHERE = [f"{_SCHEMA}{name}" for name in ("include", "import", "redefine", "override")]
# What XML 1.0 cannot hold, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST_FAULTS = 20
LARGEST = 50_000_000


class XmlFault(Exception):
    """What is wrong with an XML text, in one sentence for the author of the package."""


def printable(value: object) -> object:
    """A value as XML can hold it: characters it forbids are left out, null is empty."""
    if value is None:
        return ""
    return _FORBIDDEN.sub("", value) if isinstance(value, str) else value


def check_schema(text: str) -> None:
    """XmlFault when a text is no XML Schema of one file."""
    _schema(text)


def faults_of(document: bytes, schema: str) -> list[str]:
    """What is wrong with a document by a schema, at most MOST_FAULTS; none: it is valid."""
    try:
        tree = _parsed(document)
    except XmlFault as fault:
        return [str(fault)]
    checked = _schema(schema)
    if checked.validate(tree):
        return []
    return [f"{entry.line}: {entry.message}" for entry in checked.error_log][:MOST_FAULTS]


def _schema(text: str) -> Any:
    tree = _parsed(text.encode())
    if any(True for _ in tree.iter(*_ELSEWHERE)):
        raise XmlFault("the schema must be one file: no include, import, redefine or override")
    try:
        return etree.XMLSchema(tree)
    except etree.XMLSchemaParseError as error:
        raise XmlFault(f"not an XML Schema: {error}") from error


def _parsed(document: bytes) -> Any:
    if len(document) > LARGEST:
        raise XmlFault("the document is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False
    )
    try:
        tree = etree.fromstring(document, parser).getroottree()
    except etree.XMLSyntaxError as error:
        raise XmlFault(f"not well-formed: {error}") from error
    if tree.docinfo.doctype:
        raise XmlFault("a document type is not allowed")
    return tree
