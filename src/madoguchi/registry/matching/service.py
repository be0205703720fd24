"""Matching (名寄せ): the corporations a description may mean, each with its probability and why."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.registry.corporations.names import name_key
from madoguchi.registry.corporations.queries import records_of
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.matching.evidence import Described, Evidence, compare
from madoguchi.registry.matching.weighing import Decision, Weighed, weigh
from madoguchi.registry.search.asked import Asked
from madoguchi.registry.search.service import search

MOST = 5
LONGEST = 200  # what the search takes
_BY_NAME = 200
_AT_PLACE = 100
_STEM = 4  # characters of a name that has changed a little
_SHARED = ("exact", "core", "former")
_NUMBERS = re.compile(r"[0-9]|[一二三四五六七八九十]+(?=丁目|番)")


@dataclass(frozen=True)
class Candidate:
    """A corporation that may be meant: its present record, how likely, and what agrees."""

    record: Record
    weighed: Weighed
    evidence: Evidence


@dataclass(frozen=True)
class Matched:
    """An answer. "link": exactly one is meant; "possible": a person must look; "none": nobody.

    `candidates` are the likeliest, at most MOST, also of those that are only possible.
    """

    decision: Decision
    candidates: tuple[Candidate, ...]


async def match(session: AsyncSession, described: Described) -> Matched:
    """Which corporation a description means.

    Looked for by name everywhere, and where an address is given by name and by the beginning of the
    name at that place. What search must not find is never a candidate. RegistryError for a text of
    more than LONGEST characters.
    """
    named = await search(session, Asked(name=described.name, limit=_BY_NAME))
    sharing = max(sum(hit.match in _SHARED for hit in named.hits), 1)
    numbers = dict.fromkeys(hit.number for hit in named.hits)
    for asked in _at_place(described):
        found = await search(session, asked)
        numbers |= dict.fromkeys(hit.number for hit in found.hits)
    records = await records_of(session, list(numbers))
    corporations = await _corporations(session)
    return _decided(described, list(records.values()), sharing, corporations)


def _decided(
    described: Described, found: Sequence[Sequence[Record]], sharing: int, corporations: int
) -> Matched:
    compared = [(records[0], compare(described, records)) for records in found if records]
    weighed = weigh([(evidence, sharing) for _, evidence in compared], corporations)
    candidates = sorted(
        (
            Candidate(record, weight, evidence)
            for (record, evidence), weight in zip(compared, weighed, strict=True)
            if weight.decision != "none"
        ),
        key=lambda candidate: (-candidate.weighed.probability, candidate.record.number),
    )[:MOST]
    if not candidates:
        return Matched("none", ())
    return Matched(candidates[0].weighed.decision, tuple(candidates))


def _at_place(described: Described) -> list[Asked]:
    """By the name and by its beginning in the town: numbers and buildings are written too variously."""
    town = _NUMBERS.split(unicodedata.normalize("NFKC", described.address.strip()), maxsplit=1)[0]
    if not town:
        return []
    asked = Asked(name=described.name, address=town, limit=_AT_PLACE)
    stem = name_key(described.name).core[:_STEM]
    return [asked, replace(asked, name=stem)] if len(stem) == _STEM else [asked]


async def _corporations(session: AsyncSession) -> int:
    """How many there are to be found: the index counts once, not at every question."""
    return max((await search(session, Asked(limit=1))).total, 1)
