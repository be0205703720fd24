"""A Form.io form to a neutral form (様式の読取): its panels become pages."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from madoguchi.procedures.importers.form import Form, Group, Page
from madoguchi.procedures.importers.formio.components import parts_of, read_all
from madoguchi.procedures.importers.formio.questions import label_of
from madoguchi.procedures.importers.naming import humanised
from madoguchi.procedures.importers.part import Part
from madoguchi.procedures.importers.reading import listed, mapping
from madoguchi.procedures.importers.rich_text import plain
from madoguchi.procedures.importers.tongue import guessed

_WORDS = ("label", "title", "legend", "description", "content")


def is_formio(data: object) -> bool:
    """Whether a JSON document is such a form: components that have types."""
    components = listed(mapping(data).get("components"))
    return bool(components) and all("type" in mapping(item) for item in components[:20])


def read(data: Mapping[str, Any], name: str, language: str | None = None) -> Form:
    """The form; `name` is what it is called when it does not say."""
    form = Form("formio", name, {}, language or "")
    whole = Part(form, data)
    form.language = language or guessed(t for p in whole.each("components") for t in _texts(p, 0))
    form.id = whole.text("path") or whole.text("name") or name
    title = whole.line("title") or whole.line("name") or humanised(name)
    form.title = {form.language: title}
    signatures = whole.inner("properties").plain("descriptionOfSignatures")
    if signatures:
        form.losses.lost("the form", "signatures", "are not asked for", signatures)
    form.pages = list(_pages(form, listed(data.get("components")), title))
    introduction = "\n".join(_strings(data.get("introPage")))
    if whole.map("introPage").get("enabled") and introduction:
        why = "is not shown; write a summary"
        form.losses.lost("introPage", "introduction", why, introduction)
    return form


def _pages(form: Form, components: list[Any], title: str) -> Iterator[Page]:
    """Each panel at the top is a page; what stands between is one by itself."""
    panels = [c for c in components if mapping(c).get("type") == "panel"]
    paged = len(panels) > 1 or len(components) <= 3 * len(panels)
    count = 0
    for panel, run in groupby(components, lambda c: paged and mapping(c).get("type") == "panel"):
        if not panel:
            nodes = read_all(form, list(run), ())
            if nodes:
                yield Page((), {form.language: title[:200]}, key=f"page{count}", parts=nodes)
                count += 1
            continue
        for component in run:
            part = Part(form, component)
            for group in read_all(form, [component], ()):
                if isinstance(group, Group):
                    label, key = label_of(part)[:200] or title[:200], part.text("key")
                    told = {form.language: label}
                    yield Page((key,), told, group.relevant, group.help, key, group.parts)
                    count += 1


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str) and plain(value):
        yield plain(value)
    inner = value.values() if isinstance(value, Mapping) else listed(value)
    for item in inner:
        yield from _strings(item)


def _texts(part: Part, depth: int) -> Iterator[str]:
    yield from (part.plain(key) for key in _WORDS)
    if depth < 40:
        for place in parts_of(part):
            for inner in place.each("components"):
                yield from _texts(inner, depth + 1)
