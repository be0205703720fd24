"""From a form to a package (パッケージの作成): procedure.yaml as plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from madoguchi.feel import syntax as feel
from madoguchi.kernel.language import Text
from madoguchi.procedures.importers.feel_nodes import YES
from madoguchi.procedures.importers.form import Form, Group, Note, Page, Table, asked
from madoguchi.procedures.importers.naming import Names, key_name, label_name, numbered, slug
from madoguchi.procedures.importers.phrases import phrase
from madoguchi.procedures.importers.places import Place, Places, places_of
from madoguchi.procedures.importers.ruling import Ruling, ruled

Plain = dict[str, Any]
LONG_LIST = 12


@dataclass(frozen=True)
class Settings:
    """What a package needs and no form says. `kept`: names by source key from an earlier round."""

    id: str
    agency: str = "unassigned"
    effective: date = date(2026, 4, 1)
    kept: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""


@dataclass(frozen=True)
class Written:
    """A package as plain data, and what it was made from."""

    data: Plain
    places: Places
    ruling: Ruling


def written(form: Form, settings: Settings) -> Written:
    """The package of a form."""
    _merge_texts_only(form)
    places, names = places_of(form.pages), Names(dict(settings.kept))
    _name_fields(form, places, names)
    ruling = ruled(form, places, names)
    title = {language: text[:200] for language, text in form.title.items()}
    data: Plain = {
        "id": settings.id,
        "kind": "notification",
        "title": title,
        "summary": form.summary or title,
        "audience": phrase("audience", title),
        "who": "anyone",
        "languages": sorted(title, key=lambda language: language != form.language),
        "source": {"format": form.kind, "id": form.id[:200], "sha256": settings.sha256},
        "effective": {"from": settings.effective},
        "authority": {"agency": settings.agency},
        "pages": _pages(form, places),
        "lists": {},
        "data": {p.name: _field(p, ruling) for p in places.every if p.table is None},
        "decisions": {n: ruling.text(r, n) or "true" for n, r in ruling.decisions.items()},
        "checks": list(_checks(form, ruling)),
        "workflow": {"pattern": "notice"},
    }
    data["lists"] = _shared_lists(data["data"])
    return Written({k: v for k, v in data.items() if v not in ({}, [])}, places, ruling)


def _shared_lists(fields: Plain) -> Plain:
    """Long lists of options that several fields have, by a name; the fields then name them."""
    columns = [item for entry in fields.values() for item in entry.get("columns", {}).items()]
    holders: dict[str, list[Plain]] = {}
    for name, entry in [*fields.items(), *columns]:
        options = entry.get("options", {})
        if len(options) >= LONG_LIST:
            key = next((k for k, held in holders.items() if held[0]["options"] == options), name)
            holders.setdefault(key, []).append(entry)
    shared = {name: held for name, held in holders.items() if len(held) > 1}
    lists = {name: held[0]["options"] for name, held in shared.items()}
    for name, held in shared.items():
        for entry in held:
            entry["options"] = name
    return lists


def _merge_texts_only(form: Form) -> None:
    """A page that asks nothing would never be shown: its texts go to the page after it."""
    asking = [page for page in form.pages if asked(page.parts)]
    if not asking:
        form.losses.lost("the form", "questions", "it asks nothing; only its texts are there")
        return
    for index, page in reversed(list(enumerate(form.pages))):
        if page in asking or not page.parts:
            continue
        following = [p for p in form.pages[index + 1 :] if p in asking]
        goal = next((p for p in following if p.relevant is None), None) or asking[-1]
        moved = Group(page.path, page.label, page.relevant, page.help, parts=page.parts)
        goal.parts = [moved, *goal.parts] if goal in following else [*goal.parts, moved]
        why, title = "asks nothing: its text stands on another page", [*goal.label.values(), ""][0]
        form.losses.changed(page.where, "page", why, title)
    form.pages = asking


def _name_fields(form: Form, places: Places, names: Names) -> None:
    for place in places.every:
        if place.table is None:
            place.name = names.give(_wanted(form, place, ()), place.node.source)
    for table in places.every:
        inner = Names(names.kept, set(names.taken))
        for place in places.columns(table):
            place.name = inner.give(_wanted(form, place, table.node.path), place.node.source)


def _wanted(form: Form, place: Place, within: tuple[str, ...]) -> str:
    node, label = place.node, label_name(place.node.said)
    if isinstance(node, Note):
        text = next((text for text in node.text.values() if text), "")
        return f"note_{label_name(text)[:32].strip('_')}"
    if form.named_by_label and label:
        return label
    return key_name(node.path[len(within) :]) or label or "field"


def _pages(form: Form, places: Places) -> list[Plain]:
    taken: set[str] = set()
    pages = []
    titles = [[*page.label.values(), ""][0] for page in form.pages]
    for page in form.pages:
        on_page = [p for p in places.every if p.table is None and p.page is page]
        title = _page_title(page, titles) or form.title
        name = slug(title.get(form.language, "") or page.key, "-")[:50].strip("-") or "page"
        name = numbered(name if name[0].isalpha() else f"p-{name}"[:50], taken, "-")
        taken.add(name)
        entry: Plain = {
            "id": name,
            "title": title,
            "help": page.help,
            "fields": [p.name for p in on_page],
            "sections": list(_sections(title, on_page)),
        }
        pages.append({key: value for key, value in entry.items() if value})
    return pages


def _page_title(page: Page, titles: list[str]) -> Text:
    """The title; where several pages bear the same, the heading of its last section."""
    headings = [part.label for part in page.parts if isinstance(part, Group) and part.label]
    if headings and titles.count([*page.label.values(), ""][0]) > 1:
        return {la: headings[-1].get(la) or text for la, text in page.label.items()}
    return page.label


def _sections(title: Text, on_page: list[Place]) -> Iterator[Plain]:
    told: list[Group] = []
    for heading, run in groupby(on_page, lambda place: place.heading):
        if heading is None or heading.label == title:
            continue
        entry = {"title": heading.label, "help": None if heading in told else heading.help}
        told.append(heading)
        yield {k: v for k, v in entry.items() if v} | {"fields": [place.name for place in run]}


def _field(place: Place, ruling: Ruling) -> Plain:
    node = place.node
    if isinstance(node, Note):
        entry: Plain = {"type": "note", "tone": node.tone, "text": node.text}
    elif isinstance(node, Table):
        entry = _table(place, node, ruling)
    else:
        entry = {"type": node.type, "label": _label(place, ruling), "help": node.help, **node.keys}
    for key in ("relevant", "required", "calculate"):
        rule = place.rules.get(key)
        if rule is not None:
            entry[key] = True if rule is YES else ruling.text(rule, node.where)
    if not isinstance(node, Note):
        entry["source"] = node.source
    return {key: value for key, value in entry.items() if value not in (None, {}, [])}


def _label(place: Place, ruling: Ruling) -> Text:
    """The label; in a table with its heading where two columns would read the same."""
    label = place.node.label or {ruling.form.language: place.name}
    if place.table is None or place.heading is None:
        return label
    same = [p for p in ruling.places.columns(place.table) if p.node.label == place.node.label]
    if len(same) < 2:
        return label
    return {la: f"{place.heading.label.get(la, '')} – {text}" for la, text in label.items()}


def _table(place: Place, table: Table, ruling: Ruling) -> Plain:
    columns: Plain = {}
    if place.outer is not None and isinstance(place.outer.node, Table):
        outer, node = place.outer, place.outer.node
        columns[outer.row_name] = {
            "type": "integer",
            "label": {la: f"{text} – №" for la, text in (node.item or node.label).items()},
            "required": True,
            "min": 1,
            "max": f"count({outer.name})",
        }
        why = f"stand beside “{outer.name}” and say which of its rows they belong to"
        ruling.form.losses.changed(table.where, "rows within rows", why)
    columns |= {column.name: _field(column, ruling) for column in ruling.places.columns(place)}
    return {
        "type": "table",
        "label": table.label or {ruling.form.language: place.name},
        "help": table.help,
        "item": table.item,
        "min": table.least,
        "max": table.most,
        "columns": columns,
    }


def _checks(form: Form, ruling: Ruling) -> Iterator[Plain]:
    taken: dict[str, int] = {}
    for check in form.checks:
        place = ruling.places.by_path.get(check.path)
        if place is None:
            why = "is about something that is not asked"
            form.losses.lost(".".join(check.path), "check", why, check.must.original)
            continue
        must = ruling.translate(check.must, place)
        when = ruling.translate(check.when, place) if check.when else YES
        if must is None or when is None or isinstance(must, feel.Literal):
            continue
        text, condition = ruling.text(must, place.node.where), ruling.text(when, place.node.where)
        if text is None or condition is None:
            continue
        on = f"{place.table.name}.{place.name}" if place.table else place.name
        name = on.replace(".", "_")
        taken[name] = taken.get(name, 0) + 1
        entry = {"id": f"{name}_{taken[name]}", "on": on, "must": text, "message": check.message}
        yield entry | ({"when": condition} if when is not YES else {})
