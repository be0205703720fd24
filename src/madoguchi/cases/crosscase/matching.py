"""Reports of two filers that must tell the same (相互照合): lines kept, differences listed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.amounts import amount_of, millionths
from madoguchi.cases.crosscase.models import MatchLine, MatchReport
from madoguchi.cases.crosscase.pools import standing
from madoguchi.cases.models import Case
from madoguchi.procedures.service import GIVEN, TAKEN, Package

NOT_FILED, NOT_TOLD, DIFFERS = "not_filed", "not_told", "differs"


@dataclass(frozen=True)
class Tolerance:
    """How far two reports may differ: an amount in millionths, or percent of the larger."""

    amount: int
    percent: Decimal

    def allows(self, given: int, taken: int) -> bool:
        """Whether two sums count as the same."""
        apart = abs(given - taken)
        return apart <= self.amount or apart * 100 <= self.percent * max(given, taken)


@dataclass(frozen=True)
class Mismatch:
    """What two filers tell differently (不一致); a side that told nothing is None.

    `why`: differs | not_told (the report came without it) | not_filed (no report yet).
    """

    giver: str
    taker: str
    key: str
    given: Decimal | None
    taken: Decimal | None
    why: str


async def keep_lines(
    session: AsyncSession, filed: Case, package: Package, context: Mapping[str, object], about: str
) -> None:
    """Write, or renew after a correction, the lines of a report; `about` is its period."""
    if not package.matches:
        return
    for table in (MatchLine, MatchReport):
        await session.execute(delete(table).where(table.case_id == filed.id))
    told: set[str] = set()
    for place, match in enumerate(package.matches.values()):
        period, number = match.period_of(context, about), match.number(context)
        if not number:
            continue
        named = {"case_id": filed.id, "list": match.spec.list_, "period": period}
        if match.spec.list_ not in told:  # several tables may go into one list
            told.add(match.spec.list_)
            session.add(MatchReport(**named, number=number))
        for line in match.lines(context):
            amount = millionths(line.amount)
            if amount is None:
                continue
            giver, taker = (line.own, line.other) if line.side == GIVEN else (line.other, line.own)
            sides = {"giver": giver, "taker": taker, "side": line.side}
            row = f"{place}:{line.row}"  # rows of two tables may bear the same id
            session.add(MatchLine(**named, **sides, row=row, key=line.key, amount=amount))
    await session.flush()


async def mismatches(
    session: AsyncSession,
    list_: str,
    period: str,
    tolerance: Tolerance,
    agencies: Collection[str],
) -> list[Mismatch]:
    """What does not match in a list and period, of filers at least one of whose cases is there."""
    rows = (await session.execute(_sums(list_, period, agencies))).all()
    numbers = await _reported(session, list_, period)
    found = []
    for giver, taker, key, given, taken in rows:
        if given is not None and taken is not None:
            if not tolerance.allows(given, taken):
                both = amount_of(given), amount_of(taken)
                found.append(Mismatch(giver, taker, key, *both, DIFFERS))
            continue
        silent = taker if taken is None else giver
        told = given if taken is None else taken
        if told is not None and tolerance.allows(told, 0):
            continue
        why = NOT_TOLD if silent in numbers else NOT_FILED
        sums = [amount_of(side) if side is not None else None for side in (given, taken)]
        found.append(Mismatch(giver, taker, key, sums[0], sums[1], why))
    return found


async def periods_of(
    session: AsyncSession, agencies: Collection[str]
) -> Sequence[tuple[str, str, int]]:
    """The lists and periods with reports at these agencies, the latest first: (list, period, how
    many).
    """
    query = (
        select(MatchReport.list, MatchReport.period, func.count())
        .join(Case, Case.id == MatchReport.case_id)
        .where(standing(), Case.agency_id.in_(sorted(agencies)))
        .group_by(MatchReport.list, MatchReport.period)
        .order_by(MatchReport.period.desc(), MatchReport.list)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


def _sums(list_: str, period: str, agencies: Collection[str]) -> Any:
    """(giver, taker, key, given, taken) over the standing reports."""

    def told(side: str) -> ColumnElement[int]:
        return func.sum(case((MatchLine.side == side, MatchLine.amount)))

    ours = case((Case.agency_id.in_(sorted(agencies)), 1), else_=0)
    place = (MatchLine.giver, MatchLine.taker, MatchLine.key)
    return (
        select(*place, told(GIVEN), told(TAKEN))
        .join(Case, Case.id == MatchLine.case_id)
        .where(MatchLine.list == list_, MatchLine.period == period, standing())
        .group_by(*place)
        .having(func.max(ours) == 1)
        .order_by(*place)
    )


async def _reported(session: AsyncSession, list_: str, period: str) -> frozenset[str]:
    query = (
        select(MatchReport.number)
        .join(Case, Case.id == MatchReport.case_id)
        .where(MatchReport.list == list_, MatchReport.period == period, standing())
    )
    return frozenset(await session.scalars(query))
