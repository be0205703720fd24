"""One act on an inspection, or one visit, while it happens, and the entry it leaves in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.access import visit_for
from madoguchi.cases.inspections.models import Inspection
from madoguchi.cases.inspections.programme import Programme, pinned
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date


@dataclass
class Step:
    """An act: who, when, on what, with which form; `to` overrides the state it leads to."""

    session: AsyncSession
    actor: Actor
    at: datetime
    inspection: Inspection
    programme: Programme
    form: Mapping[str, Any]
    to: str | None = None

    @property
    def today(self) -> date:
        """The day in Japan."""
        return jst_date(self.at)


@dataclass(frozen=True)
class Visit:
    """What an inspector records while they do: at which inspection, when, under which programme."""

    session: AsyncSession
    actor: Actor
    at: datetime
    inspection: Inspection
    programme: Programme
    goes: bool  # not taken off in the meantime

    @property
    def late(self) -> bool:
        """Whether what is recorded comes too late for the results."""
        return self.inspection.state not in rules.RECORDING or not self.goes

    async def leave(self, action: str, payload: Mapping[str, Any], source: str) -> None:
        """The inspection as it is now, and what was recorded in its journal."""
        self.inspection.updated_at = self.at
        await self.session.flush()
        told = {"from": source, "to": self.inspection.state, **payload}
        await note(self.session, self.inspection, action, self.actor, self.at, told)


async def visit_by(session: AsyncSession, actor: Actor, clock: Clock, inspection_id: str) -> Visit:
    """The visit as one of its inspectors records it, locked. CaseError 404, 403."""
    inspection, mine = await visit_for(session, actor, inspection_id, lock=True, former=True)
    programme = await pinned(session, inspection.digest)
    return Visit(session, actor, clock(), inspection, programme, mine.active)


def proposal_of(actor: Actor, at: datetime, **bound: Any) -> dict[str, Any]:
    """What is proposed to an approver: by whom, when, and what it is bound to."""
    return {"by": actor.id, "name": actor.name, "at": at.isoformat(), **bound}


async def note(
    session: AsyncSession,
    inspection: Inspection,
    action: str,
    actor: Actor,
    at: datetime,
    payload: Mapping[str, Any],
    on_behalf_of: str | None = None,
) -> None:
    """One entry of the inspection's journal."""
    await journal.append(
        session,
        subject=f"inspection:{inspection.id}",
        action=action,
        actor=actor.id,
        on_behalf_of=on_behalf_of,
        at=at,
        payload={"actor_name": actor.name, "revision": inspection.revision, **payload},
    )
