"""Domain functions (業務の関数): a caller's own functions, declared in one table.

Each is declared by its signature in FEEL, its Python, and its SQL by dialect where it has one. The
table goes to ``compile``, ``check`` and ``to_sql``; what ``bound`` makes of it goes into the context.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from .builtins.registry import Overload, overload_of
from .meter import Exhausted
from .runtime import MISMATCH, conform
from .types import FunctionType, Type


class FunctionError(RuntimeError):
    """A domain function raised: a fault of the program, which no rule turns into null.

    What data can bring about, the function answers itself, with null.
    """


@dataclass(frozen=True)
class Function:
    """A domain function, e.g. ``"fiscal_year(day: date) -> number"``.

    ``python`` gets its arguments conformed to the signature and never null, unless the type ends in
    ``?``; with ``given`` first of all what the table was bound to. ``sql`` gives by dialect what
    writes a call from the SQL of the arguments; a number it gives has no decimal places.
    """

    usage: str
    python: Callable[..., Any]
    sql: Mapping[str, Callable[..., str]] = field(default_factory=dict)
    given: bool = False

    @property
    def name(self) -> str:
        """The name it is called by."""
        return self.usage.partition("(")[0]

    @cached_property
    def overload(self) -> Overload:
        """The signature."""
        return overload_of(self.usage, self.python)

    @cached_property
    def type(self) -> FunctionType:
        """The type, for the checker."""
        params = tuple((p.name, p.type) for p in self.overload.parameters)
        return FunctionType(params=params, returns=self.overload.returns)

    def call(self, given: tuple[object, ...], *arguments: Any) -> Any:
        """Call with values of a rule; what does not fit the signature gives null.

        Raises FunctionError when the function itself fails.
        """
        parameters = self.overload.parameters
        if len(arguments) != len(parameters):
            return None
        values = [conform(a, p.type) for a, p in zip(arguments, parameters, strict=True)]
        for value, parameter in zip(values, parameters, strict=True):
            if value is MISMATCH or (value is None and not parameter.nullable):
                return None
        try:
            return self.python(*given, *values)
        except (Exhausted, RecursionError):
            raise
        except Exception as error:
            raise FunctionError(f"{self.name}: {error!r}") from error


Functions = Mapping[str, Function]


def function_table(*functions: Function) -> Functions:
    """Make a table of domain functions, by name."""
    return {function.name: function for function in functions}


def with_functions(
    scope: Mapping[str, Type] | None, functions: Functions | None
) -> Mapping[str, Type] | None:
    """Add the functions to a scope, whose own names come first."""
    if scope is None or not functions:
        return scope
    return {**{name: function.type for name, function in functions.items()}, **scope}


def bound(functions: Functions, given: object = None) -> dict[str, Callable[..., Any]]:
    """Give the functions as values for a context, bound to what they look things up in."""
    return {
        name: partial(function.call, (given,) if function.given else ())
        for name, function in functions.items()
    }
