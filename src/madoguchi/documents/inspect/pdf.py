"""PDF (ISO 32000): opens without a password, is whole, and does nothing by itself.

Refused: a password to open; JavaScript anywhere, Launch, ImportData, rich media and movies;
programs as attached files; forms that only one program can show (NeedsRendering). Accepted: a PDF
whose author merely restricted printing or copying (it opens for everyone), links to web pages,
signatures, attached documents.
"""

from typing import Any, BinaryIO

import pikepdf

from madoguchi.documents.inspect import limits
from madoguchi.documents.inspect.kinds import EXECUTABLE_ENDINGS, MACRO_ENDINGS
from madoguchi.documents.inspect.names import clean_name, ending_of
from madoguchi.documents.refusals import Refusal

_COMMANDS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/Rendition", "/Movie", "/RichMediaExecute"}
)
_ACTIVE_ANNOTATIONS = frozenset({"/RichMedia", "/Movie", "/Screen"})
_TAIL = 2048


def check_pdf(file: BinaryIO) -> None:
    """Refusal for an encrypted, damaged, truncated, scripted or program-bound PDF."""
    _check_tail(file)
    try:
        with pikepdf.open(file, suppress_warnings=True, inherit_page_attributes=False) as document:
            _check_document(document)
    except pikepdf.PasswordError as fault:
        raise Refusal("encrypted") from fault
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, IndexError) as fault:
        raise Refusal("broken") from fault
    except (RecursionError, AttributeError, OverflowError, NotImplementedError) as fault:
        raise Refusal("broken") from fault


def _check_tail(file: BinaryIO) -> None:
    """A PDF cut off on its way has lost its end; readers would repair it, losing pages silently."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    file.seek(0)
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Refusal("broken")
    if b"PK\x05\x06" in tail.rpartition(b"%%EOF")[2]:  # an archive behind the PDF
        raise Refusal("broken")


def _check_document(document: pikepdf.Pdf) -> None:
    if len(document.objects) > limits.MOST_PDF_OBJECTS:
        raise Refusal("unpacks_too_large")
    if len(document.pages) == 0:
        raise Refusal("broken")
    if bool(document.Root.get("/NeedsRendering", False)):
        raise Refusal("dynamic_pdf")
    for item in document.objects:
        _check_object(item)
    _check_attached_names(document)


def _check_object(item: Any) -> None:
    """Look at one indirect object and the direct ones inside it; references are met elsewhere."""
    waiting = [item]
    while waiting:
        current = waiting.pop()
        if isinstance(current, pikepdf.Array):
            waiting += [part for part in current if _inside(part)]
        elif isinstance(current, pikepdf.Dictionary | pikepdf.Stream):
            _check_entries(current)
            waiting += [part for part in current.values() if _inside(part)]


def _inside(part: Any) -> bool:
    compound = isinstance(part, pikepdf.Array | pikepdf.Dictionary)
    return compound and not part.is_indirect


def _check_entries(item: Any) -> None:
    keys = set(item.keys())
    if "/JS" in keys or "/JavaScript" in keys:
        raise Refusal("scripted_pdf")
    if "/S" in keys and _name(item["/S"]) in _COMMANDS:
        raise Refusal("scripted_pdf")
    if "/Subtype" in keys and _name(item["/Subtype"]) in _ACTIVE_ANNOTATIONS:
        raise Refusal("scripted_pdf")
    if "/EF" in keys:
        for key in ("/UF", "/F"):
            ending = ending_of(clean_name(str(item.get(key, ""))))
            if ending in EXECUTABLE_ENDINGS | MACRO_ENDINGS:
                raise Refusal("executable")


def _name(value: Any) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _check_attached_names(document: pikepdf.Pdf) -> None:
    for name in document.attachments:
        if ending_of(clean_name(name)) in EXECUTABLE_ENDINGS | MACRO_ENDINGS:
            raise Refusal("executable")
