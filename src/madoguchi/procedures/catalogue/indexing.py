"""Putting published packages into the catalogue (公開した手続の登載)."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import Clock, system_clock
from madoguchi.kernel.language import Text
from madoguchi.procedures.catalogue import rules
from madoguchi.procedures.catalogue.editions import new_edition
from madoguchi.procedures.catalogue.models import CatalogueEntry, CataloguePackage


async def index_package(
    session: AsyncSession,
    *,
    procedure_id: str,
    digest: str,
    kind: str,
    title: Text,
    summary: Text,
    keywords: Sequence[str] = (),
    law: Sequence[Mapping[str, str]] = (),
    agency: str | None = None,
    ministry: str = "",
    catalogue_ids: Sequence[str] = (),
    life_events: Sequence[str] = (),
    professions: Sequence[str] = (),
    standard_period: str | None = None,
    fee: bool | None = None,
    minutes: int | None = None,
    clock: Clock = system_clock,
) -> None:
    """Make a published package findable, replacing an earlier version of it.

    `law`: [{"act": …, "article": …}]. `catalogue_ids`: 手続ID of the surveyed procedures it
    serves; ids the catalogue does not hold are kept, as the survey may come later. The ministry,
    life events, professions and yearly filings of those rows are taken over where they are not
    given. `life_events` may be slugs (`starting-business`) or the survey's names. Not committed.
    """
    rows = await _surveyed(session, catalogue_ids)
    package = await session.get(CataloguePackage, procedure_id)
    if package is None:
        package = CataloguePackage(procedure_id=procedure_id)
        session.add(package)
    package.digest, package.kind = digest, kind
    package.title, package.summary = dict(title), dict(summary)
    package.keywords, package.laws = list(keywords), [dict(each) for each in law]
    package.agency = agency
    package.ministry = ministry or next((row.ministry for row in rows), "")
    package.life_events = _distinct(rules.event_name(event) for event in life_events) or _distinct(
        event
        for row in rows
        for events in rules.events(row.personal_events, row.corporate_events)
        for event in events
    )
    package.professions = _distinct(professions) or _distinct(
        name for row in rows for name in rules.professions(row.professions)
    )
    package.standard_period, package.fee, package.minutes = standard_period, fee, minutes
    package.catalogue_ids = list(catalogue_ids)
    package.yearly = sum(row.yearly for row in rows)
    await _changed(session, clock)


async def remove_package(
    session: AsyncSession, procedure_id: str, clock: Clock = system_clock
) -> None:
    """Take a package out of the catalogue; nothing happens when it is not there."""
    package = await session.get(CataloguePackage, procedure_id)
    if package is not None:
        await session.delete(package)
        await _changed(session, clock)


async def _changed(session: AsyncSession, clock: Clock) -> None:
    await session.flush()
    count = await session.scalar(select(func.count()).select_from(CataloguePackage))
    await new_edition(session, "packages", count or 0, "", clock)


async def _surveyed(session: AsyncSession, ids: Sequence[str]) -> Sequence[CatalogueEntry]:
    if not ids:
        return ()
    wanted = select(CatalogueEntry).where(CatalogueEntry.id.in_(list(ids)))
    return (await session.execute(wanted.order_by(CatalogueEntry.id))).scalars().all()


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
