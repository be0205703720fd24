"""Proofs for single entries (包含証明): where each stands, and the path to a signed state."""

import asyncio
import base64
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.journal.models import Place
from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.log import Log, damaged
from madoguchi.kernel.transparency.notes import Note
from madoguchi.kernel.transparency.tiles import TileMissing
from madoguchi.kernel.transparency.tree import consistency, inclusion


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
    """Proofs for all these entries in the newest checkpoint; None while one is not in it yet."""
    found = await session.execute(
        select(Place.entry_id, Place.position).where(Place.entry_id.in_(list(entry_ids)))
    )
    positions = {entry: position for entry, position in found}  # noqa: C416 - rows are not pairs to mypy
    return await asyncio.to_thread(_proofs, log, positions, set(entry_ids))


def _proofs(log: Log, positions: dict[str, int], wanted: set[str]) -> Proofs | None:
    note = log.note()
    size = read_checkpoint(note.text).size if note else 0
    if note is None or not wanted or {e for e, at in positions.items() if at < size} != wanted:
        return None
    read = log.tiles.kept_reader(size)
    try:
        paths = {entry: (at, inclusion(at, size, read)) for entry, at in positions.items()}
    except TileMissing as fault:
        raise damaged(str(fault)) from None
    return Proofs(note, paths)


def prove_growth(log: Log, old: int, new: int) -> list[bytes]:
    """That the log of `new` leaves only added to that of `old`. IndexError outside the log."""
    size = log.checkpoint().size
    if new > size:
        raise IndexError(f"{new} leaves of {size}")
    try:
        return consistency(old, new, log.tiles.reader(new))
    except TileMissing as fault:
        raise damaged(str(fault)) from None
