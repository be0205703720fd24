"""The checker (検査): gives every node its type and meaning, and says what cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .builtins import Builtin
from .call_checker import check_call
from .faults import Fault, fault, nearest, unknown_name
from .operand_checker import (
    arithmetic_type,
    check_comparable,
    check_membership,
    check_ordered,
    literal_type,
)
from .properties import property_types
from .scope import Binding, Local, Member, Origin, Scope, Variable
from .syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ContextOf,
    Filter,
    For,
    Function,
    Holds,
    If,
    In,
    InstanceOf,
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
    children,
)
from .types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NULL,
    NUMBER,
    YEARS_DURATION,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
    conforms,
    join,
    join_all,
)


@dataclass
class Analysis:
    """What the checker learned: types, meanings of names and calls, declared names, references."""

    source: str
    types: dict[Node, Type] = field(default_factory=dict)
    bindings: dict[Node, Binding | None] = field(default_factory=dict)
    declared: dict[Node, tuple[Local, ...]] = field(default_factory=dict)
    constant: set[Node] = field(default_factory=set)
    origins: dict[Node, Origin] = field(default_factory=dict)
    references: list[tuple[str, ...]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class Checker:
    """Walks a tree once; ``scope`` None means that nothing is known of the context."""

    def __init__(self, source: str, scope: Mapping[str, Type] | None) -> None:
        self.found = Analysis(source)
        self.scope = Scope(scope)

    # ── walking ──────────────────────────────────────────────────────────────────────────────

    def visit(self, node: Node) -> Type:
        """Give the type of a node, recording what is learned."""
        kind = VISITORS[type(node)](self, node)
        self.found.types[node] = kind
        if self.is_constant(node):
            self.found.constant.add(node)
        return kind

    def is_constant(self, node: Node) -> bool:
        """Tell whether a node has the same value in every context."""
        if isinstance(node, Name):
            binding = self.found.bindings.get(node)
            return isinstance(binding, Builtin) and binding.pure
        if isinstance(node, (Function, For, Quantified, ContextOf, Iteration)):
            return False
        return all(part in self.found.constant for part in children(node))

    def report(
        self, node: Node, code: str, suggestion: str | None = None, **params: object
    ) -> None:
        """Record a fault at a node."""
        self.found.faults.append(fault(self.found.source, node.at, code, suggestion, **params))

    @contextmanager
    def declaring(self, frame: dict[str, Local] | Local) -> Iterator[None]:
        """Make names visible while a part is visited."""
        self.scope.frames.append(frame)
        yield
        self.scope.frames.pop()

    def refer(self, node: Node, origin: Origin, base: Node | None = None) -> None:
        """Note which data a node reads; a longer path takes the place of the shorter."""
        if origin is None:
            return
        self.found.origins[node] = origin
        before = self.found.origins.get(base) if base else None
        if before in self.found.references:
            last = len(self.found.references) - 1 - self.found.references[::-1].index(before)
            del self.found.references[last]
        self.found.references.append(origin)

    # ── names and paths ──────────────────────────────────────────────────────────────────────

    def _name(self, node: Name) -> Type:
        binding = self.scope.resolve(node.name)
        if binding is None:
            known = self.scope.known_names()
            self.found.faults.append(unknown_name(self.found.source, node.at, node.name, known))
            binding = Variable(node.name, ANY)
        self.found.bindings[node] = binding
        self.refer(node, origin_of(binding, known=self.scope.variables is not None))
        return binding.type

    def _path(self, node: Path) -> Type:
        base = self.visit(node.base)
        origin = self.found.origins.get(node.base)
        element = base.of if isinstance(base, ListType) else base
        if origin and (element == ANY or isinstance(element, ContextType)):
            self.refer(node, (*origin, node.name), node.base)  # else a property, as of a date
        return self.entry_type(node, base)

    def entry_type(self, node: Path, base: Type) -> Type:
        """Give the type of an entry or property."""
        if isinstance(base, ListType):
            return ListType(self.entry_type(node, base.of))
        if isinstance(base, ContextType):
            if node.name in base.entries:
                return base.entries[node.name]
            known = set(base.entries)
            if base.open:
                return ANY
        else:
            properties = property_types(base)
            if node.name in properties:
                return properties[node.name]
            known = set(properties)
        if base not in (ANY, NULL):
            suggestion = nearest(node.name, known)
            self.report(node, "unknown-entry", suggestion, name=node.name, type=base)
        return ANY

    def _filter(self, node: Filter) -> Type:
        base = self.visit(node.base)
        element = base.of if isinstance(base, ListType) else base
        origin = self.found.origins.get(node.base)
        item = Local("item", element, origin)
        self.found.declared[node] = (item,)
        with self.declaring({"item": item}), self.declaring(item):
            condition = self.visit(node.condition)
        if origin:
            self.found.origins[node] = origin
        if conforms(condition, NUMBER) and condition not in (ANY, NULL):
            return element
        self.check_condition(node.condition, condition)
        return ANY if condition == ANY else ListType(element)

    # ── operators ────────────────────────────────────────────────────────────────────────────

    def _negation(self, node: Negation) -> Type:
        kind = self.visit(node.operand)
        if kind in (NUMBER, DAYS_DURATION, YEARS_DURATION, ANY, NULL):
            return kind
        self.report(node, "operand-type", op="-", left=kind, right=kind)
        return ANY

    def _arithmetic(self, node: Arithmetic) -> Type:
        left, right = self.visit(node.left), self.visit(node.right)
        found = arithmetic_type(node.op, left, right)
        if found is None:
            days = node.right.value if isinstance(node.right, Literal) and right == NUMBER else None
            hint = f'{node.op} duration("P{days}D")' if days and left in (DATE, DATE_TIME) else None
            self.report(node, "operand-type", hint, op=node.op, left=left, right=right)
        return found or ANY

    def _comparison(self, node: Comparison) -> Type:
        left, right = self.visit(node.left), self.visit(node.right)
        check = check_comparable if node.op in ("=", "!=") else check_ordered
        check(self, node, node.op, left, right)
        return BOOLEAN

    def _logic(self, node: Logic) -> Type:
        for operand in node.operands:
            kind = self.visit(operand)
            if not conforms(kind, BOOLEAN):
                self.report(operand, "condition-type", type=kind)
            self.check_varies(operand)
        return BOOLEAN

    def _between(self, node: Between) -> Type:
        value = self.visit(node.value)
        for end in (node.low, node.high):
            check_ordered(self, node, "between", value, self.visit(end))
        return BOOLEAN

    def _membership(self, node: In) -> Type:
        value = self.visit(node.value)
        for test in node.tests:
            check_membership(self, node, test, value, self.visit(test))
        return BOOLEAN

    def _test(self, node: Test) -> Type:
        return RangeType(self.visit(node.operand))

    def _holds(self, node: Holds) -> Type:
        return self.visit(node.condition)

    def _instance(self, node: InstanceOf) -> Type:
        self.visit(node.value)
        return BOOLEAN

    # ── control ──────────────────────────────────────────────────────────────────────────────

    def _conditional(self, node: If) -> Type:
        self.check_condition(node.condition, self.visit(node.condition))
        return join(self.visit(node.yes), self.visit(node.no))

    def check_condition(self, node: Node, kind: Type) -> None:
        """A condition is a boolean, and not always the same."""
        if not conforms(kind, BOOLEAN):
            self.report(node, "condition-type", type=kind)
        self.check_varies(node)

    def check_varies(self, node: Node) -> None:
        """Report a condition that is the same in every context."""
        if node in self.found.constant and self.found.types[node] in (BOOLEAN, NULL):
            value = str(node.value).lower() if isinstance(node, Literal) else "…"
            self.report(node, "constant-condition", value=value)

    @contextmanager
    def iterations(self, nodes: tuple[Iteration, ...]) -> Iterator[None]:
        """Visit each iteration, declaring its name for what follows."""
        depth = len(self.scope.frames)
        for node in nodes:
            item = Local(node.name, self.element_type(node), self.found.origins.get(node.domain))
            self.found.declared[node] = (item,)
            self.scope.frames.append({node.name: item})
        yield
        del self.scope.frames[depth:]

    def element_type(self, node: Iteration) -> Type:
        """Give the type of what an iteration goes through."""
        domain = self.visit(node.domain)
        if node.end is not None:
            end = self.visit(node.end)
            for kind in (domain, end):
                if kind not in (NUMBER, DATE, ANY, NULL):
                    self.report(node, "iteration-type", type=kind)
            return domain
        if isinstance(domain, (ListType, RangeType)):
            return domain.of
        if domain not in (ANY, NULL):
            self.report(node, "iteration-type", type=domain)
        return ANY

    def _loop(self, node: For) -> Type:
        partial = Local("partial", ListType())
        self.found.declared[node] = (partial,)
        with self.declaring({"partial": partial}), self.iterations(node.iterations):
            return_type = self.visit(node.body)
        return ListType(return_type)

    def _quantified(self, node: Quantified) -> Type:
        with self.iterations(node.iterations):
            self.check_condition(node.condition, self.visit(node.condition))
        return BOOLEAN

    # ── constructors ─────────────────────────────────────────────────────────────────────────

    def _literal(self, node: Literal) -> Type:
        return literal_type(node.value)

    def _list_of(self, node: ListOf) -> Type:
        return ListType(join_all([self.visit(item) for item in node.items]))

    def _context_of(self, node: ContextOf) -> Type:
        frame: dict[str, Local] = {}
        locals_ = []
        with self.declaring(frame):
            for name, value in node.entries:
                local = Local(name, self.visit(value), self.found.origins.get(value))
                locals_.append(local)
                frame[name] = local
        self.found.declared[node] = tuple(locals_)
        return ContextType({name: local.type for name, local in frame.items()})

    def _range_of(self, node: RangeOf) -> Type:
        low, high = self.visit(node.low), self.visit(node.high)
        check_ordered(self, node, "..", low, high)
        return RangeType(join(low, high))

    def _function(self, node: Function) -> Type:
        parameters = tuple(Local(name, kind) for name, kind in node.parameters)
        self.found.declared[node] = parameters
        returns: Type = ANY
        if node.body is not None:
            with self.declaring({local.name: local for local in parameters}):
                returns = self.visit(node.body)
        return FunctionType(params=node.parameters, returns=returns)

    def _call(self, node: Call) -> Type:
        return check_call(self, node)


def origin_of(binding: Binding | None, known: bool) -> Origin:
    """Tell which data of the context a name reads; ``known`` when the names of a context are."""
    if isinstance(binding, Variable):
        return None if isinstance(binding.type, FunctionType) else (binding.name,)
    if isinstance(binding, Local):
        return binding.origin
    if isinstance(binding, Member):
        if known and binding.unsure and isinstance(binding.otherwise, Variable):
            return (binding.otherwise.name,)
        return binding.item.origin and (*binding.item.origin, binding.name)
    return None


VISITORS: dict[type[Node], Callable[[Checker, Any], Type]] = {
    Arithmetic: Checker._arithmetic,
    Between: Checker._between,
    Call: Checker._call,
    Comparison: Checker._comparison,
    ContextOf: Checker._context_of,
    Filter: Checker._filter,
    For: Checker._loop,
    Function: Checker._function,
    Holds: Checker._holds,
    If: Checker._conditional,
    In: Checker._membership,
    InstanceOf: Checker._instance,
    ListOf: Checker._list_of,
    Literal: Checker._literal,
    Logic: Checker._logic,
    Name: Checker._name,
    Negation: Checker._negation,
    Path: Checker._path,
    Quantified: Checker._quantified,
    RangeOf: Checker._range_of,
    Test: Checker._test,
}
