"""The emitter (コード書き出し): lines of Python in which every name is generated.

Nothing the author of an expression wrote appears in the generated text: names and constants of the
expression are bound to generated names (``k0``, ``k1``, …) in the function's globals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from .types import BOOLEAN, NUMBER, Type
from .values import number, reader


class Emitter:
    """Collects the lines of one function and the constants it uses."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {"Decimal": Decimal, "number": number}
        self.indent = 1
        self.count = 0

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append(" " * self.indent + text)

    def fresh(self, letter: str = "t") -> str:
        """Invent a name."""
        self.count += 1
        return f"{letter}{self.count}"

    def constant(self, value: Any) -> str:
        """Bind a value to a name; None and booleans stand for themselves."""
        if value is None or value is True or value is False:
            return repr(value)
        name = self.fresh("k")
        self.constants[name] = value
        return name

    def assign(self, expression: str) -> str:
        """Assign an expression to a new name."""
        name = self.fresh()
        self.line(f"{name} = {expression}")
        return name

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add an indented block; an empty one passes."""
        self.line(head)
        self.indent += 1
        start = len(self.lines)
        yield
        if len(self.lines) == start:
            self.line("pass")
        self.indent -= 1

    def read(self, name: str, kind: Type) -> None:
        """Make what a name holds a value of the type, or None."""
        if kind == NUMBER:
            with self.block(f"if {name}.__class__ is not Decimal:"):
                self.line(f"{name} = number({name})")
        elif kind == BOOLEAN:
            with self.block(f"if {name} is not True and {name} is not False:"):
                self.line(f"{name} = None")
        else:
            self.line(f"{name} = {self.constant(reader(kind))}({name})")

    def function(self, name: str, parameters: str) -> Callable[..., Any]:
        """Compile the lines into a Python function."""
        source = "\n".join([f"def {name}({parameters}):", *self.lines])
        scope = {"__builtins__": {}, **self.constants}
        exec(compile(source, f"<feel {name}>", "exec"), scope)  # noqa: S102 (generated text only)
        return scope[name]  # type: ignore[no-any-return]
