"""Checkpoints (チェックポイント): the state of the tree in three lines (C2SP tlog-checkpoint)."""

import base64
import binascii
from dataclasses import dataclass

from madoguchi.kernel.transparency.notes import NoteError
from madoguchi.kernel.transparency.tree import HASH_BYTES


@dataclass(frozen=True)
class Checkpoint:
    """A log, how many leaves it has, the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from the text of a note; extension lines are passed over. NoteError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0]:
        raise NoteError("a checkpoint has three lines")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit()) or (size != "0" and size.startswith("0")):
        raise NoteError("the size of the checkpoint is no number")
    try:
        raw = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError("the root of the checkpoint is not base64") from None
    if len(raw) != HASH_BYTES or len(size) > 19:
        raise NoteError("the root of the checkpoint is not a SHA-256")
    return Checkpoint(origin, int(size), raw)
