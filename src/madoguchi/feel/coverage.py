"""Gaps and overlaps (漏れと重複) of a decision table whose cells are simple tests of constants.

Each column is cut at the constants its cells name; the boxes that result are walked through, rules
that cover the same boxes together. A column with a cell that is no simple test is left aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .builtins.conversion import text_of
from .compiler import folded
from .expression import Expression, compile_unary
from .faults import FeelError
from .operators import equal, less
from .syntax import Call, In, Literal, Node, RangeOf, Test
from .tables import CompiledTable
from .types import BOOLEAN
from .values import Range

MOST_BOXES = 20_000

Places = frozenset[int]


@dataclass(frozen=True)
class Overlap:
    """Two rules, counted from 1, that apply to the same inputs (one text for each column)."""

    rules: tuple[int, int]
    where: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """What was found (調べた結果); not ``complete`` where a column could not be looked at."""

    gaps: tuple[tuple[str, ...], ...]
    overlaps: tuple[Overlap, ...]
    unreachable: tuple[int, ...]
    complete: bool


class NotSimple(Exception):
    """A cell is no simple test of constants."""


@dataclass
class Column:
    """A column cut at its constants: place 2i+1 is the i-th constant, even places lie between."""

    values: list[Any]
    ordered: bool
    closed: bool  # discrete values that are all there are
    universe: Places = frozenset()

    def places(self) -> Places:
        """Give all places of the column."""
        count = len(self.values)
        if self.ordered:
            return frozenset(range(2 * count + 1))
        return frozenset([2 * i + 1 for i in range(count)] + ([] if self.closed else [2 * count]))

    def at(self, value: Any) -> int:
        """Give the place of a constant."""
        return next(2 * i + 1 for i, v in enumerate(self.values) if equal(v, value) is True)

    def text(self, places: Places) -> str:
        """Write places as a unary test would."""
        if places == self.universe:
            return "-"
        if not self.ordered:
            known = [text_of(v, True) for i, v in enumerate(self.values) if 2 * i + 1 in places]
            listed = ", ".join(known)
            if 2 * len(self.values) not in places:
                return listed
            others = [
                text_of(v, True) for i, v in enumerate(self.values) if 2 * i + 1 not in places
            ]
            return f"not({', '.join(others)})"
        return ", ".join(self.span(low, high) for low, high in runs(places))

    def span(self, low: int, high: int) -> str:
        """Write an unbroken run of places."""
        last = 2 * len(self.values)
        start, end = (text_of(self.values[min(i, last - 1) // 2], True) for i in (low - 1, high))
        if low % 2:
            start = text_of(self.values[low // 2], True)
        if low == high and low % 2:
            return start
        if low == 0:
            return f"{'<=' if high % 2 else '<'} {end}"
        if high == last:
            return f"{'>=' if low % 2 else '>'} {start}"
        return f"{'[' if low % 2 else '('}{start}..{end}{']' if high % 2 else ')'}"


def runs(places: Places) -> Iterator[tuple[int, int]]:
    """Split places into unbroken runs."""
    ordered = sorted(places)
    start = previous = ordered[0]
    for place in ordered[1:]:
        if place != previous + 1:
            yield start, previous
            start = place
        previous = place
    yield start, previous


def coverage(table: CompiledTable) -> Coverage:
    """Look for inputs that no rule covers, or several; and for rules that are never reached."""
    columns: list[Column] = []
    covers: list[list[Places]] = []
    shown: list[int] = []
    for i in range(len(table.inputs)):
        try:
            column, places = cut(table, i)
        except NotSimple:
            continue
        columns.append(column)
        covers.append(places)
        shown.append(i)
    width = len(table.inputs)
    walk = _Walk(table, columns, covers, shown, width, len(columns) == width)
    walk.visit(0, tuple(range(len(table.tests))), ())
    unreachable = [n + 1 for n in range(len(table.tests)) if n not in walk.reached]
    if not walk.complete:
        unreachable = []
    return Coverage(
        tuple(walk.gaps), tuple(walk.overlaps.values()), tuple(unreachable), walk.complete
    )


@dataclass
class _Walk:
    table: CompiledTable
    columns: list[Column]
    covers: list[list[Places]]
    shown: list[int]
    width: int
    complete: bool
    gaps: list[tuple[str, ...]] = field(default_factory=list)
    overlaps: dict[tuple[int, int], Overlap] = field(default_factory=dict)
    reached: set[int] = field(default_factory=set)
    boxes: int = 0

    def visit(self, depth: int, rules: tuple[int, ...], box: tuple[Places, ...]) -> None:
        """Look at one box: the places chosen in the first columns, and the rules that cover it."""
        self.boxes += 1
        if self.boxes > MOST_BOXES:
            self.complete = False
            return
        if not rules:
            self.gaps.append(self.where(box))
        elif depth == len(self.columns):
            self.hit(rules, box)
        else:
            groups: dict[tuple[int, ...], set[int]] = {}
            for place in sorted(self.columns[depth].universe):
                covering = tuple(n for n in rules if place in self.covers[depth][n])
                groups.setdefault(covering, set()).add(place)
            for covering, places in groups.items():
                self.visit(depth + 1, covering, (*box, frozenset(places)))

    def hit(self, rules: tuple[int, ...], box: tuple[Places, ...]) -> None:
        """Note which rules are reached, and those that should not be reached together."""
        policy = self.table.table.hit_policy
        self.reached.update(rules[:1] if policy == "F" else rules)
        if policy not in ("U", "A") or len(self.columns) < self.width:
            return
        written = [rule.outputs for rule in self.table.table.rules]
        for i, first in enumerate(rules):
            for second in rules[i + 1 :]:
                if policy == "U" or written[first] != written[second]:
                    pair = (first + 1, second + 1)
                    self.overlaps.setdefault(pair, Overlap(pair, self.where(box)))

    def where(self, box: tuple[Places, ...]) -> tuple[str, ...]:
        """Write a box, column by column; columns not looked at are ``-``."""
        texts = ["-"] * self.width
        for column, i, places in zip(self.columns, self.shown, box, strict=False):
            texts[i] = column.text(places)
        return tuple(texts)


def cut(table: CompiledTable, index: int) -> tuple[Column, list[Places]]:
    """Cut a column at its constants and give the places each rule covers."""
    cells = [tests[index] for tests in table.tests]
    restriction = allowed_values(table.table.inputs[index].allowed)
    looked_at = [c for c in (*cells, restriction) if c is not None]
    values: list[Any] = []
    ordered = False
    for cell in looked_at:
        for value, between in constants(cell, cell.node):
            ordered = ordered or between
            if value is not None and not any(equal(v, value) is True for v in values):
                values.append(value)
    column = Column(values, ordered, closed=False)
    if ordered:
        sort_values(values)
    elif table.inputs[index].type == BOOLEAN:
        column = Column([True, False], ordered=False, closed=True)
    column.universe = column.places()
    if restriction is not None:
        column.universe = covered(column, restriction, restriction.node)
    every = column.universe
    return column, [every if c is None else covered(column, c, c.node) for c in cells]


def allowed_values(text: str | None) -> Expression | None:
    """Compile the values a column may have."""
    try:
        return compile_unary(text, strict=False) if text else None
    except FeelError:
        return None


def sort_values(values: list[Any]) -> None:
    """Sort constants in place; NotSimple when they have no common order."""
    for i in range(1, len(values)):
        j = i
        while j and (before := less(values[j], values[j - 1])):
            values[j], values[j - 1] = values[j - 1], values[j]
            j -= 1
        if j and before is None:
            raise NotSimple


def constants(cell: Expression, node: Node) -> Iterator[tuple[Any, bool]]:
    """Give the constants of a cell, each with whether it is used as a bound."""
    for test in tests_of(node):
        if isinstance(test, Test):
            yield constant(cell, test.operand), test.op not in ("=", "!=")
        elif isinstance(test, RangeOf):
            yield constant(cell, test.low), True
            yield constant(cell, test.high), True
        else:
            yield constant(cell, test), False


def tests_of(node: Node) -> tuple[Node, ...]:
    """Give the tests of a cell, whether negated or not."""
    if isinstance(node, Call) and len(node.arguments) == 1:
        node = node.arguments[0]
    if isinstance(node, In):
        return node.tests
    if isinstance(node, Literal):
        return ()
    raise NotSimple


def constant(cell: Expression, node: Node) -> Any:
    """Give the value of a constant part of a cell that is neither a list nor a context."""
    if isinstance(node, Literal):
        return node.value
    if node not in cell.analysis.constant:
        raise NotSimple
    value = folded(cell.analysis, node)
    if isinstance(value, (list, dict, Range)):
        raise NotSimple
    return value


def covered(column: Column, cell: Expression, node: Node) -> Places:
    """Give the places that a cell covers."""
    if isinstance(node, Call):
        return column.universe - covered(column, cell, node.arguments[0])
    if not isinstance(node, In):
        return column.universe
    found: set[int] = set()
    for test in node.tests:
        found |= passing(column, cell, test)
    return frozenset(found) & column.universe


def passing(column: Column, cell: Expression, test: Node) -> set[int]:
    """Give the places that pass one test."""
    everywhere = column.places()
    if isinstance(test, RangeOf):
        low, high = (column.at(constant(cell, end)) for end in (test.low, test.high))
        return {
            p
            for p in everywhere
            if (low <= p if test.low_included else low < p)
            and (p <= high if test.high_included else p < high)
        }
    op = test.op if isinstance(test, Test) else "="
    value = constant(cell, test.operand if isinstance(test, Test) else test)
    if value is None:
        return set()
    edge = column.at(value)
    compare = {
        "<": edge.__gt__,
        "<=": edge.__ge__,
        ">": edge.__lt__,
        ">=": edge.__le__,
        "=": edge.__eq__,
        "!=": edge.__ne__,
    }[op]
    return {p for p in everywhere if compare(p)}
