"""Queries that look for a part of a text are answered from the index of texts.

`FILTER(contains(?name, "…"))` reads every literal; with the literals it would find given as VALUES the
engine begins with those. Nothing else changes: the filter stays, and a filter is only helped where its
variable is bound by a property of the index (`literals.PROPERTIES`) in its own group or in a GRAPH of
it, where each literal that passes stands in the index. Full-text searches of other services become
the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from madoguchi.registry.linked.fulltext import JENA_QUERY, NEPTUNE, NEPTUNE_SEARCH
from madoguchi.registry.linked.groups import Group, groups_of
from madoguchi.registry.linked.literals import LABEL, OCCURRENCES, PROPERTIES, Label, Literals
from madoguchi.registry.linked.ordering import Edit, common_kinds
from madoguchi.registry.linked.reading_query import Query, Refused
from madoguchi.registry.linked.tokens import Token, string_token, string_value
from madoguchi.registry.linked.vocabulary import IC

MOST = 10_000  # literals given to a query; a part that more of them hold is left to the engine
_META = frozenset("\\.^$*+?()[]{}|")
_FOLLOWS = frozenset({"OPTIONAL", "MINUS", "BIND"})


@dataclass(frozen=True)
class Wanted:
    """A filter that may be helped: in which group, which variable, which characters."""

    group: Group
    variable: str
    part: str


def rewrite(query: Query, literals: Literals) -> str:
    """The query with literals from the index, or as it was where the index cannot help.

    Refused for a SERVICE that is not wholly a full-text search: the engine would ask another machine.
    """
    groups = groups_of(query.tokens)
    edits = [
        *_searches(query, literals),
        *_filters(query, groups, literals),
        *common_kinds(query, groups),
    ]
    text = query.text
    for start, end, instead in reversed(_apart(edits)):
        text = text[:start] + instead + text[end:]
    return text


def _apart(edits: list[Edit]) -> list[Edit]:
    """The edits in their order, without those within another.

    Were both made, the places of the outer one would no longer be true, and the end of a string might
    be cut off: what it says would become a part of the query.
    """
    kept: list[Edit] = []
    for edit in sorted(edits):
        if not kept or edit[0] >= kept[-1][1]:
            kept.append(edit)
    return kept


def _filters(query: Query, groups: list[Group], literals: Literals) -> Iterator[Edit]:
    """In each group the values of one variable, of which the fewest are expected to be found.

    The filters of the others stay: they look at what was found by then.
    """
    best: dict[int, tuple[int, str]] = {}
    for wanted in _wanted(query.tokens, groups):
        place = _binding(query, wanted, groups)
        if place is None:
            continue
        group, name = place
        found = literals.holding([wanted.part], name, MOST + 1)
        if found is None or len(found) > MOST:
            continue
        expected = len(found) * OCCURRENCES.get(name, 1)
        if group.start not in best or expected < best[group.start][0]:
            best[group.start] = expected, _values(wanted.variable, found)
    for start, (_, values) in best.items():
        at = query.tokens[start].end
        yield at, at, f" {values} "


def _wanted(found: tuple[Token, ...], groups: list[Group]) -> Iterator[Wanted]:
    for group in groups:
        for place in group.tokens:
            if found[place].is_word("FILTER"):
                for condition in _conditions(found, place + 1, group.end):
                    asked = _part(condition)
                    if asked is not None:
                        yield Wanted(group, *asked)


def _conditions(found: tuple[Token, ...], start: int, end: int) -> list[list[Token]]:
    """The conditions of a filter that must all hold; none where they are joined by "or"."""
    if not found[start].is_mark("("):
        return [list(found[start : _closing(found, start + 1, end) + 1])]
    last = _closing(found, start, end)
    conditions: list[list[Token]] = [[]]
    depth = 0
    for token in found[start + 1 : last]:
        depth += token.is_mark("(") - token.is_mark(")")
        if depth == 0 and token.is_mark("||"):
            return []
        if depth == 0 and token.is_mark("&&"):
            conditions.append([])
        else:
            conditions[-1].append(token)
    return conditions


def _closing(found: tuple[Token, ...], start: int, end: int) -> int:
    depth = 0
    for place in range(start, end):
        depth += found[place].is_mark("(") - found[place].is_mark(")")
        if depth == 0:
            return place
    return end


def _part(condition: list[Token]) -> tuple[str, str] | None:
    """The variable and the characters of contains(), strstarts() or a plain regex()."""
    if not condition or not condition[0].is_word("CONTAINS", "STRSTARTS", "REGEX"):
        return None
    inside = [token for token in condition[1:] if not token.is_word("STR")]
    words = [token for token in inside if not token.is_mark("(", ")")]
    if len(words) != 3 or len(inside) - len(words) not in (2, 4) or not words[1].is_mark(","):
        return None
    if words[0].kind != "variable" or words[2].kind != "string":
        return None
    part = string_value(words[2].text)
    if condition[0].is_word("REGEX"):
        part = part.removeprefix("^")
        if _META & set(part):
            return None
    return words[0].text[1:], part


def _binding(query: Query, wanted: Wanted, groups: list[Group]) -> tuple[Group, str] | None:
    """The group and property by which the variable must be bound, where VALUES may stand first."""
    for group in groups:
        if group is not wanted.group and group.graph_of is not wanted.group:
            continue
        depth = 0
        for before, place in pairwise(group.tokens):
            token = query.tokens[before]
            if token.kind == "word" and token.text.upper() in _FOLLOWS:
                break  # what follows is not what VALUES at the start would be joined with
            depth += token.is_mark("(") - token.is_mark(")")
            name = query.names.iri(token).removeprefix(IC)
            if (
                depth == 0
                and place == before + 1
                and name in PROPERTIES
                and query.names.iri(token).startswith(IC)
                and query.tokens[place].kind == "variable"
                and query.tokens[place].text[1:] == wanted.variable
                and not query.tokens[before - 1].is_mark("^", "|", "!")
            ):
                return group, name
    return None


def _searches(query: Query, literals: Literals) -> Iterator[Edit]:
    """The full-text searches of Amazon Neptune (SERVICE) and Apache Jena (text:query)."""
    found = query.tokens
    for place, token in enumerate(found):
        if token.is_word("SERVICE") and query.names.iri(found[place + 1]) == NEPTUNE_SEARCH:
            end = next(
                (later for later in range(place, len(found)) if found[later].is_mark("}")), place
            )
            inside = found[place + 2 : end]
            asked = _parameter(query, inside, "query")
            key = _parameter(query, inside, "return")
            if asked is None or key is None or (asked.kind, key.kind) != ("string", "variable"):
                raise Refused("service", "a search needs fts:query, a string, and fts:return")
            pattern = _pattern(key.text, string_value(asked.text), place, MOST, literals)
            yield token.start, found[end].end, pattern
        elif query.names.iri(token) == JENA_QUERY:
            yield from _jena(query, place, literals)


def _parameter(query: Query, inside: tuple[Token, ...], name: str) -> Token | None:
    """The value of a parameter of Neptune's search."""
    for token, value in pairwise(inside):
        if query.names.iri(token) == NEPTUNE + name:
            return value
    return None


def _jena(query: Query, place: int, literals: Literals) -> Iterator[Edit]:
    found = query.tokens
    start, end = place - 1, place + 1
    if start < 0 or end >= len(found):
        return
    if found[start].is_mark(")"):
        while start > 0 and not found[start].is_mark("("):
            start -= 1
    if found[end].is_mark("("):
        end = _closing(found, end, len(found) - 1)
    variables = [token.text for token in found[start:place] if token.kind == "variable"]
    asked = [token for token in found[place + 1 : end + 1] if token.kind == "string"]
    limits = [token.text for token in found[place + 1 : end + 1] if token.kind == "number"]
    if not variables or not asked:
        return
    most = min(int(limits[0]), MOST) if limits and limits[0].isdigit() else MOST
    pattern = _pattern(variables[0], string_value(asked[0].text), place, most, literals)
    if len(variables) > 1:
        pattern += f" VALUES {variables[1]} {{ 1.0 }}"
    yield found[start].start, found[end].end, pattern


def _pattern(key: str, asked: str, place: int, most: int, literals: Literals) -> str:
    """Subjects of an ic:表記 that holds every word that is asked for."""
    words = [word for word in asked.translate(_OPERATORS).split() if word]
    found = literals.holding(words, LABEL, most) or []
    variable = f"fulltext{place}"
    return f"{{ {_values(variable, found)} {key} <{IC}{LABEL}> ?{variable} }}"


_OPERATORS = str.maketrans(dict.fromkeys("\"'*~+|()", " "))


def _values(variable: str, found: list[Label]) -> str:
    terms = " ".join(string_token(label.value) + label.tag for label in found)
    return f"VALUES ?{variable} {{ {terms} }}"
