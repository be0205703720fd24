"""One schema out of many pieces (スキーマの統合): references followed, `allOf` folded in."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from madoguchi.procedures.importers.losses import Losses
from madoguchi.procedures.importers.reading import listed, mapping, words_of

Schema = Mapping[str, Any]
DEMANDS = ("anyOf", "oneOf", "not", "if", "dependencies", "dependentRequired", "dependentSchemas")
_BRANCHES = (*DEMANDS, "then", "else")
_TEXTUAL = {"pattern", "format", "maxLength", "minLength"}
DEEPEST = 24


class Resolver:
    """Follows the references of one document."""

    def __init__(self, root: Schema, losses: Losses) -> None:
        self.root, self.losses = root, losses

    def resolved(self, schema: object, where: str, seen: tuple[str, ...] = ()) -> dict[str, Any]:
        """A schema without `$ref` and `allOf`; what it demands beyond stands in `demands`.

        A reference to itself ends in an empty schema, and is told.
        """
        given = mapping(schema)
        base: dict[str, Any] = {"demands": []}
        if isinstance(given.get("$ref"), str):
            base = self._referred(given["$ref"], where, seen)
        gone = (*_BRANCHES, "allOf", "$ref")
        base = _folded(base, {key: value for key, value in given.items() if key not in gone})
        demand = {key: value for key, value in given.items() if key in _BRANCHES}
        base["demands"] += [demand] if demand else []
        for part in listed(given.get("allOf")):
            base = _folded(base, self.resolved(part, where, seen))
        return base

    def branches(self, schema: Schema, path: tuple[str, ...]) -> Iterator[list[dict[str, Any]]]:
        """The resolved branches of every `oneOf` and `anyOf` a schema demands."""
        for demand in schema["demands"]:
            for key in ("oneOf", "anyOf"):
                yield [self.resolved(branch, ".".join(path)) for branch in listed(demand.get(key))]

    def types(self, schema: Schema, path: tuple[str, ...]) -> list[str]:
        """The types a schema allows; those of its branches where it names none itself."""
        every = (branch for branches in self.branches(schema, path) for branch in branches)
        return types_of(schema) or list(dict.fromkeys(k for b in every for k in types_of(b)))

    def _referred(self, reference: str, where: str, seen: tuple[str, ...]) -> dict[str, Any]:
        if reference in seen or len(seen) > DEEPEST:
            self.losses.lost(where, "reference", "goes round in a circle", reference)
            return {"demands": []}
        target: Any = self.root if reference.startswith("#") else None
        for step in filter(None, unquote(reference.lstrip("#")).strip("/").split("/")):
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(target, list) and key.isdigit() and int(key) < len(target):
                target = target[int(key)]
            else:
                target = mapping(target).get(key)
        if target is None:
            self.losses.lost(where, "reference", "leads nowhere in this file", reference)
            return {"demands": []}
        return self.resolved(target, where, (*seen, reference))


def _folded(base: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Both schemas at once; the first word on a keyword counts, demands add up."""
    result = dict(base)
    for key, value in more.items():
        if key == "properties":
            known = mapping(result.get("properties"))
            both = {
                n: {"allOf": [known[n], s]} if n in known else s for n, s in mapping(value).items()
            }
            result[key] = {**known, **both}
        elif key == "required":
            result[key] = list(dict.fromkeys([*words_of(result.get(key)), *words_of(value)]))
        elif key == "demands":
            result[key] = [*result["demands"], *listed(value)]
        elif key not in result or key in ("title", "description", "default"):
            result[key] = value
    return result


def types_of(schema: Schema) -> list[str]:
    """The types a schema allows, null left out; guessed from its keywords when it names none."""
    named = schema.get("type")
    found = [
        kind for kind in words_of([named] if isinstance(named, str) else named) if kind != "null"
    ]
    if found or named == "null":
        return found
    values = constants_of(schema)
    kinds = {
        "object": "properties" in schema,
        "array": "items" in schema,
        "boolean": bool(values) and all(isinstance(v, bool) for v in values),
        "number": bool(values) and all(isinstance(v, int | float) for v in values),
        "string": bool(values) or not _TEXTUAL.isdisjoint(schema),
    }
    return [kind for kind, holds in kinds.items() if holds][:1]


def constants_of(schema: Schema) -> list[Any]:
    """The values that `const` or `enum` allow."""
    return [schema["const"]] if "const" in schema else listed(schema.get("enum"))


def nullable(schema: Schema) -> bool:
    """Whether null is as good as an answer."""
    named = schema.get("type")
    return "null" in listed(named) or named == "null" or schema.get("nullable") is True
