"""Who held a registration before (承継前の者) is told, and is no longer known as its holder."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.service import Change
from madoguchi.cases.registers.standing import Holder
from madoguchi.kernel.clock import jst_date
from madoguchi.messages import service as messages
from madoguchi.registry.service import facts_of, retract_fact


async def tell_former(
    session: AsyncSession,
    entry: RegisterEntry,
    former: Holder,
    change: Change,
    facts: Collection[str],
) -> None:
    """A message to the former holder: whoever lost a registration without knowing must hear of it."""
    if former.organisation_id is None or former.organisation_id == entry.organisation_id:
        return
    await forget_facts(session, former.organisation_id, entry, change, facts)
    await messages.notify(
        session,
        to=messages.Recipient(organisation=former.organisation_id),
        subject={"ja": "登録の承継", "en": "A registration has passed on"},
        body={
            "ja": "{title}の登録 {number} は、{on}から「{holder}」が承継したと記録されました。心当たりがないときは、"
            "すぐに行政庁へお知らせください。",
            "en": "Registration {number} ({title}) is recorded as held by “{holder}” from {on}. If you know "
            "nothing of this, tell the authority at once.",
        },
        at=change.at,
        dedupe_key=f"succession:{entry.id}",
        link=f"/registers/{entry.register}/{entry.number}",
        values={
            "title": entry.labels.get("title") or entry.register,
            "number": entry.number,
            "holder": entry.organisation_name,
            "on": change.on.isoformat(),
        },
    )


async def forget_facts(
    session: AsyncSession,
    party: str,
    entry: RegisterEntry,
    change: Change,
    names: Collection[str],
) -> None:
    """Facts that say a party holds this registration hold no longer."""
    day = max(change.on, jst_date(change.at))
    known = await facts_of(session, party, day)
    for name in names:
        if name in known and known[name].value == entry.number:
            await retract_fact(
                session,
                party,
                name,
                source=entry.labels.get("title") or {"ja": entry.register, "en": entry.register},
                source_key=f"register:{entry.entry_id}",
                as_of=day,
                at=change.at,
            )
