"""Text files (CSV, テキスト, XML, JSON): readable characters, well formed, nothing that expands."""

import json
from collections.abc import Iterable
from typing import BinaryIO
from xml.parsers import expat

from madoguchi.documents.inspect import limits
from madoguchi.documents.refusals import Refusal

_ALLOWED_CONTROLS = {"\t", "\n", "\r", "\f", "\x1a"}  # ^Z ends files of old Japanese systems


def decode(content: bytes) -> str:
    """Text from UTF-8, UTF-16 with a mark, or Shift_JIS (cp932); Refusal unreadable_text."""
    encodings = ["utf-8-sig", "cp932"]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            decoded = content.decode(encoding)
        except UnicodeError:
            continue
        if not any(c < " " and c not in _ALLOWED_CONTROLS for c in set(decoded)):
            return decoded
    raise Refusal("unreadable_text")


def check_text(file: BinaryIO) -> None:
    """Refusal when the file is no readable text, or is a page that a browser would run."""
    start = decode(file.read()).lstrip().lower()[:64]
    if start.startswith(("<!doctype html", "<html", "<script", "<svg", "%pdf-")):
        raise Refusal("type_mismatch", found={"ja": "HTMLなど", "en": "HTML or the like"})


def check_json(file: BinaryIO) -> None:
    """Refusal when the file is not one JSON value."""
    try:
        json.loads(decode(file.read()))
    except (ValueError, RecursionError) as fault:
        raise Refusal("broken") from fault


def xml_parser() -> expat.XMLParserType:
    """A parser that refuses document types: no entities, so nothing expands or is fetched."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Refusal("outside_links")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def check_xml(parts: Iterable[bytes], *, depth: bool = True) -> None:
    """Refusal unless the parts together are one well-formed document without a document type."""
    parser = xml_parser()
    level = 0

    def started(*_: object) -> None:
        nonlocal level
        level += 1
        if level > limits.MOST_XML_DEPTH:
            raise Refusal("broken")

    def ended(*_: object) -> None:
        nonlocal level
        level -= 1

    if depth:
        parser.StartElementHandler, parser.EndElementHandler = started, ended
    try:
        for part in parts:
            parser.Parse(part, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as fault:
        raise Refusal("broken") from fault
