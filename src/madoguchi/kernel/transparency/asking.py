"""Asking a witness for its cosignature (立会人への依頼): the log's side of C2SP tlog-witness.

    POST <address>/add-checkpoint
    old <size it cosigned last>
    <consistency proof, one hash in base64 a line>
    <empty line>
    <our checkpoint>

The witness answers with its signature lines; with 409 and the size it knows, when that is another.
"""

import asyncio
import base64
from dataclasses import dataclass

from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.log import Log
from madoguchi.kernel.transparency.notes import (
    COSIGNATURE,
    Key,
    Note,
    NoteError,
    read_key,
    read_note,
    witnessed_at,
)
from madoguchi.kernel.transparency.outside import Post, web_address
from madoguchi.kernel.transparency.proving import prove_growth

TRIES = 3  # its size may change between two questions; a witness that never agrees is left alone
MEDIA_TYPE = "text/plain; charset=utf-8"

REFUSALS = {
    400: "it does not understand the request",
    403: "it does not trust the log's key",
    404: "it does not know the log",
    422: "it does not accept the consistency proof",
    429: "it is asked too often",
}


@dataclass(frozen=True)
class Witness:
    """Who may cosign (立会人): its key, and the address where it is asked (None: it comes by itself)."""

    key: Key
    url: str | None


class NotCosigned(Exception):
    """Why there is no cosignature; `grave` when log and witness saw different histories."""

    def __init__(self, why: str, *, grave: bool = False) -> None:
        super().__init__(why)
        self.grave = grave


def read_witness(line: str) -> Witness:
    """A witness as settings name it: "<key>" or "<key> <address>". NoteError, ValueError."""
    key, _, url = line.strip().partition(" ")
    found = read_key(key)
    if found.algorithm != COSIGNATURE:
        raise NoteError(f"the key of {found.name} is not one for cosignatures (algorithm 04)")
    return Witness(found, web_address(url.strip()).rstrip("/") if url.strip() else None)


async def ask(log: Log, witness: Witness, known: int, post: Post) -> Note | None:
    """Our newest checkpoint with the witness's cosignature; None when it has cosigned all there is.

    `known` is the size it cosigned last, as far as we remember; it tells us when it differs.
    NotCosigned, LogError (our own log is damaged).
    """
    for attempt in range(TRIES):
        note = await asyncio.to_thread(log.note)
        size = read_checkpoint(note.text).size if note else 0
        if note is None or (size == known and not attempt):
            return None
        if known > size:
            raise NotCosigned(f"it has seen {known} entries, the log has {size}", grave=True)
        path = await asyncio.to_thread(prove_growth, log, known, size)
        try:
            status, content = await post(
                f"{witness.url}/add-checkpoint", _request(known, path, note), MEDIA_TYPE
            )
        except OSError as fault:
            raise NotCosigned(f"no answer ({type(fault).__name__})") from fault
        if status == 200:
            return _cosigned(note, witness.key, content)
        if status != 409:
            why = REFUSALS.get(status, f"it answered {status}")
            raise NotCosigned(why, grave=status == 422)
        told = _size(content)
        if told == known:
            raise NotCosigned(f"it knows another history of {known} entries", grave=True)
        known = told
    raise NotCosigned("it names another size each time")


def _request(known: int, path: list[bytes], note: Note) -> bytes:
    lines = [f"old {known}", *(base64.b64encode(step).decode() for step in path), "", str(note)]
    return "\n".join(lines).encode()


def _cosigned(note: Note, key: Key, content: bytes) -> Note:
    """The note with the witness's one line; lines of other keys are passed over."""
    try:
        answered = read_note(str(note) + content.decode("utf-8"))
    except ValueError as fault:
        raise NotCosigned(f"its answer cannot be read ({fault})") from None
    own = [s for s in answered.signatures if (s.name, s.key_hash) == (key.name, key.hash)]
    signed = Note(note.text, (*note.signatures, *own))
    if witnessed_at(signed, key) is None:
        raise NotCosigned("its answer holds no valid signature of its key")
    return signed


def _size(content: bytes) -> int:
    text = content.decode("ascii", "replace").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise NotCosigned("it named no size")
    return int(text)
