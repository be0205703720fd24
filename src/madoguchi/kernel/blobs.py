"""Blobs (ファイル保管): contents kept under their SHA-256, so that equal files are stored once.

A blob is acknowledged only when its bytes and its name are on the disk: written to a temporary
file, fsync, renamed, folder fsync. What is on the disk under a name is therefore complete. Many
that come together wait for the disk together.
"""

import asyncio
import contextlib
import hashlib
import os
import re
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from madoguchi.kernel.durable import sync_all
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.ids import new_id

CHUNK = 1 << 20
BLOB = "blob"  # a column with info={BLOB: True} names a blob by its hash
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Blob:
    """A stored content: its hash (64 hexadecimal digits) and size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Spooled:
    """A content that came in (受領): whole in a temporary file of its own, not yet synced."""

    path: Path
    blob: Blob

    def discard(self) -> None:
        """Remove the temporary file, if it was not kept."""
        self.path.unlink(missing_ok=True)


class BlobError(DomainError):
    """A blob cannot be stored or read (ファイルの保管)."""


class BlobTooLarge(BlobError):
    """The content is larger than allowed; nothing of it is kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "blob_too_large",
            413,
            {
                "ja": "ファイルが大きすぎます。{limit_text}までのファイルをお送りください。",
                "en": "The file is too large. Please send at most {limit_text}.",
            },
            {"limit": limit, "limit_text": size_text(limit)},
        )


class BlobNotFound(BlobError):
    """No content is stored under this hash."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            "blob_not_found",
            404,
            {"ja": "ファイルが見つかりません。", "en": "The file was not found."},
            {"sha256": sha256},
        )


class BlobDamaged(BlobError):
    """The stored content no longer has its hash: the disk or someone changed it."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            "blob_damaged",
            500,
            {
                "ja": "保管したファイルが壊れています。窓口にお知らせください。",
                "en": "The stored file is damaged. Please tell the office.",
            },
            {"sha256": sha256},
        )


class BlobStore:
    """A folder of blobs: `ab/cd/abcd…`, and `incoming/` for what is being written or looked into."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.incoming = self.folder / "incoming"
        self.incoming.mkdir(parents=True, exist_ok=True)
        self._settled: set[str] = set()  # first digits (2 and 4) whose folder is on the disk

    async def put(self, content: AsyncIterable[bytes] | bytes, limit: int) -> Blob:
        """Store a content of at most `limit` bytes; equal contents are stored once.

        BlobTooLarge as soon as the limit is passed, without reading on.
        """
        spooled = await spool(self.incoming, content, limit)
        try:
            await self.keep([spooled])
        finally:
            spooled.discard()
        return spooled.blob

    async def keep(self, spooled: Sequence[Spooled]) -> None:
        """Make blobs of what came in; on the disk when it returns, all of them."""
        await asyncio.to_thread(self._keep, spooled)

    def path(self, sha256: str) -> Path:
        """Where a blob is kept. ValueError when sha256 is not 64 hexadecimal digits."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256[:80]!r}")
        return self.place(self.folder, sha256)

    @staticmethod
    def place(folder: Path, sha256: str) -> Path:
        """Where in a folder of blobs one of this hash belongs."""
        return folder / sha256[:2] / sha256[2:4] / sha256

    def exists(self, sha256: str) -> bool:
        """Whether a blob is kept."""
        return self.path(sha256).is_file()

    async def read(self, sha256: str) -> bytes:
        """The whole content, checked against its hash. BlobNotFound, BlobDamaged."""
        return await asyncio.to_thread(self._read_checked, sha256)

    async def open(self, sha256: str) -> AsyncIterator[bytes]:
        """The content in chunks of up to 1 MiB. BlobNotFound before the first chunk."""
        try:
            file = await asyncio.to_thread(self.path(sha256).open, "rb")
        except FileNotFoundError:
            raise BlobNotFound(sha256) from None
        with file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk

    async def delete(self, sha256: str) -> bool:
        """Remove a blob; False when there was none. The caller knows that nothing refers to it."""
        return await asyncio.to_thread(self._delete, sha256)

    async def verify(self, sha256: str) -> bool:
        """Whether the stored content still has its hash; False also when it is missing."""
        try:
            await self.read(sha256)
        except (BlobNotFound, BlobDamaged):
            return False
        return True

    async def discard_incoming(self, before: datetime) -> int:
        """Remove what crashed writers left behind, last touched before `before`; how many."""
        return await asyncio.to_thread(self._discard_incoming, before.timestamp())

    def _keep(self, spooled: Sequence[Spooled]) -> None:
        sync_all([item.path for item in spooled])
        for item in spooled:
            self._move(item)
        # Also of those that were there: another writer may have renamed but not yet synced.
        shards = {item.blob.sha256[:4] for item in spooled}
        new = shards - self._settled
        above = {shard[:2] for shard in new}
        folders = [self.folder / shard[:2] / shard[2:] for shard in shards]
        folders += [self.folder / start for start in above]
        sync_all(folders if above <= self._settled else [*folders, self.folder])
        self._settled |= new | above

    def _move(self, spooled: Spooled) -> None:
        """Give a synced content its name, unless it is there."""
        target = self.path(spooled.blob.sha256)
        if target.is_file() and target.stat().st_size == spooled.blob.size:
            with contextlib.suppress(PermissionError):  # restored by another user of the machine
                os.utime(target)  # somebody needs it now: it must not be deleted just now
            return
        if not target.parent.is_dir():
            self._settled -= {target.name[:4], target.name[:2]}
            target.parent.mkdir(parents=True, exist_ok=True)
        spooled.path.chmod(0o440)
        os.replace(spooled.path, target)

    def _read_checked(self, sha256: str) -> bytes:
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError:
            raise BlobNotFound(sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamaged(sha256)
        return content

    def _delete(self, sha256: str) -> bool:
        target = self.path(sha256)
        try:
            target.unlink()
        except FileNotFoundError:
            return False
        sync_all([target.parent])
        return True

    def _discard_incoming(self, before: float) -> int:
        old = [path for path in self.incoming.iterdir() if path.stat().st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def size_text(size: int) -> str:
    """A size for people: "5 MB", "10 KB", "12 bytes" (powers of 1024, rounded down)."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if size >= factor:
            return f"{size // factor} {unit}"
    return f"{size} bytes"


async def spool(folder: Path, content: AsyncIterable[bytes] | bytes, limit: int) -> Spooled:
    """Write a content of at most `limit` bytes to a temporary file in `folder`, hashing it.

    In threads, a megabyte at a time. BlobTooLarge as soon as the limit is passed, without reading
    on; then, and whenever the content breaks off, nothing is left.
    """
    path, hashed, size, waiting = folder / new_id(), hashlib.sha256(), 0, bytearray()
    try:
        with _private(path) as file:
            async for chunk in _one(content) if isinstance(content, bytes) else content:
                size += len(chunk)
                if size > limit:
                    raise BlobTooLarge(limit)
                waiting += chunk
                if len(waiting) >= CHUNK:
                    await asyncio.to_thread(_write, file, hashed, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(_write, file, hashed, bytes(waiting))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Spooled(path, Blob(hashed.hexdigest(), size))


def spool_all(folder: Path, contents: Sequence[bytes | memoryview]) -> list[Spooled]:
    """`spool` for contents in memory, one after the other in the caller's thread."""
    spooled: list[Spooled] = []
    try:
        for content in contents:
            blob = Blob(hashlib.sha256(content).hexdigest(), len(content))
            spooled.append(Spooled(folder / new_id(), blob))
            with _private(spooled[-1].path) as file:
                file.write(content)
    except BaseException:
        for item in spooled:
            item.discard()
        raise
    return spooled


def _private(path: Path) -> IO[bytes]:
    """A new file that only this user of the machine reads: nobody has looked into it yet."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _write(file: IO[bytes], hashed: "hashlib._Hash", content: bytes) -> None:
    hashed.update(content)
    file.write(content)
    file.flush()
