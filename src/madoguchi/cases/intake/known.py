"""What a group of filings needs to know (受付に要る情報): looked up with a few queries for them all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.intake.asked import Asked
from madoguchi.cases.published import published_of_many
from madoguchi.cases.registers.holding import entries_held_by_many
from madoguchi.documents import service as documents
from madoguchi.documents.service import Owner, StoredFile
from madoguchi.identity import service as identity
from madoguchi.identity.service import Holder
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.database import padded
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.service import Fact, facts_of_many
from madoguchi.webhooks.events import anybody_listens

LANGUAGE = "ja"  # an actor's language words pages only: no page is shown here
BLOCKED = ("quarantine", "infected")


@dataclass(frozen=True)
class Known:
    """Everything looked up for a group, by the keys the requests name.

    `facts` hold those that ended, too; `records` are what is published, by corporate number.
    """

    day: date
    holders: Mapping[str, Holder]
    packages: Mapping[str, Package]
    facts: Mapping[str, Mapping[str, Fact]]
    records: Mapping[str, Record]
    entries: Mapping[str, Mapping[str, Mapping[str, object]]]
    files: Mapping[str, tuple[StoredFile, Owner]]
    events: bool

    @property
    def stale_tokens(self) -> list[str]:
        """Ids of the tokens whose use should be written down."""
        return sorted({h.actor.token or "" for h in self.holders.values() if h.stale})


async def look_up(session: AsyncSession, group: Sequence[Asked], now: datetime) -> Known:
    """What these requests need, as of `now`; all of them arrived on the same day in Japan."""
    day = jst_date(group[0].at)
    holders = await identity.holders_of_tokens(
        session, padded(a.token for a in group), LANGUAGE, now
    )
    organisations = padded(holder.organisation.id for holder in holders.values())
    packages = {}
    for procedure_id in sorted({asked.procedure_id for asked in group}):
        try:
            packages[procedure_id] = await procedures.current(session, procedure_id, day)
        except procedures.ProcedureError:
            continue  # the ordinary way says that there is none
    ids = {id for a in group for ids in a.filing.attached.values() for id in ids}
    return Known(
        day=day,
        holders=holders,
        packages=packages,
        facts=await facts_of_many(session, organisations, day, ended=True) if organisations else {},
        records=await published_of_many(
            session, [holder.organisation.corporate_number for holder in holders.values()]
        ),
        entries=await entries_held_by_many(session, organisations, day) if organisations else {},
        files=await _files(session, ids) if ids else {},
        events=await anybody_listens(session),
    )


async def _files(
    session: AsyncSession, ids: Collection[str]
) -> dict[str, tuple[StoredFile, Owner]]:
    found = await documents.documents_of(session, padded(ids))
    hashes = padded(stored.sha256 for stored, _ in found.values())
    worst = await documents.scan_states(session, hashes) if hashes else {}
    return {
        id: (stored, owner)
        for id, (stored, owner) in found.items()
        if worst.get(stored.sha256) not in BLOCKED
    }
