"""Searching an opened index: pure, and quick whatever is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tantivy import Order, Query, Searcher

from madoguchi.registry.search.asked import Asked, Found, Hit
from madoguchi.registry.search.cursors import Cursor, read, write
from madoguchi.registry.search.errors import LONGEST, MOST, too_long, unfit_limit
from madoguchi.registry.search.fields import CLOSED, OPEN, at_place
from madoguchi.registry.search.queries import all_of, any_of, behind, equals, everything, one_of
from madoguchi.registry.search.tiers import Tier, by_name, by_text, in_address

_REMEMBERED = 512
_COUNTED = ("kind", "city", "status", "activity")
_MOST_CODES = 5_000  # more than there are cities
_CLOSER_OPEN = 0.25


@dataclass(frozen=True)
class Opened:
    """A state of the index. What was counted is remembered: pages of one answer share it."""

    searcher: Searcher
    counted: dict[tuple[Asked, bool], tuple[int, Mapping[str, Mapping[str, int]]]] = field(
        default_factory=dict
    )


def check(asked: Asked) -> Cursor:
    """Where the answer begins. RegistryError for what cannot be asked."""
    for name in ("text", "name", "address"):
        if len(getattr(asked, name)) > LONGEST:
            raise too_long(name)
    if not 1 <= asked.limit <= MOST:
        raise unfit_limit()
    return read(asked)


def find(index: Opened, asked: Asked) -> Found:
    """What fits, the closest first, open before closed, then by number.

    RegistryError for what cannot be asked: too long a text, a cursor of another question. Blocks:
    call it in a thread.
    """
    start = check(asked)
    tiers, conditions = _tiers(asked), _conditions(asked)
    hits, end = _hits(index.searcher, tiers, conditions, start, asked.limit)
    total, facets = _counted(index, asked, tiers, conditions)
    return Found(tuple(hits), total, write(end, asked) if end else "", facets)


def _tiers(asked: Asked) -> list[Tier]:
    if asked.text.strip():
        return by_text(asked.text)
    if asked.name.strip():
        return by_name(asked.name)
    if asked.address.strip():
        return [Tier(10, "address", in_address(asked.address))]
    return [Tier(0, "all", everything())]


def _conditions(asked: Asked) -> list[Query]:
    """What must hold besides."""
    found = []
    if asked.text.strip() and asked.name.strip():
        found.append(any_of(tier.query for tier in by_name(asked.name)))
    if asked.address.strip() and (asked.text.strip() or asked.name.strip()):
        found.append(in_address(asked.address))
    for name, codes in (
        ("kind", asked.kinds),
        ("city", asked.cities),
        ("activity", asked.activities),
        ("prefecture", (asked.prefecture,) if asked.prefecture else ()),
    ):
        if codes:
            found.append(one_of(name, (code for code in codes if code.isascii())))
    if asked.status in (OPEN, CLOSED):
        found.append(equals("status", asked.status))
    return found


def _hits(
    searcher: Searcher,
    tiers: Sequence[Tier],
    conditions: Sequence[Query],
    start: Cursor,
    limit: int,
) -> tuple[list[Hit], Cursor | None]:
    """A page of answers, and where it ended when there are more."""
    hits: list[Hit] = []
    end = start
    closer = [tier.query for tier in tiers[: start.tier]]
    for place, tier in enumerate(tiers[start.tier :], start.tier):
        query = all_of(tier.query, *conditions, but=closer)
        if place == start.tier and start.place >= 0:
            query = all_of(query, behind(start.place))
        # One more than wanted tells whether there are more.
        result = searcher.search(
            query, limit + 1 - len(hits), count=False, order_by_field="place", order=Order.Asc
        )
        for at, _ in result.hits:
            if len(hits) == limit:
                return hits, end
            number, closed = at_place(at)
            hits.append(Hit(number, tier.score + (not closed) * _CLOSER_OPEN, tier.match))
            end = Cursor(place, at)
        # Who fits a tier that gave nobody fits a closer one too: nothing needs excluding for it.
        if result.hits or place == start.tier:
            closer.append(tier.query)
    return hits, None


def _counted(
    index: Opened, asked: Asked, tiers: Sequence[Tier], conditions: Sequence[Query]
) -> tuple[int, Mapping[str, Mapping[str, int]]]:
    key = (replace(asked, after="", limit=1, facets=False), asked.facets)
    known = index.counted.get(key)
    if known is None:
        query = all_of(any_of(tier.query for tier in tiers), *conditions)
        if asked.facets:
            facets = _facets(index.searcher, query)
            known = sum(facets["status"].values()), facets  # everybody has one
        else:
            total: int = index.searcher.search(query, 1).count  # type: ignore[attr-defined]
            known = total, {}
        if len(index.counted) >= _REMEMBERED:
            index.counted.clear()
        index.counted[key] = known
    return known


def _facets(searcher: Searcher, query: Query) -> Mapping[str, Mapping[str, int]]:
    """How many by kind, prefecture, city (its first two digits are the prefecture), status, activity."""
    asked = {name: {"terms": {"field": name, "size": _MOST_CODES}} for name in _COUNTED}
    answer: dict[str, Any] = searcher.aggregate(query, asked)
    found = {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]}
        for name in _COUNTED
    }
    prefectures: dict[str, int] = {}
    for code, many in found["city"].items():
        prefectures[code[:2]] = prefectures.get(code[:2], 0) + many
    return {**found, "prefecture": prefectures}
