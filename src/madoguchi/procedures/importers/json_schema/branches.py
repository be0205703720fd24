"""Branches of a schema (分岐): what tells them apart, and what a property is in all of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from madoguchi.procedures.importers.json_schema.resolve import constants_of
from madoguchi.procedures.importers.reading import listed, mapping, words_of

Schema = Mapping[str, Any]
_VALUES = ("enum", "enumNames", "pattern", "const")


def discriminator(branches: Sequence[Schema]) -> str | None:
    """The property whose values tell branches apart: each branch has constants for it, none twice."""
    if len(branches) < 2:
        return None
    for name in mapping(branches[0].get("properties")):
        several = [constants_of(mapping(mapping(b.get("properties")).get(name))) for b in branches]
        values = [repr(value) for constants in several for value in constants]
        if all(several) and len(values) == len(set(values)):
            return str(name)
    return None


def merged(schemas: Sequence[Schema]) -> dict[str, Any]:
    """A property as the first branch has it, with the values that any of them allows."""
    first = dict(schemas[0])
    if all(schema == schemas[0] for schema in schemas):
        return first
    first = {key: value for key, value in first.items() if key not in _VALUES}
    every = [value for schema in schemas for value in listed(schema.get("enum"))]
    if every and all("enum" in schema for schema in schemas):
        first["enum"] = list(dict.fromkeys(every))
    return first


def required_where(demand: Schema) -> Iterator[tuple[Any, list[str]]]:
    """(condition, what is then required): the mechanical cases, for marks at the questions.

    `if`/`then`, dependencies, “not this, or else that is required”, and branches told apart by the
    values of one property.
    """
    if "if" in demand:
        conditions = {"then": demand["if"], "else": {"not": demand["if"]}}
        for key, condition in conditions.items():
            yield condition, words_of(mapping(demand.get(key)).get("required"))
    for key in ("dependencies", "dependentRequired"):
        for name, needs in mapping(demand.get(key)).items():
            yield {"required": [name]}, words_of(needs)
    for key in ("anyOf", "oneOf"):
        branches = [mapping(branch) for branch in listed(demand.get(key))]
        refused = [b for b in branches if b.keys() - {"type"} == {"not"}]
        others = [b for b in branches if b not in refused]
        if len(refused) == 1 and len(others) == 1:
            yield refused[0]["not"], words_of(others[0].get("required"))
        tell = discriminator(branches)
        wanted = [words_of(b.get("required")) for b in branches] if tell else []
        everywhere = {tell}.union(set.intersection(*map(set, wanted)) if wanted else ())
        for branch, names in zip(branches, wanted, strict=False):
            condition = {"properties": {tell: branch["properties"][tell]}, "required": [tell]}
            yield condition, [name for name in names if name not in everywhere]
