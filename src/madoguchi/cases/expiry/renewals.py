"""Which procedures renew which registers, and what was filed to renew a registration."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.models import Case
from madoguchi.procedures import service as procedures
from madoguchi.procedures.package.renewal import RenewalSpec
from madoguchi.procedures.service import Package


def renewal_in(package: Package) -> RenewalSpec | None:
    """What a package says of renewing, if it renews."""
    return package.spec.register_.renewal if package.spec.register_ is not None else None


async def renewing(session: AsyncSession, on: date) -> dict[str, Package]:
    """The procedure in force that renews each register, by the register's name."""
    return {
        package.spec.register_.name: package
        for package in await procedures.all_current(session, on)
        if package.spec.register_ is not None and renewal_in(package) is not None
    }


async def pending(
    session: AsyncSession, procedure_ids: Collection[str], entry_ids: Collection[str]
) -> dict[str, str]:
    """The case by which each registration is being renewed and that is not decided yet."""
    if not procedure_ids or not entry_ids:
        return {}
    query = (
        select(FilingKey.entry_id, Case.id)
        .join(Case, Case.id == FilingKey.case_id)
        .where(
            FilingKey.procedure_id.in_(procedure_ids),
            FilingKey.entry_id.in_(entry_ids),
            Case.outcome.is_(None),
        )
        .order_by(Case.arrived_at.desc(), Case.id.desc())
    )
    return {str(entry_id): case_id for entry_id, case_id in await session.execute(query)}
