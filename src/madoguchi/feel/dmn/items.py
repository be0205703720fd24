"""Item definitions (データ型の定義): the named types of a model, and fitting values to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..expression import Expression, compile_unary
from ..faults import FeelError
from ..runtime import MISMATCH, conform
from ..syntax import INPUT
from ..types import ANY, TYPES, ContextType, FunctionType, ListType, Type
from .xml import Tag


@dataclass(frozen=True)
class Item:
    """A type with its allowed values (許される値); components are those of a structure."""

    type: Type = ANY
    allowed: Expression | None = None
    components: Mapping[str, Item] = field(default_factory=dict)
    collection: bool = False
    values: str | None = None
    constraint: Expression | None = None

    def fit(self, value: Any) -> Any:
        """Fit a value to the type, converting lists of one; None when it is not of the type."""
        fitted = conform(value, self.type)
        return fitted if fitted is not MISMATCH and self.allows(fitted) else None

    def allows(self, value: Any) -> bool:
        """Tell whether a value of the type is among those allowed, at every depth.

        Allowed values are those of each item of a collection, a constraint is on the whole.
        """
        if value is None:
            return True
        if self.constraint and self.constraint({INPUT: value}) is not True:
            return False
        if self.collection and isinstance(value, list):
            return all(self.allows_one(item) for item in value)
        return self.allows_one(value)

    def allows_one(self, value: Any) -> bool:
        """Tell whether one item is allowed."""
        if (
            self.allowed is not None
            and value is not None
            and self.allowed({INPUT: value}) is not True
        ):
            return False
        if not isinstance(value, Mapping):
            return True
        return all(item.allows(value.get(name)) for name, item in self.components.items())


ANYTHING = Item()


class Items:
    """The item definitions of a model and, under their import names, of those it imports."""

    def __init__(self, definitions: Tag, imports: Mapping[str, Items]) -> None:
        self.tags = {tag.get("name"): tag for tag in definitions.all("itemDefinition")}
        self.known: dict[str, Item] = {}
        for prefix, items in imports.items():
            self.known |= {f"{prefix}.{name}": item for name, item in items.known.items()}
        for name in self.tags:
            self.named(name)

    @property
    def types(self) -> dict[str, Type]:
        """The types by name, for ``instance of`` and parameters."""
        return {name: item.type for name, item in self.known.items()}

    def named(self, name: str | None) -> Item:
        """Give the item of a type name; what is unknown or missing may be anything."""
        if not name:
            return ANYTHING
        name = name.rpartition(":")[2]  # feel:string, or a prefix of the model's own namespace
        if name not in self.known and name in self.tags:
            self.known[name] = ANYTHING  # while it is being read: a type may speak of itself
            self.known[name] = self.read(self.tags[name])
        return self.known.get(name) or Item(TYPES.get(name, ANY))

    def read(self, tag: Tag) -> Item:
        """Read one definition or component."""
        function = tag.one("functionItem")
        if function is not None:
            return Item(self.function_type(function))
        components = {c.get("name"): self.read(c) for c in tag.all("itemComponent")}
        if components:
            entries = {name: item.type for name, item in components.items()}
            base = Item(ContextType(entries), None, components)
        else:
            base = self.named(tag.text_of("typeRef"))
        text, constraint = (
            restriction.text_of("text") if (restriction := tag.one(name)) else None
            for name in ("allowedValues", "typeConstraint")
        )
        allowed = unary_or_none(text) or base.allowed
        collection = tag.get("isCollection") == "true"
        kind = ListType(base.type) if collection else base.type
        return Item(
            kind,
            allowed,
            base.components,
            collection or base.collection,
            text or base.values,
            unary_or_none(constraint) or (None if collection else base.constraint),
        )

    def function_type(self, tag: Tag) -> FunctionType:
        """Read a function item."""
        params = tuple(
            (p.get("name"), self.named(p.get("typeRef")).type) for p in tag.all("parameters")
        )
        return FunctionType(params=params, returns=self.named(tag.get("outputTypeRef")).type)


def unary_or_none(text: str | None) -> Expression | None:
    """Compile unary tests; what cannot be read restricts nothing."""
    if not text:
        return None
    try:
        return compile_unary(text)
    except FeelError:
        return None
