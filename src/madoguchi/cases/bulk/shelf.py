"""The files sent along in a ZIP (ZIPの中の添付): found by name, looked into, kept once."""

import asyncio
import unicodedata
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.filing.files import Place, place_in
from madoguchi.documents import service as documents
from madoguchi.documents.inspect.archive import Budget, entry_name, open_archive, stream_entry
from madoguchi.documents.service import DocumentError, Owner
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Fault, Package

_ABSENT: Text = {
    "ja": "「{name}」という名前のファイルが、送信されたZIPに入っていません。",
    "en": "There is no file named “{name}” in the ZIP that was sent.",
}
_TWICE: Text = {
    "ja": "「{name}」という名前のファイルがZIPに2つあります。フォルダー名から書いてください。",
    "en": "There are two files named “{name}” in the ZIP. Write the folder too.",
}
_MANY: Text = {
    "ja": "ここに添付できるのは{most}個までです。",
    "en": "At most {most} files can be attached here.",
}


class Shelf:
    """The files of one upload; open it with `with`. Without a ZIP it is empty."""

    def __init__(self, path: Path | None, package: Package, owner: Owner, clock: Clock) -> None:
        self.package, self.owner, self.clock = package, owner, clock
        self._path = path
        self._open = ExitStack()
        self._entries: dict[str, list[zipfile.ZipInfo]] = {}
        self._kept: dict[tuple[str, str], dict[str, Any] | DocumentError] = {}
        self._budget = Budget()

    def __enter__(self) -> "Shelf":
        if self._path is not None:
            file = self._open.enter_context(self._path.open("rb"))
            self._archive = self._open.enter_context(open_archive(file))
            for entry in self._archive.infolist():
                if not entry.is_dir():
                    whole = _folded(entry_name(entry).replace("\\", "/"))
                    for name in {whole, whole.rpartition("/")[2]}:
                        self._entries.setdefault(name, []).append(entry)
        return self

    def __exit__(self, *fault: object) -> None:
        self._open.close()

    async def take(
        self, session: AsyncSession, blobs: BlobStore, place_key: str, names: Sequence[str]
    ) -> tuple[list[dict[str, Any]], list[Fault]]:
        """The files of one place of one row as a draft keeps them, and what is wrong with them.

        New ones are added to the session, which is not used before they are stored.
        """
        pointer = place_key if place_key.startswith("/") else f"/attachments/{place_key}"
        try:
            place = place_in(self.package, place_key)
        except CaseError as fault:
            return [], [Fault(pointer, fault.code, fault.message)]
        names = list(dict.fromkeys(names))
        if len(names) > place.most:
            return [], [Fault(pointer, "too-many-files", _filled(_MANY, most=place.most))]
        files: list[dict[str, Any]] = []
        faults: list[Fault] = []
        for name in names:
            found = self._entries.get(_folded(name), [])
            if len(found) != 1:
                text = _filled(_TWICE if found else _ABSENT, name=name[:100])
                faults.append(Fault(pointer, "file-in-zip", text))
                continue
            kept = await self._keep(session, blobs, place, found[0])
            if isinstance(kept, DocumentError):
                faults.append(Fault(pointer, kept.code, kept.message))
            elif kept not in files:
                files.append(kept)
        return files, faults

    async def _keep(
        self, session: AsyncSession, blobs: BlobStore, place: Place, entry: zipfile.ZipInfo
    ) -> dict[str, Any] | DocumentError:
        known = (place.key.rpartition("/")[2], entry.filename)
        if known not in self._kept:
            try:
                stored = await documents.receive(
                    session,
                    blobs,
                    name=entry_name(entry).rpartition("/")[2],
                    stream=self._content(entry, place.accept.limit),
                    spec=place.accept,
                    at=self.clock(),
                    owner=self.owner,
                )
                self._kept[known] = stored.as_json()
            except DocumentError as fault:
                self._kept[known] = fault
        return self._kept[known]

    async def _content(self, entry: zipfile.ZipInfo, limit: int) -> AsyncIterator[bytes]:
        parts = stream_entry(self._archive, entry, self._budget)
        while (part := await asyncio.to_thread(next, parts, None)) is not None:
            yield part


def book_in(archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo | None, bool]:
    """The workbook at the top of a ZIP, and whether there are CSV files at the top instead.

    A single folder around everything does not count. CaseError 422 for several workbooks.
    """
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = {entry.filename: entry_name(entry).replace("\\", "/") for entry in entries}
    folders = {name.split("/")[0] if "/" in name else "" for name in names.values()}
    around = f"{folders.pop()}/" if len(folders) == 1 and "" not in folders else ""
    top = [entry for entry in entries if "/" not in names[entry.filename].removeprefix(around)]
    books = [entry for entry in top if names[entry.filename].lower().endswith(".xlsx")]
    if len(books) > 1:
        raise case_error(
            "several_workbooks",
            422,
            "ZIPの一番上にExcelファイルが2つ以上あります。申請の表だけを残し、添付はフォルダーに入れてください。",
            "There is more than one workbook at the top of the ZIP. Leave only the filings there "
            "and put attachments into a folder.",
        )
    csv = any(names[entry.filename].lower().endswith(".csv") for entry in top)
    return (books[0] if books else None), csv


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _filled(text: Text, **params: object) -> Text:
    return {language: words.format(**params) for language, words in text.items()}
