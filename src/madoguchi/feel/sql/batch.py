"""Many rules over one table (多数の規則): what they have in common is computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .translate import Sql


@dataclass(frozen=True)
class Batch:
    """Rules that share parts (部分を共有する規則).

    Make a table of the rows for which ``common`` holds, with ``columns`` (name → SQL) added; there
    each rule is true where its one of ``conditions`` is.
    """

    common: str
    columns: Mapping[str, str]
    conditions: tuple[str, ...]


def batch(rules: Sequence[Sql], least: int = 4) -> Batch:
    """Find what rules share: parts of every rule, and parts of at least so many.

    The rules are made with ``where=True`` and ``inline=True`` for one table; ValueError otherwise.
    """
    if any(rule.parameters for rule in rules):
        raise ValueError("rules of a batch are made inline")
    counts = Counter(part for rule in rules for part in dict.fromkeys(rule.parts))
    common = [part for part, count in counts.items() if count == len(rules)]
    often = [part for part, count in counts.items() if least <= count < len(rules)]
    columns = {part: f"shared_{place}" for place, part in enumerate(often, 1)}
    conditions = []
    for rule in rules:
        own = [columns.get(part, part) for part in rule.parts if part not in common]
        conditions.append(" AND ".join(sorted(own, key=lambda part: part not in often)) or "TRUE")
    return Batch(
        " AND ".join(common) or "TRUE",
        {name: part for part, name in columns.items()},
        tuple(conditions),
    )
