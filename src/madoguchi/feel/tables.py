"""Decision tables (決定表), DMN chapter 8: rules of cells, and the policy for several hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from .builtins.lists import least, most, total
from .expression import Expression, compile, compile_unary
from .faults import Fault, FeelError, fault
from .functions import Functions
from .operators import equal
from .syntax import INPUT
from .types import ANY, NUMBER, ContextType, ListType, Type, join_all
from .values import FAILURES

POLICIES = ("U", "A", "P", "F", "R", "O", "C", "C+", "C<", "C>", "C#")
SINGLE = frozenset("UAPF")


@dataclass(frozen=True)
class Input:
    """An input column (条件列): the expression looked at, its type, the values it may have."""

    expression: str
    type: Type = ANY
    allowed: str | None = None


@dataclass(frozen=True)
class Output:
    """An output column (結果列); ``values`` is the order of priority, best first."""

    name: str = ""
    type: Type = ANY
    values: str | None = None
    default: str | None = None


@dataclass(frozen=True)
class Rule:
    """A rule (規則): one cell of unary tests for each input, one expression for each output."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class DecisionTable:
    """A decision table (決定表) as written."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    hit_policy: str = "U"


@dataclass(frozen=True)
class CellFault(Fault):
    """A fault in a cell: rule (0 is the heading) and column, both counted from 1."""

    rule: int = 0
    column_of_table: int = 0


@dataclass(frozen=True, eq=False)
class CompiledTable:
    """A table ready to be called with a context; its result is None where no rule decides."""

    table: DecisionTable
    type: Type
    references: frozenset[tuple[str, ...]]
    inputs: tuple[Expression, ...]
    tests: tuple[tuple[Expression | None, ...], ...]
    results: tuple[tuple[Expression, ...], ...]
    orders: tuple[list[Any], ...]
    defaults: tuple[Expression | None, ...]

    def __call__(self, context: Mapping[str, object]) -> Any:
        """Decide in a context; never raises for what the context holds."""
        try:
            return POLICY[self.table.hit_policy](self, context, self.hits(context))
        except FAILURES:
            return None

    def hits(self, context: Mapping[str, object]) -> list[int]:
        """Give the rules that apply, counted from 0; only the first where the policy asks it."""
        seen = [{**context, INPUT: expression(context)} for expression in self.inputs]
        found = []
        for number, tests in enumerate(self.tests):
            if all(t is None or t(c) is True for t, c in zip(tests, seen, strict=True)):
                found.append(number)
                if self.table.hit_policy == "F":
                    break
        return found

    def outcome(self, rule: int, context: Mapping[str, object]) -> Any:
        """Give the result of one rule: a value, or a context when there are several outputs."""
        return self.shaped([expression(context) for expression in self.results[rule]])

    def shaped(self, values: list[Any]) -> Any:
        """Put the values of the outputs into their shape."""
        if len(values) == 1:
            return values[0]
        return {output.name: v for output, v in zip(self.table.outputs, values, strict=True)}

    def default(self, context: Mapping[str, object]) -> Any:
        """Give the result when no rule applies."""
        if not any(self.defaults):
            return None
        return self.shaped([d(context) if d else None for d in self.defaults])

    def ranked(self, context: Mapping[str, object], hits: list[int]) -> list[int]:
        """Sort hits by the priority of their outputs."""
        values = {hit: [e(context) for e in self.results[hit]] for hit in hits}

        def rank(left: int, right: int) -> int:
            for order, a, b in zip(self.orders, values[left], values[right], strict=True):
                difference = place_in(order, a) - place_in(order, b)
                if difference:
                    return difference
            return left - right

        return sorted(hits, key=cmp_to_key(rank))


def place_in(order: list[Any], value: Any) -> int:
    """Give the place of a value in the order of priority; unlisted values come last."""
    return next((i for i, v in enumerate(order) if equal(v, value) is True), len(order))


# ── hit policies (DMN 8.2.8) ─────────────────────────────────────────────────────────────────

Policy = Callable[[CompiledTable, Mapping[str, object], list[int]], Any]


def unique(table: CompiledTable, context: Mapping[str, object], hits: list[int]) -> Any:
    """U: at most one rule may apply."""
    if len(hits) > 1:
        return None
    return table.outcome(hits[0], context) if hits else table.default(context)


def any_of_them(table: CompiledTable, context: Mapping[str, object], hits: list[int]) -> Any:
    """A: several may apply, but they must agree."""
    if not hits:
        return table.default(context)
    outcomes = [table.outcome(hit, context) for hit in hits]
    return outcomes[0] if all(equal(o, outcomes[0]) is True for o in outcomes) else None


def priority(table: CompiledTable, context: Mapping[str, object], hits: list[int]) -> Any:
    """P: the outcome that comes first among the output's values."""
    if not hits:
        return table.default(context)
    return table.outcome(table.ranked(context, hits)[0], context)


def first(table: CompiledTable, context: Mapping[str, object], hits: list[int]) -> Any:
    """F: the first rule that applies."""
    return table.outcome(hits[0], context) if hits else table.default(context)


def in_rule_order(table: CompiledTable, context: Mapping[str, object], hits: list[int]) -> Any:
    """R and C: all outcomes, in the order of the rules."""
    if not hits:
        return table.default(context)
    return [table.outcome(hit, context) for hit in hits]


def in_output_order(table: CompiledTable, context: Mapping[str, object], hits: list[int]) -> Any:
    """O: all outcomes, in the order of the output's values."""
    return in_rule_order(table, context, table.ranked(context, hits))


def aggregating(aggregate: Callable[[list[Any]], Any]) -> Policy:
    """C with an operator: the outcomes as one number, output by output."""

    def policy(table: CompiledTable, context: Mapping[str, object], hits: list[int]) -> Any:
        if not hits:
            return table.default(context)
        rows = [[e(context) for e in table.results[hit]] for hit in hits]
        return table.shaped([aggregate(list(column)) for column in zip(*rows, strict=True)])

    return policy


POLICY: dict[str, Policy] = {
    "U": unique,
    "A": any_of_them,
    "P": priority,
    "F": first,
    "R": in_rule_order,
    "O": in_output_order,
    "C": in_rule_order,
    "C+": aggregating(total),
    "C<": aggregating(least),
    "C>": aggregating(most),
    "C#": aggregating(lambda values: Decimal(len(values))),
}


# ── compiling ────────────────────────────────────────────────────────────────────────────────


@dataclass
class TableCompiler:
    """Compiles cells one by one, collecting the faults of all."""

    scope: Mapping[str, Type] | None
    options: dict[str, Any]
    faults: list[CellFault] = field(default_factory=list)

    def cell(self, rule: int, column: int, text: str, kind: Type = ANY) -> Expression:
        """Compile an expression; a faulty one counts as null."""
        return self.attempt(rule, column, lambda: compile(text, self.scope, kind, **self.options))

    def test(self, rule: int, column: int, text: str, kind: Type) -> Expression | None:
        """Compile unary tests; ``-`` and an empty cell allow anything."""
        if text.strip() in ("-", ""):
            return None
        return self.attempt(
            rule, column, lambda: compile_unary(text, kind, self.scope, **self.options)
        )

    def attempt(self, rule: int, column: int, make: Callable[[], Expression]) -> Expression:
        """Compile, noting the faults with their cell."""
        try:
            return make()
        except FeelError as error:
            self.faults += [placed(found, rule, column) for found in error.faults]
            return compile("null")


def decision_table(
    table: DecisionTable,
    scope: Mapping[str, Type] | None = None,
    *,
    types: Mapping[str, Type] | None = None,
    functions: Functions | None = None,
    strict: bool = True,
) -> CompiledTable:
    """Compile a table; raises FeelError with a CellFault for each fault of a cell or heading."""
    if table.hit_policy not in POLICIES:
        raise ValueError(f"no hit policy {table.hit_policy!r}; they are {', '.join(POLICIES)}")
    check_widths(table)
    work = TableCompiler(scope, {"types": types, "functions": functions, "strict": strict})
    width = len(table.inputs)
    inputs = tuple(work.cell(0, i, c.expression, c.type) for i, c in enumerate(table.inputs, 1))
    kinds = [c.type if c.type != ANY else e.type for e, c in zip(inputs, table.inputs, strict=True)]
    tests = tuple(
        tuple(work.test(n, i, rule.inputs[i - 1], kind) for i, kind in enumerate(kinds, 1))
        for n, rule in enumerate(table.rules, 1)
    )
    results = tuple(
        tuple(
            work.cell(n, width + i, rule.outputs[i - 1] or "null", output.type)
            for i, output in enumerate(table.outputs, 1)
        )
        for n, rule in enumerate(table.rules, 1)
    )
    defaults = tuple(
        work.cell(0, width + i, output.default, output.type) if output.default else None
        for i, output in enumerate(table.outputs, 1)
    )
    orders = tuple(
        work.cell(0, width + i, f"[{output.values or ''}]")({})
        for i, output in enumerate(table.outputs, 1)
    )
    if work.faults:
        raise FeelError(work.faults)
    cells = [*inputs, *(e for row in (*tests, *results, defaults) for e in row if e)]
    references = frozenset(r for e in cells for r in e.references)
    kind = result_type(table, results)
    return CompiledTable(table, kind, references, inputs, tests, results, orders, defaults)


def check_widths(table: DecisionTable) -> None:
    """Every rule needs one cell for each column; raises FeelError."""
    width = len(table.inputs), len(table.outputs)
    wrong = [
        placed(fault("", 0, "rule-width", found=sum(found), wanted=sum(width)), n, 1)
        for n, rule in enumerate(table.rules, 1)
        if (found := (len(rule.inputs), len(rule.outputs))) != width
    ]
    if wrong:
        raise FeelError(wrong)


def placed(found: Fault, rule: int, column: int) -> CellFault:
    """Say in which cell a fault stands."""
    where = {"ja": f"規則{rule}の{column}列目: ", "en": f"Rule {rule}, column {column}: "}
    if rule == 0:
        where = {"ja": f"見出しの{column}列目: ", "en": f"Heading, column {column}: "}
    message = {language: where[language] + text for language, text in found.message.items()}
    return CellFault(found.line, found.column, found.code, message, found.suggestion, rule, column)


def result_type(table: DecisionTable, results: tuple[tuple[Expression, ...], ...]) -> Type:
    """Give the type of the table's result."""
    columns = [
        join_all([row[i].type for row in results]) if output.type == ANY else output.type
        for i, output in enumerate(table.outputs)
    ]
    policy = table.hit_policy
    if policy == "C#":
        columns = [NUMBER for _ in columns]
    names = [output.name for output in table.outputs]
    kind = columns[0] if len(columns) == 1 else ContextType(dict(zip(names, columns, strict=True)))
    return kind if policy in SINGLE or len(policy) == 2 else ListType(kind)
