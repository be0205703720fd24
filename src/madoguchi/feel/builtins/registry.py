"""The registry of built-in functions (組み込み関数): a signature in FEEL itself, and the code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ..lexer import tokens_of
from ..meter import Exhausted, spend
from ..runtime import FAILURES, MISMATCH, conform
from ..type_parser import TypeReader
from ..types import ANY, ANY_FUNCTION, ELEMENT, SCALARS, ListType, Type, conforms, join_all
from ..values import LONGEST_LIST, LONGEST_STRING

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Parameter:
    """A parameter of a built-in; an ``optional`` one may be left out, a ``nullable`` one null."""

    name: str
    type: Type
    optional: bool = False
    nullable: bool = False


@dataclass(frozen=True, eq=False)
class Overload:
    """One way to call a built-in."""

    usage: str
    parameters: tuple[Parameter, ...]
    variadic: bool
    returns: Type
    function: Callable[..., Any]

    def arrange(self, count: int, names: tuple[str, ...] | None) -> list[Parameter] | None:
        """Give the parameter of each argument; None when they do not fit in number or name."""
        wanted = self.parameters
        if names is not None:
            by_name = {p.name: p for p in wanted}
            if self.variadic or not set(names) <= set(by_name):
                return None
            return [by_name[name] for name in names]
        if self.variadic:
            least = len(wanted) - 1 + (not wanted[-1].optional)
            return (
                [wanted[min(i, len(wanted) - 1)] for i in range(count)] if count >= least else None
            )
        required_count = sum(not p.optional for p in wanted)
        return list(wanted[:count]) if required_count <= count <= len(wanted) else None

    def positions(self, names: tuple[str, ...], values: list[Any]) -> list[Any]:
        """Put named arguments in order; those left out are null."""
        given = dict(zip(names, values, strict=True))
        return [given.get(p.name) for p in self.parameters]

    def result_type(self, parameters: list[Parameter], types: list[Type]) -> Type:
        """Give the type of the result, with ``T`` filled in from the arguments."""
        bound: list[Type] = []
        for parameter, actual in zip(parameters, types, strict=True):
            _bind(parameter.type, actual, bound)
        element = join_all(bound) if bound else ANY
        return _filled(self.returns, element)

    def direct(self, *values: Any) -> Any:
        """Call with values already known to be of the right scalar types, or None."""
        if None in values:
            return None
        try:
            return self.function(*values)
        except FAILURES:
            return None


@dataclass(frozen=True, eq=False)
class Builtin:
    """A built-in function with its overloads; calling it never raises for data."""

    name: str
    overloads: tuple[Overload, ...]
    pure: bool = True
    lazy: bool = False  # never looks at the items of a list
    type: Type = ANY_FUNCTION

    def __call__(self, *arguments: Any) -> Any:
        """Call by position: the first overload that the arguments fit."""
        return self._call(None, arguments)

    def call_named(self, arguments: Mapping[str, Any]) -> Any:
        """Call by name."""
        return self._call(tuple(arguments), tuple(arguments.values()))

    def _call(self, names: tuple[str, ...] | None, arguments: tuple[Any, ...]) -> Any:
        spend(1 + sum(len(a) // 16 for a in arguments if isinstance(a, (str, list, dict))))
        for overload in self.overloads:
            parameters = overload.arrange(len(arguments), names)
            if parameters is None:
                continue
            values = [conform(a, p.type) for a, p in zip(arguments, parameters, strict=True)]
            if any(
                v is MISMATCH or (v is None and not (p.nullable or p.type in (ANY, ELEMENT)))
                for v, p in zip(values, parameters, strict=True)
            ):
                continue
            if names is not None:
                left_out = [p for p in overload.parameters if p.name not in names]
                if not all(p.optional or p.type == ANY for p in left_out):
                    continue
                values = overload.positions(names, values)
            return self._run(overload, values)
        return None

    def _run(self, overload: Overload, values: list[Any]) -> Any:
        try:
            result = overload.function(*values)
        except RecursionError:
            raise Exhausted from None
        except FAILURES:
            return None
        if isinstance(result, list):
            spend(len(result) // 16)
            return result if len(result) <= LONGEST_LIST else None
        return None if isinstance(result, str) and len(result) > LONGEST_STRING else result


BUILTINS: dict[str, Builtin] = {}


def builtin(*usages: str, pure: bool = True, lazy: bool = False) -> Callable[[F], F]:
    """Register a function under its signatures, e.g. ``"abs(n: number) -> number"``.

    ``name?: type`` may be left out (the Python default holds), ``type?`` may be null,
    ``name…: type`` takes any number of arguments, ``T`` is the type of the list's items.
    """

    def register(function: F) -> F:
        for usage in usages:
            overload = _overload(usage, function)
            name = usage.partition("(")[0]
            known = BUILTINS.get(name)
            overloads = (known.overloads if known else ()) + (overload,)
            BUILTINS[name] = Builtin(name, overloads, pure, lazy)
        return function

    return register


def _overload(usage: str, function: Callable[..., Any]) -> Overload:
    head, _, returns = usage.rpartition(" -> ")
    inside = head.partition("(")[2][:-1]
    parameters = []
    variadic = False
    for part in _split(inside):
        name, _, kind = (text.strip() for text in part.partition(": "))
        variadic = variadic or name.endswith("…")
        nullable = kind.endswith("?")
        clean = name.rstrip("?…")
        parameters.append(Parameter(clean, _type(kind.rstrip("?")), name.endswith("?"), nullable))
    return Overload(usage, tuple(parameters), variadic, _type(returns), function)


def _split(inside: str) -> list[str]:
    parts, depth = [""], 0
    for character in inside:
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [p for p in parts if p.strip()]


def _type(text: str) -> Type:
    found = SCALARS.get(text) or TypeReader(text, tokens_of(text), {"T": ELEMENT}).type_here()
    if found is None:
        raise ValueError(text)
    return found


def _bind(wanted: Type, actual: Type, bound: list[Type]) -> None:
    if wanted == ELEMENT:
        bound.append(actual)
    elif isinstance(wanted, ListType):
        _bind(wanted.of, actual.of if isinstance(actual, ListType) else actual, bound)


def _filled(returns: Type, element: Type) -> Type:
    if returns == ELEMENT:
        return element
    return ListType(_filled(returns.of, element)) if isinstance(returns, ListType) else returns


def accepts(wanted: Type, actual: Type) -> bool:
    """Tell statically whether an argument fits a parameter; one value may stand for a list."""
    if conforms(actual, wanted):
        return True
    if isinstance(wanted, ListType) and not isinstance(actual, ListType):
        return conforms(actual, wanted.of)
    return False
