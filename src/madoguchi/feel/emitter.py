"""The emitter (コード書き出し): lines of Python in which every name is generated.

Nothing the author of an expression wrote appears in the generated text: names and constants of the
expression are bound to generated names (``k0``, ``k1``, …) in the function's globals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .faults import FeelError, fault
from .meter import enter, leave, spend
from .runtime import ENDINGS, measured
from .types import ANY, NUMBER, SCALARS, Type
from .values import FAILURES, finite, reading

GLOBALS = {
    "__builtins__": {},
    "len": len,
    "failures": FAILURES,
    "endings": ENDINGS,
    "expression": None,
    "context": None,
}


class Emitter:
    """Collects the lines of one function and the constants it uses."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.globals: dict[str, Any] = {**GLOBALS}
        self.indent = 2
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
        self.globals[name] = value
        return name

    def named(self, part: Any) -> str:
        """Bind a function or class of ours to its own name, if that is free."""
        name = getattr(part, "__name__", "")
        if not name.isidentifier() or self.globals.setdefault(name, part) is not part:
            name = self.constant(part)
        return name

    def assign(self, expression: str) -> str:
        """Assign an expression to a new name."""
        name = self.fresh()
        self.line(f"{name} = {expression}")
        return name

    def call(self, function: Callable[..., Any], *arguments: str) -> str:
        """Assign what a function gives."""
        return self.assign(f"{self.named(function)}({', '.join(arguments)})")

    def attempt(self, expression: str, *needed: str) -> str:
        """Assign an expression; None where something it needs is, or where it fails."""
        name = self.fresh()
        self.line(f"try: {name} = {unless_absent(expression, *needed)}")
        self.line(f"except failures: {name} = None")
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
        python, read = reading(kind)
        line = f"{name} = {self.constant(read)}({name})"
        if python:
            line = f"if {name} is not None and {name}.__class__ is not {self.named(python)}: {line}"
        self.line(line)

    def charge(self, at: int, indent: int, steps: str) -> None:
        """Count work before it is done, in the line at a place."""
        self.lines.insert(at, f"{' ' * indent}{self.named(spend)}({steps})")

    def function(self, result: str, kind: Type, metered: bool) -> Callable[..., Any]:
        """Compile the lines into a function of a context that never raises and always ends."""
        if kind in (NUMBER, ANY):
            result = f"{self.named(finite)}({result})"
        if metered and kind not in SCALARS.values():
            result = f"{self.named(measured)}({result})"
        head, tail = ["def expression(context):"], [" except endings: return None"]
        if metered:
            head.append(f" {self.named(enter)}()")
            tail.append(f" finally: {self.named(leave)}()")
        source = "\n".join([*head, " try:", *self.lines, f"  return {result}", *tail])
        try:
            exec(compile(source, "<feel>", "exec"), self.globals)  # noqa: S102 (generated only)
        except (SyntaxError, RecursionError, MemoryError):  # nested deeper than Python reads
            raise FeelError([fault("", 0, "too-large")]) from None
        return self.globals["expression"]  # type: ignore[no-any-return]


def unless_absent(expression: str, *needed: str) -> str:
    """Make an expression None where something it needs is; constants always are there."""
    absent = [f"{name} is None" for name in needed if name[0] != "k"]
    return f"None if {' or '.join(absent)} else {expression}" if absent else expression
