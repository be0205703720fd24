"""Columns (列) by name: written as ``name:type``, or inferred from how a rule uses its names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice, product

from ..builtins import BUILTINS
from ..expression import check, compile
from ..faults import Fault, FeelError
from ..functions import Functions
from ..syntax import Call, Name, Node, children
from ..types import ANY, NUMBER, SCALARS, ContextType, Type
from .translate import COLUMN_TYPES, Column

LARGEST_GUESS = 300
UNVARYING = "constant-condition"
WRITTEN = re.compile(
    r"\s*(.+?)\s*:\s*([a-z]+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*", re.DOTALL
)

Path = tuple[str, ...]
Columns = dict[str, Column]


def quoted(path: Path) -> str:
    """Write a name as SQL; ``company.capital`` is the column capital of the table company."""
    return ".".join('"' + step.replace('"', '""') + '"' for step in path)


def read_columns(text: str) -> tuple[dict[str, Type], Columns]:
    """Read ``capital:number(15,2),name:string,…``: a scope, and a column for each name.

    The digits of a number are counted as in SQL's NUMERIC: all of them, then the decimal places.
    Raises ValueError.
    """
    types: dict[Path, Type] = {}
    columns = {}
    for part in re.split(r",(?![^(]*\))", text):
        found = WRITTEN.fullmatch(part)
        kind = SCALARS.get(found[2]) if found else None
        if found is None or kind not in COLUMN_TYPES or (found[3] and kind != NUMBER):
            raise ValueError(
                f"{part.strip()!r}: write name:number(digits,places), string, boolean or date"
            )
        path = tuple(found[1].split("."))
        scale = int(found[4] or 0)
        columns[found[1]] = Column(quoted(path), int(found[3] or 15) - scale, scale)
        types[path] = kind
    return scope_of(types), columns


def infer_columns(
    source: str, functions: Functions | None = None
) -> tuple[dict[str, Type], Columns]:
    """Find the one type of each name under which a rule is sound.

    Raises FeelError for a rule that is no sound expression, ValueError when a name might have
    several types.
    """
    paths = sorted(paths_of(compile(source).node, compile(source).references))
    inner = [path for path in paths if not any(within(path, o) or within(o, path) for o in paths)]

    def faults(kinds: Iterable[Type]) -> list[Fault]:
        scope = scope_of({**dict.fromkeys(paths, ANY), **dict(zip(inner, kinds, strict=True))})
        return [f for f in check(source, scope, functions=functions) if f.code != UNVARYING]

    wrong = faults([ANY] * len(inner))
    if wrong:
        raise FeelError(wrong)
    fitting = [
        [kind for kind in COLUMN_TYPES if not faults(kind if p == path else ANY for p in inner)]
        for path in inner
    ]
    guesses = islice(product(*(kinds or COLUMN_TYPES[:1] for kinds in fitting)), LARGEST_GUESS)
    found = {guess: faults(guess) for guess in guesses}
    sound = [guess for guess, wrong in found.items() if not wrong]
    if not sound:
        raise FeelError(next(iter(found.values())))
    unsure = [
        ".".join(path)
        for path, kinds in zip(inner, zip(*sound, strict=True), strict=bool(inner))
        if len(set(kinds)) > 1
    ]
    if unsure:
        raise ValueError(f"the type of {', '.join(unsure)} cannot be told from the rule")
    kinds = dict(zip(inner, sound[0], strict=True))
    columns = {".".join(path): Column(quoted(path)) for path in inner}
    return scope_of({**dict.fromkeys(paths, ANY), **kinds}), columns


def within(inner: Path, outer: Path) -> bool:
    """Tell whether a path leads into what another names."""
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def paths_of(node: Node, references: Iterable[Path]) -> set[Path]:
    """Give the data a rule reads; ``today`` and its like are data too where they are not called."""
    called: set[Node] = set()
    plain: set[Path] = set()
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Call):
            called.add(part.function)
        elif isinstance(part, Name) and part not in called and part.name in BUILTINS:
            plain.add((part.name,))
        pending.extend(children(part))
    functions = {part.name for part in called if isinstance(part, Name)}
    return plain | {path for path in references if path[0] not in functions}


def scope_of(types: Mapping[Path, Type]) -> dict[str, Type]:
    """Make a scope of paths, those of several steps within contexts."""
    heads: dict[str, dict[Path, Type]] = {}
    for (head, *rest), kind in types.items():
        heads.setdefault(head, {})[tuple(rest)] = kind
    return {
        head: inner[()] if () in inner or not all(inner) else ContextType(scope_of(inner))
        for head, inner in heads.items()
    }
