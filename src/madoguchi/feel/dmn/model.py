"""Models (決定モデル): a DMN file, its elements by id and name, and the models it imports."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..types import ANY, ContextType, FunctionType, Type
from .items import Item, Items
from .xml import Tag, XmlError, read_xml

ELEMENTS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
REQUIREMENTS = {
    "informationRequirement": ("requiredInput", "requiredDecision"),
    "knowledgeRequirement": ("requiredKnowledge",),
}


@dataclass(eq=False)
class Model:
    """A model: its namespace, elements, types, and imports by the name they are given."""

    namespace: str
    elements: dict[str, Tag]
    items: Items
    imports: dict[str, Model] = field(default_factory=dict)

    def named(self, name: str, *kinds: str) -> Tag | None:
        """Find an element by name."""
        return next(
            (t for t in self.elements.values() if t.get("name") == name and t.name in kinds), None
        )

    def find(self, href: str) -> Element | None:
        """Follow a reference, into an imported model when it names its namespace."""
        namespace, _, identifier = href.rpartition("#")
        if namespace in ("", self.namespace):
            tag = self.elements.get(identifier)
            return Element(self, tag) if tag else None
        for prefix, model in self.imports.items():
            if model.namespace == namespace and identifier in model.elements:
                return Element(model, model.elements[identifier], prefix)
        return None

    def requirements(self, tag: Tag) -> list[Element]:
        """List what a decision or knowledge model requires."""
        hrefs = [
            target.get("href")
            for kind, targets in REQUIREMENTS.items()
            for requirement in tag.all(kind)
            for target in requirement.all(*targets)
        ]
        return [found for href in hrefs if (found := self.find(href))]


@dataclass(frozen=True)
class Element:
    """An element of a model, with the prefix under which the asking model imports it."""

    model: Model
    tag: Tag
    prefix: str = ""

    @property
    def name(self) -> str:
        """The name of its variable."""
        variable = self.tag.one("variable")
        return (variable.get("name") if variable else "") or self.tag.get("name")

    @property
    def item(self) -> Item:
        """The type its variable is declared to have."""
        variable = self.tag.one("variable")
        return self.model.items.named(variable.get("typeRef") if variable else None)

    @property
    def type(self) -> Type:
        """The type under which others see it."""
        if self.tag.name in ("inputData", "decision"):
            return self.item.type
        logic = self.tag.one("encapsulatedLogic")
        if logic is None:
            return ANY
        params = tuple(
            (p.get("name"), self.model.items.named(p.get("typeRef")).type)
            for p in logic.all("formalParameter")
        )
        return FunctionType(params=params, returns=ANY)


def load_model(path: Path) -> Model:
    """Read a model; imports are looked for by namespace among the .dmn files beside it."""
    return _load(read_xml(path), path.parent, {}, 0)


def _load(root: Tag, folder: Path, known: dict[str, Model], depth: int) -> Model:
    if depth > 20:
        raise XmlError("imports are nested too deeply")
    imports: dict[str, Model] = {}
    for tag in root.all("import"):
        namespace = tag.get("namespace")
        if namespace not in known:
            beside = (read_xml(path) for path in sorted(folder.glob("*.dmn")))
            found = next((t for t in beside if t.get("namespace") == namespace), None)
            if found is None:
                continue
            known[namespace] = _load(found, folder, known, depth + 1)
        imports[tag.get("name")] = known[namespace]
    items = Items(root, {name: model.items for name, model in imports.items()})
    elements = {tag.get("id") or tag.get("name"): tag for tag in root.all(*ELEMENTS)}
    return Model(root.get("namespace"), elements, items, imports)


def scope_of(required: list[Element]) -> dict[str, Type]:
    """Give the names a piece of logic sees, with their types; imports are contexts."""
    scope: dict[str, Type] = {}
    for element in required:
        if element.prefix:
            known = scope.get(element.prefix)
            entries = dict(known.entries) if isinstance(known, ContextType) else {}
            scope[element.prefix] = ContextType({**entries, element.name: element.type})
        else:
            scope[element.name] = element.type
    return scope
