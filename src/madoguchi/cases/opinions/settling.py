"""What happens when one agency's part of an opinion is over: answered, passed or withdrawn."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.timers import set_timers
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.procedures.service import Package


async def settled(
    session: AsyncSession,
    case: Case,
    package: Package,
    task: OpinionTask,
    actor: Actor,
    action: str,
    at: datetime,
) -> None:
    """Into the journal; what waited for the opinions may go on now."""
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action=action,
        actor=actor.id,
        at=at,
        payload={
            "actor_name": actor.name,
            "side": "official",
            "opinion": task.name,
            "agency": task.agency_id,
            "form": dict(task.form),
            **({"reason": task.withdrawn_because} if task.withdrawn_because else {}),
            "content_hash": case.content_hash,
        },
    )
    await session.flush()
    await set_timers(session, case, package, None, at)
