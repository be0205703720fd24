"""Cases the compatibility kit sets aside: kept in XML comments until the standard is clear.

They are counted among the kit's cases by whoever counts ``<testCase``, so they are run too.
"""

from __future__ import annotations

import re
from pathlib import Path

from .model import ELEMENTS, Model
from .xml import Tag, XmlError, parse_xml

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MARKERS = re.compile(r"<!--|-->|&lt;!&ndash;.*?&ndash;&gt;", re.DOTALL)
REMARKS = re.compile(r"^\s*//.*$", re.MULTILINE)


def cases_set_aside(path: Path) -> list[Tag]:
    """Read the cases of a test file that stand in comments."""
    return _set_aside(path, "testCase")


def with_set_aside(model: Model, path: Path) -> Model:
    """Give a model its elements that stand in comments."""
    hidden = {tag.get("id"): tag for name in ELEMENTS for tag in _set_aside(path, name)}
    return Model(model.namespace, {**hidden, **model.elements}, model.items, model.imports)


def _set_aside(path: Path, name: str) -> list[Tag]:
    """Read the elements of a name that begin in a comment; what is broken even so is left out."""
    text = path.read_text("utf-8")
    comments = [match.span() for match in COMMENT.finditer(text)]
    found = []
    for match in re.finditer(rf"<((?:\w+:)?{name})\b.*?</\1\b", text, re.DOTALL):
        if any(start < match.start() < end for start, end in comments):
            fragment = REMARKS.sub("", MARKERS.sub("", match.group()))
            try:
                found.append(parse_xml(f"{fragment}>".encode()))
            except XmlError:
                continue
    return found
