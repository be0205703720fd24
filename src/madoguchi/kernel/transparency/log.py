"""The log of an installation on disk: its name, its key, its tiles, its newest checkpoint."""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madoguchi.kernel.durable import write_once, write_whole
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.transparency.checkpoint import Checkpoint, read_checkpoint
from madoguchi.kernel.transparency.notes import Key, Note, key_of, read_note, sign, signed_by
from madoguchi.kernel.transparency.tiles import Tiles
from madoguchi.kernel.transparency.tree import root

FRESH_SECONDS = 1.0  # as long as caches of the web may keep `/log/checkpoint`


class LogError(DomainError):
    """The log cannot go on or cannot prove (ログの誤り); nothing is signed until it is mended."""


@dataclass
class Seen:
    """The checkpoint read last, and until when (monotonic seconds) it passes for the newest."""

    note: Note | None = None
    until: float = 0.0


@dataclass(frozen=True)
class Log:
    """`folder` holds `checkpoint`, `tile/` (both public), `origin` and `key` (secret)."""

    folder: Path
    origin: str
    private: Ed25519PrivateKey
    tiles: Tiles
    seen: Seen = field(default_factory=Seen, compare=False)

    @property
    def key(self) -> Key:
        """The key with which anybody checks the log."""
        return key_of(self.private, self.origin)

    def note(self) -> Note | None:
        """The newest signed checkpoint; None before the first. LogError when it is not ours."""
        try:
            text = (self.folder / "checkpoint").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            note = _genuine(text, self.key, self.origin)
        except ValueError:
            raise damaged("checkpoint") from None
        self.seen.note, self.seen.until = note, time.monotonic() + FRESH_SECONDS
        return note

    def note_in_memory(self) -> Note | None:
        """The checkpoint read within the last second, if one was: it proves what it holds."""
        return self.seen.note if time.monotonic() < self.seen.until else None

    def checkpoint(self) -> Checkpoint:
        """The newest published state; of size 0 before the first. LogError."""
        note = self.note()
        return read_checkpoint(note.text) if note else Checkpoint(self.origin, 0, root(0, _nothing))

    def publish(self, size: int) -> Note:
        """Sign the state of the first `size` leaves, whose tiles are on disk, and publish it."""
        state = str(Checkpoint(self.origin, size, root(size, self.tiles.reader(size))))
        note = Note(state, (sign(state, self.private, self.origin),))
        write_whole(self.folder / "checkpoint", str(note).encode())
        return note


def open_log(folder: Path, origin: str) -> Log:
    """The log in a folder, begun there under the name `origin` if there is none.

    Name and key stay those it was begun with: a log under another name is another log.
    """
    (folder / "tile").mkdir(parents=True, exist_ok=True)
    write_once(folder / "origin", origin.encode())
    write_once(folder / "key", Ed25519PrivateKey.generate().private_bytes_raw())
    private = Ed25519PrivateKey.from_private_bytes((folder / "key").read_bytes())
    name = (folder / "origin").read_text(encoding="utf-8")
    return Log(folder, name, private, Tiles(folder / "tile"))


@lru_cache(maxsize=8)  # every proof reads the newest; the signature of one text is checked once
def _genuine(text: str, key: Key, origin: str) -> Note:
    note = read_note(text)
    if not signed_by(note, key) or read_checkpoint(note.text).origin != origin:
        raise ValueError("the checkpoint is not this log's")
    return note


def damaged(what: str) -> LogError:
    """What is on disk is not what the log wrote."""
    return LogError(
        "log_damaged",
        503,
        {
            "ja": "記録の証明に使うファイルが壊れています({what})。",
            "en": "A file of the transparency log is damaged ({what}).",
        },
        {"what": what},
    )


def _nothing(level: int, index: int) -> bytes:
    raise IndexError(f"an empty tree has no subtree {level}/{index}")
