"""Constants that nearly every record has are taken out of the engine's order of joins.

The engine takes a pattern with a constant for a selective one, and of several the first. Half of all
structures are `ic:種別 "商号又は名称"` or `"住所"`: beginning with those, a query for one city reads
every name there is. As a variable and a filter the same solutions are found behind the others.
"""

from collections.abc import Iterator

from madoguchi.registry.linked.groups import Group
from madoguchi.registry.linked.reading_query import Form, Query
from madoguchi.registry.linked.tokens import string_value
from madoguchi.registry.linked.vocabulary import IC

COMMON = frozenset({"商号又は名称", "住所"})
_SORT = f"{IC}種別"

Edit = tuple[int, int, str]


def common_kinds(query: Query, groups: list[Group]) -> Iterator[Edit]:
    """The edits that take common kinds (種別) out; none where a new variable would show."""
    if query.form not in (Form.SELECT, Form.ASK) or _shows_all(query):
        return
    for group in groups:
        if query.tokens[group.start - 2].is_word("VALUES"):
            continue
        for place in _kinds(query, group):
            token = query.tokens[place]
            variable = f"?kind{place}of"
            yield token.start, token.end, variable
            end = query.tokens[group.end].start
            yield end, end, f" FILTER({variable} = {token.text}) "


def _shows_all(query: Query) -> bool:
    """Whether `SELECT *` stands anywhere."""
    return any(
        token.is_mark("*") and before.is_word("SELECT", "DISTINCT", "REDUCED")
        for before, token in zip(query.tokens, query.tokens[1:], strict=False)
    )


def _kinds(query: Query, group: Group) -> Iterator[int]:
    """Where the object of a plain ic:種別 is a common string, outside of brackets and lists."""
    found, depth = query.tokens, 0
    for place in group.tokens:
        token, before = found[place], found[place - 1]
        depth += token.is_mark("(") - token.is_mark(")")
        if (
            depth == 0
            and token.kind == "string"
            and query.names.iri(before) == _SORT
            and not found[place - 2].is_mark("^", "|", "!")
            and not (found[place + 1].kind == "tag" or found[place + 1].is_mark("^^"))
            and string_value(token.text) in COMMON
        ):
            yield place
