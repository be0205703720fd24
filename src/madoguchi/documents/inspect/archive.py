"""The ZIP container (圧縮ファイル): bombs, escapes, tricks. docx, xlsx and pptx are ZIP as well."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from madoguchi.documents.inspect import limits
from madoguchi.documents.refusals import Refusal

_ENCRYPTED = 0x1
_UTF8 = 0x800
_READ = 1 << 16
_DRIVE = re.compile(r"^[A-Za-z]:")
_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    OSError,
    AttributeError,
    IndexError,
)


class Budget:
    """How many bytes one upload may still unpack to, archives within archives included."""

    def __init__(self, unpacked: int = limits.MOST_UNPACKED) -> None:
        self.left = unpacked

    def spend(self, count: int) -> None:
        """Count bytes unpacked; Refusal when the upload has used up its allowance."""
        self.left -= count
        if self.left < 0:
            raise Refusal("unpacks_too_large")


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """Open a ZIP and check its directory; Refusal for broken, encrypted or hostile ones."""
    try:
        archive = zipfile.ZipFile(file)
    except _FAULTS as fault:
        raise Refusal("broken") from fault
    entries = archive.infolist()
    if len(entries) > limits.MOST_ENTRIES:
        raise Refusal("too_many_entries", limit=limits.MOST_ENTRIES)
    _check_sizes(entries)
    _check_places(entries, _size(file))
    names: set[str] = set()
    for entry in entries:
        name = entry_name(entry)
        if entry.flag_bits & _ENCRYPTED:
            raise Refusal("encrypted")
        if unsafe(name) or unsafe(entry.filename) or is_link(entry) or name.lower() in names:
            raise Refusal("unsafe_entry_name", entry=printable(name))
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refusal("broken")
        names.add(name.lower())
    return archive


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The name as its maker saw it: Windows in Japan writes Shift_JIS without saying so."""
    if entry.flag_bits & _UTF8:
        return entry.orig_filename
    try:
        return entry.orig_filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return entry.orig_filename


def unsafe(name: str) -> bool:
    """Whether unpacking the name could write outside its folder (zip-slip) or deceive."""
    parts = name.replace("\\", "/").split("/")
    return (
        not name
        or name.startswith(("/", "\\"))
        or _DRIVE.match(name) is not None
        or ".." in parts
        or any(ord(character) < 32 or ord(character) == 127 for character in name)
        or any("\u202a" <= character <= "\u202e" for character in name)
        or any("\u2066" <= character <= "\u2069" for character in name)
    )


def is_link(entry: zipfile.ZipInfo) -> bool:
    """Whether the entry is a symbolic link or device: unpacking it writes elsewhere."""
    mode = entry.external_attr >> 16
    return bool(mode) and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0)


def printable(name: str) -> str:
    """A name fit to be shown in a message."""
    return "".join(c if c.isprintable() else "?" for c in name)[:80]


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> BinaryIO:
    """The unpacked entry in memory, its checksum verified; Refusal when it breaks off."""
    content = io.BytesIO()
    for part in stream_entry(archive, entry, budget):
        content.write(part)
    content.seek(0)
    return content


def stream_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget
) -> Iterator[bytes]:
    """The unpacked entry in parts; the checksum is verified at the end (zipfile does)."""
    done = 0
    try:
        with archive.open(entry) as packed:
            while part := packed.read(_READ):
                done += len(part)
                budget.spend(len(part))
                yield part
    except _FAULTS as fault:
        raise Refusal("broken") from fault
    if done != entry.file_size:
        raise Refusal("broken")


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > limits.MOST_UNPACKED:
        raise Refusal("unpacks_too_large")
    if unpacked > limits.SUSPECT_UNPACKED and unpacked > packed * limits.MOST_RATIO:
        raise Refusal("unpacks_too_large")
    if any(entry.file_size > limits.MOST_ENTRY for entry in entries):
        raise Refusal("unpacks_too_large")


def _check_places(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Entries must lie side by side: overlapping ones are how a small bomb grows (Fifield 2019)."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise Refusal("broken")
        end = entry.header_offset + 30 + entry.compress_size
    if end > size or (entries and min(entry.header_offset for entry in entries) != 0):
        raise Refusal("broken")  # a prefix makes the file two things at once


def _size(file: BinaryIO) -> int:
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    return size
