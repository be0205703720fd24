"""Cosignatures of witnesses (立会人の副署): that they saw this state, and no other of its size."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.ids import new_id
from madoguchi.kernel.transparency.checkpoint import Checkpoint, read_checkpoint
from madoguchi.kernel.transparency.log import Log, LogError
from madoguchi.kernel.transparency.models import COSIGNED, Attestation
from madoguchi.kernel.transparency.notes import (
    Key,
    Note,
    NoteError,
    read_note,
    signed_by,
    witnessed_at,
)


async def take_cosignatures(
    session: AsyncSession, log: Log, witnesses: Sequence[Key], text: str
) -> tuple[str, ...]:
    """Keep the cosignatures of known witnesses on one of our checkpoints; the witnesses' names.

    The same again changes nothing. LogError 422: not a note, not ours, or signed by no witness of
    this installation.
    """
    note, state = _ours(log, text)
    seen = [(key, at) for key in witnesses if (at := witnessed_at(note, key)) is not None]
    if not seen:
        raise _refused(
            "この窓口の立会人の署名がありません。", "No witness of this installation signed it."
        )
    known = await session.scalars(
        select(Attestation.signer).where(
            Attestation.kind == COSIGNED, Attestation.size == state.size
        )
    )
    kept = set(known)
    session.add_all(
        Attestation(
            id=new_id(),
            kind=COSIGNED,
            signer=key.name,
            size=state.size,
            at=datetime.fromtimestamp(at, UTC),
            note=str(_only(note, log.key, key)),
        )
        for key, at in seen
        if key.name not in kept
    )
    await session.flush()
    return tuple(key.name for key, _ in seen)


async def cosigned_size(session: AsyncSession, witness: Key) -> int:
    """The size of the newest checkpoint of which we hold this witness's cosignature; 0 for none."""
    return (
        await session.scalar(
            select(func.max(Attestation.size)).where(
                Attestation.kind == COSIGNED, Attestation.signer == witness.name
            )
        )
        or 0
    )


async def newest_by(
    session: AsyncSession, signers: Sequence[tuple[str, str]]
) -> list[tuple[str, str, int, datetime]]:
    """(kind, signer, size, time) of the newest attestation of each (kind, signer) that has one."""
    found = []
    for kind, signer in signers:
        newest = await session.execute(
            select(Attestation.size, Attestation.at)
            .where(Attestation.kind == kind, Attestation.signer == signer)
            .order_by(Attestation.size.desc())
            .limit(1)
        )
        found += [(kind, signer, size, at) for size, at in newest]
    return found


async def newest_cosigned(session: AsyncSession) -> str | None:
    """The newest checkpoint that has cosignatures, with all of them."""
    newest = (
        select(Attestation.size)
        .where(Attestation.kind == COSIGNED)
        .order_by(Attestation.size.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = await session.scalars(
        select(Attestation.note)
        .where(Attestation.kind == COSIGNED, Attestation.size == newest)
        .order_by(Attestation.signer)
    )
    notes = [read_note(text) for text in found]
    if not notes:
        return None
    own = notes[0].signatures[0]
    return str(
        Note(notes[0].text, (own, *(line for note in notes for line in note.signatures[1:])))
    )


def _ours(log: Log, text: str) -> tuple[Note, Checkpoint]:
    try:
        note = read_note(text)
        state = read_checkpoint(note.text)
    except NoteError as fault:
        raise _refused(
            f"チェックポイントとして読めません({fault})。", f"Not a checkpoint: {fault}."
        ) from None
    if state.origin != log.origin or not signed_by(note, log.key):
        raise _refused(
            "この窓口のチェックポイントではありません。", "Not a checkpoint of this log."
        )
    return note, state


def _only(note: Note, *keys: Key) -> Note:
    """The note with just these keys' signatures, in their order."""
    lines = [
        next(s for s in note.signatures if (s.name, s.key_hash) == (key.name, key.hash))
        for key in keys
    ]
    return Note(note.text, tuple(lines))


def _refused(ja: str, en: str) -> LogError:
    return LogError("cosignature_refused", 422, {"ja": ja, "en": en})
