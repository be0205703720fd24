"""Demands of a schema become marks at questions and checks (要求の反映), when all answers are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.procedures.importers.expression import TRUE, Expression, Untranslatable, both, either
from madoguchi.procedures.importers.form import (
    Check,
    Condition,
    Form,
    Group,
    Node,
    Path,
    Question,
    Table,
    walk,
)
from madoguchi.procedures.importers.json_schema.branches import discriminator, required_where
from madoguchi.procedures.importers.json_schema.demands import Demands
from madoguchi.procedures.importers.json_schema.resolve import Resolver
from madoguchi.procedures.importers.phrases import phrase
from madoguchi.procedures.importers.reading import listed, mapping

Schema = Mapping[str, Any]
# Where, what is demanded there, and whether it may be left out as a whole.
Demanded = tuple[Path, list[Any], bool]


@dataclass(frozen=True)
class _Place:
    """Where something is demanded; `there`: the condition that anything is there at all."""

    form: Form
    demands: Demands
    known: Mapping[Path, Question]
    path: Path
    there: Expression


def demand_all(
    form: Form,
    parts: list[Node],
    resolver: Resolver,
    demanded: list[Demanded],
    asked: Mapping[Path, Schema],
) -> None:
    """What objects demand, now that all answers are known: marks at questions, and checks."""
    known = {node.path: node for node in walk(parts) if isinstance(node, Question)}
    demands = Demands(resolver, _leaves(parts), asked)
    for path, several, optional in demanded:
        there = demands.given(path) if optional and path and path not in known else TRUE
        for demand in several:
            place = _Place(form, demands, known, path, there)
            _mark(place, demand)
            for one in _split(demand):
                _check(place, one)


def _mark(place: _Place, demand: Schema) -> None:
    """Questions that a demand makes required bear that themselves, besides the check."""
    for condition, names in required_where(demand):
        try:
            holds = place.demands.holds(condition, place.path)
        except Untranslatable:
            continue
        for name in names:
            question = place.known.get((*place.path, name))
            if question is not None and question.required is not True:
                known = [question.required.tree] if question.required else []
                wanted = either([*known, both([place.there, holds])])
                question.required = Condition(wanted, repr(demand))


def _split(demand: Schema) -> list[Schema]:
    """A demand as it is; or one for each branch, where a property tells them apart."""
    branches = [mapping(b) for key in ("anyOf", "oneOf") for b in listed(demand.get(key))]
    tell = discriminator(branches) if len(demand) == 1 else None
    if tell is None:
        return [demand]
    return [
        {
            "if": {"properties": {tell: branch["properties"][tell]}, "required": [tell]},
            "then": {
                **branch,
                "properties": {n: s for n, s in branch["properties"].items() if n != tell},
            },
        }
        for branch in branches
    ]


def _check(place: _Place, demand: Schema) -> None:
    losses, path, known = place.form.losses, place.path, place.known
    where = ".".join(path) or "the form"
    try:
        must = both(list(place.demands.combined(demand, path)))
    except (Untranslatable, RecursionError) as fault:
        losses.no_rule(where, fault, demand, "demand")
        return
    below = [leaf for leaf in known if leaf[: len(path)] == path]
    if not below:
        losses.lost(where, "demand", "is about nothing that is asked", demand)
        return
    first = next((leaf for leaf in below if known[leaf].required is True), below[0])
    message = phrase("demand", known[first].label)
    when = None if place.there == TRUE else Condition(place.there, f"where {where} is given")
    place.form.checks.append(Check(first, Condition(must, repr(demand)), message, when))


def _leaves(parts: list[Node]) -> dict[Path, list[Path]]:
    """The answers below each object; a list counts as one, marked by []."""
    found: dict[Path, list[Path]] = {(): []}

    def note(node: Node, above: list[Path]) -> None:
        leaf = (*node.path, "[]") if isinstance(node, Table) else node.path
        inner: list[Path] = []
        if isinstance(node, Group):
            found.setdefault(node.path, [])
            inner = [*above, node.path]
        elif isinstance(node, Table):
            found[node.path] = [leaf]
        for path in [] if isinstance(node, Group) else above:
            found[path].append(leaf)
        for part in node.parts if isinstance(node, Group | Table) else ():
            note(part, inner)

    for part in parts:
        note(part, [()])
    return found
