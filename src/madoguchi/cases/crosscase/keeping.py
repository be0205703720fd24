"""Noting what a filing is about (届出の対象の記録) when it arrives or is corrected."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.matching import keep_lines
from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.crosscase.pools import keep_claims
from madoguchi.cases.models import Case
from madoguchi.procedures.service import Package


async def keep_key(
    session: AsyncSession, case: Case, package: Package, context: Mapping[str, object]
) -> FilingKey:
    """Write, or renew after a correction, what a case is about; `context` is its evaluation's."""
    key = await session.get(FilingKey, case.id)
    if key is None:
        key = FilingKey(case_id=case.id, procedure_id=case.procedure_id)
        session.add(key)
    key.party = case.organisation_id or case.filer_id
    key.entry_id = package.about.entry_id(context)
    key.period = package.about.period_key(context) or ""
    key.duplicate = package.duplicates.key_of(context) if package.duplicates is not None else ""
    await session.flush()
    await keep_claims(session, case, package, context, key.period)
    await keep_lines(session, case, package, context, key.period)
    return key
