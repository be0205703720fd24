"""Built-in and domain functions in SQL (SQLの関数), and the parts of dates and durations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ..builtins import Builtin
from ..builtins.temporals import MONTHS, WEEKDAYS
from ..syntax import Call, ListOf, Name, Node, Path
from ..types import DATE, DAYS_DURATION, NULL, NUMBER, STRING, YEARS_DURATION
from .dialects import DUCKDB, SQLITE, Term, result_of, width
from .text import case_tables, portable_pattern

if TYPE_CHECKING:
    from .translate import Translator

Writer = Callable[["Translator", Call, Sequence[Node]], Term]
SECONDS_A_DAY, MONTHS_A_YEAR = "86400", "12"


def call(work: Translator, node: Call) -> Term:
    """Write a call of a built-in or of a domain function that has SQL in this dialect."""
    name = node.function.name if isinstance(node.function, Name) else "function"
    bound = work.expression.analysis.bindings.get(node)
    if isinstance(bound, Builtin):
        writer, arguments = FUNCTIONS.get(name), in_order(node, bound)
        if writer and arguments is not None:
            return writer(work, node, arguments)
    elif name in work.functions:
        return domain_call(work, node, name)
    raise work.refuse(node, name)


def in_order(node: Call, bound: Builtin) -> Sequence[Node] | None:
    """Give the arguments by position; None when a named one leaves out one before it."""
    if node.names is None:
        return node.arguments
    given = dict(zip(node.names, node.arguments, strict=True))
    for overload in bound.overloads:
        names = [parameter.name for parameter in overload.parameters][: len(given)]
        if set(names) == set(given):
            return [given[name] for name in names]
    return None


def domain_call(work: Translator, node: Call, name: str) -> Term:
    """Write a call of a domain function by the SQL its table gives for this dialect."""
    found = work.functions[name]
    write = found.sql.get(work.dialect.name)
    if write is None or (node.names and set(node.names) != {n for n, _ in found.type.params}):
        raise work.refuse(node, name)
    given = dict(zip(node.names or [n for n, _ in found.type.params], node.arguments, strict=True))
    texts = []
    for parameter, kind in found.type.params:
        term = work.visit(given[parameter])
        if work.type(given[parameter]) != kind or (work.dialect is SQLITE and term.moved):
            raise work.refuse(given[parameter], f"{name}({work.type(given[parameter])})")
        texts.append(result_of(term) if work.dialect is SQLITE else term.text)
    return Term(write(*texts), *((15,) if found.type.returns == NUMBER else ()))


def typed(work: Translator, name: str, node: Node, *kinds: object) -> Term:
    """Write an argument, which must be of one of the types."""
    if work.type(node) not in kinds:
        raise work.refuse(node, f"{name}({work.type(node)})")
    return work.visit(node)


# ── texts ────────────────────────────────────────────────────────────────────────────────────


def of_texts(name: str, write: Callable[..., str], whole: int = 0) -> Writer:
    """Make the writer of a function of texts."""

    def writer(work: Translator, _node: Call, arguments: Sequence[Node]) -> Term:
        texts = [typed(work, name, argument, STRING).text for argument in arguments]
        return Term(write(work, *texts), whole)

    return writer


def position(work: Translator, text: str, part: str) -> str:
    """Write the place of a part in a text."""
    return work.dialect.position.format(text, part)


def substring_before(work: Translator, text: str, part: str) -> str:
    """Write what stands before a part."""
    at = position(work, text, part)
    return f"(CASE WHEN {at} > 0 THEN SUBSTR({text}, 1, {at} - 1) WHEN {at} = 0 THEN '' END)"


def substring_after(work: Translator, text: str, part: str) -> str:
    """Write what stands after a part."""
    at = position(work, text, part)
    rest = f"SUBSTR({text}, {at} + LENGTH({part}))"
    return f"(CASE WHEN {at} > 0 THEN {rest} WHEN {at} = 0 THEN '' END)"


def substring(work: Translator, node: Call, arguments: Sequence[Node]) -> Term:
    """Write a part of a text at a constant place."""
    text = typed(work, "substring", arguments[0], STRING).text
    known = [work.constant_value(argument) for argument in arguments[1:]]
    if any(value is None or not isinstance(value[0], Decimal) for value in known):
        raise work.refuse(node, "substring")
    start, *length = [int(value[0]) for value in known if value]
    if start == 0 or (length and known[-1] and known[-1][0] < 1):
        return Term("NULL")
    at = str(start) if start > 0 else f"LENGTH({text}) - {-start - 1}"
    more = f", {length[0]}" if length else ""
    taken = f"SUBSTR({text}, {at}{more})"
    return Term(f"(CASE WHEN LENGTH({text}) >= {abs(start)} THEN {taken} END)")


def in_case(work: Translator, text: str, upper: bool) -> str:
    """Write upper or lower case: Python's own, character by character."""
    if work.dialect is SQLITE:
        return f"feel_{'upper' if upper else 'lower'}_case({text})"
    node, grown = work.expression.node, text
    before, after, growing = case_tables(upper)
    for character, more in growing.items():
        grown = f"REPLACE({grown}, '{character}', '{more}')"
    special = f"TRANSLATE({text}, {work.text(node, ''.join(growing))}, '')"
    rare = f"(CASE WHEN {special} = {text} THEN {text} ELSE {grown} END)"
    return f"TRANSLATE({rare}, {work.text(node, before)}, {work.text(node, after)})"


def matches(work: Translator, node: Call, arguments: Sequence[Node]) -> Term:
    """Write a regular expression that means the same everywhere."""
    text = typed(work, "matches", arguments[0], STRING).text
    known = [work.constant_value(argument) for argument in arguments[1:]]
    if any(value is None or not isinstance(value[0], str) for value in known):
        raise work.refuse(node, "matches")
    pattern, *flags = [value[0] for value in known if value]
    if work.dialect is SQLITE:
        given = [work.text(node, part) for part in (pattern, *(flags or [""]))]
        return Term(f"feel_matches({text}, {', '.join(given)})")
    portable = None if flags else portable_pattern(pattern)
    if portable is None:
        raise work.refuse(node, f"matches: {pattern}")
    if work.dialect is DUCKDB:
        return Term(f"REGEXP_MATCHES({text}, {work.text(node, portable)})")
    return Term(f"({text} ~ {work.text(node, portable)})")


# ── numbers ──────────────────────────────────────────────────────────────────────────────────

# What is done with negative and with other numbers, and whether a half is added or taken before.
ROUNDING = {
    "floor": ("down", "down", False),
    "ceiling": ("up", "up", False),
    "round up": ("down", "up", False),
    "round down": ("up", "down", False),
    "round half up": ("up", "down", True),
    "round half down": ("down", "up", True),
}
DECIMALS = Term("", 19)  # what does not fit DuckDB's integers


def rounding(name: str) -> Writer:
    """Make the writer of a function that rounds to a constant number of places."""

    def writer(work: Translator, node: Call, arguments: Sequence[Node]) -> Term:
        known = work.constant_value(arguments[1]) if arguments[1:] else (Decimal(0),)
        term = typed(work, name, arguments[0], NUMBER)
        if not known or not isinstance(known[0], Decimal) or abs(known[0]) > 18:
            raise work.refuse(node, name)
        places = int(known[0])
        if term.scale <= places:
            return term
        result = Term("", max(term.whole, -places) + 1, max(places, 0))
        work.check_width(node, [Term("", result.whole, term.scale + abs(places) + 1)])
        if work.dialect is SQLITE:
            y, half, down, up = in_units(term, places)
        else:
            y, half, down, up = by_functions(work, term, places)
        ways = {"down": down, "up": up}
        if ROUNDING[name][2]:
            ways = {
                "down": lambda y: down(f"({y} + {half})"),
                "up": lambda y: up(f"({y} - {half})"),
            }
        below, above = (ways[way](y) for way in ROUNDING[name][:2])
        text = above if below == above else f"CASE WHEN {y} < 0 THEN {below} ELSE {above} END"
        return Term(f"({text})", result.whole, result.scale)

    return writer


Way = Callable[[str], str]


def by_functions(work: Translator, term: Term, places: int) -> tuple[str, str, Way, Way]:
    """Round exact decimals: the point is moved, FLOOR or CEIL taken, the point moved back."""

    def shifted(text: str, power: int) -> str:
        factor = Term(f"{Decimal(1).scaleb(power):f}", max(power + 1, 0), max(-power, 0))
        return f"{text} * {work.dialect.exact(factor, DECIMALS)}" if power else text

    y = f"({shifted(work.dialect.exact(term, DECIMALS), places)})"
    return (
        y,
        "0.5",
        lambda y: shifted(f"FLOOR({y})", -places),
        lambda y: shifted(f"CEIL({y})", -places),
    )


def in_units(term: Term, places: int) -> tuple[str, str, Way, Way]:
    """Round a whole number of units (10**-scale) to whole numbers of larger ones."""
    unit, back = 10 ** (term.scale - places), 10 ** max(-places, 0)

    def down(y: str) -> str:
        return f"({y} - ({y} % {unit} + {unit}) % {unit}) / {unit} * {back}"

    return term.text, str(unit // 2), down, lambda y: f"(-({down(f'(-{y})')}))"


def absolute(work: Translator, _node: Call, arguments: Sequence[Node]) -> Term:
    """Write the absolute value."""
    term = typed(work, "abs", arguments[0], NUMBER, DAYS_DURATION, YEARS_DURATION)
    return Term(f"ABS({work.dialect.exact(term, term)})", term.whole, term.scale)


# ── lists written in the expression ──────────────────────────────────────────────────────────


def items_of(arguments: Sequence[Node]) -> Sequence[Node]:
    """Give the items of a written list, or the arguments themselves."""
    first = arguments[0]
    return first.items if len(arguments) == 1 and isinstance(first, ListOf) else arguments


def extreme(name: str) -> Writer:
    """Make the writer of min or max: null when an item is null."""

    def writer(work: Translator, node: Call, arguments: Sequence[Node]) -> Term:
        items = items_of(arguments)
        if not items:
            return Term("NULL")
        if len({work.type(item) for item in items}) > 1:
            raise work.refuse(node, name)
        terms = [typed(work, name, item, *EXTREMES) for item in items]
        texts = work.aligned(node, terms)
        (whole, scale), moved = width(terms), any(term.moved for term in terms)
        if len(texts) == 1:
            return terms[0]
        absent = " OR ".join(f"{text} IS NULL" for text in texts)
        first = texts[0] + (work.dialect.collation if work.type(items[0]) == STRING else "")
        function = work.dialect.greatest if name == "max" else work.dialect.least
        found = f"{function}({', '.join([first, *texts[1:]])})"
        return Term(f"(CASE WHEN {absent} THEN NULL ELSE {found} END)", whole, scale, moved)

    return writer


EXTREMES = (NUMBER, DAYS_DURATION, YEARS_DURATION, STRING, DATE)


def conjoined(word: str) -> Writer:
    """Make the writer of all or any over written booleans."""

    def writer(work: Translator, _node: Call, arguments: Sequence[Node]) -> Term:
        parts = [work.condition(item) for item in items_of(arguments)]
        if not parts:
            return Term(work.dialect.boolean(word == "AND"))
        return Term("(" + f" {word} ".join(parts) + ")")

    return writer


def negated(work: Translator, _node: Call, arguments: Sequence[Node]) -> Term:
    """Write ``not``."""
    return Term(f"(NOT {work.condition(arguments[0])})")


# ── dates ────────────────────────────────────────────────────────────────────────────────────


def part_of(work: Translator, node: Node, name: str, day: Term) -> str:
    """Write a part of a date."""
    found = work.dialect.part(name, day)
    if found is None:
        raise work.refuse(node, f"{DATE}.{name}")
    return found


def date_part(work: Translator, node: Path) -> Term:
    """Write a part of a date or duration."""
    kind = work.type(node.base)
    base = work.visit(node.base)
    if kind == DATE and node.name in ("year", "month", "day", "weekday"):
        return Term(part_of(work, node, node.name, base), 5)
    if (kind, node.name) == (DAYS_DURATION, "days"):
        return Term(work.dialect.quotient.format(base.text, SECONDS_A_DAY), 7)
    if kind == YEARS_DURATION and node.name in ("years", "months"):
        years = work.dialect.quotient.format(base.text, MONTHS_A_YEAR)
        if node.name == "years":
            return Term(years, 5)
        return Term(f"({base.text} - {years} * 12)", 2)
    raise work.refuse(node, f"{kind}.{node.name}")


def named_part(name: str, part: str, names: Sequence[str]) -> Writer:
    """Make the writer of the English name of a day or month."""

    def writer(work: Translator, node: Call, arguments: Sequence[Node]) -> Term:
        found = part_of(work, node, part, typed(work, name, arguments[0], DATE))
        cases = " ".join(f"WHEN {i} THEN '{word}'" for i, word in enumerate(names, 1))
        return Term(f"(CASE {found} {cases} END)")

    return writer


def counted_part(name: str, part: str) -> Writer:
    """Make the writer of a number of a day or week of the year."""

    def writer(work: Translator, node: Call, arguments: Sequence[Node]) -> Term:
        return Term(part_of(work, node, part, typed(work, name, arguments[0], DATE)), 3)

    return writer


def months_between(work: Translator, node: Call, arguments: Sequence[Node]) -> Term:
    """Write the whole months between two dates."""
    name = "years and months duration"
    start, end = (typed(work, name, argument, DATE) for argument in arguments)

    def part(field: str, day: Term) -> str:
        return part_of(work, node, field, day)

    years = f"({part('year', end)} - {part('year', start)})"
    months = f"({years} * 12 + {part('month', end)} - {part('month', start)})"
    earlier = f"{part('day', end)} < {part('day', start)}"
    later = f"{part('day', end)} > {part('day', start)}"
    less = f"CASE WHEN {months} > 0 AND {earlier} THEN 1 ELSE 0 END"
    more = f"CASE WHEN {months} < 0 AND {later} THEN 1 ELSE 0 END"
    return Term(f"({months} - {less} + {more})", 6)


def list_contains(work: Translator, node: Call, arguments: Sequence[Node]) -> Term:
    """Write that a written list contains a value, null among them."""
    items, value = arguments
    if not isinstance(items, ListOf) or {work.type(part) for part in items.items} - {
        NULL,
        work.type(value),
    }:
        raise work.refuse(node, "list contains")
    parts = [work.compared(node, "=", value, item).text for item in items.items]
    return Term("(" + " OR ".join(parts) + ")" if parts else work.dialect.boolean(False))


FUNCTIONS: dict[str, Writer] = {
    "not": negated,
    "abs": absolute,
    "min": extreme("min"),
    "max": extreme("max"),
    "all": conjoined("AND"),
    "any": conjoined("OR"),
    "list contains": list_contains,
    "string length": of_texts("string length", lambda _, text: f"LENGTH({text})", 7),
    "contains": of_texts("contains", lambda work, *texts: f"({position(work, *texts)} > 0)"),
    "starts with": of_texts("starts with", lambda work, *texts: work.dialect.starts.format(*texts)),
    "ends with": of_texts(
        "ends with",
        lambda _, text, part: (
            f"(LENGTH({text}) >= LENGTH({part}) AND"
            f" SUBSTR({text}, LENGTH({text}) - LENGTH({part}) + 1) = {part})"
        ),
    ),
    "substring": substring,
    "substring before": of_texts("substring before", substring_before),
    "substring after": of_texts("substring after", substring_after),
    "upper case": of_texts("upper case", lambda work, text: in_case(work, text, True)),
    "lower case": of_texts("lower case", lambda work, text: in_case(work, text, False)),
    "matches": matches,
    "day of week": named_part("day of week", "weekday", WEEKDAYS),
    "month of year": named_part("month of year", "month", MONTHS),
    "day of year": counted_part("day of year", "day of year"),
    "week of year": counted_part("week of year", "week"),
    "years and months duration": months_between,
    **{name: rounding(name) for name in ROUNDING},
}
