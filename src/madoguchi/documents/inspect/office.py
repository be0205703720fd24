"""Office Open XML (docx, xlsx, pptx; ECMA-376): the right parts, no macros, no outside files."""

import zipfile
from xml.parsers import expat

from madoguchi.documents.inspect import text
from madoguchi.documents.inspect.archive import Budget, open_archive, read_entry, stream_entry
from madoguchi.documents.inspect.kinds import EXECUTABLE_ENDINGS, MACRO_ENDINGS, OFFICE_KINDS
from madoguchi.documents.inspect.names import ending_of
from madoguchi.documents.refusals import Refusal

MAIN_PARTS = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
    "pptx": b"presentationml.presentation.main+xml",
}
_CONTENT_TYPES = "[Content_Types].xml"
# A hyperlink waits for a click; these relationships are loaded when the file is opened.
_HARMLESS_OUTSIDE = ("/hyperlink",)
_ACTIVE = (b"macroenabled", b"vbaproject", b"activex")
_DEEPEST = 2  # a chart in a document holds a workbook; deeper nesting is nobody's document
_OLE10_NATIVE = "Ole10Native".encode("utf-16-le")  # the stream that carries any file as "package"
_PARTS_TO_SEARCH = ("oleobject", "vbaproject", "activex")


def office_kind(archive: zipfile.ZipFile, budget: Budget) -> str | None:
    """docx, xlsx or pptx, by the declared main part; None for any other ZIP. Refusal: macros."""
    try:
        entry = archive.getinfo(_CONTENT_TYPES)
    except KeyError:
        return None
    if entry.file_size > 10_000_000:
        raise Refusal("unpacks_too_large")
    declared = read_entry(archive, entry, budget).read().lower()
    if any(active in declared for active in _ACTIVE):
        raise Refusal("macros")
    return next((kind for kind, part in MAIN_PARTS.items() if part in declared), None)


def check_office(archive: zipfile.ZipFile, budget: Budget, depth: int = 0) -> None:
    """Read every part; Refusal for macros, ActiveX, packaged files, outside templates, damage."""
    for entry in archive.infolist():
        if not entry.is_dir():
            _check_part(archive, entry, budget, depth)


def _check_part(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, depth: int
) -> None:
    name = entry.filename.lower()
    ending = ending_of(name)
    if any(active in name for active in ("vbaproject.bin", "activex/", "vbadata.xml")):
        raise Refusal("macros")
    if ending in MACRO_ENDINGS:
        raise Refusal("macros")
    if ending in EXECUTABLE_ENDINGS - {"svg", "bin"}:  # drawings and printer settings are data
        raise Refusal("executable")
    if ending == "rels":
        _check_relationships(read_entry(archive, entry, budget).read())
    elif ending == "bin" and any(part in name for part in _PARTS_TO_SEARCH):
        if _OLE10_NATIVE in read_entry(archive, entry, budget).read():
            raise Refusal("macros")
    elif ending == "xml":
        text.check_xml(stream_entry(archive, entry, budget), depth=False)
    elif ending in OFFICE_KINDS:
        if depth == _DEEPEST:
            raise Refusal("nested_archive", entry=entry.filename)
        with open_archive(read_entry(archive, entry, budget)) as inner:
            check_office(inner, budget, depth + 1)
    else:
        for _part in stream_entry(archive, entry, budget):
            pass


def _check_relationships(content: bytes) -> None:
    def started(tag: str, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode", "").lower() != "external":
            return
        if not attributes.get("Type", "").lower().endswith(_HARMLESS_OUTSIDE):
            raise Refusal("outside_links")

    parser = text.xml_parser()
    parser.StartElementHandler = started
    try:
        parser.Parse(content, True)
    except expat.ExpatError as fault:
        raise Refusal("broken") from fault
