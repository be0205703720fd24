"""The SQL back-end (SQL): a rule as a condition over columns, for DuckDB, PostgreSQL and SQLite.

A rule means the same in SQL as in Python, or it is refused by the name and place of what stands in
the way. Numbers are exact: every sum and product is known beforehand to fit the 34 digits of FEEL
and the digits of the database. Null is unknown in both; ``x = null`` is never unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from ..compiler import evaluator
from ..expression import Expression
from ..faults import FeelError, fault
from ..functions import Functions
from ..runtime import steps
from ..scope import Local
from ..syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Holds,
    If,
    In,
    Iteration,
    ListOf,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    RangeOf,
    Test,
)
from ..types import BOOLEAN, DATE, DAYS_DURATION, NULL, NUMBER, STRING, YEARS_DURATION, Type
from ..values import DECIMAL128, YearsMonths
from .arithmetic import arithmetic, negation, quotient_compared
from .dialects import DIALECTS, POSTGRESQL, SQLITE, Dialect, Term, result_of, width
from .functions import call, date_part

NUMERIC = frozenset((NUMBER, DAYS_DURATION, YEARS_DURATION))  # durations: seconds, months
ORDERED = NUMERIC | {STRING, DATE}
COLUMN_TYPES = (NUMBER, STRING, DATE, BOOLEAN)
LARGEST_LOOP = 1_000
MOST_PARTS, LONGEST_SQL = 50_000, 500_000  # parts that are written twice multiply


@dataclass(frozen=True)
class Column:
    """The SQL of a datum; if a number, its digits before (``whole``) and after the point."""

    sql: str
    whole: int = 15
    scale: int = 0


@dataclass(frozen=True)
class Sql:
    """A condition or value in SQL (SQLの式) with its named parameters.

    With ``needs_functions`` a SQLite connection must have been given ``sqlite_functions``. ``parts``
    are the conditions that must all hold, where the rule joins several with ``and``.
    """

    text: str
    parameters: Mapping[str, object]
    needs_functions: bool = False
    parts: tuple[str, ...] = field(default=(), compare=False)


def to_sql(
    expression: Expression,
    columns: Mapping[str, str | Column],
    dialect: str,
    *,
    functions: Functions | None = None,
    where: bool = False,
    inline: bool = False,
) -> Sql:
    """Translate a checked expression.

    ``columns`` gives the SQL of each datum by its dotted path (``{"site.area": "c.area"}``); it is
    trusted, the expression is not. Text constants become parameters (``:p1``; DuckDB ``$p1``), with
    ``inline`` quoted literals. ``where`` asks only for which rows the rule is true, so that null and
    false may be exchanged and indexes used. ``dialect`` is duckdb, postgresql or sqlite.
    Raises FeelError naming what has no translation.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"no dialect {dialect!r}; they are {', '.join(DIALECTS)}")
    work = Translator(expression, columns, DIALECTS[dialect], functions or {}, inline)
    if where:
        work.condition(expression.node, for_truth=True)
    term = work.visit(expression.node)
    text = result_of(term) if work.dialect is SQLITE else term.text
    used = set(re.findall(r"[:$](p\d+)\b", text))  # a part may have turned out not to be needed
    parameters = {name: value for value, name in work.parameters.items() if name in used}
    node, parts = expression.node, [text]
    if isinstance(node, Logic) and node.op == "and":
        parts = [work.condition(operand, where) for operand in node.operands]
    return Sql(text, parameters, "feel_" in text and work.dialect is SQLITE, tuple(parts))


@dataclass
class Translator:
    """Writes the SQL of one tree; each method gives the term of a node."""

    expression: Expression
    columns: Mapping[str, str | Column]
    dialect: Dialect
    functions: Functions
    inline: bool
    parameters: dict[str, str] = field(default_factory=dict)
    locals: dict[Local, Node] = field(default_factory=dict)
    for_truth: set[Node] = field(default_factory=set)  # where false will do for null
    known: dict[Node, tuple[Any]] = field(default_factory=dict)  # the values of constant parts
    parts: int = 0

    def type(self, node: Node) -> Type:
        """Give the type the checker found."""
        return self.expression.analysis.types[node]

    def refuse(self, node: Node, what: str) -> FeelError:
        """Say what cannot be translated."""
        source = self.expression.source
        return FeelError([fault(source, node.at, "no-sql", what=what, dialect=self.dialect.name)])

    def visit(self, node: Node) -> Term:
        """Translate a node."""
        known = self.constant_value(node)
        if known:
            return self.constant(node, known[0])
        writer = WRITERS.get(type(node))
        if writer is None:
            raise self.refuse(node, type(node).__name__.lower())
        self.parts += 1
        term = writer(self, node)
        if self.parts > MOST_PARTS or len(term.text) > LONGEST_SQL:
            raise self.refuse(node, f"> {LONGEST_SQL} characters")
        return term

    def constant_value(self, node: Node) -> tuple[Any] | None:
        """Evaluate a constant part; None when it is none."""
        if isinstance(node, Literal):
            return (node.value,)
        if node not in self.expression.analysis.constant or isinstance(node, (ListOf, RangeOf)):
            return None
        if node not in self.known:
            self.known[node] = (evaluator(self.expression.analysis, node)({}),)
        return self.known[node]

    def constant(self, node: Node, value: Any) -> Term:
        """Write a constant; durations become seconds or months."""
        match value:
            case None:
                return Term("NULL")
            case bool():
                return Term(self.dialect.boolean(value))
            case Decimal():
                return self.number(node, value)
            case timedelta() if not value.microseconds:
                return self.number(node, Decimal(value.days * 86400 + value.seconds))
            case YearsMonths():
                return self.number(node, Decimal(value.months))
            case str():
                return Term(self.text(node, value))
            case date() if not isinstance(value, datetime):
                return Term(self.dialect.literal_date.format(value.isoformat()))
        raise self.refuse(node, str(self.type(node)))

    def number(self, node: Node, value: Decimal) -> Term:
        """Write a constant number."""
        value = value.normalize(DECIMAL128)
        exponent = int(value.as_tuple().exponent)
        term = Term("", max(value.adjusted() + 1, 0), max(-exponent, 0))
        self.check_width(node, (term,))
        return Term(self.dialect.number(value, term.scale), term.whole, term.scale)

    def text(self, node: Node, value: str) -> str:
        """Write a text as a parameter, or quoted."""
        if "\0" in value:
            raise self.refuse(node, "NUL")
        if self.inline:
            quoted = "'" + value.replace("'", "''") + "'"
            if "\\" in value and self.dialect is POSTGRESQL:
                return "E" + quoted.replace("\\", "\\\\")
            return quoted
        name = self.parameters.setdefault(value, f"p{len(self.parameters) + 1}")
        return self.dialect.parameter.format(name)

    def check_width(self, node: Node, terms: Sequence[Term]) -> None:
        """Refuse numbers that the database, or FEEL, cannot hold exactly in one form."""
        digits = sum(width(terms))
        if digits > self.dialect.widest:
            raise self.refuse(node, f"{digits} digits")

    def aligned(self, node: Node, terms: Sequence[Term]) -> list[str]:
        """Write terms of one type so that they can be compared."""
        self.check_width(node, terms)
        return self.dialect.align(terms)

    def column(self, node: Name | Path) -> Term:
        """Give the column of a datum, what a loop is at, or a part of a date or duration."""
        analysis = self.expression.analysis
        binding = analysis.bindings.get(node)
        if isinstance(binding, Local) and binding in self.locals:
            return self.visit(self.locals[binding])
        path = ".".join(analysis.origins.get(node) or ())
        if path not in self.columns:
            if isinstance(node, Path) and self.type(node.base) in (DATE, *NUMERIC):
                return date_part(self, node)
            raise self.refuse(node, path or "name")
        if self.type(node) not in COLUMN_TYPES:
            raise self.refuse(node, f"{path}: {self.type(node)}")
        found = self.columns[path]
        if isinstance(found, str):
            found = Column(found)
        if self.type(node) != NUMBER:
            return Term(found.sql)
        term = Term(found.sql, found.whole, found.scale)
        self.check_width(node, (term,))
        if self.dialect is SQLITE and term.scale:
            counted = f"CAST(ROUND({found.sql} * {10**found.scale}) AS INTEGER)"
            return Term(counted, term.whole, term.scale)
        return term

    # ── comparisons and logic ────────────────────────────────────────────────────────────────

    def comparison(self, node: Comparison) -> Term:
        """Write a comparison."""
        return self.compared(node, node.op, node.left, node.right)

    def compared(self, node: Node, op: str, left: Node, right: Node) -> Term:
        """Write a comparison; equality is true or false even of nulls."""
        kinds = {self.type(left), self.type(right)} - {NULL}
        if len(kinds) > 1 or not kinds <= {*ORDERED, BOOLEAN}:
            self.visit(left), self.visit(right)  # which may say better what is wrong
            raise self.refuse(node, f"{self.type(left)} {op} {self.type(right)}")
        divided = quotient_compared(self, node, op, left, right)
        if divided:
            return divided
        first, second = self.aligned(node, [self.visit(left), self.visit(right)])
        if op in ("=", "!="):
            known = self.constant_value(left) or self.constant_value(right)
            if known == (None,) and "NULL" in (first, second):
                other = first if second == "NULL" else second
                return Term(f"({other} IS {'NOT ' if op == '!=' else ''}NULL)")
            if node in self.for_truth and op == "=" and known and known != (None,):
                return Term(f"({first} = {second})")
            return Term(
                f"({first} {self.dialect.equal if op == '=' else self.dialect.unequal} {second})"
            )
        if BOOLEAN in kinds:
            raise self.refuse(node, f"{BOOLEAN} {op}")
        if STRING in kinds:
            first += self.dialect.collation
        return Term(f"({first} {op} {second})")

    def logic(self, node: Logic) -> Term:
        """Write ``and`` and ``or``, which SQL has in the same three-valued logic."""
        truth = node in self.for_truth
        parts = [self.condition(operand, truth) for operand in node.operands]
        return Term("(" + f" {node.op.upper()} ".join(parts) + ")")

    def condition(self, node: Node, for_truth: bool = False) -> str:
        """Write a condition, which must be known to be a boolean."""
        if self.type(node) not in (BOOLEAN, NULL):
            raise self.refuse(node, str(self.type(node)))
        if for_truth:
            self.for_truth.add(node)
        return self.visit(node).text

    def between(self, node: Between) -> Term:
        """Write ``between``."""
        return self.span(node, node.value, node.low, node.high, "<=", "<=")

    def span(self, at: Node, value: Node, low: Node, high: Node, left: str, right: str) -> Term:
        """Write that a value lies between two others."""
        above = self.compared(at, left, low, value).text
        return Term(f"({above} AND {self.compared(at, right, value, high).text})")

    def membership(self, node: In) -> Term:
        """Write ``in``."""
        return Term("(" + " OR ".join(self.passes(node, test) for test in node.tests) + ")")

    def passes(self, node: In, test: Node) -> str:
        """Write one test of ``in``."""
        truth = node in self.for_truth
        match test:
            case Holds():
                return self.condition(test.condition, truth)
            case Test(op, operand):
                return self.compared(test, op, node.value, operand).text
            case RangeOf():
                return self.within(node, test)
            case ListOf(items):
                return self.one_of(node, items, truth)
        if truth:
            self.for_truth.add(test)
        return self.compared(test, "=", node.value, test).text

    def within(self, node: In, span: RangeOf) -> str:
        """Write that a value lies in a range; one whose ends are reversed is null."""
        left, right = "<=" if span.low_included else "<", "<=" if span.high_included else "<"
        inside = self.span(span, node.value, span.low, span.high, left, right).text
        ends = self.constant_value(span.low), self.constant_value(span.high)
        if ends[0] and ends[1] and None not in (ends[0][0], ends[1][0]):
            if ends[0] <= ends[1]:
                return inside
            return f"({self.visit(node.value).text} IS NULL)"
        reversed_ = self.compared(span, "<", span.high, span.low).text
        null = f"{self.visit(node.value).text} IS NULL"
        return f"(CASE WHEN {reversed_} THEN {null} ELSE {inside} END)"

    def one_of(self, node: In, items: tuple[Node, ...], truth: bool) -> str:
        """Write that a value is in a list, which is never unknown."""
        if not items:
            return self.dialect.boolean(False)
        if all((self.constant_value(item) or (None,))[0] is not None for item in items):
            kinds = {self.type(node.value), *map(self.type, items)}
            if len(kinds) == 1 and kinds <= ORDERED:
                terms = [self.visit(part) for part in (node.value, *items)]
                value, *texts = self.aligned(node, terms)
                found = f"{value} IN ({', '.join(texts)})"
                return found if truth else f"COALESCE({found}, {self.dialect.boolean(False)})"
        false = self.dialect.boolean(False)
        return "(" + " OR ".join(f"COALESCE({self.passes(node, i)}, {false})" for i in items) + ")"

    def conditional(self, node: If) -> Term:
        """Write ``if``; an unknown condition takes else."""
        kind = self.type(node)
        if kind not in (*ORDERED, BOOLEAN):
            raise self.refuse(node, f"if: {kind}")
        condition = self.condition(node.condition, for_truth=True)
        terms = [self.visit(node.yes), self.visit(node.no)]
        yes, no = self.aligned(node, terms)
        whole, scale = width(terms)
        moved = terms[0].moved or terms[1].moved
        return Term(f"(CASE WHEN {condition} THEN {yes} ELSE {no} END)", whole, scale, moved)

    # ── loops over constants ─────────────────────────────────────────────────────────────────

    def quantified(self, node: Quantified) -> Term:
        """Write ``some`` and ``every`` over written lists: the condition once for each item."""
        declared = self.expression.analysis.declared
        loops = [(declared[part][0], self.items(part)) for part in node.iterations]
        parts = []
        for turn, values in enumerate(product(*(items for _, items in loops))):
            if turn >= LARGEST_LOOP:
                raise self.refuse(node, f"{node.word}: {LARGEST_LOOP}")
            for (local, _), value in zip(loops, values, strict=True):
                self.locals[local] = value
            parts.append(self.condition(node.condition))
        if not parts:
            return Term(self.dialect.boolean(node.word == "every"))
        return Term("(" + (" OR " if node.word == "some" else " AND ").join(parts) + ")")

    def items(self, loop: Iteration) -> Sequence[Node]:
        """Give the items a loop goes through, which must be written in the expression."""
        if loop.end is None:
            if isinstance(loop.domain, ListOf):
                return loop.domain.items
            data = self.expression.analysis.origins.get(loop.domain)
            raise self.refuse(loop.domain, ".".join(data or (loop.name,)))
        low, high = self.constant_value(loop.domain), self.constant_value(loop.end)
        values = steps(low[0], high[0]) if low and high else None
        if values is None or len(values) > LARGEST_LOOP:
            raise self.refuse(loop, loop.name)
        nodes = [Literal(value, at=loop.at) for value in values]
        self.expression.analysis.types.update((made, self.type(loop.domain)) for made in nodes)
        return nodes


WRITERS: dict[type[Node], Callable[[Translator, Any], Term]] = {
    Arithmetic: arithmetic,
    Between: Translator.between,
    Call: call,
    Comparison: Translator.comparison,
    If: Translator.conditional,
    In: Translator.membership,
    Logic: Translator.logic,
    Name: Translator.column,
    Negation: negation,
    Path: Translator.column,
    Quantified: Translator.quantified,
}
