"""The compiler (コンパイラ): a checked tree to one Python function, with types used where known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import meter, operators, runtime
from .arithmetic import BY_TYPES, BY_VALUES
from .builtins import Builtin
from .checker import Analysis
from .comparison_compiler import (
    INLINE,
    compile_between,
    compile_comparison,
    compile_logic,
    compile_membership,
)
from .emitter import Emitter
from .loop_compiler import compile_filter, compile_for, compile_function, compile_quantified
from .properties import PROPERTIES
from .scope import Binding, Local, Member, Variable
from .syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ContextOf,
    Filter,
    For,
    Function,
    If,
    In,
    InstanceOf,
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
from .types import (
    ANY,
    BOOLEAN,
    NUMBER,
    SCALARS,
    ContextType,
    FunctionType,
    ListType,
    Type,
)
from .values import negate, normal, reader

FOLDED = (Arithmetic, Call, Comparison, ListOf, Negation, RangeOf, Test)


class Compiler:
    """Writes the function of one tree; each method gives the name that holds the node's value."""

    def __init__(self, analysis: Analysis) -> None:
        self.found = analysis
        self.out = Emitter()
        self.prelude: list[str] = []
        self.variables: dict[str, str] = {}
        self.locals: dict[Local, str] = {}
        self.loops = False

    def function(self, node: Node, fold: bool = True) -> Callable[..., Any]:
        """Compile a tree to a function of the context; without ``fold`` the top is written out."""
        result = self.visit(node) if fold else WRITERS[type(node)](self, node)
        self.out.line(f"return {result}")
        self.out.lines[:0] = self.prelude
        return self.out.function("expression", "context")

    def visit(self, node: Node) -> str:
        """Write the code of a node; data of the context are read to their depth."""
        value = self.visit_raw(node)
        return self.helper(normal, value) if self.is_raw(node) else value

    def visit_raw(self, node: Node) -> str:
        """Write the code of a node whose parts are read, if at all, when they are taken out."""
        if node in self.found.constant and isinstance(node, FOLDED):
            return self.out.constant(folded(self.found, node))
        return WRITERS[type(node)](self, node)

    def is_raw(self, node: Node) -> bool:
        """Tell whether a node is a list or context of the data, its parts not yet read."""
        kind = self.type(node)
        if self.found.origins.get(node) is None or not isinstance(kind, (ListType, ContextType)):
            return False
        selected = isinstance(node, Filter) and self.type(node.condition) != NUMBER
        taken_out = selected or (isinstance(node, Path) and self.is_rows(node.base))
        return not (taken_out and isinstance(kind, ListType) and kind.of in SCALARS.values())

    def is_rows(self, node: Node) -> bool:
        """Tell whether a node is a list of contexts."""
        kind = self.type(node)
        return isinstance(kind, ListType) and isinstance(kind.of, ContextType)

    def type(self, node: Node) -> Type:
        """Give the type the checker found."""
        return self.found.types.get(node, ANY)

    def helper(self, function: Callable[..., Any], *arguments: str) -> str:
        """Call a function of the runtime."""
        return self.out.assign(f"{self.out.constant(function)}({', '.join(arguments)})")

    # ── names and paths ──────────────────────────────────────────────────────────────────────

    def _literal(self, node: Literal) -> str:
        return self.out.constant(node.value)

    def _name(self, node: Name) -> str:
        return self.bound(self.found.bindings.get(node))

    def bound(self, binding: Binding | None) -> str:
        """Write what a name stands for."""
        if isinstance(binding, Local):
            return self.locals[binding]
        if isinstance(binding, Variable):
            return self.variable(binding)
        if isinstance(binding, Member):
            return self.member(binding)
        return self.out.constant(binding)

    def variable(self, binding: Variable) -> str:
        """Read a variable of the context, once, at the beginning of the function."""
        if binding.name not in self.variables:
            name = self.out.fresh("v")
            lines, self.out.lines, indent, self.out.indent = self.out.lines, [], self.out.indent, 1
            self.out.line(f"{name} = context.get({self.out.constant(binding.name)})")
            self.out.read(name, binding.type)
            self.prelude += self.out.lines
            self.out.lines, self.out.indent = lines, indent
            self.variables[binding.name] = name
        return self.variables[binding.name]

    def member(self, binding: Member) -> str:
        """Read an entry of the item of a filter."""
        item, key = self.locals[binding.item], self.out.constant(binding.name)
        if binding.unsure:
            otherwise = self.bound(binding.otherwise) if binding.otherwise else "None"
            has, path = self.out.constant(runtime.has), self.out.constant(runtime.path)
            return self.out.assign(
                f"{path}({item}, {key}) if {has}({item}, {key}) else {otherwise}"
            )
        found = self.out.assign(f"None if {item} is None else {item}.get({key})")
        self.out.read(found, binding.type)
        return found

    def _path(self, node: Path) -> str:
        kind, key = self.type(node.base), self.out.constant(node.name)
        rows = self.is_rows(node.base)
        lazily = rows or isinstance(kind, ContextType)
        base = self.visit_raw(node.base) if lazily else self.visit(node.base)
        if isinstance(kind, ContextType):
            found = self.out.assign(f"None if {base} is None else {base}.get({key})")
            self.out.read(found, self.type(node))
            return found
        if rows:
            self.loops = True
            entry = self.type(node)
            read = reader(entry.of if isinstance(entry, ListType) else ANY)
            return self.helper(runtime.column, base, key, self.out.constant(read))
        if kind in PROPERTIES and node.name in PROPERTIES[kind]:
            read = PROPERTIES[kind][node.name][1]
            return self.out.assign(f"None if {base} is None else {self.out.constant(read)}({base})")
        self.loops = True
        return self.helper(runtime.path, base, key)

    # ── operators ────────────────────────────────────────────────────────────────────────────

    def _negation(self, node: Negation) -> str:
        return self.helper(negate, self.visit(node.operand))

    def _arithmetic(self, node: Arithmetic) -> str:
        left, right = self.visit(node.left), self.visit(node.right)
        pair = (self.type(node.left), self.type(node.right))
        return self.helper(BY_TYPES[node.op].get(pair) or BY_VALUES[node.op], left, right)

    def _test(self, node: Test) -> str:
        make = self.out.constant(operators.test_range)
        return self.out.assign(f"{make}({node.op!r}, {self.visit(node.operand)})")

    def _instance(self, node: InstanceOf) -> str:
        self.loops = True
        return self.helper(
            runtime.instance_of, self.visit(node.value), self.out.constant(node.type)
        )

    # ── control and constructors ─────────────────────────────────────────────────────────────

    def _conditional(self, node: If) -> str:
        condition, result = self.visit(node.condition), self.out.fresh()
        with self.out.block(f"if {condition} is True:"):
            yes = self.visit(node.yes)
            self.out.line(f"{result} = {yes}")
        with self.out.block("else:"):
            no = self.visit(node.no)
            self.out.line(f"{result} = {no}")
        return result

    def _list_of(self, node: ListOf) -> str:
        return self.out.assign(f"[{', '.join([self.visit(item) for item in node.items])}]")

    def _context_of(self, node: ContextOf) -> str:
        keys = [name for name, _ in node.entries]
        if len(set(keys)) != len(keys):
            return "None"
        parts = []
        for (name, value), local in zip(node.entries, self.found.declared[node], strict=True):
            held = self.visit(value)
            self.locals[local] = held
            parts.append(f"{self.out.constant(name)}: {held}")
        return self.out.assign("{" + ", ".join(parts) + "}")

    def _range_of(self, node: RangeOf) -> str:
        low, high = self.visit(node.low), self.visit(node.high)
        make = self.out.constant(operators.made_range)
        return self.out.assign(f"{make}({low}, {high}, {node.low_included}, {node.high_included})")

    def _call(self, node: Call) -> str:
        builtin = self.found.bindings.get(node)
        if isinstance(builtin, Builtin) and node.names is None:
            return self.builtin(node, builtin)
        self.loops = True
        arguments = [self.visit(argument) for argument in node.arguments]
        function = self.visit(node.function)
        kind = self.type(node.function)
        given = node.names
        if given and isinstance(kind, FunctionType) and set(given) <= {n for n, _ in kind.params}:
            named = dict(zip(given, arguments, strict=True))
            arguments, given = [named.get(name, "None") for name, _ in kind.params], None
        names = self.out.constant(given)
        together = "(" + "".join(f"{a}, " for a in arguments) + ")"
        result = self.helper(runtime.invoke, function, together, names)
        returns = self.type(node)
        self.out.read(result, ANY if isinstance(returns, (ListType, ContextType)) else returns)
        return result

    def builtin(self, node: Call, builtin: Builtin) -> str:
        """Write a call of a built-in: ``not`` and those of simple types without detours."""
        types = [self.type(argument) for argument in node.arguments]
        if builtin.name == "not" and types == [BOOLEAN]:
            value = self.visit(node.arguments[0])
            return self.out.assign(f"None if {value} is None else not {value}")
        target = best_target(builtin, types)
        self.loops = self.loops or target is builtin
        visit = self.visit_raw if builtin.lazy else self.visit
        return self.helper(target, *(visit(argument) for argument in node.arguments))


def best_target(builtin: Builtin, types: list[Type]) -> Callable[..., Any]:
    """Give the fastest way to call a built-in with arguments of these types."""
    for overload in builtin.overloads:
        parameters = overload.arrange(len(types), None)
        wanted = [p.type for p in parameters or ()]
        if parameters and wanted == types and all(t in INLINE for t in wanted):
            return overload.direct if not any(p.nullable for p in parameters) else builtin
    return builtin


def evaluator(analysis: Analysis, node: Node) -> Callable[[Mapping[str, object]], Any]:
    """Compile a part of a checked tree to a function of the context that never raises for data."""
    compiler = Compiler(analysis)
    function = compiler.function(node, fold=False)

    def evaluate(context: Mapping[str, object]) -> Any:
        try:
            meter.enter()
            try:
                return function(context)
            finally:
                meter.leave()
        except (meter.Exhausted, RecursionError, *runtime.FAILURES):
            return None

    return evaluate


def folded(analysis: Analysis, node: Node) -> Any:
    """Evaluate a constant part now, so that it need not be evaluated again."""
    return evaluator(analysis, node)({})


WRITERS: dict[type[Node], Callable[[Compiler, Any], str]] = {
    Arithmetic: Compiler._arithmetic,
    Between: compile_between,
    Call: Compiler._call,
    Comparison: compile_comparison,
    ContextOf: Compiler._context_of,
    Filter: compile_filter,
    For: compile_for,
    Function: compile_function,
    If: Compiler._conditional,
    In: compile_membership,
    InstanceOf: Compiler._instance,
    ListOf: Compiler._list_of,
    Literal: Compiler._literal,
    Logic: compile_logic,
    Name: Compiler._name,
    Negation: Compiler._negation,
    Path: Compiler._path,
    Quantified: compile_quantified,
    RangeOf: Compiler._range_of,
    Test: Compiler._test,
}
