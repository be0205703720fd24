"""What the search page shows: what was found with why, the filters with how many, ways on."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.language import Text
from madoguchi.registry.activities.kinds import KINDS as ACTIVITIES
from madoguchi.registry.activities.queries import counts
from madoguchi.registry.corporations.codes import KINDS, STATUS_NAMES
from madoguchi.registry.corporations.models import PastCorporation
from madoguchi.registry.corporations.names import fold_name, name_key
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.search.asked import Asked, Found, Match
from madoguchi.registry.search.service import search
from madoguchi.registry.viewing.asking import (
    PREFECTURE_CODES,
    STATUSES,
    address_of,
    has_filters,
    unfiltered,
    without,
)
from madoguchi.registry.viewing.marking import Piece, marked
from madoguchi.registry.viewing.words import ACTIVITY_NAMES

_CITIES: OrderedDict[str, str] = OrderedDict()  # names by code, as the registry itself has them
_MOST_CITIES = 4_000


@dataclass(frozen=True)
class Result:
    """One corporation that was found; `former` is the name it was found by, "" for another reason."""

    record: Record
    name: list[Piece]
    kana: list[Piece]
    address: list[Piece]
    number: list[Piece]
    state: str
    match: Match
    former: str
    known: Mapping[str, int]


@dataclass(frozen=True)
class Option:
    """A value of a filter and how many have it, None where that was not counted."""

    value: str
    label: Text | str
    count: int | None


@dataclass(frozen=True)
class Chosen:
    """A filter that is on, and the address without it."""

    name: str
    label: Text | str
    href: str


@dataclass(frozen=True)
class Listing:
    """A page of the search."""

    found: Found
    results: list[Result]
    options: Mapping[str, list[Option]]
    chosen: list[Chosen]
    without_filters: int


async def listing_of(session: AsyncSession, asked: Asked) -> Listing:
    """What a question finds. RegistryError for what cannot be asked."""
    found = await search(session, replace(asked, facets=True))
    numbers = [hit.number for hit in found.hits]
    records = await currents(session, numbers)
    known = await counts(session, numbers)
    by_former = [hit.number for hit in found.hits if hit.match == "former"]
    former = await _former(session, by_former, asked.text)
    results = [
        _result(records[hit.number], hit.match, asked.text, known, former)
        for hit in found.hits
        if hit.number in records
    ]
    others = 0
    if not found.total and has_filters(asked) and asked.text.strip():
        others = (await search(session, unfiltered(asked))).total
    cities = await city_names(session, _city_codes(found, asked))
    options = await _options(session, asked, found, cities)
    return Listing(found, results, options, _chosen(asked, cities), others)


async def city_names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """The names of cities (five digits), as a corporation there has it in its address."""
    names: dict[str, str] = {}
    for code in codes:
        if code not in _CITIES:
            found = await search(session, Asked(cities=(code,), limit=1))
            records = await currents(session, [hit.number for hit in found.hits])
            for record in records.values():
                _CITIES[code] = record.city
            while len(_CITIES) > _MOST_CITIES:
                _CITIES.popitem(last=False)
        names[code] = _CITIES.get(code, code)
    return names


async def _former(session: AsyncSession, numbers: list[str], typed: str) -> dict[str, str]:
    """By which former name each was found."""
    if not numbers:
        return {}
    wanted = [part for part in (fold_name(typed), name_key(typed).core) if part]
    query = (
        select(PastCorporation.number, PastCorporation.name)
        .where(PastCorporation.number.in_(numbers))
        .order_by(PastCorporation.updated_on)
    )
    return {
        number: name
        for number, name in await session.execute(query)
        if any(part in fold_name(name) for part in wanted)
    }


def _result(
    record: Record,
    match: Match,
    typed: str,
    known: Mapping[str, Mapping[str, int]],
    former: Mapping[str, str],
) -> Result:
    def told(text: str, *reasons: Match) -> list[Piece]:
        return marked(text, typed) if match in reasons and typed else [(text, False)]

    return Result(
        record=record,
        name=told(record.name, "exact", "core", "part", "address"),
        kana=told(record.kana, "kana"),
        address=told(record.address, "address"),
        number=[(record.number, match == "number")],
        state=record.status,
        match=match,
        former=former.get(record.number, ""),
        known=known.get(record.number, {}),
    )


def _city_codes(found: Found, asked: Asked) -> list[str]:
    """The cities to choose from: those of the prefecture alone, and what is chosen."""
    here = [code for code in found.facets.get("city", {}) if code[:2] == asked.prefecture]
    return list(dict.fromkeys([*here, *asked.cities])) if asked.prefecture else []


async def _options(
    session: AsyncSession, asked: Asked, found: Found, cities: Mapping[str, str]
) -> dict[str, list[Option]]:
    """The filters. A chosen one is counted without itself, so that others can be chosen besides."""
    if found.limited:
        return {}
    counted: dict[str, Mapping[str, int]] = dict(found.facets)
    for name, on in (
        ("kind", asked.kinds),
        ("prefecture", asked.prefecture),
        ("city", asked.cities),
        ("status", asked.status),
        ("activity", asked.activities),
    ):
        if on:
            other = replace(without(asked, name), after="", limit=1, facets=True)
            counted[name] = (await search(session, other)).facets.get(name, {})
    if asked.cities:
        cities = {**cities, **await city_names(session, _of_prefecture(counted["city"], asked))}
    return {
        "prefecture": _of(counted, "prefecture", PREFECTURE_CODES, asked.prefecture),
        "city": _largest_first(_of(counted, "city", cities, *asked.cities)),
        "kind": _of(counted, "kind", KINDS, *asked.kinds),
        "status": _of(
            counted, "status", {name: STATUS_NAMES[name] for name in STATUSES}, asked.status
        ),
        "activity": _of(
            counted,
            "activity",
            {kind: ACTIVITY_NAMES[kind] for kind in ACTIVITIES},
            *asked.activities,
        ),
    }


def _of_prefecture(codes: Iterable[str], asked: Asked) -> list[str]:
    return [code for code in codes if code[:2] == asked.prefecture]


def _of(
    counted: Mapping[str, Mapping[str, int]], name: str, labels: Mapping[str, Any], *on: str
) -> list[Option]:
    many = counted.get(name, {})
    return [
        Option(code, label, many.get(code, 0))
        for code, label in labels.items()
        if many.get(code) or code in on
    ]


def _largest_first(options: list[Option]) -> list[Option]:
    return sorted(options, key=lambda option: (-(option.count or 0), option.value))


def _chosen(asked: Asked, cities: Mapping[str, str]) -> list[Chosen]:
    on: list[tuple[str, str, Text | str]] = []
    if asked.prefecture:
        on.append(("prefecture", asked.prefecture, PREFECTURE_CODES[asked.prefecture]))
    on += [("city", code, cities.get(code, code)) for code in asked.cities]
    on += [("kind", code, KINDS[code]) for code in asked.kinds]
    if asked.status:
        on.append(("status", asked.status, STATUS_NAMES[asked.status]))
    on += [("activity", code, ACTIVITY_NAMES[code]) for code in asked.activities]
    return [Chosen(name, label, address_of(without(asked, name, code))) for name, code, label in on]
