"""Erasing the content of entries (個人情報の消去) while their hashes stand."""

from collections.abc import Collection

from sqlalchemy import CursorResult, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.journal.models import ERASED, ERASING, Entry


async def erase_payload(session: AsyncSession, entry: Entry) -> None:
    """Forget payload and salt of one entry for ever; verify(entry) still holds.

    The caller appends an entry saying who erased what and why.
    """
    await session.flush()
    await session.execute(
        update(Entry).where(Entry.id == entry.id).values(payload=None, salt=None),
        execution_options={ERASING: True, "synchronize_session": False},
    )
    await session.refresh(entry, ["payload", "salt"])


async def erase_payloads(
    session: AsyncSession, subjects: Collection[str], only: Collection[str] | None = None
) -> int:
    """The same for every entry of these subjects (`only`: those with these ids) but what says
    that something was erased; how many were emptied. Entries already loaded are not refreshed.
    """
    await session.flush()
    emptied = update(Entry).where(
        Entry.subject.in_(subjects), Entry.payload.is_not(None), Entry.action != ERASED
    )
    if only is not None:
        emptied = emptied.where(Entry.id.in_(only))
    result = await session.execute(
        emptied.values(payload=None, salt=None),
        execution_options={ERASING: True, "synchronize_session": False},
    )
    return result.rowcount if isinstance(result, CursorResult) else 0
