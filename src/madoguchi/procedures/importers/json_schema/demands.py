"""What a schema demands of several answers at once (複数の答えへの要求), as trees.

`holds` is exact for the keywords it knows: an absent property fulfils every demand on its value,
as in JSON Schema. Others raise Untranslatable.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.procedures.importers.expression import (
    FALSE,
    NOTHING,
    TRUE,
    Apply,
    Compare,
    Const,
    ExactlyOne,
    Expression,
    Member,
    Not,
    Ref,
    Untranslatable,
    both,
    constant,
    either,
    one_of,
)
from madoguchi.procedures.importers.form import Path
from madoguchi.procedures.importers.json_schema.resolve import (
    DEEPEST,
    Resolver,
    constants_of,
    types_of,
)
from madoguchi.procedures.importers.reading import listed, mapping, words_of

Schema = Mapping[str, Any]
_SAYS_NOTHING = frozenset(
    "type title description default example examples $comment $schema $id definitions $defs enumNames format "
    "additionalProperties nullable demands readOnly writeOnly deprecated properties required enum const "
    "pattern minLength maxLength minimum maximum minItems maxItems contains then else items uniqueItems "
    "exclusiveMinimum exclusiveMaximum multipleOf".split()
)
_LENGTHS = {"minLength": ">=", "maxLength": "<=", "minItems": ">=", "maxItems": "<="}
_SIZES = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}


class Demands:
    """Turns sub-schemas about answers into trees.

    `leaves` are the answers below each object, `asked` the schemas the answers have anyway.
    """

    def __init__(
        self, resolver: Resolver, leaves: Mapping[Path, list[Path]], asked: Mapping[Path, Schema]
    ) -> None:
        self.resolver, self.leaves, self.asked = resolver, leaves, asked

    def holds(self, schema: object, path: Path, depth: int = 0) -> Expression:
        """Whether what stands at `path` fulfils a schema."""
        if depth > DEEPEST:
            raise Untranslatable("a schema nested too deeply")
        if isinstance(schema, bool):
            return TRUE if schema else FALSE
        found = self.resolver.resolved(schema, ".".join(path))
        unknown = found.keys() - _SAYS_NOTHING
        if unknown:
            raise Untranslatable(f"the keyword “{sorted(unknown)[0]}”")
        parts = [self.given((*path, name)) for name in words_of(found.get("required"))]
        for name, inner in mapping(found.get("properties")).items():
            below = (*path, name)
            if self.asked.get(below) == self.resolver.resolved(inner, ".".join(below)):
                continue
            demanded = self.holds(inner, below, depth + 1)
            if demanded != TRUE:
                parts.append(either([Not(self.given((*path, name))), demanded]))
        parts += self._of_value(found, path)
        for demand in found["demands"]:
            parts += self.combined(demand, path, depth)
        return both(parts)

    def given(self, path: Path) -> Expression:
        """Whether there is an answer at a path, or anywhere below it."""
        below = self.leaves.get(path)
        if below is None:
            return Compare("!=", Ref(path, "near"), NOTHING)
        return either([self._leaf_given(leaf) for leaf in below])

    def _leaf_given(self, leaf: Path) -> Expression:
        if leaf[-1:] == ("[]",):
            return Compare(">", Apply("length", (Ref(leaf[:-1], "near"),)), constant(0))
        return Compare("!=", Ref(leaf, "near"), NOTHING)

    def _of_value(self, schema: Schema, path: Path) -> Iterator[Expression]:
        answer = Ref(path, "near")
        kinds = types_of(schema)
        if "const" in schema:
            yield one_of(answer, [schema["const"]])
        values = listed(schema.get("enum"))
        if values:
            yield one_of(answer, [value for value in values if value is not None] or values)
        if isinstance(schema.get("pattern"), str) and kinds in (["string"], []):
            yield Apply("matches", (answer, Const(schema["pattern"])))
        for key, op in _LENGTHS.items():
            if key in schema and not (key == "minLength" and schema[key] in (0, 1)):
                yield Compare(op, Apply("length", (answer,)), constant(schema[key]))
        for key, op in _SIZES.items():
            if key in schema and not isinstance(schema[key], bool):
                yield Compare(op, answer, constant(schema[key]))
        if "contains" in schema:
            wanted = mapping(schema["contains"])
            found = constants_of(wanted)
            if not found or wanted.keys() - {"const", "enum", "type"}:
                raise Untranslatable("“contains” of more than constants")
            yield either([Member(constant(value), answer) for value in found])

    def combined(self, demand: Schema, path: Path, depth: int = 0) -> Iterator[Expression]:
        """What one demand (anyOf, oneOf, not, if …) comes to, all of which must hold."""

        def held(schema: object) -> Expression:
            return self.holds(schema, path, depth + 1)

        if "anyOf" in demand:
            yield either([held(part) for part in listed(demand["anyOf"])])
        if "oneOf" in demand:
            yield _exactly_one([held(part) for part in listed(demand["oneOf"])])
        if "not" in demand:
            yield Not(held(demand["not"]))
        if "if" in demand:
            condition = held(demand["if"])
            if "then" in demand:
                yield either([Not(condition), held(demand["then"])])
            if "else" in demand:
                yield either([condition, held(demand["else"])])
        for key in ("dependencies", "dependentRequired", "dependentSchemas"):
            for name, needs in mapping(demand.get(key)).items():
                needed = {"required": needs} if isinstance(needs, list) else needs
                yield either([Not(self.given((*path, name))), held(needed)])


def _exactly_one(parts: list[Expression]) -> Expression:
    """One and no other; where one is always fulfilled that is the others' failing."""
    if len(parts) == 1:
        return parts[0]
    if parts.count(TRUE) == 1:
        return both([Not(part) for part in parts if part != TRUE])
    return ExactlyOne(tuple(parts))
