"""What changed between two versions of a procedure (版の差分): one generic walk over plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.language import LANGUAGES, Text
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.versions.risk import risk_of, worst
from madoguchi.procedures.workflow.machine import expand_pattern, merged

_LEFT_OUT = {"id", "tests", "workflow", "renamed", "source", "lists"}
_NAMED = ("pages", "checks", "fees")


@dataclass(frozen=True)
class Difference:
    """One change: where (path with slashes), kind added | removed | changed | renamed | moved,
    what stood and stands there (plain data), how grave it is, and what the place is called.
    """

    path: str
    kind: str
    old: Any
    new: Any
    risk: str
    subject: Text


def compare(old: Package, new: Package) -> list[Difference]:
    """All changes from one version to another, in the order of the package."""
    renamed = dict(new.spec.renamed)
    before, after = _renamed(shape(old), renamed), shape(new)
    found = [
        Difference(
            f"data/{name}", "renamed", was, name, "safe", _subject(f"data/{name}", after, {})
        )
        for name, was in renamed.items()
        if was in old.fields
    ]
    languages = frozenset((*LANGUAGES, *old.spec.languages, *new.spec.languages))
    for path, kind, was, now in _walk(before, after, "", languages):
        risk = risk_of(path, kind, was, now)
        found.append(Difference(path, kind, was, now, risk, _subject(path, after, before)))
    return found


def gravest(differences: list[Difference]) -> str:
    """The gravest risk among them."""
    return worst([difference.risk for difference in differences])


def shape(package: Package) -> dict[str, Any]:
    """A package as nested maps of plain data, lists keyed by the ids of their items."""
    plain = package.spec.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude=_LEFT_OUT
    )
    for section in _NAMED:
        items = plain.get(section, [])
        plain[section] = {_key(item, index): item for index, item in enumerate(items)}
    for field in plain["data"].values():  # where a form was imported from is no part of it
        for part in (field, *field.get("columns", {}).values()):
            part.pop("source", None)
    workflow = package.spec.workflow
    pattern = expand_pattern(workflow.pattern, workflow.with_)[0] if workflow.pattern else {}
    plain["states"], plain["actions"] = merged(
        pattern, workflow.states, workflow.actions, list(workflow.remove)
    )
    for name, letter in plain.get("letters", {}).items():
        plain["letters"][name] = {
            **letter,
            "text": package.files.get(f"letters/{letter['template']}"),
        }
    return plain


def _key(item: Mapping[str, Any], index: int) -> str:
    return str(item.get("id") or item.get("on") or index + 1)


def _renamed(plain: dict[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
    """The shape of the old version under the names of the new one."""
    names = {was: name for name, was in renamed.items()}
    data = {names.get(name, name): field for name, field in plain.get("data", {}).items()}
    pages = {
        name: {**page, "fields": [names.get(f, f) for f in page["fields"]]}
        for name, page in plain["pages"].items()
    }
    return {**plain, "data": data, "pages": pages}


def _walk(
    old: Any, new: Any, path: str, languages: frozenset[str]
) -> Iterator[tuple[str, str, Any, Any]]:
    if old == new:
        if isinstance(old, Mapping) and path in ("pages", "data") and [*old] != [*new]:
            yield path, "moved", [*old], [*new]
    elif _branch(old, languages) and _branch(new, languages):
        for name in dict.fromkeys([*old, *new]):
            below = f"{path}/{name}" if path else str(name)
            if name not in old:
                yield below, "added", None, new[name]
            elif name not in new:
                yield below, "removed", old[name], None
            else:
                yield from _walk(old[name], new[name], below, languages)
    else:
        yield path, "changed", old, new


def _branch(value: Any, languages: frozenset[str]) -> bool:
    """Whether a value has parts of its own: a map that is not one text in several languages."""
    if not isinstance(value, Mapping):
        return False
    text = value and value.keys() <= languages and all(isinstance(v, str) for v in value.values())
    return not text


def _subject(path: str, *shapes: Mapping[str, Any]) -> Text:
    """What people call the place: the innermost label or title on the way to it."""
    for plain in shapes:
        found: Text = {}
        node: Any = plain
        for step in path.split("/"):
            node = node.get(step) if isinstance(node, Mapping) else None
            if not isinstance(node, Mapping):
                break
            label = node.get("label") or node.get("title") or node.get("message")
            if isinstance(label, Mapping):
                found = dict(label)
        if found:
            return found
    return {}
