"""What a correction changed (補正前後の対照), answer by answer, from the patch in the journal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.cases.stored import shown
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures.service import Field, Package


@dataclass(frozen=True)
class Change:
    """One answer or attachment before and after; "" where there was or is none."""

    pointer: str
    label: Text
    before: str
    after: str


def changes_of(
    package: Package, patch: Sequence[Mapping[str, Any]], data: Mapping[str, Any], language: str
) -> list[Change]:
    """The changes of a patch [{kind, pointer, before, after}]; `data` numbers the rows."""
    found = []
    for item in patch:
        pointer, was, now = str(item["pointer"]), item.get("before"), item.get("after")
        if item.get("kind") == "files":
            label = file_label(package, pointer.removeprefix("/"))
            found.append(Change(pointer, label, _files(was), _files(now)))
            continue
        field = package.field_at(pointer)
        for at, part, old, new in _parts(field, pointer, was, now):
            found.append(
                Change(
                    at,
                    _label(package, at, part, data),
                    shown(part, old, language) if part else _plain(old),
                    shown(part, new, language) if part else _plain(new),
                )
            )
    return found


def file_label(package: Package, key: str) -> Text:
    """The name of an attachment key or of a file field's pointer."""
    attachment = package.attachments.get(key)
    if attachment is not None:
        return {str(language): text for language, text in attachment.spec.label.items()}
    field = package.field_at(key)
    return field.label if field is not None else {"ja": key, "en": key}


def _parts(
    field: Field | None, pointer: str, was: Any, now: Any
) -> Iterator[tuple[str, Field | None, Any, Any]]:
    """A whole row or composite that came or went, part by part; anything else as it is."""
    members: Mapping[str, Field] = {}
    if field is not None:
        is_row = field.type == "table" and pointer.count("/") == 2
        members = field.columns if is_row else field.parts
    if not members or not (isinstance(was, Mapping) or isinstance(now, Mapping)):
        if field is not None and field.type == "table":
            for row_id, old, new in _rows(was, now):
                yield from _parts(field, f"{pointer}/{row_id}", old, new)
            return
        yield pointer, field, was, now
        return
    old, new = (value if isinstance(value, Mapping) else {} for value in (was, now))
    for name, member in members.items():
        if old.get(name) != new.get(name):
            yield f"{pointer}/{name}", member, old.get(name), new.get(name)


def _rows(was: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    old, new = (
        {str(row.get("row")): row for row in value} if isinstance(value, list) else {}
        for value in (was, now)
    )
    for row_id in dict.fromkeys([*old, *new]):
        yield row_id, old.get(row_id), new.get(row_id)


def _label(package: Package, pointer: str, field: Field | None, data: Mapping[str, Any]) -> Text:
    """「設備 2行目 容積」: the question, within its table or composite."""
    steps = pointer.strip("/").split("/")
    top = package.fields.get(steps[0])
    if top is None or field is None:
        return {"ja": pointer, "en": pointer}
    if top is field:
        return field.label
    middle: Text = {"ja": "", "en": ""}
    if top.type == "table":
        number = _row_number(data.get(top.name), steps[1])
        middle = {
            "ja": f" {number}行目" if number else " 削除した行",
            "en": f", row {number}" if number else ", row removed",
        }
    return {
        language: f"{pick(top.label, language)}{middle[language]} {pick(field.label, language)}"
        for language in ("ja", "en")
    }


def _row_number(rows: Any, row_id: str) -> int | None:
    if not isinstance(rows, list):
        return None
    return next((n for n, row in enumerate(rows, 1) if str(row.get("row")) == row_id), None)


def _files(value: Any) -> str:
    """File names; their hashes, which tell contents apart, are left out."""
    if not isinstance(value, list):
        return ""
    return "\n".join(str(item).rpartition(" ")[0] for item in value)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)
