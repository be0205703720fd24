"""Shared quotas as officials read them: each pool with what is claimed, granted and left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.amounts import amount_of
from madoguchi.cases.crosscase.models import QuotaClaim, QuotaPool
from madoguchi.cases.crosscase.pools import standing
from madoguchi.cases.models import Case

MOST_POOLS = 500


@dataclass(frozen=True)
class Pool:
    """One pool of a quota in a period."""

    quota: str
    pool: str
    period: str
    limit: Decimal
    applied: Decimal
    granted: Decimal
    filers: int

    @property
    def over(self) -> bool:
        """Whether more is claimed than there is."""
        return self.applied > self.limit


async def pools(session: AsyncSession, agencies: Collection[str]) -> list[Pool]:
    """The pools of which cases at these agencies claim something, the latest periods first."""
    ours = case((Case.agency_id.in_(sorted(agencies)), 1), else_=0)
    query = (
        select(
            QuotaPool.quota,
            QuotaPool.pool,
            QuotaPool.period,
            QuotaPool.limit,
            func.sum(QuotaClaim.applied),
            QuotaPool.granted,
            func.count(),
        )
        .join(
            QuotaClaim,
            (QuotaClaim.quota == QuotaPool.quota)
            & (QuotaClaim.pool == QuotaPool.pool)
            & (QuotaClaim.period == QuotaPool.period),
        )
        .join(Case, Case.id == QuotaClaim.case_id)
        .where(standing())
        .group_by(
            QuotaPool.quota, QuotaPool.pool, QuotaPool.period, QuotaPool.limit, QuotaPool.granted
        )
        .having(func.max(ours) == 1)
        .order_by(QuotaPool.period.desc(), QuotaPool.quota, QuotaPool.pool)
        .limit(MOST_POOLS)
    )
    return [
        Pool(quota, pool, period, amount_of(limit), amount_of(applied), amount_of(granted), filers)
        for quota, pool, period, limit, applied, granted, filers in await session.execute(query)
    ]


async def claims_of(
    session: AsyncSession, agencies: Collection[str], quota: str, pool: str, period: str
) -> Sequence[tuple[Case, Decimal, Decimal | None]]:
    """The standing claims on a pool by cases at these agencies: (case, claimed, granted)."""
    query = (
        select(Case, QuotaClaim.applied, QuotaClaim.granted)
        .join(QuotaClaim, QuotaClaim.case_id == Case.id)
        .where(
            QuotaClaim.quota == quota,
            QuotaClaim.pool == pool,
            QuotaClaim.period == period,
            Case.agency_id.in_(sorted(agencies)),
            standing(),
        )
        .order_by(Case.arrived_at, Case.id)
        .limit(MOST_POOLS)
    )
    return [
        (row[0], amount_of(row[1]), amount_of(row[2]) if row[2] is not None else None)
        for row in await session.execute(query)
    ]
