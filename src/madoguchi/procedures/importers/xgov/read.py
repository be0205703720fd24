"""An XGov form to a neutral form (様式の読取): pages, links, lists, conditions."""

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.procedures.importers.expression import FALSE, TRUE, Expression, Untranslatable
from madoguchi.procedures.importers.form import (
    Condition,
    Form,
    Group,
    Node,
    Note,
    Page,
    Question,
    Table,
    walk,
)
from madoguchi.procedures.importers.naming import humanised
from madoguchi.procedures.importers.part import Part
from madoguchi.procedures.importers.reading import listed, mapping
from madoguchi.procedures.importers.tongue import guessed
from madoguchi.procedures.importers.xgov.components import Source, node_of
from madoguchi.procedures.importers.xgov.conditions import trees
from madoguchi.procedures.importers.xgov.flow import Link, relevances

_OTHER = ("fees", "outputs", "declaration", "webhooks", "payApiKey")
_ENDS = ("summary.js", "confirm.js", "SummaryPageController")
Named = Mapping[str, Expression | Untranslatable]


def is_xgov(data: object) -> bool:
    """Whether a JSON document is such a form."""
    pages = listed(mapping(data).get("pages"))
    there = bool(pages) and "startPage" in mapping(data)
    return there and all("path" in mapping(page) for page in pages)


def read(data: Mapping[str, Any], name: str, language: str | None = None) -> Form:
    """The form; `name` is what it is called when it does not say."""
    form = Form("xgov", name, {}, "", named_by_label=True)
    whole = Part(form, data)
    pages = list(whole.each("pages"))
    form.language = language or guessed(_texts(pages))
    known = [page.text("path") for page in pages]
    start = whole.text("startPage") if whole.text("startPage") in known else known[0]
    titles = [whole.line("name"), pages[known.index(start)].line("title")]
    title = " – ".join(dict.fromkeys(t for t in titles if t)) or humanised(name)
    form.title = {form.language: title}
    named = trees(data.get("conditions"))
    told = {name: _told(whole, name) for name in named}
    conditions = {
        name: Condition(tree, told[name])
        for name, tree in named.items()
        if not isinstance(tree, Untranslatable)
    }
    lists = {item.text("name"): item for item in whole.each("lists")}
    _pages(Source(lists, conditions), pages, start, list(_links(form, pages, named, told)))
    for key in _OTHER:
        if data.get(key):
            form.losses.lost("the form", key, "is a matter of the platform it came from", data[key])
    return form


def _texts(pages: list[Part]) -> Iterator[str]:
    for page in pages:
        yield page.plain("title")
        for component in page.each("components"):
            yield from (component.plain(key) for key in ("title", "hint", "content"))


def _told(whole: Part, name: str) -> str:
    """A condition as the report shows it."""
    item = next(item for item in whole.each("conditions") if item.get("name") == name)
    return f"{item.get('displayName') or name}: {item.get('value')!r:.1500}"


def _pages(source: Source, pages: list[Part], start: str, links: list[Link]) -> None:
    form = pages[0].form
    found, back = relevances(start, [page.text("path") for page in pages], links)
    for link in back:
        why = "leads back to an earlier page; people go back by themselves"
        form.losses.changed(link.source, "link", why, link.target)
    order = _sequence(start, {page.text("path"): page for page in pages}, {})
    place = {path: number for number, path in enumerate(reversed(order))}
    for page in sorted(pages, key=lambda p: place.get(p.text("path"), len(place))):
        path = page.text("path")
        parts = _parts(source, page)
        if not parts and page.text("controller").endswith(_ENDS):
            continue  # every package has a page to check the answers
        condition = found[path]
        if condition == FALSE and path != start:
            form.losses.changed(path, "page", "is reached from nowhere; it is never asked")
        relevant = None if condition == TRUE else Condition(condition, f"the ways to {path}")
        title = page.line("title") or humanised(path.strip("/"))
        form.pages.append(Page((), {form.language: title[:200]}, relevant, key=path, parts=parts))


def _sequence(path: str, pages: Mapping[str, Part], seen: dict[str, None]) -> list[str]:
    """The pages one can come to, the last first; where ways part, as they stand in the file."""
    seen[path] = None
    done: list[str] = []
    for item in reversed(list(pages[path].each("next"))):
        if item.text("path") in pages and item.text("path") not in seen:
            done += _sequence(item.text("path"), pages, seen)
    return [*done, path]


def _links(form: Form, pages: list[Part], named: Named, told: Mapping[str, str]) -> Iterator[Link]:
    known = {page.text("path") for page in pages}
    for page in pages:
        source = page.text("path")
        for item in page.each("next"):
            target, name = item.text("path"), item.text("condition")
            if target not in known:
                why = f"leads to the page “{target}”, which is not there"
                form.losses.lost(source, "link", why)
                continue
            tree = named.get(name) if name else None
            if isinstance(tree, Untranslatable) or (name and tree is None):
                reason = str(tree) if tree is not None else "there is no such condition"
                why = f"cannot be a rule: {reason}; “{target}” is always asked"
                form.losses.lost(source, "condition", why, told.get(name, name))
                tree = TRUE
            yield Link(source, target, tree)


def _parts(source: Source, page: Part) -> list[Node]:
    """The nodes of a page; a heading gathers what stands below it."""
    title = page.line("title")
    parts: list[Node] = []
    heading: Group | None = None
    for component in page.each("components"):
        node = node_of(source, component, title)
        if isinstance(node, Group) and not node.holds:
            heading = node
            parts.append(node)
        elif node is not None:
            (heading.parts if heading is not None else parts).append(node)
    parts = [part for part in parts if not isinstance(part, Group) or part.parts or part.holds]
    repeats = "Repeating" in page.text("controller") or bool(page.get("repeatField"))
    asked: list[Node] = [p for p in parts if isinstance(p, Question | Group)]
    if not repeats or not asked or any(isinstance(part, Table) for part in walk(parts)):
        return parts
    texts = [p for p in parts if isinstance(p, Note)]
    path = (page.text("path").strip("/"),)
    return [*texts, Table(path, {page.language: title}, parts=asked, required=True)]
