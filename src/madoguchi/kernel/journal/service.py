"""Appending to the journal and reading it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.canonical import canonical_plain, plain
from madoguchi.kernel.clock import as_utc
from madoguchi.kernel.database import padded
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.journal.leaf import commitment_to, leaf_content, leaf_hash, new_salt
from madoguchi.kernel.journal.models import ERASED, Entry, Place, Unplaced


async def append(
    session: AsyncSession,
    *,
    subject: str,
    action: str,
    actor: str,
    on_behalf_of: str | None = None,
    at: datetime,
    payload: Mapping[str, Any],
) -> Entry:
    """Add one entry to the caller's transaction; it stands or falls with the caller's commit.

    `subject` is "kind:id" ("case:…"). seq is the next of the subject, without gaps: writers of
    one subject wait for each other (SQLite: the write lock; PostgreSQL: an advisory lock until
    the transaction ends). TypeError or ValueError for a payload without canonical form.
    """
    seq = await _next_seq(session, subject)
    made = Entry(
        **entry_row(
            subject=subject,
            seq=seq,
            action=action,
            actor=actor,
            on_behalf_of=on_behalf_of,
            at=at,
            payload=plain(payload),
        )
    )
    session.add_all([made, Unplaced(entry_id=made.id)])
    return made


async def add_rows(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add entries as `entry_row` gives them, whose `seq` the caller's transaction holds."""
    if rows:
        await session.execute(_ADD, list(rows))
        await session.execute(_ADD_UNPLACED, [{"entry_id": row["id"]} for row in rows])


async def free_subjects(session: AsyncSession, subjects: Sequence[str]) -> dict[str, int]:
    """The next seq of those subjects nobody else is writing about; held until the transaction ends.

    It waits for nobody: who writes about many subjects at once would make others wait in a circle.
    On SQLite the session must have begun to write.
    """
    named = sorted(set(subjects))
    if session.get_bind().dialect.name == "postgresql":
        named = list(await session.scalars(_TRY, {"subjects": named}))
    newest = await session.execute(_NEWEST, {"subjects": padded(named)})
    known: dict[str, int] = {row[0]: row[1] for row in newest}
    return {subject: known.get(subject, 0) + 1 for subject in named}


def entry_row(
    *,
    subject: str,
    seq: int = 1,
    action: str,
    actor: str,
    on_behalf_of: str | None = None,
    at: datetime,
    payload: Mapping[str, Any],
) -> dict[str, Any]:
    """The row of an entry with its salt, commitment and leaf hash. With the `Unplaced` of its id it
    may be stored as it is where no other writer can have entries of this subject (seq 1).

    `payload` is as `plain` gives it. ValueError for half a surrogate pair.
    """
    at, id, salt = as_utc(at), new_id(), new_salt()
    committed = commitment_to(salt, canonical_plain(payload))
    leaf = leaf_content(
        id=id,
        subject=subject,
        seq=seq,
        at=at,
        actor=actor,
        on_behalf_of=on_behalf_of,
        action=action,
        payload_commitment=committed,
    )
    return {
        "id": id,
        "subject": subject,
        "seq": seq,
        "at": at,
        "actor": actor,
        "on_behalf_of": on_behalf_of,
        "action": action,
        "payload": payload,
        "salt": salt,
        "payload_commitment": committed,
        "leaf_hash": leaf_hash(leaf),
    }


async def entries(
    session: AsyncSession, subject: str, after: int = 0, limit: int = 100
) -> Sequence[Entry]:
    """The entries of a subject with seq > after, oldest first, at most `limit`."""
    statement = (
        select(Entry)
        .where(Entry.subject == subject, Entry.seq > after)
        .order_by(Entry.seq)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def latest(session: AsyncSession, subject: str) -> Entry | None:
    """The newest entry of a subject."""
    statement = select(Entry).where(Entry.subject == subject).order_by(Entry.seq.desc()).limit(1)
    return (await session.scalars(statement)).first()


async def erasures(session: AsyncSession, limit: int = 20) -> list[tuple[Entry, int | None]]:
    """The latest entries that say that content was erased, each with its place in the log."""
    rows = await session.execute(
        select(Entry, Place.position)
        .outerjoin(Place, Place.entry_id == Entry.id)
        .where(Entry.action == literal(ERASED, literal_execute=True))
        .order_by(Entry.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


_TRY = text(
    "SELECT one FROM unnest(CAST(:subjects AS text[])) AS one"
    " WHERE pg_try_advisory_xact_lock(hashtextextended('journal:' || one, 0))"
)
_ADD = insert(Entry.__table__)  # type: ignore[arg-type]
_ADD_UNPLACED = insert(Unplaced.__table__)  # type: ignore[arg-type]
_NEWEST = (
    select(Entry.subject, func.max(Entry.seq))
    .where(Entry.subject.in_(bindparam("subjects", expanding=True)))
    .group_by(Entry.subject)
)


async def _next_seq(session: AsyncSession, subject: str) -> int:
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))"),
            {"subject": f"journal:{subject}"},
        )
    newest = await session.scalar(select(func.max(Entry.seq)).where(Entry.subject == subject))
    return (newest or 0) + 1
