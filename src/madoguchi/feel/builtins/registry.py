"""Signatures (関数の書き方) in FEEL itself, and the built-in functions they make of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..meter import Exhausted, pass_over
from ..reader import Reader
from ..runtime import MISMATCH, conform
from ..types import ANY, ANY_FUNCTION, ELEMENT, SCALARS, ListType, Type, conforms, join_all
from ..values import FAILURES, sized

IMPURE = ("now", "today")
UNREAD = ("count",)  # never looks at the items of a list
PARAMETER = re.compile(r"([\w ]+?)([?…]?): (.+?)(\??)(?:, (?=[\w ]+[?…]?: )|$)")
Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a built-in; an ``optional`` one may be left out, a ``nullable`` one null."""

    name: str
    type: Type
    optional: bool = False
    nullable: bool = False

    @property
    def takes_null(self) -> bool:
        """Tell whether null may be given."""
        return self.nullable or self.type in (ANY, ELEMENT)


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
            known = {p.name: p for p in wanted}
            missing = [p for p in wanted if not (p.name in names or p.optional or p.type == ANY)]
            if self.variadic or missing or not set(names) <= set(known):
                return None
            return [known[name] for name in names]
        least = sum(not p.optional for p in wanted)
        if count < least or (count > len(wanted) and not self.variadic):
            return None
        return [wanted[min(i, len(wanted) - 1)] for i in range(count)]

    def fit(self, arguments: tuple[Any, ...], names: tuple[str, ...] | None) -> list[Any] | None:
        """Conform arguments to the parameters, in their order; None when they do not fit."""
        wanted = self.arrange(len(arguments), names)
        if wanted is None:
            return None
        values = [conform(a, p.type) for a, p in zip(arguments, wanted, strict=True)]
        for value, parameter in zip(values, wanted, strict=True):
            if value is MISMATCH or (value is None and not parameter.takes_null):
                return None
        if names is None:
            return values
        given = dict(zip(names, values, strict=True))
        last = max(i for i, p in enumerate(self.parameters, 1) if p.name in given or not p.optional)
        return [given.get(p.name) for p in self.parameters[:last]]

    def result_type(self, parameters: list[Parameter], types: list[Type]) -> Type:
        """Give the type of the result, with ``T`` filled in from the arguments."""
        found = [
            kind
            for parameter, actual in zip(parameters, types, strict=True)
            if (kind := element_in(parameter.type, actual)) is not None
        ]
        return with_element(self.returns, join_all(found) if found else ANY)


@dataclass(frozen=True, eq=False)
class Builtin:
    """A built-in function with its overloads; calling it never raises for data."""

    name: str
    overloads: tuple[Overload, ...]
    type: Type = ANY_FUNCTION

    @property
    def pure(self) -> bool:
        """Tell whether the same arguments always give the same result."""
        return self.name not in IMPURE

    def __call__(self, *arguments: Any, names: tuple[str, ...] | None = None) -> Any:
        """Call the first overload that the arguments fit, by position or by name."""
        pass_over(*arguments)
        for overload in self.overloads:
            values = overload.fit(arguments, names)
            if values is not None:
                return self.run(overload, values)
        return None

    def call_named(self, arguments: Mapping[str, Any]) -> Any:
        """Call by name."""
        return self(*arguments.values(), names=tuple(arguments))

    def run(self, overload: Overload, values: list[Any]) -> Any:
        """Call an overload with values that fit."""
        try:
            return sized(overload.function(*values))
        except RecursionError:
            raise Exhausted from None
        except FAILURES:
            return None


def builtins_of(*tables: Functions) -> dict[str, Builtin]:
    """Make built-ins of tables of functions by signature.

    ``name?: type`` may be left out (then the function's default holds), ``type?`` may be null,
    ``name…: type`` takes any number of arguments, ``T`` is the type of the list's items, and
    ``{one|another}`` stands for a signature with each.
    """
    found: dict[str, tuple[Overload, ...]] = {}
    for table in tables:
        for pattern, function in table.items():
            for usage in expanded(pattern):
                name = usage.partition("(")[0]
                found[name] = (*found.get(name, ()), overload_of(usage, function))
    return {name: Builtin(name, overloads) for name, overloads in found.items()}


def expanded(usage: str) -> Iterator[str]:
    """Write out a signature for each of its alternatives."""
    before, brace, rest = usage.partition("{")
    options, _, after = rest.partition("}")
    for option in options.split("|"):
        yield from expanded(before + option + after) if brace else (usage,)


def overload_of(usage: str, function: Callable[..., Any]) -> Overload:
    """Read a signature."""
    head, _, returns = usage.rpartition(" -> ")
    found = PARAMETER.findall(head.partition("(")[2][:-1])
    parameters = tuple(
        Parameter(n, type_named(t), m == "?", null == "?") for n, m, t, null in found
    )
    variadic = any(mark == "…" for _, mark, _, _ in found)
    return Overload(usage, parameters, variadic, type_named(returns), function)


def type_named(text: str) -> Type:
    """Read a type of a signature."""
    found = SCALARS.get(text) or Reader(text, types={"T": ELEMENT}).type()
    if found is None:
        raise ValueError(text)
    return found


def element_in(wanted: Type, actual: Type) -> Type | None:
    """Give what ``T`` of a parameter's type stands for in an argument's."""
    if isinstance(wanted, ListType):
        return element_in(wanted.of, actual.of if isinstance(actual, ListType) else actual)
    return actual if wanted == ELEMENT else None


def with_element(returns: Type, element: Type) -> Type:
    """Put a type in the place of ``T``."""
    if isinstance(returns, ListType):
        return ListType(with_element(returns.of, element))
    return element if returns == ELEMENT else returns


def accepts(wanted: Type, actual: Type) -> bool:
    """Tell statically whether an argument fits a parameter; one value may stand for a list."""
    return conforms(actual, wanted) or (
        isinstance(wanted, ListType)
        and not isinstance(actual, ListType)
        and conforms(actual, wanted.of)
    )
