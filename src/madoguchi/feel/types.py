"""The types of FEEL (型): which fit one another, and what two of them have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Type:
    """A scalar type (単純な型), named as in the standard: ``number``, ``date and time`` …."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def ja(self) -> str:
        """The name in Japanese."""
        return JAPANESE.get(self.name, self.name)


JAPANESE = {
    "Any": "任意の値",
    "Null": "空（null）",
    "number": "数値",
    "string": "文字列",
    "boolean": "真偽",
    "date": "日付",
    "time": "時刻",
    "date and time": "日時",
    "days and time duration": "期間（日・時間）",
    "years and months duration": "期間（年・月）",
    "context": "項目の組",
    "function": "関数",
}
ANY = Type("Any")
NULL = Type("Null")
NUMBER = Type("number")
STRING = Type("string")
BOOLEAN = Type("boolean")
DATE = Type("date")
TIME = Type("time")
DATE_TIME = Type("date and time")
DAYS_DURATION = Type("days and time duration")
YEARS_DURATION = Type("years and months duration")
ELEMENT = Type("T")  # stands in a built-in's signature for "the type of the list's items"

SCALARS = {
    t.name: t
    for t in (NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS_DURATION, YEARS_DURATION)
}
ORDERED = frozenset(SCALARS.values()) - {BOOLEAN}


@dataclass(frozen=True)
class ListType(Type):
    """A list (リスト) of items of one type."""

    name: str = field(default="list", init=False)
    of: Type = ANY

    def __str__(self) -> str:
        return f"list<{self.of}>"

    @property
    def ja(self) -> str:
        """The name in Japanese."""
        return f"{self.of.ja}のリスト"


@dataclass(frozen=True)
class ContextType(Type):
    """A context (項目の組). An open one may hold further entries, of which nothing is known."""

    name: str = field(default="context", init=False)
    entries: Mapping[str, Type] = field(default_factory=dict, hash=False)
    open: bool = False

    def __str__(self) -> str:
        return "context<" + ", ".join(f"{n}: {t}" for n, t in self.entries.items()) + ">"


@dataclass(frozen=True)
class RangeType(Type):
    """A range (範囲) between two values of one type."""

    name: str = field(default="range", init=False)
    of: Type = ANY

    def __str__(self) -> str:
        return f"range<{self.of}>"

    @property
    def ja(self) -> str:
        """The name in Japanese."""
        return f"{self.of.ja}の範囲"


@dataclass(frozen=True)
class FunctionType(Type):
    """A function (関数): its named parameters and the type it returns."""

    name: str = field(default="function", init=False)
    params: tuple[tuple[str, Type], ...] = ()
    returns: Type = ANY

    def __str__(self) -> str:
        return f"function<{', '.join(str(t) for _, t in self.params)}> -> {self.returns}"


ANY_FUNCTION = FunctionType(params=(("*", ANY),))


def conforms(actual: Type, wanted: Type) -> bool:
    """Tell whether a value of ``actual`` may stand where ``wanted`` is asked (DMN 10.3.2.9)."""
    if actual in (wanted, NULL) or ANY in (actual, wanted) or wanted == ELEMENT:
        return True
    if isinstance(wanted, ListType):
        return isinstance(actual, ListType) and conforms(actual.of, wanted.of)
    if isinstance(wanted, RangeType):
        return isinstance(actual, RangeType) and conforms(actual.of, wanted.of)
    if isinstance(wanted, ContextType) and isinstance(actual, ContextType):
        return actual.open or all(
            n in actual.entries and conforms(actual.entries[n], t)
            for n, t in wanted.entries.items()
        )
    if isinstance(wanted, FunctionType) and isinstance(actual, FunctionType):
        if ANY_FUNCTION in (wanted, actual):
            return True
        return len(actual.params) == len(wanted.params) and conforms(actual.returns, wanted.returns)
    return False


def join(left: Type, right: Type) -> Type:
    """Give the narrowest type of which both are instances (``Any`` when they differ)."""
    if left == right or right == NULL:
        return left
    if left == NULL:
        return right
    if isinstance(left, ListType) and isinstance(right, ListType):
        return ListType(join(left.of, right.of))
    if isinstance(left, RangeType) and isinstance(right, RangeType):
        return RangeType(join(left.of, right.of))
    if isinstance(left, ContextType) and isinstance(right, ContextType):
        shared = {
            n: join(t, right.entries[n]) for n, t in left.entries.items() if n in right.entries
        }
        return ContextType(shared, open=True)
    return ANY


def join_all(types: tuple[Type, ...] | list[Type]) -> Type:
    """Join many types; of none nothing is known."""
    if not types:
        return NULL
    result = types[0]
    for other in types[1:]:
        result = join(result, other)
    return result
