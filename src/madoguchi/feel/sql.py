"""The SQL back-end (SQL): a rule as a condition over columns, for DuckDB, PostgreSQL and SQLite.

A rule means the same in SQL as in Python, or it is refused by the name of what stands in the way:
division and powers (their digits differ between databases), loops, lists, lower and upper case,
patterns, the present time. Null is unknown in both; ``x = null`` becomes ``x IS NULL``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .compiler import evaluator
from .expression import Expression
from .faults import Fault, FeelError, fault
from .sql_dialects import DIALECTS, Dialect
from .syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Holds,
    If,
    In,
    ListOf,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    RangeOf,
    Test,
)
from .types import (
    BOOLEAN,
    DATE,
    DAYS_DURATION,
    NULL,
    NUMBER,
    STRING,
    Type,
)
from .values import YearsMonths

ORDERED = (NUMBER, STRING, DATE, DAYS_DURATION)
COLUMN_TYPES = (NUMBER, STRING, DATE, BOOLEAN)


@dataclass(frozen=True)
class Sql:
    """A condition or value in SQL (SQLの式) with its named parameters."""

    text: str
    parameters: Mapping[str, object]


def to_sql(expression: Expression, columns: Mapping[str, str], dialect: str) -> Sql:
    """Translate a checked expression.

    ``columns`` gives the SQL of each datum by its dotted path (``{"site.area": "c.area"}``); it is
    trusted, the expression is not: its constants become parameters (``:p1``; DuckDB ``$p1``).
    ``dialect`` is duckdb, postgresql or sqlite. Raises FeelError naming what has no translation.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"no dialect {dialect!r}; they are {', '.join(DIALECTS)}")
    work = _Translator(expression, columns, DIALECTS[dialect])
    text = work.visit(expression.node)
    return Sql(text, work.parameters)


@dataclass
class _Translator:
    expression: Expression
    columns: Mapping[str, str]
    dialect: Dialect
    parameters: dict[str, object] = field(default_factory=dict)

    def type(self, node: Node) -> Type:
        return self.expression.analysis.types[node]

    def refuse(self, node: Node, what: str) -> FeelError:
        """Say what cannot be translated."""
        found: Fault = fault(
            self.expression.source, node.at, "no-sql", what=what, dialect=self.dialect.name
        )
        return FeelError([found])

    def visit(self, node: Node) -> str:
        """Translate a node."""
        if node in self.expression.analysis.constant and not isinstance(node, (ListOf, RangeOf)):
            return self.constant(node, evaluator(self.expression.analysis, node)({}))
        writer = WRITERS.get(type(node))
        if writer is None:
            raise self.refuse(node, type(node).__name__.lower())
        return writer(self, node)

    def constant(self, node: Node, value: Any) -> str:
        """Bind a constant to a parameter; durations become seconds."""
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return self.dialect.boolean(value)
        if isinstance(value, timedelta):
            if value.microseconds:
                raise self.refuse(node, "fraction of a second")
            value = Decimal(value.days * 86400 + value.seconds)
        if isinstance(value, datetime) or not isinstance(value, (Decimal, str, date)):
            raise self.refuse(node, str(self.type(node)))
        if isinstance(value, str) and "\0" in value:
            raise self.refuse(node, "NUL")
        name = f"p{len(self.parameters) + 1}"
        bound = self.dialect.bind(value)
        if bound is None:
            raise self.refuse(node, str(value))
        self.parameters[name] = bound
        return self.dialect.placeholder(name, value)

    def column(self, node: Node) -> str:
        """Give the column of a datum."""
        origin = self.expression.analysis.origins.get(node)
        name = ".".join(origin or ())
        if origin is None or name not in self.columns:
            if isinstance(node, Path) and self.type(node.base) == DATE:
                return self.dialect.part(node.name, self.visit(node.base))
            raise self.refuse(node, name or "name")
        if self.type(node) not in COLUMN_TYPES:
            raise self.refuse(node, f"{name}: {self.type(node)}")
        return self.columns[name]

    # ── operators ────────────────────────────────────────────────────────────────────────────

    def negation(self, node: Negation) -> str:
        if self.type(node) != NUMBER:
            raise self.refuse(node, f"-{self.type(node)}")
        return f"(-{self.visit(node.operand)})"

    def arithmetic(self, node: Arithmetic) -> str:
        left, right = self.type(node.left), self.type(node.right)
        numbers = (left, right) == (NUMBER, NUMBER) and node.op in ("+", "-", "*")
        lengths = (left, right) == (DAYS_DURATION, DAYS_DURATION) and node.op in ("+", "-")
        if numbers or lengths:
            return f"({self.visit(node.left)} {node.op} {self.visit(node.right)})"
        if (left, right, node.op) == (STRING, STRING, "+"):
            return f"({self.visit(node.left)} || {self.visit(node.right)})"
        if (left, right, node.op) == (DATE, DATE, "-"):
            return self.dialect.days_between(self.visit(node.left), self.visit(node.right))
        if left == DATE and node.op in ("+", "-"):
            return self.moved(node)
        raise self.refuse(node, f"{left} {node.op} {right}")

    def moved(self, node: Arithmetic) -> str:
        """Translate a date and a constant duration added to it."""
        length = None
        if node.right in self.expression.analysis.constant:
            length = evaluator(self.expression.analysis, node.right)({})
        sign = 1 if node.op == "+" else -1
        day = self.visit(node.left)
        if isinstance(length, timedelta) and not length % timedelta(days=1):
            return self.dialect.add_days(day, sign * length.days)
        if isinstance(length, YearsMonths) and self.dialect.add_months is not None:
            return self.dialect.add_months(day, sign * length.months)
        raise self.refuse(node, f"{DATE} {node.op} {self.type(node.right)}")

    def comparison(self, node: Comparison) -> str:
        return self.compared(node, node.op, node.left, node.right)

    def compared(self, node: Node, op: str, left: Node, right: Node) -> str:
        """Translate a comparison; equality is true or false even of nulls."""
        first, second = self.visit(left), self.visit(right)
        kinds = {self.type(left), self.type(right)} - {NULL}
        if len(kinds) > 1 or not kinds <= {*ORDERED, BOOLEAN}:
            raise self.refuse(node, f"{self.type(left)} {op} {self.type(right)}")
        if op in ("=", "!="):
            return self.dialect.same(first, second, negated=op == "!=")
        if kinds - set(ORDERED):
            raise self.refuse(node, f"{self.type(left)} {op}")
        if STRING in kinds:
            first = self.dialect.by_code_point(first)
        return f"({first} {op} {second})"

    def logic(self, node: Logic) -> str:
        return "(" + f" {node.op.upper()} ".join(map(self.condition, node.operands)) + ")"

    def condition(self, node: Node) -> str:
        """Translate a condition, which must be known to be a boolean."""
        if self.type(node) not in (BOOLEAN, NULL):
            raise self.refuse(node, str(self.type(node)))
        return self.visit(node)

    def between(self, node: Between) -> str:
        low = self.compared(node, "<=", node.low, node.value)
        return f"({low} AND {self.compared(node, '<=', node.value, node.high)})"

    def membership(self, node: In) -> str:
        return "(" + " OR ".join(self.passes(node, test) for test in node.tests) + ")"

    def passes(self, node: In, test: Node) -> str:
        """Translate one test of ``in``."""
        match test:
            case Holds():
                return self.condition(test.condition)
            case Test(op, operand):
                return self.compared(test, op, node.value, operand)
            case RangeOf(low, high, low_included, high_included):
                above = self.compared(test, "<=" if low_included else "<", low, node.value)
                below = self.compared(test, "<=" if high_included else "<", node.value, high)
                return f"({above} AND {below})"
            case ListOf(items):
                known = " OR ".join(
                    f"COALESCE({self.passes(node, item)}, {self.dialect.boolean(False)})"
                    for item in items
                )
                return f"({known})" if items else self.dialect.boolean(False)
        return self.compared(test, "=", node.value, test)

    def conditional(self, node: If) -> str:
        if self.type(node) not in (*ORDERED, BOOLEAN):
            raise self.refuse(node, f"if: {self.type(node)}")
        condition, yes, no = (
            self.condition(node.condition),
            self.visit(node.yes),
            self.visit(node.no),
        )
        return f"(CASE WHEN {condition} THEN {yes} ELSE {no} END)"

    # ── functions ────────────────────────────────────────────────────────────────────────────

    def call(self, node: Call) -> str:
        name = node.function.name if isinstance(node.function, Name) else "function"
        writer = FUNCTIONS.get((name, len(node.arguments)))
        if writer is None or node.names:
            raise self.refuse(node, name)
        for argument in node.arguments:
            if self.type(argument) not in (NUMBER, STRING, BOOLEAN):
                raise self.refuse(argument, f"{name}({self.type(argument)})")
        return writer(self.dialect, *(self.visit(argument) for argument in node.arguments))


# Only what counts characters as FEEL does and needs no locale.
FUNCTIONS: dict[tuple[str, int], Callable[..., str]] = {
    ("not", 1): lambda _, value: f"(NOT {value})",
    ("abs", 1): lambda _, value: f"ABS({value})",
    ("string length", 1): lambda _, text: f"LENGTH({text})",
    ("contains", 2): lambda dialect, text, part: f"({dialect.position(text, part)} > 0)",
    ("starts with", 2): lambda _, text, part: f"(SUBSTR({text}, 1, LENGTH({part})) = {part})",
    ("ends with", 2): lambda _, text, part: (
        f"(LENGTH({text}) >= LENGTH({part}) AND"
        f" SUBSTR({text}, LENGTH({text}) - LENGTH({part}) + 1) = {part})"
    ),
}
WRITERS: dict[type[Node], Callable[[_Translator, Any], str]] = {
    Arithmetic: _Translator.arithmetic,
    Between: _Translator.between,
    Call: _Translator.call,
    Comparison: _Translator.comparison,
    If: _Translator.conditional,
    In: _Translator.membership,
    Literal: lambda work, node: work.constant(node, node.value),
    Logic: _Translator.logic,
    Name: _Translator.column,
    Negation: _Translator.negation,
    Path: _Translator.column,
}
