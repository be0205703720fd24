"""Compiling calls (呼び出しのコンパイル): a built-in is chosen now where the arguments' types tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import runtime, syntax
from .builtins import Builtin, Overload, accepts
from .builtins.registry import UNREAD
from .emitter import unless_absent
from .types import (
    ANY,
    BOOLEAN,
    ELEMENT,
    SCALARS,
    STRING,
    ContextType,
    FunctionType,
    ListType,
    Type,
)
from .values import is_flat, is_structure, sized

if TYPE_CHECKING:
    from .compiler import Compiler


def write_call(to: Compiler, node: syntax.Call) -> str:
    """Write a call."""
    builtin = to.found.bindings.get(node)
    if isinstance(builtin, Builtin) and node.names is None:
        return write_builtin(to, node, builtin)
    to.metered = True
    arguments = [to.visit(argument) for argument in node.arguments]
    function, names = to.visit(node.function), node.names
    kind, returns = to.type(node.function), to.type(node)
    if names and isinstance(kind, FunctionType) and set(names) <= {n for n, _ in kind.params}:
        named = dict(zip(names, arguments, strict=True))
        arguments, names = [named.get(name, "None") for name, _ in kind.params], None
    together = "(" + "".join(f"{a}, " for a in arguments) + ")"
    result = to.out.call(runtime.invoke, function, together, to.out.constant(names))
    if is_structure(returns):
        to.out.read(result, ANY)
    to.out.read(result, returns)
    return result


def write_builtin(to: Compiler, node: syntax.Call, builtin: Builtin) -> str:
    """Write a call of a built-in."""
    types = [to.type(argument) for argument in node.arguments]
    unread = builtin.name in UNREAD
    visit = to.visit_raw if unread else to.visit
    arguments = [visit(argument) for argument in node.arguments]
    if builtin.name == "not" and types == [BOOLEAN]:
        return to.out.assign(unless_absent(f"not {arguments[0]}", arguments[0]))
    overload = certain_overload(builtin, types)
    if overload is None:
        to.metered = True
        return to.out.call(builtin, *arguments)
    parameters = overload.arrange(len(types), None) or []
    needed = [
        argument for argument, p in zip(arguments, parameters, strict=True) if not p.takes_null
    ]
    long = [a for a, t in zip(arguments, types, strict=True) if t == STRING or is_structure(t)]
    deep = any(t not in SCALARS.values() and not is_flat(t) for t in types)
    to.metered = to.metered or (deep and not unread)
    if not unread:
        to.pass_over(*long)
    text = f"{to.out.named(overload.function)}({', '.join(arguments)})"
    if overload.returns == STRING or isinstance(overload.returns, ListType):
        text = f"{to.out.named(sized)}({text})"
    return to.out.attempt(text, *needed)


def certain_overload(builtin: Builtin, types: list[Type]) -> Overload | None:
    """Give the overload that arguments of these types fit, whatever their values."""
    for overload in builtin.overloads:
        wanted = [parameter.type for parameter in overload.arrange(len(types), None) or ()]
        if len(wanted) == len(types) and all(map(accepts, wanted, types)):
            return overload if all(map(fits, wanted, types)) else None
    return None


def fits(wanted: Type, kind: Type) -> bool:
    """Tell whether every value of a type but null may be given as it is."""
    if wanted in (ANY, ELEMENT):
        return True
    if isinstance(wanted, ListType):
        return isinstance(kind, ListType) and fits(wanted.of, kind.of)
    if isinstance(wanted, ContextType):
        return isinstance(kind, ContextType) and not wanted.entries
    return wanted == kind and kind in SCALARS.values()
