"""A JSON Schema to a neutral form (スキーマの読取): properties become questions, pages their groups."""

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.procedures.importers.form import Form, Group, Node, Page, Table, asked
from madoguchi.procedures.importers.json_schema.demanding import demand_all
from madoguchi.procedures.importers.json_schema.nodes import Nodes
from madoguchi.procedures.importers.json_schema.resolve import DEEPEST, Resolver
from madoguchi.procedures.importers.naming import humanised
from madoguchi.procedures.importers.part import Part
from madoguchi.procedures.importers.reading import mapping, text_of
from madoguchi.procedures.importers.tongue import guessed

OWN_PAGE = 3


def is_json_schema(data: object) -> bool:
    """Whether a JSON document is a schema."""
    found = mapping(data)
    if "json-schema.org" in text_of(found.get("$schema")):
        return True
    shaped = isinstance(found.get("properties"), Mapping) and found.get("type") in ("object", None)
    return shaped and all(isinstance(p, Mapping | bool) for p in found["properties"].values())


def read(data: Mapping[str, Any], name: str, language: str | None = None) -> Form:
    """The form; `name` is what it is called when it has no title."""
    form = Form("json-schema", name, {}, language or guessed(_texts(data, 0)))
    whole = Part(form, data)
    form.id = text_of(data.get("$id") or data.get("id")) or name
    form.title = {form.language: whole.line("title") or humanised(name)}
    form.summary = whole.said(whole.plain("description")) or None
    resolver = Resolver(data, form.losses)
    nodes = Nodes(form, resolver)
    node = nodes.node(resolver.resolved(data, "the form"), (), required=True, depth=0)
    parts = node.parts if isinstance(node, Group) else [node] if node else []
    while len(parts) == 1 and isinstance(parts[0], Group) and parts[0].parts:
        parts = parts[0].parts  # an object that holds everything is no group
    form.pages = list(_pages(form, parts))
    demand_all(form, parts, resolver, nodes.demands, nodes.schemas)
    return form


def _texts(schema: object, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    found = mapping(schema)
    for key in ("title", "description"):
        if isinstance(found.get(key), str):
            yield found[key]
    for value in found.values():
        yield from _texts(value, depth + 1)


def _pages(form: Form, parts: list[Node]) -> Iterator[Page]:
    """Each larger object or list is a page; single answers between are one together."""
    loose: list[Node] = []

    def page(label: dict[str, str], nodes: list[Node], key: str) -> Page:
        return Page((), {la: text[:200] for la, text in label.items()}, key=key, parts=nodes)

    for number, part in enumerate(parts):
        large = isinstance(part, Group) and len(asked([part])) >= OWN_PAGE
        if not large and not isinstance(part, Table):
            loose.append(part)
            continue
        if loose:
            yield page(form.title, loose, f"p{number}")
            loose = []
        yield page(part.label, [part], part.source)
    if loose or not parts:
        yield page(form.title, loose, "last")
