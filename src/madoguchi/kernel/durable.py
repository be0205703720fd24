"""Writing files so that they survive a crash (耐障害性のある書込み): whole under their name, on the disk."""

import errno
import os
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from madoguchi.kernel.errors import DomainError

AT_ONCE = 8  # files brought to the disk together share its journal's commits
_writers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="disk")
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class StorageFull(DomainError):
    """The disk has no room (空き容量の不足): nothing of the request is kept."""

    def __init__(self) -> None:
        super().__init__(
            "storage_full",
            507,
            {
                "ja": "保存する場所がいっぱいのため、受け付けられませんでした。何も保存していません。"
                "しばらくしてから、もう一度お試しください。",
                "en": "There is no room left to store this, so it was not accepted and nothing was "
                "kept. Please try again later.",
            },
        )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that under its name it is always whole; synced (its folder is not)."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def write_all_whole(files: Mapping[Path, bytes]) -> None:
    """`write_whole` for many files, side by side: far sooner done than one after the other."""
    if len(files) == 1:
        write_whole(*next(iter(files.items())))
        return
    list(_writers.map(write_whole, files.keys(), files.values()))


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(paths: Sequence[Path]) -> None:
    """`sync` for many files and folders, side by side."""
    if len(paths) == 1:
        sync(paths[0])
        return
    list(_writers.map(sync, paths))


def write_once(path: Path, content: bytes) -> None:
    """Write a file whole, readable by its owner only, unless it exists.

    Processes that start together keep one of theirs; a crash leaves the whole file or none.
    """
    if path.exists():
        return
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
        sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
