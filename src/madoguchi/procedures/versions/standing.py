"""In which version a filing belongs (適用される版): effective dates and transitional rules (経過措置).

A version governs from its `effective.from` to its `to`. The day that counts is the day of arrival,
or what `effective.by` gives (a contract concluded before the new law may stay under the old one).
Drafts begun before may be filed in their own version until the new one's `effective.previous_until`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.procedures import service
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.versions.diff import Difference, compare, gravest


@dataclass(frozen=True)
class Standing:
    """How a draft's version stands on a day.

    `other`: the version that governs, when it is another one (None: own, or none is open).
    `must`: the draft can no longer be filed as it is. `until`: the last day on which it can.
    """

    other: Package | None = None
    must: bool = False
    until: date | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def safe(self) -> bool:
        """Whether moving changes nothing for any answer."""
        return self.other is not None and gravest(list(self.differences)) == "safe"


def governing_day(package: Package, context: Mapping[str, object], arrival: date) -> date:
    """The day that decides which version applies."""
    found = package.governed_by(context) if package.governed_by is not None else None
    return found if isinstance(found, date) else arrival


async def standing(
    session: AsyncSession, package: Package, context: Mapping[str, object], arrival: date
) -> Standing:
    """How a version stands for a filing that would arrive on a day with these answers."""
    day = governing_day(package, context, arrival)
    try:
        other = await service.current(session, package.id, day)
    except service.ProcedureError:
        return Standing(must=not package.open_on(day))
    if other.digest == package.digest:
        return Standing()
    differences = tuple(compare(package, other))
    if package.governed_by is not None and day != arrival:
        return Standing(other, True, None, differences)
    ends = [d for d in (package.spec.effective.to, other.spec.effective.previous_until) if d]
    until = min(ends, default=None)
    return Standing(other, until is not None and arrival > until, until, differences)
