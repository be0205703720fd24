"""The schemas of a document to nodes (スキーマの部品): objects, lists, branches, values."""

from collections.abc import Mapping
from typing import Any

from madoguchi.procedures.importers.expression import Ref, one_of
from madoguchi.procedures.importers.form import (
    Condition,
    Form,
    Group,
    Node,
    Path,
    Question,
    Table,
    asked,
)
from madoguchi.procedures.importers.json_schema.branches import discriminator, merged
from madoguchi.procedures.importers.json_schema.demanding import Demanded
from madoguchi.procedures.importers.json_schema.questions import (
    help_of,
    label_of,
    options_of,
    question_of,
)
from madoguchi.procedures.importers.json_schema.resolve import (
    DEEPEST,
    Resolver,
    constants_of,
    nullable,
    types_of,
)
from madoguchi.procedures.importers.part import Part
from madoguchi.procedures.importers.reading import listed, mapping, words_of

Schema = dict[str, Any]
MOST_QUESTIONS = 3000
_TELLS = ("patternProperties", "propertyNames", "minProperties", "maxProperties", "additionalItems")
_SIMPLE = (["string"], ["number"], ["integer"])


class Nodes:
    """Reads the schemas of one document; remembers what they are and demand, for the end."""

    def __init__(self, form: Form, resolver: Resolver) -> None:
        self.form, self.resolver = form, resolver
        self.demands: list[Demanded] = []
        self.schemas: dict[Path, Schema] = {}
        self.around: list[Schema] = []  # the objects one is within
        self.count = 0

    def node(self, schema: Schema, path: Path, *, required: bool, depth: int) -> Node | None:
        """The node of a resolved schema."""
        part = Part(self.form, schema, path)
        self.count += 1
        if depth > DEEPEST or self.count > MOST_QUESTIONS:
            self._lost(part, "schema", "is nested too deeply or too large")
            return None
        self.schemas[path] = schema
        schema = self._single(schema, path)
        part = Part(self.form, schema, path)
        kinds = self.resolver.types(schema, path)
        for key in _TELLS:
            if schema.get(key):
                self._lost(part, key, "has no counterpart", schema[key])
        if part.map("additionalProperties"):
            why = "answers of any name cannot be asked"
            self._lost(part, "additionalProperties", why, schema["additionalProperties"])
        required = required and not nullable(schema)
        if "object" in kinds:
            if len(kinds) > 1:
                self._changed(part, "type", f"may be {' or '.join(kinds)}; asked as object")
            return self._object(part, required=required, depth=depth)
        if "array" in kinds:
            return self._array(part, required=required, depth=depth)
        if schema.get("type") == "null":
            return None
        if not kinds and (schema["demands"] or path):
            told = (schema["demands"],) if schema["demands"] else ()
            self._changed(part, "schema", "names no type; asked as text", *told)
        self.demands.append((path, schema["demands"], not required))
        return question_of(Part(self.form, schema, path or ("value",)), required=required)

    def _lost(self, part: Part, what: str, why: str, *original: object) -> None:
        self.form.losses.lost(part.where or "the form", what, why, *original)

    def _changed(self, part: Part, what: str, why: str, *original: object) -> None:
        self.form.losses.changed(part.where or "the form", what, why, *original)

    def _single(self, schema: Schema, path: Path) -> Schema:
        """A choice between null or nothing and one schema is that schema, and optional."""
        for number, demand in enumerate(schema["demands"]):
            for key in ("oneOf", "anyOf"):
                branches = [
                    self.resolver.resolved(b, ".".join(path)) for b in listed(demand.get(key))
                ]
                real = [b for b in branches if b.get("type") != "null" and b.get("enum") != [""]]
                if len(real) == 1 and len(branches) > 1 and "properties" not in schema:
                    rest = {k: v for k, v in demand.items() if k != key}
                    inner = self._single(real[0], path)
                    demands = [
                        *schema["demands"][:number],
                        *inner["demands"],
                        *([rest] if rest else []),
                    ]
                    found = {**inner, **schema, "demands": demands}
                    return found if "enum" in found else {**found, "nullable": True}
        return schema

    def _object(self, part: Part, *, required: bool, depth: int) -> Node:
        schema, path = dict(part.raw), part.path
        if schema in self.around:
            part.lost("reference", "goes round in a circle", label_of(part))
            return Group(path, {}, holds=True)
        self.around.append(schema)
        own = {
            name: self.resolver.resolved(inner, ".".join((*path, name)))
            for name, inner in part.map("properties").items()
        }
        wanted = words_of(schema.get("required"))
        variants = self._variants(schema, own, path)
        parts: list[Node] = []
        for name, (inner, condition) in ({n: (s, None) for n, s in own.items()} | variants).items():
            node = self.node(inner, (*path, name), required=name in wanted, depth=depth + 1)
            if node is not None:
                node.relevant = condition or node.relevant
                parts.append(node)
        for name in wanted:
            if name not in own and name not in variants:
                where = ".".join((*path, name))
                self.form.losses.lost(where, "property", "is required but nowhere described")
        self.around.pop()
        self.demands.append((path, schema["demands"], not required))
        label = label_of(part) if path else {}
        return Group(path, label, help=help_of(part), parts=parts, holds=True, given=not required)

    def _variants(
        self, schema: Schema, own: Mapping[str, Schema], path: Path
    ) -> dict[str, tuple[Schema, Condition | None]]:
        """Properties that only branches describe, and for which values of another they are asked."""
        found: dict[str, tuple[Schema, Condition | None]] = {}
        for branches in self.resolver.branches(schema, path):
            tell = discriminator(branches)
            for name in dict.fromkeys(n for b in branches for n in mapping(b.get("properties"))):
                if name not in own and name not in found:
                    found[name] = self._variant(name, branches, tell, path)
        return found

    def _variant(
        self, name: str, branches: list[Schema], tell: str | None, path: Path
    ) -> tuple[Schema, Condition | None]:
        having = [b for b in branches if name in mapping(b.get("properties"))]
        where = ".".join((*path, name))
        schemas = [self.resolver.resolved(b["properties"][name], where) for b in having]
        if name == tell:
            values = [value for schema in schemas for value in constants_of(schema)]
            return {**{k: v for k, v in schemas[0].items() if k != "const"}, "enum": values}, None
        if len({tuple(kinds) for schema in schemas if (kinds := types_of(schema))}) > 1:
            why = "is of another type in each branch; asked as the first"
            self.form.losses.lost(where, "branches", why, [s.get("type") for s in schemas])
        first = merged(schemas)
        if tell is None or len(having) == len(branches):
            return first, None
        values = [v for b in having for v in constants_of(mapping(b["properties"][tell]))]
        told = f"branches where {tell} is {values}"
        return first, Condition(one_of(Ref((*path, tell), "near"), values), told)

    def _items(self, part: Part) -> Schema:
        """The one schema of a list's items."""
        items = part.get("items")
        if not isinstance(items, list):
            return self.resolver.resolved(items, part.where)
        resolved = [self.resolver.resolved(item, part.where) for item in items]
        if any(item != resolved[0] for item in resolved[1:]):
            why = "each has a schema of its own; all are asked by the first"
            part.changed("items", why, items)
        return resolved[0] if resolved else {"demands": []}

    def _array(self, part: Part, *, required: bool, depth: int) -> Node:
        path, item = part.path, self._items(part)
        least, most = part.whole("minItems") or None, part.whole("maxItems")
        demanded = required and bool(least)
        self.demands.append((path, part.raw["demands"], not demanded))
        named = Part(self.form, part.raw, path or ("items",))
        label, told = label_of(named), help_of(part)
        values = [v for v in listed(item.get("enum")) if v not in (None, "")]
        if values and types_of(item) in _SIMPLE:
            if part.get("uniqueItems") is not True:
                part.changed("list", "could hold a value twice; here each once")
            keys: dict[str, Any] = {"options": options_of(Part(self.form, item, path), values)}
            keys |= {k: v for k, v in (("min", least), ("max", most)) if v is not None}
            return Question(path, label, None, told, "multichoice", keys, demanded)
        if "object" in self.resolver.types(item, path):
            self.count += 1
            node: Node | None = self._object(
                Part(self.form, item, path), required=True, depth=depth + 1
            )
            columns = node.parts if isinstance(node, Group) else []
        else:
            node = self.node(item, (*path, "value"), required=True, depth=depth + 1)
            columns = [node] if node is not None else []
        if not asked(columns):
            part.lost("list", "of nothing that can be asked; one text for all", dict(part.raw))
            return Question(path, label, None, told, "longtext", {"max_length": 4000}, demanded)
        return Table(path, label, None, told, columns, least, most, required=demanded)
