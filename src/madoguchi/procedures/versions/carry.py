"""Carrying answers into another version (回答の移し替え). Pure; nothing typed is ever dropped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.package.compiled import Package


@dataclass(frozen=True)
class Unplaced:
    """An answer the new version has no place for: its label and what was typed."""

    label: Text
    value: str


@dataclass(frozen=True)
class Carried:
    """Answers and files as the new version keeps them, and what had no place there."""

    entered: dict[str, Any]
    attached: dict[str, list[dict[str, Any]]]
    unplaced: list[Unplaced]


def carry(
    old: Package,
    new: Package,
    entered: Mapping[str, Any],
    attached: Mapping[str, list[dict[str, Any]]],
) -> Carried:
    """The content of a draft or case, moved from one version to another."""
    names = {was: name for name, was in new.spec.renamed.items()}
    kept: dict[str, Any] = {}
    unplaced: list[Unplaced] = []
    for name, value in entered.items():
        field = new.fields.get(names.get(name, name))
        taken, left = _take(field, value)
        if taken is not None and field is not None:
            kept[field.name] = taken
        label = old.fields[name].label if name in old.fields else {"ja": name, "en": name}
        unplaced += [Unplaced(label, text) for text in left]
    files: dict[str, list[dict[str, Any]]] = {}
    for key, held in attached.items():
        place = _place(key, names)
        if place in new.attachments or new.field_at(place) is not None:
            files[place] = held
        elif held:
            item = old.attachments.get(key)
            label = dict(item.spec.label) if item else {"ja": key, "en": key}
            unplaced.append(Unplaced(label, "、".join(str(file["name"]) for file in held)))
    return Carried(kept, files, unplaced)


def _place(key: str, names: Mapping[str, str]) -> str:
    if not key.startswith("/"):
        return key
    first, *rest = key[1:].split("/")
    return "/" + "/".join([names.get(first, first), *rest])


def _take(field: Field | None, value: Any) -> tuple[Any, list[str]]:
    """The part of an answer a field can take, in its shape, and the texts of the rest."""
    if field is None or field.type == "note":
        return None, list(_texts(value))
    if field.type == "table":
        return _take_rows(field, value)
    if field.parts:
        return _take_members(field.parts, value)
    if field.type == "multichoice":
        return (value if isinstance(value, list) else [value]), []
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], Mapping):
        return value[0], []
    if isinstance(value, Mapping | list) and field.type != "entry":
        return None, list(_texts(value))
    return value, []


def _take_members(fields: Mapping[str, Field], value: Any) -> tuple[Any, list[str]]:
    if not isinstance(value, Mapping):
        return None, list(_texts(value))
    kept, unplaced = {}, []
    for name, part in value.items():
        if name == "row":
            kept[name] = part
            continue
        taken, left = _take(fields.get(name), part)
        if taken is not None:
            kept[name] = taken
        unplaced += left
    return kept, unplaced


def _take_rows(field: Field, value: Any) -> tuple[Any, list[str]]:
    if not isinstance(value, list):
        return None, list(_texts(value))
    rows, unplaced = [], []
    for row in value:
        taken, left = _take_members(field.columns, row)
        if taken:
            rows.append(taken)
        unplaced += left
    return rows, unplaced


def _texts(value: Any) -> Iterator[str]:
    """What was typed, as people read it; row ids are not."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name != "row":
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif value not in (None, ""):
        yield str(value)
