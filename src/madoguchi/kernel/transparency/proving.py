"""Proofs for single entries (包含証明): where each stands, and the path to a signed state."""

import asyncio
import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.journal.models import Place
from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.log import Log, damaged
from madoguchi.kernel.transparency.notes import Note
from madoguchi.kernel.transparency.tiles import NotInMemory, TileMissing
from madoguchi.kernel.transparency.tree import Read, consistency, inclusion

FEW = 20  # entries proved at once while others wait; a case has about so many
_PLACES = Place.__table__.c


@dataclass(frozen=True)
class Proofs:
    """A signed checkpoint, and for each entry id its (position, audit path) in it."""

    note: Note
    places: dict[str, tuple[int, list[bytes]]]

    def as_value(self) -> dict[str, object]:
        """As receipts carry them: the note as text, hashes in base64."""
        return {
            "checkpoint": str(self.note),
            "entries": {
                entry: {
                    "index": position,
                    "path": [base64.b64encode(step).decode() for step in path],
                }
                for entry, (position, path) in self.places.items()
            },
        }


async def prove(session: AsyncSession, log: Log, entry_ids: Collection[str]) -> Proofs | None:
    """Proofs for all these entries in the newest checkpoint; None while one is not in it yet.

    One statement; with tiles and checkpoint in memory no other thread, hence no waiting for one.
    """
    found = await session.execute(
        select(_PLACES.entry_id, _PLACES.position).where(_PLACES.entry_id.in_(list(entry_ids)))
    )
    positions = {entry: position for entry, position in found}  # noqa: C416 - rows are not pairs to mypy
    if not positions or positions.keys() != set(entry_ids):
        return None
    try:
        return _from_memory(log, positions)
    except NotInMemory:
        return await asyncio.to_thread(_from_disk, log, positions)


def _from_memory(log: Log, positions: Mapping[str, int]) -> Proofs:
    note = log.note_in_memory()
    size = read_checkpoint(note.text).size if note else 0
    if note is None or max(positions.values()) >= size or len(positions) > FEW:
        raise NotInMemory
    return _proofs(note, positions, size, log.tiles.kept_reader(size).in_memory)


def _from_disk(log: Log, positions: Mapping[str, int]) -> Proofs | None:
    note = log.note()
    size = read_checkpoint(note.text).size if note else 0
    if note is None or max(positions.values()) >= size:
        return None
    try:
        return _proofs(note, positions, size, log.tiles.kept_reader(size))
    except TileMissing as fault:
        raise damaged(str(fault)) from None


def _proofs(note: Note, positions: Mapping[str, int], size: int, read: Read) -> Proofs:
    return Proofs(note, {entry: (at, inclusion(at, size, read)) for entry, at in positions.items()})


def prove_growth(log: Log, old: int, new: int) -> list[bytes]:
    """That the log of `new` leaves only added to that of `old`. IndexError outside the log."""
    size = log.checkpoint().size
    if new > size:
        raise IndexError(f"{new} leaves of {size}")
    try:
        return consistency(old, new, log.tiles.reader(new))
    except TileMissing as fault:
        raise damaged(str(fault)) from None
