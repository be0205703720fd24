"""Finding records by name (/4/name): the search finds, the agency's own conditions narrow down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.registry.corporations.names import fold_name, name_key
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.houjin.errors import TOO_MANY, ApiFault
from madoguchi.registry.houjin.parameters import Place
from madoguchi.registry.search.asked import Asked, Match
from madoguchi.registry.search.service import search

MOST = 10_000
FUZZY: Literal["1"] = "1"
EXACT: Literal["2"] = "2"
ENGLISH: Literal["3"] = "3"
_NAMES: frozenset[Match] = frozenset({"exact", "core", "part", "former"})


@dataclass(frozen=True)
class Wanted:
    """What is asked: how the name is compared (`target`), whether it begins so or holds it."""

    name: str
    target: Literal["1", "2", "3"]
    begins: bool
    former: bool
    closed: bool
    place: Place
    kinds: tuple[str, ...]
    first: date | None
    last: date | None


async def by_name(session: AsyncSession, wanted: Wanted) -> list[Record]:
    """The records that fit, by number. ApiFault when the name alone fits more than MOST."""
    asked = Asked(
        name=wanted.name,
        kinds=wanted.kinds,
        prefecture=wanted.place.prefecture,
        cities=(wanted.place.prefecture + wanted.place.city,) if wanted.place.city else (),
        status="" if wanted.closed else "open",
        limit=MOST,
    )
    found = await search(session, asked)
    if found.total > MOST:
        raise ApiFault(
            TOO_MANY, f"該当する法人が{MOST}件を超えます。商号や所在地を詳しく指定してください。"
        )
    matches = {hit.number: hit.match for hit in found.hits}
    records = await currents(session, list(matches))
    return sorted(_fitting(wanted, matches, records), key=lambda record: record.number)


def _fitting(
    wanted: Wanted, matches: dict[str, Match], records: dict[str, Record]
) -> Iterator[Record]:
    for number, record in records.items():
        match = matches[number]
        by_right_name = match == "english" if wanted.target == ENGLISH else match in _NAMES
        if not by_right_name or (match == "former" and not wanted.former):
            continue
        # A former name was compared by the search; the present one tells nothing of it.
        if match != "former" and not _reads(wanted, record):
            continue
        if _assigned(wanted, record):
            yield record


def _reads(wanted: Wanted, record: Record) -> bool:
    if wanted.target == EXACT:
        name, typed = record.name, wanted.name
        return name.startswith(typed) if wanted.begins else typed in name
    if wanted.target == ENGLISH:
        name, typed = record.english_name.casefold(), wanted.name.casefold()
        return name.startswith(typed) if wanted.begins else typed in name
    if not wanted.begins:
        return True
    typed = fold_name(wanted.name)
    return fold_name(record.name).startswith(typed) or name_key(record.name).core.startswith(typed)


def _assigned(wanted: Wanted, record: Record) -> bool:
    """Whether the number was assigned (法人番号指定年月日) in the period asked for."""
    if wanted.first is None and wanted.last is None:
        return True
    day = record.assigned_on
    return day is not None and (wanted.first or day) <= day <= (wanted.last or day)
