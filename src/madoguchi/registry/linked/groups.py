"""The group graph patterns of a query: where their braces stand, and which tokens are their own."""

from dataclasses import dataclass, field

from madoguchi.registry.linked.tokens import Token


@dataclass
class Group:
    """A group graph pattern: where its braces stand, and the group it is a GRAPH of, if any.

    `tokens` are the places of those that stand in it and in no group of it.
    """

    start: int
    end: int = -1
    graph_of: "Group | None" = None
    tokens: list[int] = field(default_factory=list)


def groups_of(found: tuple[Token, ...]) -> list[Group]:
    """The groups that are closed, in the order they begin."""
    groups: list[Group] = []
    open_groups: list[Group] = []
    for place, token in enumerate(found):
        if token.is_mark("{"):
            group = Group(place)
            if open_groups and place >= 2 and found[place - 2].is_word("GRAPH"):
                group.graph_of = open_groups[-1]
            groups.append(group)
            open_groups.append(group)
        elif token.is_mark("}") and open_groups:
            open_groups.pop().end = place
        elif open_groups:
            open_groups[-1].tokens.append(place)
    return [group for group in groups if group.end >= 0]
