"""The compiler (コンパイラ): a checked tree to one Python function, with types used where known.

Each writer adds the lines of one kind of node and gives the name that holds its value: a value of
the node's type, or None. Data of the context are read when they are taken out: of a list of rows
only the columns that are asked for are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import runtime, syntax
from .arithmetic import OPERATIONS, calculate
from .call_compiler import write_call
from .checker import Analysis
from .comparison_compiler import write_between, write_comparison, write_logic, write_membership
from .emitter import Emitter
from .loop_compiler import write_filter, write_for, write_function, write_quantified
from .meter import pass_over
from .operators import made_range, test_range
from .properties import PROPERTIES
from .scope import Binding, Local, Member, Variable
from .syntax import Node
from .types import ANY, STRING, ContextType, ListType, Type
from .values import is_flat, is_structure, negate, normal, reading

FREE_PASSES = 16  # over lists or texts, that are not counted as work


class Compiler:
    """Writes the function of one tree."""

    def __init__(self, analysis: Analysis) -> None:
        self.found = analysis
        self.out = Emitter()
        self.prelude: list[str] = []
        self.variables: dict[Variable, str] = {}
        self.locals: dict[Local, str] = {}
        self.loops = 0  # that enclose what is being written
        self.passes = 0
        self.metered = False

    def function(self, node: Node, fold: bool = True) -> Callable[[Mapping[str, object]], Any]:
        """Compile a tree to a function of the context; without ``fold`` the top is written out."""
        result = self.visit(node) if fold else WRITERS[type(node)](self, node)
        self.out.lines[:0] = self.prelude
        kind = self.type(node)
        shares = is_structure(kind) and not is_flat(kind)  # parts, perhaps, and so may be endless
        return self.out.function(result, kind, self.metered or shares)

    def visit(self, node: Node) -> str:
        """Write the code of a node; data of the context are read to their depth."""
        value = self.visit_raw(node)
        if not self.is_raw(node):
            return value
        self.metered = True
        return self.out.call(normal, value)

    def visit_raw(self, node: Node) -> str:
        """Write the code of a node whose parts are read, if at all, when they are taken out."""
        if node in self.found.constant and not isinstance(node, (syntax.Literal, syntax.Name)):
            return self.out.constant(folded(self.found, node))
        return WRITERS[type(node)](self, node)

    def is_raw(self, node: Node) -> bool:
        """Tell whether a node is a list or context of the data, its parts not yet read."""
        kind = self.type(node)
        return node in self.found.origins and is_structure(kind) and not is_flat(kind)

    def type(self, node: Node) -> Type:
        """Give the type the checker found."""
        return self.found.types.get(node, ANY)

    def is_work(self) -> bool:
        """Note that texts or lists are gone through: work to count, unless once of few times."""
        self.passes += 1
        counted = self.loops > 0 or self.passes > FREE_PASSES
        self.metered = self.metered or counted
        return counted

    def pass_over(self, *values: str) -> None:
        """Count going through texts or lists as work."""
        varying = [value for value in values if value[0] != "k"]
        if varying and self.is_work():
            self.out.line(f"{self.out.named(pass_over)}({', '.join(varying)})")

    def bound(self, binding: Binding | None) -> str:
        """Write what a name stands for."""
        if isinstance(binding, Local):
            return self.locals[binding]
        if isinstance(binding, Variable):
            return self.variable(binding)
        return self.member(binding) if isinstance(binding, Member) else self.out.constant(binding)

    def variable(self, binding: Variable) -> str:
        """Read a variable of the context, once, at the beginning of the function."""
        if binding not in self.variables:
            out, name = self.out, self.out.fresh("v")
            self.metered = self.metered or binding.type == ANY
            lines, out.lines, indent, out.indent = out.lines, self.prelude, out.indent, 2
            out.line(f"{name} = context.get({out.constant(binding.name)})")
            out.read(name, binding.type)
            out.lines, out.indent = lines, indent
            self.variables[binding] = name
        return self.variables[binding]

    def member(self, binding: Member) -> str:
        """Read an entry of the item of a filter."""
        item, key = self.locals[binding.item], self.out.constant(binding.name)
        if not binding.unsure:
            return self.entry(item, key, binding.type)
        self.metered = True
        has, path = self.out.named(runtime.has), self.out.named(runtime.path)
        outer = binding.otherwise
        if isinstance(outer, Variable):
            outer = Variable(outer.name, ANY)  # as an entry of the item: read to its depth
        otherwise = self.bound(outer) if outer else "None"
        return self.out.assign(f"{path}({item}, {key}) if {has}({item}, {key}) else {otherwise}")

    def entry(self, context: str, key: str, kind: Type) -> str:
        """Read an entry of a context."""
        found = self.out.assign(f"None if {context} is None else {context}.get({key})")
        self.out.read(found, kind)
        return found


def write_literal(to: Compiler, node: syntax.Literal) -> str:
    """Write a constant."""
    return to.out.constant(node.value)


def write_name(to: Compiler, node: syntax.Name) -> str:
    """Write a name."""
    return to.bound(to.found.bindings.get(node))


def write_path(to: Compiler, node: syntax.Path) -> str:
    """Write ``base.name``."""
    kind, key = to.type(node.base), to.out.constant(node.name)
    rows = isinstance(kind, ListType) and isinstance(kind.of, ContextType)
    lazily = rows or isinstance(kind, ContextType)
    base = to.visit_raw(node.base) if lazily else to.visit(node.base)
    if isinstance(kind, ContextType):
        return to.entry(base, key, to.type(node))
    if rows:
        to.pass_over(base)
        entries = to.type(node)
        python, read = reading(entries.of if isinstance(entries, ListType) else ANY)
        known = to.out.named(python) if python else "None"
        return to.out.call(runtime.column, base, key, known, to.out.constant(read))
    if node.name in PROPERTIES.get(kind, {}):
        return to.out.attempt(f"{to.out.constant(PROPERTIES[kind][node.name][1])}({base})", base)
    to.metered = True
    return to.out.call(runtime.path, base, key)


def write_negation(to: Compiler, node: syntax.Negation) -> str:
    """Write ``-operand``."""
    operand = to.visit(node.operand)
    return to.out.attempt(f"{to.out.named(negate)}({operand})", operand)


def write_arithmetic(to: Compiler, node: syntax.Arithmetic) -> str:
    """Write an operation, chosen now where the types of its operands are known."""
    left, right = to.visit(node.left), to.visit(node.right)
    kinds = (to.type(node.left), to.type(node.right))
    found = OPERATIONS[node.op].get(kinds)
    if STRING in kinds or ANY in kinds:
        to.is_work()
    if found is None:
        return to.out.call(calculate, repr(node.op), left, right)
    return to.out.attempt(f"{to.out.named(found[1])}({left}, {right})", left, right)


def write_test(to: Compiler, node: syntax.Test) -> str:
    """Write ``< operand`` and its like as a value."""
    return to.out.call(test_range, repr(node.op), to.visit(node.operand))


def write_instance(to: Compiler, node: syntax.InstanceOf) -> str:
    """Write ``value instance of type``."""
    to.metered = True
    return to.out.call(runtime.is_a, to.visit(node.value), to.out.constant(node.type))


def write_if(to: Compiler, node: syntax.If) -> str:
    """Write ``if``: only the branch that is taken is evaluated."""
    condition, result = to.visit(node.condition), to.out.fresh()
    for head, branch in ((f"if {condition} is True:", node.yes), ("else:", node.no)):
        with to.out.block(head):
            to.out.line(f"{result} = {to.visit(branch)}")
    return result


def write_list(to: Compiler, node: syntax.ListOf) -> str:
    """Write ``[…]``."""
    return to.out.assign(f"[{', '.join([to.visit(item) for item in node.items])}]")


def write_context(to: Compiler, node: syntax.ContextOf) -> str:
    """Write ``{…}``; a key written twice makes it null."""
    keys = [name for name, _ in node.entries]
    if len(set(keys)) != len(keys):
        return "None"
    declared = to.found.declared[node]
    for (_, value), local in zip(node.entries, declared, strict=True):
        to.locals[local] = to.visit(value)
    entries = [f"{to.out.constant(local.name)}: {to.locals.pop(local)}" for local in declared]
    return to.out.assign("{" + ", ".join(entries) + "}")


def write_range(to: Compiler, node: syntax.RangeOf) -> str:
    """Write ``[low..high]``."""
    included = (str(node.low_included), str(node.high_included))
    return to.out.call(made_range, to.visit(node.low), to.visit(node.high), *included)


def evaluator(analysis: Analysis, node: Node) -> Callable[[Mapping[str, object]], Any]:
    """Compile a part of a checked tree to a function of the context that never raises for data."""
    return Compiler(analysis).function(node, fold=False)


def folded(analysis: Analysis, node: Node) -> Any:
    """Evaluate a constant part now, so that it need not be evaluated again."""
    return evaluator(analysis, node)({})


WRITERS: dict[type[Node], Callable[[Compiler, Any], str]] = {
    syntax.Arithmetic: write_arithmetic,
    syntax.Between: write_between,
    syntax.Call: write_call,
    syntax.Comparison: write_comparison,
    syntax.ContextOf: write_context,
    syntax.Filter: write_filter,
    syntax.For: write_for,
    syntax.Function: write_function,
    syntax.If: write_if,
    syntax.In: write_membership,
    syntax.InstanceOf: write_instance,
    syntax.ListOf: write_list,
    syntax.Literal: write_literal,
    syntax.Logic: write_logic,
    syntax.Name: write_name,
    syntax.Negation: write_negation,
    syntax.Path: write_path,
    syntax.Quantified: write_quantified,
    syntax.RangeOf: write_range,
    syntax.Test: write_test,
}
