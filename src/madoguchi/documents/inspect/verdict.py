"""The verdict on one file (検査結果): its real kind agrees with its name and is accepted."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

from madoguchi.documents.inspect import images, kinds, pdf, text
from madoguchi.documents.inspect.archive import (
    Budget,
    entry_name,
    open_archive,
    printable,
    read_entry,
    stream_entry,
)
from madoguchi.documents.inspect.names import clean_name, ending_of, with_ending
from madoguchi.documents.inspect.office import check_office, office_kind
from madoguchi.documents.refusals import Refusal
from madoguchi.kernel.language import Text

_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")  # MS-OFFCRYPTO 2.3.1
_LEFTOVERS = ("thumbs.db", "desktop.ini", ".ds_store")  # what systems leave in archives
_FOUND: dict[str, Text] = {
    "executable": {"ja": "実行プログラム", "en": "a program"},
    "archive": {"ja": "別の圧縮形式", "en": "another kind of archive"},
    "markup": {"ja": "HTML", "en": "HTML"},
    "ole": {"ja": "古いOffice形式", "en": "an old Office file"},
}


@dataclass(frozen=True)
class Verdict:
    """What may be kept: the cleaned name, the kind (a name of KINDS) and its media type."""

    name: str
    kind: str
    media_type: str


def inspect_file(file: BinaryIO, name: str, accept: Iterable[str]) -> Verdict:
    """The verdict on an open file of that name, for a field that accepts these kinds.

    Raises Refusal, and nothing else whatever the file holds. The sender's media type plays no
    part: it is a claim.
    """
    try:
        return _inspect(file, name, kinds.accepted_kinds(accept), Budget())
    except (MemoryError, RecursionError, zipfile.BadZipFile) as fault:
        raise Refusal("inspection_failed") from fault


def _inspect(
    file: BinaryIO, name: str, accepted: tuple[kinds.Kind, ...], budget: Budget
) -> Verdict:
    shown = clean_name(name)
    file.seek(0)
    head = file.read(kinds.HEAD)
    if not head:
        raise Refusal("file_empty")
    kind = _kind_of(file, head, ending_of(shown), accepted)
    file.seek(0)
    _CHECKS[kind.name](file, kind, head, budget)
    return Verdict(with_ending(shown, kind), kind.name, kind.media_type)


def _kind_of(
    file: BinaryIO, head: bytes, ending: str, accepted: tuple[kinds.Kind, ...]
) -> kinds.Kind:
    """The kind the name claims, or the one the content announces when the name claims none."""
    announced = kinds.announced(head)
    if ending in kinds.EXECUTABLE_ENDINGS or (announced == "executable" and _binary(head)):
        raise Refusal("executable")
    if ending in kinds.MACRO_ENDINGS:
        raise Refusal("macros")
    if announced == "ole":
        raise _ole(file, ending)
    if ending in kinds.LEGACY_OFFICE_ENDINGS:
        raise Refusal("legacy_office")
    kind = kinds.BY_ENDING.get(ending) or (kinds.KINDS.get(announced) if not ending else None)
    if kind is None or kind not in accepted:
        raise Refusal("type_not_accepted", accepted=", ".join(item.name for item in accepted))
    return kind


def _ole(file: BinaryIO, ending: str) -> Refusal:
    file.seek(0)
    if _ENCRYPTED_OFFICE in file.read():
        return Refusal("encrypted")
    if ending in kinds.LEGACY_OFFICE_ENDINGS or ending in kinds.OFFICE_KINDS:
        return Refusal("legacy_office")
    return _mismatch("ole", b"")


def _binary(head: bytes) -> bool:
    """Whether the bytes are no text: a list may well begin with "MZ" or "BZh"."""
    return b"\0" in head or head.startswith(b"#!")


def _mismatch(announced: str, head: bytes) -> Refusal:
    found = kinds.KINDS[announced].label if announced in kinds.KINDS else _FOUND.get(announced)
    if found is None:
        guess = _guess(head)
        found = {"ja": guess or "不明な形式", "en": guess or "of an unknown format"}
    return Refusal("type_mismatch", found=dict(found))


def _guess(head: bytes) -> str:
    """A name for content that is none of the accepted kinds, for the message only."""
    try:
        return str(puremagic.magic_string(head)[0].name)[:60]
    except (puremagic.PureError, ValueError, IndexError):
        return ""


def _check_pdf(file: BinaryIO, kind: kinds.Kind, head: bytes, budget: Budget) -> None:
    _expect(kind, head)
    pdf.check_pdf(file)


def _check_image(file: BinaryIO, kind: kinds.Kind, head: bytes, budget: Budget) -> None:
    _expect(kind, head)
    (images.check_png if kind.name == "png" else images.check_jpeg)(file)


def _expect(kind: kinds.Kind, head: bytes) -> None:
    if kinds.announced(head) != kind.name:
        raise _mismatch(kinds.announced(head), head)


def _check_text(file: BinaryIO, kind: kinds.Kind, head: bytes, budget: Budget) -> None:
    announced = kinds.announced(head)
    if announced in kinds.KINDS or (announced == "markup" and kind.name != "xml"):
        raise _mismatch(announced, head)
    text.check_text(file)
    file.seek(0)
    if kind.name == "json":
        text.check_json(file)
    elif kind.name == "xml":
        text.check_xml(iter(lambda: file.read(1 << 16), b""))


def _check_zip(file: BinaryIO, kind: kinds.Kind, head: bytes, budget: Budget) -> None:
    if kinds.announced(head) != "zip":
        raise _mismatch(kinds.announced(head), head)
    with open_archive(file) as archive:
        found = office_kind(archive, budget) or "zip"
        if found != kind.name:
            raise _mismatch(found, head)
        if kind.name in kinds.OFFICE_KINDS:
            check_office(archive, budget)
        else:
            for entry in archive.infolist():
                _check_entry(archive, entry, budget)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> None:
    """One file in an archive is held to what a file sent by itself is held to."""
    name = entry_name(entry)
    base = name.rsplit("/", 1)[-1].lower()
    if entry.is_dir():
        return
    if base.startswith("._") or base in _LEFTOVERS or entry.file_size == 0:
        for _part in stream_entry(archive, entry, budget):
            pass
        return
    content = read_entry(archive, entry, budget)
    head = content.read(kinds.HEAD)
    ending = ending_of(clean_name(base))
    announced = kinds.announced(head)
    if ending in kinds.ARCHIVE_ENDINGS or (announced == "archive" and _binary(head)):
        raise Refusal("nested_archive", entry=printable(name))
    try:
        _check_content(content, head, base, ending, budget)
    except Refusal as refusal:
        shown = {"name": f"{printable(name)}", **refusal.params}
        raise Refusal(refusal.code, **shown) from refusal


def _check_content(content: BinaryIO, head: bytes, base: str, ending: str, budget: Budget) -> None:
    if ending in kinds.BY_ENDING:
        kind = _kind_of(content, head, ending, tuple(kinds.KINDS.values()))
        content.seek(0)
        _CHECKS[kind.name](content, kind, head, budget)
    elif ending in kinds.EXECUTABLE_ENDINGS or (
        kinds.announced(head) == "executable" and _binary(head)
    ):
        raise Refusal("executable")
    elif ending in kinds.MACRO_ENDINGS:
        raise Refusal("macros")
    elif kinds.announced(head) == "ole":
        raise _ole(content, ending)


_CHECKS = {
    "pdf": _check_pdf,
    "jpeg": _check_image,
    "png": _check_image,
    **dict.fromkeys(("csv", "txt", "xml", "json"), _check_text),
    **dict.fromkeys(("docx", "xlsx", "pptx", "zip"), _check_zip),
}


def inspect_bytes(content: bytes, name: str, accept: Iterable[str]) -> Verdict:
    """inspect_file for content in memory."""
    return inspect_file(io.BytesIO(content), name, accept)
