"""Opening what public bodies publish: files as they are or within a ZIP, never more than they say."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

Row = TypeVar("Row")

LARGEST = 8 << 30  # unpacked; the full list of corporations has some 1.5 GB
_LONGEST_LINE = 20_000


@dataclass(frozen=True)
class Refused:
    """A row that is no record: its place in the file (lines of CSV from 1) and why."""

    place: int
    why: str


class BadRow(ValueError):
    """A row that is no record; the message says why, in English, for a report."""


class FileFault(ValueError):
    """The file as a whole cannot be used; the message says why, in English."""


@contextmanager
def unpacked(path: Path, endings: tuple[str, ...]) -> Iterator[tuple[io.BufferedReader, str]]:
    """The file itself, or the one file with one of these `endings` within an archive, and its name.

    FileFault for a damaged archive, for several files, for more than LARGEST unpacked bytes.
    """
    try:
        if not zipfile.is_zipfile(path):
            if path.suffix.lower() == ".zip":
                raise FileFault("the archive is damaged or cut off")
            with path.open("rb") as file:
                yield file, path.name
            return
        with zipfile.ZipFile(path) as archive:
            inside = [
                item for item in archive.infolist() if item.filename.lower().endswith(endings)
            ]
            if len(inside) != 1:
                raise FileFault(f"{len(inside)} files of records in the archive instead of one")
            if inside[0].file_size > LARGEST:
                raise FileFault(f"unpacked it has {inside[0].file_size} bytes")
            with archive.open(inside[0]) as file:
                yield io.BufferedReader(_Bounded(file)), inside[0].filename
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise FileFault(f"the archive is damaged or cut off: {fault}") from fault


class _Bounded(io.RawIOBase):
    """A stream that ends with a fault where it becomes larger than it said (a bomb)."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._read = file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._file.read(len(buffer))
        self._read += len(part)
        if self._read > LARGEST:
            raise FileFault(f"unpacked it has more than {LARGEST} bytes")
        buffer[: len(part)] = part
        return len(part)


def bounded_lines(lines: io.TextIOWrapper) -> Iterator[str]:
    """The lines of a text. FileFault for one that no honest file has."""
    while line := lines.readline(_LONGEST_LINE):
        if len(line) >= _LONGEST_LINE:
            raise FileFault(f"a line of more than {_LONGEST_LINE} characters: this is no such CSV")
        yield line


def rows_of(reader: Any, read: Callable[[list[str]], Row]) -> Iterator[Row | Refused]:
    """What `read` makes of each row of a CSV; where it raises BadRow, or csv does, a Refused."""
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield Refused(reader.line_num, f"not CSV: {fault}")
            continue
        if not row:
            continue
        try:
            yield read(row)
        except BadRow as fault:
            yield Refused(reader.line_num, str(fault))


def encoding_of(start: bytes) -> str:
    """UTF-8 (with or without a mark) or Shift_JIS, by how it starts, which may end amid a character."""
    if b"\0" in start:
        raise FileFault("this is no text")
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    for encoding in ("utf-8-sig", "cp932"):
        for cut in range(4):
            try:
                start[: len(start) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return "cp932"  # a damaged row or two: they are reported, the others read
