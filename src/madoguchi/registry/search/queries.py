"""The pieces questions are made of: queries of the index, safe for whatever somebody sends."""

from collections.abc import Iterable, Sequence

from tantivy import FieldType, Occur, Query

from madoguchi.registry.corporations.names import folded_forms
from madoguchi.registry.search.fields import schema
from madoguchi.registry.search.grams import grams, parts_of_marked


def nothing() -> Query:
    """What no corporation fits."""
    return Query.empty_query()


def everything() -> Query:
    """What all fit."""
    return Query.all_query()


def equals(field: str, text: str) -> Query:
    """Those whose field is just this text."""
    return Query.term_query(schema(), field, text, "basic") if text else nothing()


def one_of(field: str, texts: Iterable[str]) -> Query:
    """Those whose field is one of these."""
    return any_of(equals(field, text) for text in texts)


def contains(field: str, text: str) -> Query:
    """Those whose field has this text in it; a single character never is one, see `in_name`."""
    pairs = grams(text)
    if not pairs:
        return nothing()
    if len(pairs) == 1:
        return Query.term_query(schema(), field, pairs[0])
    return Query.phrase_query(schema(), field, list(pairs))


def in_name(part: str) -> Query:
    """Those with this part anywhere in their name, the legal form included.

    Millions have 株式会社 in it: which forms a name has in it is a key of its own.
    """
    if part in folded_forms():
        return equals("inside", part)
    if len(part) == 1:
        return equals("character", part)
    return any_of(contains("name", written) for written in parts_of_marked(part))


def any_of(queries: Iterable[Query]) -> Query:
    """Those that fit one of these."""
    found = list(queries)
    if len(found) == 1:
        return found[0]
    return Query.boolean_query([(Occur.Should, query) for query in found]) if found else nothing()


def all_of(*queries: Query, but: Sequence[Query] = ()) -> Query:
    """Those that fit each of these, and none of `but`."""
    if len(queries) == 1 and not but:
        return queries[0]
    return Query.boolean_query(
        [
            *((Occur.Must, query) for query in queries or (everything(),)),
            *((Occur.MustNot, query) for query in but),
        ]
    )


def behind(place: int) -> Query:
    """Those that come after a place."""
    return Query.range_query(
        schema(), "place", FieldType.Unsigned, lower_bound=place, include_lower=False
    )
