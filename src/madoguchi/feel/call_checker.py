"""Checking calls (呼び出しの検査): which function, how many arguments, of which types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .builtins import BUILTINS, Builtin, Overload, Parameter, accepts
from .faults import nearest
from .operand_checker import constant_type
from .syntax import Call, Literal, Name
from .types import ANY, ANY_FUNCTION, NULL, FunctionType, Type

if TYPE_CHECKING:
    from .checker import Checker


def check_call(checker: Checker, node: Call) -> Type:
    """Type a call of a built-in, of a function in the scope, or of any expression."""
    types = [checker.visit(argument) for argument in node.arguments]
    target, name = node.function, "…"
    if isinstance(target, Name):
        name, builtin = target.name, called_builtin(checker, target.name)
        if builtin:
            checker.found.bindings[node] = builtin
            checker.bind(target, builtin)
            result = result_type(checker, node, name, builtin.overloads, types)
            return literal_call_type(node, builtin) if result == ANY else result
    kind = checker.visit(target)
    if isinstance(kind, FunctionType) and kind != ANY_FUNCTION:
        return result_type(checker, node, name, [overload_of(name, kind)], types)
    if not isinstance(kind, FunctionType) and kind not in (ANY, NULL):
        checker.report(node, "not-a-function", name=name)
    return ANY


def called_builtin(checker: Checker, name: str) -> Builtin | None:
    """Find the built-in that a call means; data of that name do not hide it, functions do."""
    binding, builtin = checker.scope.resolve(name), BUILTINS.get(name)
    hidden = binding and binding is not builtin and isinstance(binding.type, FunctionType)
    return None if hidden else builtin


def overload_of(name: str, kind: FunctionType) -> Overload:
    """Describe a function of the scope as built-ins are described."""
    usage = f"{name}({', '.join(f'{n}: {t}' for n, t in kind.params)})"
    parameters = tuple(Parameter(n, t) for n, t in kind.params)
    return Overload(usage, parameters, False, kind.returns, lambda *_: None)


def result_type(
    checker: Checker, node: Call, name: str, overloads: Sequence[Overload], types: list[Type]
) -> Type:
    """Type a call by the first overload that its arguments fit."""
    arranged = [
        (overload, parameters)
        for overload in overloads
        if (parameters := overload.arrange(len(types), node.names)) is not None
    ]
    usage = " / ".join([o.usage for o, _ in arranged] or [o.usage for o in overloads])
    if not arranged:
        known = {parameter.name for overload in overloads for parameter in overload.parameters}
        strange = next((n for n in node.names or () if n not in known), None)
        if strange is None:
            checker.report(node, "argument-count", name=name, usage=usage)
        else:
            suggestion = nearest(strange, known)
            checker.report(node, "argument-name", suggestion, name=name, argument=strange)
        return ANY
    fits = [[accepts(p.type, t) for p, t in zip(ps, types, strict=True)] for _, ps in arranged]
    results = [
        o.result_type(ps, types) for (o, ps), fit in zip(arranged, fits, strict=True) if all(fit)
    ]
    if not results:
        wrong = next((t for t, *fit in zip(types, *fits, strict=True) if not any(fit)), types[0])
        checker.report(node, "argument-type", name=name, usage=usage, type=wrong)
        return ANY
    unsure = ANY in types and any(result != results[0] for result in results)
    return ANY if unsure else results[0]


def literal_call_type(node: Call, builtin: Builtin) -> Type:
    """Type a call by its value when all arguments are literals, as of ``duration("P1D")``."""
    values = [part.value for part in node.arguments if isinstance(part, Literal)]
    if not builtin.pure or len(values) < len(node.arguments):
        return ANY
    named = dict(zip(node.names or (), values, strict=False))
    value = builtin.call_named(named) if named else builtin(*values)
    return ANY if value is None else constant_type(value)
