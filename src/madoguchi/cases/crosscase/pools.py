"""Quotas that all filers share (共同の上限): claims kept, grants made so that none is exceeded."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.amounts import amount_of, millionths
from madoguchi.cases.crosscase.models import QuotaClaim, QuotaPool
from madoguchi.cases.crosscase.previous import VOID
from madoguchi.cases.errors import case_error
from madoguchi.cases.models import Case
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import QUOTA, Package, Question


async def keep_claims(
    session: AsyncSession, case: Case, package: Package, context: Mapping[str, object], about: str
) -> None:
    """Write, or renew after a correction, what a case claims; `about` is its period."""
    for name, quota in package.quotas.items():
        claim = quota.claim(context, about)
        kept = await session.get(QuotaClaim, (case.id, quota.id))
        applied = millionths(claim.amount) if claim is not None else None
        limit = millionths(claim.limit) if claim is not None else None
        if claim is None or applied is None or limit is None:
            if kept is not None:
                await session.delete(kept)
            continue
        if kept is None:
            kept = QuotaClaim(case_id=case.id, quota=f"{package.id}/{name}")
            session.add(kept)
        kept.pool, kept.period, kept.applied = claim.pool, claim.period, applied
        await _open_pool(session, quota.id, claim.pool, claim.period, limit)
    await session.flush()


async def grant(
    session: AsyncSession, case: Case, package: Package, name: str, context: Mapping[str, object]
) -> None:
    """Grant a case its claim, or what `grant:` says, in one statement that keeps the limit.

    CaseError 409 when that would exceed what is left, also when others are granted at this moment.
    """
    quota = package.quotas[name]
    claim = await session.get(QuotaClaim, (case.id, quota.id))
    if claim is None:
        return
    found = quota.grant(context) if quota.grant is not None else None
    wanted = millionths(found) if found is not None else claim.applied  # type: ignore[arg-type]
    if (
        wanted is None
        or wanted < 0
        or not await _raise(session, claim, wanted - (claim.granted or 0))
    ):
        raise _exhausted(dict(quota.spec.title))
    claim.granted = wanted
    await session.flush()


async def release(session: AsyncSession, case: Case) -> None:
    """Give back what a case was granted: it was withdrawn or refused."""
    query = select(QuotaClaim).where(QuotaClaim.case_id == case.id, QuotaClaim.granted > 0)
    for claim in await session.scalars(query):
        await _raise(session, claim, -(claim.granted or 0))
        claim.granted = None
    await session.flush()


async def quotas_asked(
    session: AsyncSession, asked: Collection[Question], case_id: str | None
) -> dict[Question, object]:
    """(QUOTA, quota, pool, period): {applied, granted, filers}, the judged case left out."""
    answers: dict[Question, object] = {}
    for question in (question for question in asked if question[0] == QUOTA):
        _, quota, pool, period = question
        query = (
            select(
                func.coalesce(func.sum(QuotaClaim.applied), 0),
                func.coalesce(func.sum(QuotaClaim.granted), 0),
                func.count(),
            )
            .join(Case, Case.id == QuotaClaim.case_id)
            .where(
                QuotaClaim.quota == quota,
                QuotaClaim.pool == pool,
                QuotaClaim.period == period,
                standing(),
                Case.id != (case_id or ""),
            )
        )
        applied, granted, filers = (await session.execute(query)).one()
        answers[question] = {
            "applied": amount_of(applied),
            "granted": amount_of(granted or 0),
            "filers": filers,
        }
    return answers


def standing() -> ColumnElement[bool]:
    """The condition "the case was neither withdrawn nor refused"."""
    return or_(Case.outcome.is_(None), Case.outcome.not_in(VOID))


async def _open_pool(session: AsyncSession, quota: str, pool: str, period: str, limit: int) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {"quota": quota, "pool": pool, "period": period, "limit": limit, "granted": 0}
    statement = dialect.insert(QuotaPool).values(values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["quota", "pool", "period"], set_={"limit": statement.excluded.limit}
        )
    )


async def _raise(session: AsyncSession, claim: QuotaClaim, by: int) -> bool:
    """Raise what a pool has granted, unless the limit would be exceeded; whether it was."""
    conditions = [
        QuotaPool.quota == claim.quota,
        QuotaPool.pool == claim.pool,
        QuotaPool.period == claim.period,
    ]
    if by > 0:
        conditions.append(QuotaPool.granted + by <= QuotaPool.limit)
    statement = update(QuotaPool).where(*conditions).values(granted=QuotaPool.granted + by)
    done = await session.execute(statement, execution_options={"synchronize_session": False})
    return isinstance(done, CursorResult) and done.rowcount == 1


def _exhausted(title: Text) -> Exception:
    return case_error(
        "quota-exhausted",
        409,
        "「{title}」の残りが足りません。ほかの案件に認めた量と上限を確かめてください。",
        "Not enough of “{title}” is left. See what others were granted, and the limit.",
        {"title": title},
    )
