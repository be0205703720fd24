"""Conditions and calculations of foreign forms as one small tree (条件の木): plain data.

JavaScript, JsonLogic, XGov and JSON Schema all come down to these nodes. They mean what JavaScript
means: what is not answered is undefined, and a condition holds when its value is truthy.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal


class Untranslatable(Exception):
    """Something that has no counterpart; the message says what."""


@dataclass(frozen=True)
class Const:
    """A constant: text, number, true, false, or nothing (null, undefined)."""

    value: str | bool | Decimal | None


@dataclass(frozen=True)
class Ref:
    """An answer, by its path in the source.

    `root`: "data" (from the top), "row" (from where the condition stands, outwards), "own" (the
    answer the condition belongs to), or the name of a row in `Each`.
    """

    steps: tuple[str, ...]
    root: str = "data"


@dataclass(frozen=True)
class Shown:
    """Whether a page is asked."""

    page: str


@dataclass(frozen=True)
class Compare:
    """`left op right` with = != < <= > >=; loose compares a number with its digits."""

    op: str
    left: "Expression"
    right: "Expression"
    loose: bool = False


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class AnyOf:
    """One part holds."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Expression"


@dataclass(frozen=True)
class ExactlyOne:
    """One part holds and no other."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True)
class Member:
    """`item` is among `items`, or among the boxes ticked in the answer `items`."""

    item: "Expression"
    items: "Expression | tuple[Expression, ...]"


@dataclass(frozen=True)
class Each:
    """Some row, or every row, of a table makes the condition true."""

    word: str
    row: str
    table: Ref
    holds: "Expression"


@dataclass(frozen=True)
class Arithmetic:
    """`left op right` with + - * / %."""

    op: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Choose:
    """`yes` where the condition holds, else `no`."""

    condition: "Expression"
    yes: "Expression"
    no: "Expression"


@dataclass(frozen=True)
class Apply:
    """A function: number, text, abs, round, floor, ceiling, length, words, matches."""

    name: str
    parts: tuple["Expression", ...]


Many = All | AnyOf | ExactlyOne
Expression = (
    Const | Ref | Shown | Compare | Many | Not | Member | Each | Arithmetic | Choose | Apply
)
TRUE, FALSE, NOTHING, OWN = Const(True), Const(False), Const(None), Ref((), "own")
# The comparisons of JavaScript and JsonLogic.
COMPARISONS = {"===": "=", "==": "=", "!==": "!=", "!=": "!="} | {
    op: op for op in "< <= > >=".split()
}


def script_compared(op: str, left: Expression, right: Expression) -> Compare:
    """`left op right` as JavaScript writes it: with two signs it compares loosely."""
    return Compare(COMPARISONS[op], left, right, loose=len(op) == 2)


def both(parts: list[Expression]) -> Expression:
    """All of them, true when there are none."""
    kept = [part for part in parts if part != TRUE]
    if FALSE in kept:
        return FALSE
    return All(tuple(kept)) if len(kept) > 1 else kept[0] if kept else TRUE


def either(parts: list[Expression]) -> Expression:
    """Any of them, false when there are none."""
    kept = [part for part in dict.fromkeys(parts) if part != FALSE]
    if TRUE in kept:
        return TRUE
    return AnyOf(tuple(kept)) if len(kept) > 1 else kept[0] if kept else FALSE


def one_of(answer: Expression, values: list[object]) -> Expression:
    """The answer is one of these constants."""
    constants = tuple(constant(value) for value in values)
    if len(constants) == 1:
        return Compare("=", answer, constants[0], loose=True)
    return Member(answer, constants)


def constant(value: object) -> Const:
    """A JSON value as a constant. Raises Untranslatable for lists and objects."""
    if value is None or isinstance(value, str | bool | Decimal):
        return Const(value)
    if isinstance(value, int | float):
        return Const(Decimal(str(value)))
    raise Untranslatable(f"a constant {value!r:.60}")


def only_constant(part: "Expression") -> Const:
    """The part, which must be a constant. Raises Untranslatable."""
    if not isinstance(part, Const):
        raise Untranslatable("a list of more than constants")
    return part


def parts_of(tree: object) -> Iterator["Expression"]:
    """The nodes directly below."""
    pending = [getattr(tree, f.name) for f in fields(tree)]  # type: ignore[arg-type]
    while pending:
        found = pending.pop(0)
        if isinstance(found, tuple):
            pending = [*found, *pending]
        elif hasattr(found, "__dataclass_fields__"):
            yield found


def nodes_of(tree: "Expression") -> Iterator["Expression"]:
    """The tree and everything in it."""
    yield tree
    for part in parts_of(tree):
        yield from nodes_of(part)
