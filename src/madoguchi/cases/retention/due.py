"""Until when one case is kept: its package's rule, or the installation's, and what became of it."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case, RegisterEntry
from madoguchi.cases.retention.rules import Kept, counted_from
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures.package.retention_spec import RetentionSpec
from madoguchi.procedures.service import Package

GRANTED = "granted"


def rule_of(package: Package, default: str) -> tuple[RetentionSpec, bool]:
    """The rule for the filings of a package, and whether it is the package's own."""
    own = package.spec.retention
    return (own, True) if own is not None else (RetentionSpec(period=default), False)


async def kept(session: AsyncSession, case: Case, package: Package, default: str) -> Kept:
    """Until when a case is kept; `default` is the installation's period."""
    spec, own = rule_of(package, default)
    if case.stage != "done":
        return Kept(spec, None, own)
    closed = closed_on(case)
    ends = await _effect_ends(session, case) if spec.from_ == "effect_end" else []
    since = counted_from(
        spec,
        closed_on=closed,
        decided_on=jst_date(case.decided_at) if case.decided_at else None,
        has_effect=case.kind == "application" and case.outcome == GRANTED,
        effect_ends=ends,
    )
    return Kept(spec, since, own)


def closed_on(case: Case) -> date:
    """The day nothing was left to do: of its last act."""
    last = case.acts[-1]["at"] if case.acts else None
    return date.fromisoformat(str(last)[:10]) if last else jst_date(case.arrived_at)


async def _effect_ends(session: AsyncSession, case: Case) -> list[date | None]:
    """Of each registration the case wrote, the last day it is or was in force (None: no end)."""
    rows = await session.execute(
        select(RegisterEntry.entry_id, RegisterEntry.valid_to).where(
            RegisterEntry.superseded_at.is_(None),
            RegisterEntry.entry_id.in_(
                select(RegisterEntry.entry_id).where(RegisterEntry.case_id == case.id)
            ),
        )
    )
    ends: dict[str, date | None] = {}
    for entry_id, valid_to in rows:
        last = valid_to - timedelta(days=1) if valid_to is not None else None
        known = ends.get(entry_id, date.min)
        ends[entry_id] = None if last is None or known is None else max(known, last)
    return list(ends.values())
