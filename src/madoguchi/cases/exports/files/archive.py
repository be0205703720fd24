"""Several files in one archive (ZIP)."""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from typing import IO, Protocol

from madoguchi.cases.exports.sheets import Row, Sheet

CHUNK = 1 << 18


class Writer(Protocol):
    """What every format offers."""

    def write(self, sheet: int, rows: Sequence[Row]) -> None:
        """Add rows to the sheet of that place."""

    def close(self) -> None:
        """Complete the file."""


MakeWriter = Callable[[Sequence[Sheet], IO[bytes]], Writer]


class Archive:
    """A file of its own for each sheet, zipped."""

    def __init__(
        self, one: MakeWriter, ending: str, sheets: Sequence[Sheet], out: IO[bytes]
    ) -> None:
        self._out = out
        self._names = [f"{sheet.name}.{ending}" for sheet in sheets]
        self._files = [spool() for _ in sheets]
        self._writers = [
            one([sheet], file) for sheet, file in zip(sheets, self._files, strict=True)
        ]

    def write(self, sheet: int, rows: Sequence[Row]) -> None:
        """Add rows to a sheet."""
        self._writers[sheet].write(0, rows)

    def close(self) -> None:
        """Put the sheets into the archive."""
        for writer in self._writers:
            writer.close()
        with zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for name, file in zip(self._names, self._files, strict=True):
                with file:
                    copy_in(archive, name, [file])


def spool() -> IO[bytes]:
    """A temporary file; whoever asks for it closes it."""
    return tempfile.TemporaryFile()


def copy_in(archive: zipfile.ZipFile, name: str, parts: Sequence[IO[bytes]]) -> None:
    """One entry made of these parts, one behind the other."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    # Told beforehand, so that only what is really large gets the headers of large archives.
    entry.file_size = sum(part.seek(0, 2) for part in parts)
    with archive.open(entry, "w") as out:
        for part in parts:
            part.seek(0)
            shutil.copyfileobj(part, out, CHUNK)
