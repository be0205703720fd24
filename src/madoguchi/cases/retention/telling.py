"""What the journal says of an erasure: who, when, why, how much; never the content."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.retention.models import Erasure
from madoguchi.kernel import journal


async def record(
    session: AsyncSession, row: Erasure, action: str, actor: str, at: datetime
) -> None:
    """One entry on the way to an erasure, under a subject of its own: the case's are emptied."""
    await journal.append(
        session,
        subject=f"erasure:{row.id}",
        action=action,
        actor=actor,
        at=at,
        payload={
            "case": row.case_id,
            "ground": row.ground,
            "state": row.state,
            "kept_until": row.kept_until,
            "hold_until": row.hold_until,
            "reason": row.reason,
            "basis": row.basis,
            **({"file": row.file} if row.file else {}),
        },
    )
