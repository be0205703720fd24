"""Checking calls (呼び出しの検査): which function, how many arguments, of which types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .builtins import BUILTINS, Builtin, accepts
from .builtins.registry import Parameter
from .faults import nearest, unknown_name
from .scope import Binding, Local, Member, Variable
from .syntax import Call, Name
from .types import ANY, ANY_FUNCTION, NULL, FunctionType, ListType, Type, conforms

if TYPE_CHECKING:
    from .checker import Checker


def check_call(checker: Checker, node: Call) -> Type:
    """Type a call of a built-in, of a function in the scope, or of any expression."""
    target = node.function
    if isinstance(target, Name):
        binding = callee(checker, target)
        if isinstance(binding, Builtin):
            checker.found.bindings[node] = binding
            checker.found.bindings[target] = binding
            checker.found.constant |= {target} if binding.pure else set()
            return check_builtin(checker, node, binding)
        if binding is None:
            for argument in node.arguments:
                checker.visit(argument)
            known = {*BUILTINS, *functions_in(checker)}
            found = unknown_name(checker.found.source, target.at, target.name, known)
            checker.found.faults.append(found)
            checker.found.bindings[target] = Variable(target.name, ANY)
            return ANY
    kind = checker.visit(target)
    types = [checker.visit(argument) for argument in node.arguments]
    if isinstance(kind, FunctionType):
        return check_function(checker, node, kind, types)
    if kind not in (ANY, NULL):
        name = target.name if isinstance(target, Name) else "…"
        checker.report(node, "not-a-function", name=name)
    return ANY


def callee(checker: Checker, target: Name) -> Binding | None:
    """Find what a called name means: a function in scope, else the built-in of that name."""
    binding = checker.scope.resolve(target.name)
    known = BUILTINS.get(target.name)
    if known is None or isinstance(binding, Builtin):
        return binding
    if isinstance(binding, Member) and binding.unsure:
        return known
    if isinstance(binding, (Local, Variable, Member)):
        return binding if isinstance(binding.type, FunctionType) else known
    return known


def functions_in(checker: Checker) -> set[str]:
    """List the functions among the variables."""
    variables = checker.scope.variables or {}
    return {name for name, kind in variables.items() if isinstance(kind, FunctionType)}


def check_builtin(checker: Checker, node: Call, builtin: Builtin) -> Type:
    """Type a call of a built-in by the first overload that its arguments fit."""
    types = [checker.visit(argument) for argument in node.arguments]
    arranged = [
        (overload, parameters)
        for overload in builtin.overloads
        if (parameters := overload.arrange(len(types), node.names)) is not None
    ]
    if not arranged:
        usage = " / ".join(overload.usage for overload in builtin.overloads)
        checker.report(node, "argument-count", name=builtin.name, usage=usage)
        return ANY
    fitting = [
        overload.result_type(parameters, types)
        for overload, parameters in arranged
        if all(accepts(p.type, t) for p, t in zip(parameters, types, strict=True))
    ]
    if not fitting:
        usage = " / ".join(overload.usage for overload, _ in arranged)
        wrong = next(
            (t for t in types if not any(fits_somewhere(t, p) for _, p in arranged)), types[0]
        )
        checker.report(node, "argument-type", name=builtin.name, usage=usage, type=wrong)
        return ANY
    if ANY in types and any(result != fitting[0] for result in fitting):
        return ANY
    if builtin.name == "duration":
        return duration_type(node)
    return fitting[0]


def fits_somewhere(kind: Type, parameters: list[Parameter]) -> bool:
    """Tell whether some parameter takes the type: the first that none takes is the wrong one."""
    return any(accepts(parameter.type, kind) for parameter in parameters)


def duration_type(node: Call) -> Type:
    """Tell which kind of duration a literal text names."""
    from .operand_checker import literal_type
    from .syntax import Literal
    from .temporal import duration_from_text

    text = node.arguments[0]
    if isinstance(text, Literal) and isinstance(text.value, str):
        value = duration_from_text(text.value)
        return ANY if value is None else literal_type(value)
    return ANY


def check_function(checker: Checker, node: Call, kind: FunctionType, types: list[Type]) -> Type:
    """Type a call of a function whose type is known."""
    if kind == ANY_FUNCTION:
        return ANY
    name = node.function.name if isinstance(node.function, Name) else "function"
    usage = f"{name}({', '.join(f'{n}: {t}' for n, t in kind.params)})"
    wanted = dict(kind.params)
    if node.names is None and len(types) != len(kind.params):
        checker.report(node, "argument-count", name=name, usage=usage)
        return kind.returns
    for unknown in [n for n in node.names or () if n not in wanted]:
        checker.report(node, "argument-name", nearest(unknown, wanted), name=name, argument=unknown)
    names = node.names or tuple(wanted)
    for given, actual in zip(names, types, strict=False):
        parameter = wanted.get(given, ANY)
        if not conforms(actual, parameter) and not conforms(ListType(actual), parameter):
            checker.report(node, "argument-type", name=name, usage=usage, type=actual)
    return kind.returns
