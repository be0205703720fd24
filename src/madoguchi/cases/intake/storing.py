"""Keeping a group of filings (受付の記録): one transaction, one commit for all of them."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.filing.arrival_rows import keep
from madoguchi.cases.intake.asked import Asked
from madoguchi.cases.intake.known import Known, look_up
from madoguchi.cases.intake.taking import Taken, take
from madoguchi.identity import service as identity
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.database import Database, store_new
from madoguchi.kernel.grouping import GoOn
from madoguchi.web.models import IdempotencyKey

TAKEN_AT_ONCE = 8  # filings judged before others of the process have their turn


async def take_in(
    database: Database, blobs: BlobStore, clock: Clock, group: Sequence[Asked], go_on: GoOn
) -> list[Taken | None]:
    """Keep what of a group is plainly fileable; in the same order, None for what is not.

    What is given back is committed. A repeat of a key, whoever was first, is None. When the
    database refuses anything, nothing of the group is kept and the error raised. `go_on` is called
    when all is judged: what is left is the database's work.
    """
    now = clock()
    async with database.session() as session:
        known = await look_up(session, group, now)
        taken = await _take_all(group, known, blobs)
        go_on()
        first = await _claim(session, [item for item in taken if item is not None])
        kept = [item if item is not None and id(item) in first else None for item in taken]
        await keep(session, [item.rows for item in kept if item is not None])
        if known.stale_tokens:
            await identity.note_use(session, known.stale_tokens, now)
        await session.commit()
    return kept


async def _take_all(group: Sequence[Asked], known: Known, blobs: BlobStore) -> list[Taken | None]:
    taken = []
    for number, asked in enumerate(group, 1):
        same_day = jst_date(asked.at) == known.day
        taken.append(take(asked, known, blobs.exists) if same_day else None)
        if number % TAKEN_AT_ONCE == 0:
            await asyncio.sleep(0)
    return taken


async def _claim(session: AsyncSession, taken: Sequence[Taken]) -> set[int]:
    """Write the keys with their answers; which filings (by identity) were the first with theirs.

    In order of the keys, so that two processes with the same keys wait for each other, not for
    ever. A key another transaction is writing is waited for.
    """
    by_key = {(item.answer["actor"], item.answer["key"]): item for item in reversed(taken)}
    answers = [by_key[key].answer for key in sorted(by_key)]
    added = await store_new(session, IdempotencyKey, answers)
    return {id(by_key[actor, key]) for actor, key in added}
