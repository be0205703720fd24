"""Rows a spreadsheet does not show (非表示の行): a filter, or rows folded away. They count all the same."""

import re
import zipfile
from html import unescape

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)=["']([^"']*)["']""")
_READ = 1 << 20
_LONGEST_TAG = 2_000
MOST_HIDDEN = 100_000


def hidden_rows(path: str) -> dict[str, list[int]]:
    """The hidden rows of each sheet of a workbook, counted from 0, by the sheet's name."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        book, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
        if not {book, relations} <= names:
            return {}
        targets = {
            found.get(b"Id", b""): found.get(b"Target", b"").decode("utf-8", "replace")
            for found in map(_attributes, _RELATION.findall(archive.read(relations)))
        }
        result = {}
        for tag in _SHEET.findall(archive.read(book)):
            found = _attributes(tag)
            target = targets.get(found.get(b"r:id", b""), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                name = unescape(found.get(b"name", b"").decode("utf-8", "replace"))
                result[name] = _hidden(archive, part)
        return result


def _hidden(archive: zipfile.ZipFile, part: str) -> list[int]:
    rows: set[int] = set()
    with archive.open(part) as sheet:
        before = b""
        while (chunk := sheet.read(_READ)) and len(rows) < MOST_HIDDEN:
            for tag in _ROW.findall(before + chunk):
                if b"hidden" in tag:
                    found = _attributes(tag)
                    if found.get(b"hidden") in (b"1", b"true") and found.get(b"r", b"").isdigit():
                        rows.add(int(found[b"r"]) - 1)
            before = chunk[-_LONGEST_TAG:]
    return sorted(rows)


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(tag))
