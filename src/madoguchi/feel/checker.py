"""The checker (検査): gives every node its type and meaning, and says what cannot be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from . import syntax
from .builtins import Builtin
from .call_checker import check_call
from .faults import MOST_FAULTS, Fault, fault, nearest, unknown_name
from .operand_checker import UNKNOWN, constant_type, days_meant, operation_type
from .properties import property_types
from .scope import Binding, Local, Origin, Scope, Variable
from .syntax import Node, children
from .types import (
    ANY,
    BOOLEAN,
    DATE,
    NULL,
    NUMBER,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
    comparable,
    conforms,
    join,
    join_all,
)


@dataclass(eq=False)
class Analysis:
    """What the checker learned: types, meanings of names and calls, declared names, data read."""

    source: str
    types: dict[Node, Type] = field(default_factory=dict)
    bindings: dict[Node, Binding] = field(default_factory=dict)
    declared: dict[Node, tuple[Local, ...]] = field(default_factory=dict)
    constant: set[Node] = field(default_factory=set)
    origins: dict[Node, tuple[str, ...]] = field(default_factory=dict)
    extended: set[Node] = field(default_factory=set)  # whose data are read only in part
    faults: list[Fault] = field(default_factory=list)

    @property
    def references(self) -> frozenset[tuple[str, ...]]:
        """The data that the expression reads, each as far as it is read."""
        return frozenset(o for node, o in self.origins.items() if node not in self.extended)


class Checker:
    """Walks a tree once; ``scope`` None means that nothing is known of the context."""

    def __init__(self, source: str, scope: Mapping[str, Type] | None) -> None:
        self.found = Analysis(source)
        self.scope = Scope(scope)

    # ── recording ────────────────────────────────────────────────────────────────────────────

    def visit(self, node: Node) -> Type:
        """Give the type of a node, recording what is learned."""
        kind = self.found.types[node] = self.type_of(node)
        if not isinstance(node, (syntax.Name, syntax.Function, syntax.ContextOf)) and all(
            part in self.found.constant for part in children(node)
        ):
            self.found.constant.add(node)
        return kind

    def bind(self, node: syntax.Name, binding: Binding) -> Type:
        """Record what a name stands for."""
        self.found.bindings[node] = binding
        if not isinstance(binding, Builtin):
            self.read(node, binding.origin)
        elif binding.pure:
            self.found.constant.add(node)
        return binding.type

    def read(self, node: Node, origin: Origin, base: Node | None = None) -> None:
        """Record which data a node reads, in place of its base, of which it takes a part."""
        if origin is not None:
            self.found.origins[node] = origin
            self.found.extended |= {base} if base else set()

    def report(
        self, node: Node, code: str, suggestion: str | None = None, **params: object
    ) -> None:
        """Record a fault at a node."""
        if len(self.found.faults) < MOST_FAULTS:
            self.found.faults.append(fault(self.found.source, node.at, code, suggestion, **params))

    @contextmanager
    def declaring(self, *frames: dict[str, Local] | Local) -> Iterator[None]:
        """Make names visible while a part is visited, and those that it adds."""
        depth = len(self.scope.frames)
        self.scope.frames += frames
        yield
        del self.scope.frames[depth:]

    def declare(self, node: Node, *names: Local) -> dict[str, Local]:
        """Record the names a node declares."""
        self.found.declared[node] = names
        return {local.name: local for local in names}

    # ── types ────────────────────────────────────────────────────────────────────────────────

    def type_of(self, node: Node) -> Type:
        """Find the type of a node and, in doing so, of its parts."""
        match node:
            case syntax.Literal(value):
                return constant_type(value)
            case syntax.Name():
                return self.name(node)
            case syntax.Path():
                return self.path(node)
            case syntax.Call():
                return check_call(self, node)
            case syntax.Arithmetic(op, left, right):
                kinds = self.visit(left), self.visit(right)
                return self.operation(node, op, *kinds, suggestion=days_meant(node, kinds[0]))
            case syntax.Negation(operand):
                kind = self.visit(operand)
                if operation_type("*", kind, NUMBER) is not None:  # -x is x * -1
                    return kind
                self.report(node, "operand-type", op="-", left=kind, right=kind)
                return ANY
            case syntax.If(condition, yes, no):
                self.condition(condition)
                return join(self.visit(yes), self.visit(no))
            case syntax.ListOf(items):
                return ListType(join_all([self.visit(item) for item in items]))
            case syntax.RangeOf(low, high):
                kinds = self.visit(low), self.visit(high)
                self.operation(node, "..", *kinds)
                return RangeType(join(*kinds))
            case syntax.Test(_, operand):
                return RangeType(self.visit(operand))
            case syntax.Holds(condition):
                return self.visit(condition)
            case syntax.Filter():
                return self.filter(node)
            case syntax.For(iterations, body):
                partial = self.declare(node, Local("partial", ListType()))
                with self.iterating(iterations, partial):
                    return ListType(self.visit(body))
            case syntax.ContextOf(entries):
                return self.context(node, entries)
            case syntax.Function(parameters, body):
                locals_ = self.declare(node, *(Local(*parameter) for parameter in parameters))
                with self.declaring(locals_):
                    returns = self.visit(body) if body else ANY
                return FunctionType(params=parameters, returns=returns)
        self.check_truth(node)
        return BOOLEAN

    def check_truth(self, node: Node) -> None:
        """Visit the parts of what is true or false."""
        match node:
            case syntax.Comparison(op, left, right):
                self.operation(node, op, self.visit(left), self.visit(right))
            case syntax.Logic(_, operands):
                for operand in operands:
                    self.condition(operand)
            case syntax.Between(value, low, high):
                kind = self.visit(value)
                for end in (low, high):
                    self.operation(node, "between", kind, self.visit(end))
            case syntax.In(value, tests):
                kind = self.visit(value)
                for test in tests:
                    self.check_membership(node, kind, test, self.visit(test))
            case syntax.InstanceOf(value):
                self.visit(value)
            case syntax.Quantified(_, iterations, condition):
                with self.iterating(iterations):
                    self.condition(condition)

    def name(self, node: syntax.Name) -> Type:
        """Find what a name stands for."""
        binding = self.scope.resolve(node.name)
        if binding is None and len(self.found.faults) < MOST_FAULTS:
            known = self.scope.known_names()
            self.found.faults.append(unknown_name(self.found.source, node.at, node.name, known))
        return self.bind(node, binding or Variable(node.name, ANY))

    def path(self, node: syntax.Path) -> Type:
        """Type an entry of a context or of the items of a list, or a property, as of a date."""
        base, origin = self.visit(node.base), self.found.origins.get(node.base)
        element = base.of if isinstance(base, ListType) else base
        if origin and (element == ANY or isinstance(element, ContextType)):
            self.read(node, (*origin, node.name), node.base)
        return self.entry_type(node, base)

    def entry_type(self, node: syntax.Path, base: Type) -> Type:
        """Give the type of an entry or property."""
        if isinstance(base, ListType):
            return ListType(self.entry_type(node, base.of))
        entries = base.entries if isinstance(base, ContextType) else property_types(base)
        if node.name not in entries and base not in UNKNOWN and not getattr(base, "open", False):
            suggestion = nearest(node.name, entries)
            self.report(node, "unknown-entry", suggestion, name=node.name, type=base)
        return entries.get(node.name, ANY)

    def filter(self, node: syntax.Filter) -> Type:
        """Type the items that pass a condition, or the one at a position."""
        base = self.visit(node.base)
        element = base.of if isinstance(base, ListType) else base
        item = Local("item", element, self.found.origins.get(node.base))
        self.read(node, item.origin, node.base)
        with self.declaring(self.declare(node, item), item):
            condition = self.visit(node.condition)
        if condition == NUMBER:
            return element
        self.check_condition(node.condition)
        return ANY if condition == ANY else ListType(element)

    def context(self, node: Node, entries: Iterable[tuple[str, Node]]) -> Type:
        """Type a context, each of whose entries sees those before it."""
        frame: dict[str, Local] = {}
        with self.declaring(frame):
            for name, value in entries:
                frame[name] = Local(name, self.visit(value), self.found.origins.get(value))
        self.declare(node, *(frame[name] for name, _ in entries))
        return ContextType({name: local.type for name, local in frame.items()})

    @contextmanager
    def iterating(
        self, iterations: Iterable[syntax.Iteration], *frames: dict[str, Local]
    ) -> Iterator[None]:
        """Visit each iteration and make its name visible to what follows."""
        with self.declaring(*frames):
            for node in iterations:
                kind, origin = self.element_type(node), self.found.origins.get(node.domain)
                self.scope.frames.append(self.declare(node, Local(node.name, kind, origin)))
            yield

    def element_type(self, node: syntax.Iteration) -> Type:
        """Give the type of what an iteration goes through."""
        domain = self.visit(node.domain)
        if node.end is None and isinstance(domain, (ListType, RangeType)):
            return domain.of
        fine = UNKNOWN if node.end is None else {*UNKNOWN, NUMBER, DATE}
        for kind in [domain] if node.end is None else [domain, self.visit(node.end)]:
            if kind not in fine:
                self.report(node, "iteration-type", type=kind)
        return ANY if node.end is None else domain

    # ── what cannot be right ─────────────────────────────────────────────────────────────────

    def operation(
        self, node: Node, op: str, left: Type, right: Type, suggestion: str | None = None
    ) -> Type:
        """Give the type of ``left op right``, reporting one that can have no value."""
        found = operation_type(op, left, right)
        if found is None:
            self.report(node, "operand-type", suggestion, op=op, left=left, right=right)
        return found or ANY

    def check_membership(self, node: Node, value: Type, test: Node, kind: Type) -> None:
        """Report a test of ``in`` that no value of the type can pass or fail."""
        match test, kind:
            case syntax.Holds(), _:
                self.check_boolean(test)
            case syntax.Test(op), RangeType(of=of):
                self.operation(test, op, value, of)
            case _, RangeType(of=of) if not isinstance(value, RangeType):
                self.operation(node, "in", value, of)
            case _, ListType(of=of) if comparable(value, of) or comparable(
                value, getattr(of, "of", of)
            ):
                pass  # one of the items, or passing one of them
            case _ if not comparable(value, kind):
                self.report(node, "operand-type", op="in", left=value, right=kind)

    def condition(self, node: Node) -> None:
        """Visit a condition."""
        self.visit(node)
        self.check_condition(node)

    def check_condition(self, node: Node) -> None:
        """Report a condition that is no boolean, or the same in every context."""
        self.check_boolean(node)
        self.check_varies(node)

    def check_boolean(self, node: Node) -> None:
        """Report a condition that is no boolean."""
        if not conforms(self.found.types[node], BOOLEAN):
            self.report(node, "condition-type", type=self.found.types[node])

    def check_varies(self, node: Node) -> None:
        """Report a condition that is the same in every context."""
        if node in self.found.constant and self.found.types[node] in (BOOLEAN, NULL):
            shown = str(node.value).lower() if isinstance(node, syntax.Literal) else ""
            value = {"ja": f"（{shown}）", "en": f" ({shown})"} if shown else ""
            self.report(node, "constant-condition", value=value)
