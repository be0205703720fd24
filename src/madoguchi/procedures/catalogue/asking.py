"""What an address asks for (検索条件): text, filters and place, read leniently. Pure."""

from collections.abc import Iterable
from urllib.parse import urlencode

from madoguchi.procedures.carrying import PARAMETER, carried_number
from madoguchi.procedures.catalogue.search import FACETS, Place, Query
from madoguchi.web.paging import CursorError, make_cursor, read_cursor

LIST = "catalogue"
LONGEST_TEXT = 200
LONGEST_VALUE = 200
MOST_VALUES = 30

Pairs = Iterable[tuple[str, str]]


def read_query(pairs: Pairs) -> Query:
    """The query of an address's name/value pairs; what is too long is cut, the rest ignored."""
    text = carried = ""
    filters: dict[str, list[str]] = {}
    for name, value in pairs:
        if name == "q":
            text = value[:LONGEST_TEXT]
        elif name == PARAMETER:
            carried = carried_number({PARAMETER: value})
        elif name in FACETS and value.strip() and len(value) <= LONGEST_VALUE:
            values = filters.setdefault(name, [])
            if value not in values and len(values) < MOST_VALUES:
                values.append(value)
    return Query(text, filters, carried)


def address_of(query: Query, path: str = "/procedures", **changes: str | None) -> str:
    """The address that asks this; other parameters may be added, e.g. cursor."""
    pairs = [("q", query.text)] if query.text else []
    pairs += [(facet, value) for facet, values in query.filters.items() for value in values]
    pairs += [(PARAMETER, query.carried)] if query.carried else []
    pairs += [(name, value) for name, value in changes.items() if value]
    return f"{path}?{urlencode(pairs, errors='replace')}" if pairs else path


def without(query: Query, facet: str, value: str) -> Query:
    """The query with one value of a filter taken away."""
    left = {name: list(values) for name, values in query.filters.items()}
    left[facet] = [each for each in left.get(facet, ()) if each != value]
    return Query(query.text, left, query.carried)


def write_place(secret: str, place: Place) -> str:
    """The cursor of the page after a place."""
    return make_cursor(secret, LIST, [place.part, place.tier, *place.key])


def read_place(secret: str, cursor: str | None) -> Place | None:
    """The place a cursor stands for, None without one. CursorError when it is not ours."""
    if not cursor:
        return None
    values = read_cursor(secret, LIST, cursor)
    if [type(value) for value in values] != [int, int, int, str]:
        raise CursorError
    part, tier, yearly, entry_id = values
    return Place(part, tier, (yearly, entry_id))
