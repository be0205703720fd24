"""Making the file of an edition: valid, or none."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.collections.models import DONE, FAILED, WAITING, CollectionEdition
from madoguchi.cases.collections.service import collection_of
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import JobContext
from madoguchi.procedures.collection_files import file_of
from madoguchi.procedures.package.trial_collection import about_of

LARGEST = 200_000_000


async def make_file(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """Write and validate the file of an edition; one that is not valid is kept from everybody.

    What was frozen is what is written: running it again gives the same bytes.
    """
    edition = await session.get(CollectionEdition, payload["edition"], with_for_update=True)
    if edition is None or edition.state != WAITING or context.blobs is None:
        return
    collection = await collection_of(session, edition)
    made_on = jst_date(edition.made_at).isoformat()
    about = about_of(collection, edition.period, edition.edition, made_on)
    content, faults = file_of(collection, edition.rows, edition.lines, about)
    edition.finished_at = context.clock()
    if faults:
        edition.state, edition.problem = FAILED, faults
    else:
        blob = await context.blobs.put(content, LARGEST)
        edition.state, edition.sha256, edition.size = DONE, blob.sha256, blob.size
    await journal.append(
        session,
        subject=f"collection:{edition.id}",
        action="collection_made" if edition.state == DONE else "collection_invalid",
        actor="system",
        on_behalf_of=edition.made_by,
        at=context.clock(),
        payload={"sha256": edition.sha256, "size": edition.size, "problem": edition.problem},
    )
