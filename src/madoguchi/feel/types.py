"""The types of FEEL (型): which fit one another, and what two of them have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from .texts import TEXTS


@dataclass(frozen=True)
class Type:
    """A scalar type (単純な型), named as in the standard: ``number``, ``date and time`` …."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def ja(self) -> str:
        """The name in Japanese."""
        name: str = TEXTS["types"].get(self.name, self.name)
        return name.format(of=self.of.ja) if isinstance(self, (ListType, RangeType)) else name


ANY, NULL, NUMBER, STRING, BOOLEAN = map(Type, ("Any", "Null", "number", "string", "boolean"))
DATE, TIME, DATE_TIME = map(Type, ("date", "time", "date and time"))
DAYS_DURATION = Type("days and time duration")
YEARS_DURATION = Type("years and months duration")
ELEMENT = Type("T")  # stands in a built-in's signature for "the type of the list's items"
ORDERED = frozenset((NUMBER, STRING, DATE, TIME, DATE_TIME, DAYS_DURATION, YEARS_DURATION))
SCALARS = {kind.name: kind for kind in (*ORDERED, BOOLEAN)}


@dataclass(frozen=True)
class ListType(Type):
    """A list (リスト) of items of one type."""

    name: str = field(default="list", init=False)
    of: Type = ANY

    def __str__(self) -> str:
        return f"list<{self.of}>"


@dataclass(frozen=True)
class RangeType(Type):
    """A range (範囲) between two values of one type."""

    name: str = field(default="range", init=False)
    of: Type = ANY

    def __str__(self) -> str:
        return f"range<{self.of}>"


@dataclass(frozen=True)
class ContextType(Type):
    """A context (項目の組). An open one may hold further entries, of which nothing is known."""

    name: str = field(default="context", init=False)
    entries: Mapping[str, Type] = field(default_factory=dict, hash=False)
    open: bool = False

    def __str__(self) -> str:
        if self.open and not self.entries:
            return "context"
        return "context<" + ", ".join(f"{n}: {t}" for n, t in self.entries.items()) + ">"


@dataclass(frozen=True)
class FunctionType(Type):
    """A function (関数): its named parameters and the type it returns."""

    name: str = field(default="function", init=False)
    params: tuple[tuple[str, Type], ...] = ()
    returns: Type = ANY

    def __str__(self) -> str:
        if self == ANY_FUNCTION:
            return "function"
        return f"function<{', '.join(str(t) for _, t in self.params)}> -> {self.returns}"


ANY_FUNCTION = FunctionType(params=(("*", ANY),))

TYPES: dict[str, Type] = {  # by the names they are written with
    **SCALARS,
    "day-time duration": DAYS_DURATION,
    "dayTimeDuration": DAYS_DURATION,
    "yearMonthDuration": YEARS_DURATION,
    "dateTime": DATE_TIME,
    **{kind.name: kind for kind in (ANY, NULL, ListType(), RangeType(), ANY_FUNCTION)},
    "context": ContextType(open=True),
}


def conforms(actual: Type, wanted: Type) -> bool:
    """Tell whether a value of ``actual`` may stand where ``wanted`` is asked (DMN 10.3.2.9)."""
    if actual in (wanted, NULL) or ANY in (actual, wanted) or wanted == ELEMENT:
        return True
    match actual, wanted:
        case (ListType(of=a), ListType(of=b)) | (RangeType(of=a), RangeType(of=b)):
            return conforms(a, b)
        case ContextType(entries=has, open=unsure), ContextType(entries=needs):
            return unsure or all(n in has and conforms(has[n], t) for n, t in needs.items())
        case FunctionType(params=has, returns=a), FunctionType(params=needs, returns=b):
            same = len(has) == len(needs) and conforms(a, b)
            return same or ANY_FUNCTION in (actual, wanted)
    return False


def comparable(left: Type, right: Type) -> bool:
    """Tell whether ``=`` between two types can be true or false."""
    if left == right or left in (ANY, NULL) or right in (ANY, NULL):
        return True
    match left, right:
        case (ListType(of=a), ListType(of=b)) | (RangeType(of=a), RangeType(of=b)):
            return comparable(a, b)
    return isinstance(left, (ContextType, FunctionType)) and type(left) is type(right)


def join(left: Type, right: Type) -> Type:
    """Give the narrowest type of which both are instances (``Any`` when they differ)."""
    if left == right or right == NULL:
        return left
    match left, right:
        case ListType(of=a), ListType(of=b):
            return ListType(join(a, b))
        case RangeType(of=a), RangeType(of=b):
            return RangeType(join(a, b))
        case ContextType(entries=a), ContextType(entries=b):
            return ContextType({n: join(t, b[n]) for n, t in a.items() if n in b}, open=True)
    return right if left == NULL else ANY


def join_all(types: Iterable[Type]) -> Type:
    """Join many types; of none nothing is known."""
    return reduce(join, types, NULL)
