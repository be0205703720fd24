"""Which duties there are now (いまある義務): those of the procedures in force."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.periods import ONCE, read_period, since
from madoguchi.procedures.service import Obligation, Package, Period

LOOK_BACK = timedelta(days=400)  # periods that ended longer ago are made on request only
WHOLE_LIFE = Period(ONCE, ONCE, date.min, date.max)


async def duties_on(session: AsyncSession, on: date) -> dict[str, tuple[Obligation, Package]]:
    """Every duty in force on a day, with the package that defines it, by the duty's id."""
    return {
        duty.id: (duty, package)
        for package in await procedures.all_current(session, on)
        for duty in package.obligations.values()
    }


async def duty_called(session: AsyncSession, id: str, on: date) -> tuple[Obligation, Package]:
    """One duty in force. CaseError 404."""
    found = (await duties_on(session, on)).get(id)
    if found is None:
        raise case_error(
            "no-duty",
            404,
            "この定期の義務は定められていません。",
            "There is no such periodic duty.",
        )
    return found


async def first_day(session: AsyncSession, procedure_id: str) -> date:
    """From when on a procedure's duties are followed: in force, and published here."""
    lines = await procedures.versions(session, procedure_id)
    effective = min(line.effective_from for line in lines)
    return max(effective, jst_date(min(line.published_at for line in lines)))


def running_periods(duty: Obligation, today: date) -> Iterator[Period]:
    """The periods of a duty that have begun and did not end long ago."""
    if duty.spec.period == ONCE:
        yield WHOLE_LIFE
        return
    yield from since(duty.spec.period, today - LOOK_BACK, today)


def period_called(duty: Obligation, key: str) -> Period:
    """The period a key names. CaseError 422 when the duty has no such period."""
    found = WHOLE_LIFE if duty.spec.period == key == ONCE else read_period(duty.spec.period, key)
    if found is None:
        raise case_error(
            "no-period",
            422,
            "期間を「2026」「2026H1」「2026-04」のように書いてください。",
            "Write the period as 2026, 2026H1 or 2026-04.",
        )
    return found
