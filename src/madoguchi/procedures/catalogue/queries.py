"""Reading the catalogue: the shelves in memory, kept as long as the tables do not change."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from sys import intern
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from madoguchi.kernel.database import Database
from madoguchi.kernel.memory import give_back
from madoguchi.procedures.catalogue import rules
from madoguchi.procedures.catalogue.editions import editions
from madoguchi.procedures.catalogue.models import CatalogueEntry, CataloguePackage
from madoguchi.procedures.catalogue.search import Shelves
from madoguchi.procedures.catalogue.shelf import Item, Shelf

CARD_COLUMNS = (
    CatalogueEntry.id,
    CatalogueEntry.name,
    CatalogueEntry.kind,
    CatalogueEntry.procedure_type,
    CatalogueEntry.ministry,
    CatalogueEntry.law,
    CatalogueEntry.article,
    CatalogueEntry.online_state,
    CatalogueEntry.period_online,
    CatalogueEntry.period_paper,
    CatalogueEntry.fee,
    CatalogueEntry.yearly,
)
INDEXED = (
    "id",
    "yearly",
    "name",
    "law",
    "law_number",
    "article",
    "ministry",
    "implementing",
    "offices",
    "independent_bodies",
    "kind",
    "online_state",
    "personal_events",
    "corporate_events",
    "professions",
)


@dataclass
class _Kept:
    """What this process knows of one database's catalogue."""

    editions: dict[str, str] = field(default_factory=dict)
    packages: Shelf = field(default_factory=lambda: Shelf([]))
    entries: Shelf = field(default_factory=lambda: Shelf([]))
    served_by: dict[str, str] = field(default_factory=dict)
    shelves: Shelves = field(default_factory=lambda: Shelves(Shelf([]), Shelf([]), 0))
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_kept: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()


async def shelves(session: AsyncSession) -> Shelves:
    """The text index of the catalogue as this session sees it.

    One small query tells whether it has changed; then the changed part is read again (the survey's
    75,000 rows in some seconds, once per process and import).
    """
    kept = _kept.setdefault(session.info["database"], _Kept())
    present = await editions(session)
    if present != kept.editions:
        async with kept.lock:
            await _reload(session, kept, present)
    return kept.shelves


async def _reload(session: AsyncSession, kept: _Kept, present: dict[str, str]) -> None:
    if present.get("entries") != kept.editions.get("entries"):
        rows = await _entry_rows(session)
        kept.entries = await asyncio.to_thread(lambda: Shelf([_entry_item(row) for row in rows]))
        del rows
        _shared.cache_clear()
        give_back()  # making the index takes twice what it keeps
    if present.get("packages") != kept.editions.get("packages"):
        packages = (await session.execute(select(CataloguePackage))).scalars().all()
        kept.packages = Shelf([_package_item(package) for package in packages])
        kept.served_by = {
            entry_id: package.procedure_id
            for package in packages
            for entry_id in package.catalogue_ids
        }
    served = kept.entries.among(frozenset(kept.served_by))
    kept.shelves = Shelves(kept.packages, kept.entries, served, kept.served_by)
    kept.editions = present


async def listed_entries(session: AsyncSession, ids: Sequence[str]) -> dict[str, CatalogueEntry]:
    """Surveyed procedures by 手続ID, with the columns that cards show; unknown ids are left out."""
    wanted = select(CatalogueEntry).where(CatalogueEntry.id.in_(list(ids)))
    found = await session.execute(wanted.options(load_only(*CARD_COLUMNS, raiseload=True)))
    return {entry.id: entry for entry in found.scalars()}


async def packages_by_id(session: AsyncSession, ids: Sequence[str]) -> dict[str, CataloguePackage]:
    """Published packages by procedure id; unknown ids are left out."""
    if not ids:
        return {}
    wanted = select(CataloguePackage).where(CataloguePackage.procedure_id.in_(list(ids)))
    found = (await session.execute(wanted)).scalars()
    return {package.procedure_id: package for package in found}


async def _entry_rows(session: AsyncSession) -> Sequence[Row[Any]]:
    columns = [CatalogueEntry.__table__.c[name] for name in INDEXED]
    return (await session.execute(select(*columns))).all()


def _entry_item(row: Row[Any]) -> Item:
    entry_id, yearly, name, law, number, article, *others = tuple(row)
    # A law stands in up to a thousand rows: one string serves them all.
    law = intern(law) if law else law
    return Item(entry_id, yearly, name, law, article or "", number or "", *_shared(*others))


@cache
def _shared(
    ministry: str,
    implementing: str,
    offices: str | None,
    bodies: str | None,
    kind: str,
    online: str | None,
    personal: str | None,
    corporate: str | None,
    professions: str | None,
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Text and properties of a row; many rows have the same, which are made and kept once."""
    events = tuple(event for part in rules.events(personal, corporate) for event in part)
    acting = tuple(rules.professions(professions))
    places = (text for text in (implementing, offices, bodies) if text)
    return (ministry, *places, *events, *acting), {
        "ministry": (ministry,),
        "kind": (kind,),
        "online": (rules.online_state(online),),
        "event": events,
        "profession": acting,
    }


def _package_item(package: CataloguePackage) -> Item:
    laws = [f"{law.get('act', '')}{law.get('article', '')}" for law in package.laws]
    texts = (*package.summary.values(), package.ministry, *package.catalogue_ids)
    return Item(
        id=package.procedure_id,
        yearly=package.yearly,
        name="\n".join([*package.title.values(), *package.keywords]),
        law=package.laws[0].get("act", "") if package.laws else "",
        article=package.laws[0].get("article", "") if package.laws else "",
        more_laws="\n".join(laws[1:]),
        rest=(*texts, *package.life_events, *package.professions),
        properties={
            "ministry": (package.ministry,) if package.ministry else (),
            "kind": (package.kind,),
            "online": ("done",),
            "event": package.life_events,
            "profession": package.professions,
        },
    )
