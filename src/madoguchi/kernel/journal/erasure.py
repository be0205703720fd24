"""Erasing the content of an entry (個人情報の消去) while its hash stands."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.journal.models import ERASING, Entry


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
