"""Kinds of file (ファイル形式) that can be accepted, and what content announces itself as."""

from collections.abc import Iterable
from dataclasses import dataclass

from madoguchi.kernel.language import Text

OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Kind:
    """A kind of file: its name in packages, endings, media type and name for people."""

    name: str
    endings: tuple[str, ...]
    media_type: str
    label: Text


_KINDS = (
    Kind("pdf", ("pdf",), "application/pdf", {"ja": "PDF", "en": "PDF"}),
    Kind("jpeg", ("jpg", "jpeg"), "image/jpeg", {"ja": "JPEG画像", "en": "a JPEG image"}),
    Kind("png", ("png",), "image/png", {"ja": "PNG画像", "en": "a PNG image"}),
    Kind(
        "docx",
        ("docx",),
        OFFICE + "wordprocessingml.document",
        {"ja": "Word文書", "en": "a Word document"},
    ),
    Kind(
        "xlsx",
        ("xlsx",),
        OFFICE + "spreadsheetml.sheet",
        {"ja": "Excelブック", "en": "an Excel workbook"},
    ),
    Kind(
        "pptx",
        ("pptx",),
        OFFICE + "presentationml.presentation",
        {"ja": "PowerPoint", "en": "a PowerPoint presentation"},
    ),
    Kind("csv", ("csv",), "text/csv", {"ja": "CSV", "en": "CSV"}),
    Kind("txt", ("txt",), "text/plain", {"ja": "テキスト", "en": "plain text"}),
    Kind("xml", ("xml",), "application/xml", {"ja": "XML", "en": "XML"}),
    Kind("json", ("json",), "application/json", {"ja": "JSON", "en": "JSON"}),
    Kind("zip", ("zip",), "application/zip", {"ja": "ZIP", "en": "a ZIP archive"}),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
BY_ENDING: dict[str, Kind] = {ending: kind for kind in _KINDS for ending in kind.endings}
DEFAULT_ACCEPT = ("pdf", "jpeg", "png", "docx", "xlsx", "csv", "zip")

TEXT_KINDS = frozenset({"csv", "txt", "xml", "json"})
OFFICE_KINDS = frozenset({"docx", "xlsx", "pptx"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What runs when opened, on one system or another; refused even inside an archive.
EXECUTABLE_ENDINGS = _words(
    "apk app appimage bat bin chm cmd com cpl deb dll dmg exe gadget hta inf iso jar jnlp js jse "
    "ksh lnk mht mhtml mjs msc msi msp mst ocx pif pl ps1 psm1 py pyc pyw rb reg rpm scf scr sh "
    "shs so svg sys url vb vbe vbs vhd vhdx ws wsc wsf wsh xbap xll htm html xhtml"
)
MACRO_ENDINGS = _words("docm dotm xlsm xltm xlam xlsb pptm potm ppam ppsm sldm")
LEGACY_OFFICE_ENDINGS = _words("doc dot xls xlt ppt pps jtd")
ARCHIVE_ENDINGS = _words("7z ace arj bz2 cab gz lha lzh rar tar tbz tgz xz z zip zst")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # an archive without entries
    (OLE, "ole"),
    (b"MZ", "executable"),
    (b"\x7fELF", "executable"),
    (b"\xca\xfe\xba\xbe", "executable"),  # Java class, Mach-O of several architectures
    (b"\xfe\xed\xfa\xce", "executable"),
    (b"\xfe\xed\xfa\xcf", "executable"),
    (b"\xce\xfa\xed\xfe", "executable"),
    (b"\xcf\xfa\xed\xfe", "executable"),
    (b"#!", "executable"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "executable"),  # Windows shortcut
    (b"dex\n", "executable"),
    (b"\x00asm", "executable"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"MSCF", "archive"),
)
_MARKUP = (
    b"<!doctype html",
    b"<html",
    b"<script",
    b"<svg",
    b"<?php",
    b"<hta:",
    b"<iframe",
    b"<body",
)
HEAD = 4096


def accepted_kinds(accept: Iterable[str]) -> tuple[Kind, ...]:
    """The kinds named in a package's `accept`; names may be endings ("jpg").

    A name that is none of KINDS accepts nothing: what cannot be inspected is not taken in.
    """
    named = [name.lower().lstrip(".") for name in accept]
    found = [BY_ENDING.get(name) or KINDS.get(name) for name in named]
    return tuple({kind.name: kind for kind in found if kind is not None}.values())


def announced(head: bytes) -> str:
    """What the first bytes say: a name of KINDS, or ole, executable, archive, markup, unknown."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:256].lower()
    if any(start.startswith(tag) for tag in _MARKUP):
        return "markup"
    if b"<svg" in start and start.startswith(b"<?xml"):
        return "markup"
    return "unknown"
