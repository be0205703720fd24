"""When a page is asked (ページの流れ): links with conditions become one condition a page.

A page through which every way leads, or every way from an earlier page, needs no condition of its
own; the others are asked when a page before them is, and the link between holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from madoguchi.procedures.importers.expression import (
    FALSE,
    TRUE,
    Expression,
    Not,
    Shown,
    both,
    either,
)

END = ""


@dataclass(frozen=True)
class Link:
    """A way from one page to another; `condition` None: when no other link holds."""

    source: str
    target: str
    condition: Expression | None


def relevances(
    start: str, pages: Sequence[str], links: Sequence[Link]
) -> tuple[dict[str, Expression], list[Link]]:
    """The condition of every page, and the links that lead back and were left out."""
    reached: dict[str, None] = {}
    back = list(_back_links(start, links, (), reached))
    forward = [link for link in links if link not in back and link.source in reached]
    order = _order(reached, forward)
    before = _dominators(order, forward)
    after = _dominators([END, *reversed(order)], list(_reversed(order, forward)))
    found: dict[str, Expression] = dict.fromkeys(pages, FALSE)
    found[start] = TRUE
    for page in order[1:]:
        certain = [d for d in order if d in before[page] and d != page and page in after[d]]
        ways = [
            both([_shown(found, link.source), _taken(link, forward)])
            for link in forward
            if link.target == page
        ]
        found[page] = _shown(found, certain[-1]) if certain else either(ways)
    return found, back


def _shown(found: Mapping[str, Expression], page: str) -> Expression:
    plain = isinstance(found[page], Shown) or found[page] in (TRUE, FALSE)
    return found[page] if plain else Shown(page)


def _taken(link: Link, links: Sequence[Link]) -> Expression:
    """When a link is followed: the first whose condition holds, else the last without one."""
    siblings = [other for other in links if other.source == link.source]
    if link.condition is None:
        if link is not [other for other in siblings if other.condition is None][-1]:
            return FALSE
        return both([Not(other.condition) for other in siblings if other.condition is not None])
    earlier = [other.condition for other in siblings[: siblings.index(link)]]
    return both([*(Not(condition) for condition in earlier if condition), link.condition])


def _back_links(
    page: str, links: Sequence[Link], trail: tuple[str, ...], reached: dict[str, None]
) -> Iterator[Link]:
    """Links that lead to a page from which one has just come; notes the pages one can come to."""
    reached[page] = None
    for link in links:
        if link.source == page and link.target in (*trail, page):
            yield link
        elif link.source == page and link.target not in reached:
            yield from _back_links(link.target, links, (*trail, page), reached)


def _order(pages: Mapping[str, None], links: Sequence[Link]) -> list[str]:
    """The pages, each after those that lead to it."""
    sorter = TopologicalSorter({page: [] for page in pages})
    for link in links:
        sorter.add(link.target, link.source)
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return order


def _reversed(order: Sequence[str], links: Sequence[Link]) -> Iterator[Link]:
    yield from (Link(link.target, link.source, None) for link in links)
    sources = {link.source for link in links}
    yield from (Link(END, page, None) for page in order if page not in sources)


def _dominators(order: Sequence[str], links: Sequence[Link]) -> dict[str, set[str]]:
    """For each page those every way to it passes, itself among them."""
    found: dict[str, set[str]] = {}
    for page in order:
        sources = [found[li.source] for li in links if li.target == page and li.source in found]
        found[page] = (set.intersection(*sources) if sources else set()) | {page}
    return found
