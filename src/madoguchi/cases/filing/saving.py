"""Saving a page of a draft (ページの保存), also when two windows edit the same page."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madoguchi.cases.filing.answers import label_of
from madoguchi.cases.filing.drafts import Content, touch, write
from madoguchi.cases.filing.entering import (
    Sent,
    add_row,
    copy_row,
    read_page,
    remove_row,
    value_at,
)
from madoguchi.cases.filing.prefilling import first_row
from madoguchi.cases.models import Draft
from madoguchi.kernel.canonical import digest, plain
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Field, Package, Page

KEEP = "keep:"
# After the name of a window's sheet in `draft.sheets`: the sheet was sent, it types no more.
SENT = "."


@dataclass(frozen=True)
class Difference:
    """An answer that two windows gave differently."""

    pointer: str
    label: Text
    mine: str
    other: str


def base_of(draft: Draft, page: Page) -> str:
    """What the answers of a page are now, in short: a window sends back what it was shown."""
    part = {name: draft.entered[name] for name in page.fields if name in draft.entered}
    return digest(plain(part)).removeprefix("sha256:")[:20]


def new_sheet() -> str:
    """The name of one showing of a page."""
    return secrets.token_hex(8)


def entered_by(
    draft: Draft, package: Package, page: Page, sent: Sent, may_edit: Callable[[str], bool]
) -> dict[str, Any]:
    """All answers of the draft with those a window sent for the page."""
    fields = [package.fields[name] for name in page.fields]
    return read_page(fields, sent, draft.entered, may_edit)


def differences(
    draft: Draft,
    package: Package,
    page: Page,
    mine: Mapping[str, Any],
    sent: Sent,
    *,
    typing: bool = False,
) -> list[Difference]:
    """Where a window that did not see the latest answers would overwrite them; [] is harmless.

    A window that wrote the page last itself has nobody else's answers before it. But what it saved
    while `typing` may arrive after the page it sent: that is older, and overwrites nothing.
    """
    sheet, base = _first(sent, "sheet"), _first(sent, "base")
    own = (sheet,) if typing else (sheet, sheet + SENT)
    if draft.sheets.get(page.id) in own or base == base_of(draft, page):
        return []
    found = []
    for name in page.fields:
        field = package.fields[name]
        for pointer, own, other in _apart(
            field, f"/{name}", mine.get(name), draft.entered.get(name)
        ):
            if sent.get(KEEP + pointer) != ["mine"]:
                label = {la: label_of(package.fields, pointer, la) for la in ("ja", "en")}
                found.append(Difference(pointer, label, _text(own), _text(other)))
    return found


def resolve(
    draft: Draft, package: Package, page: Page, mine: Mapping[str, Any], sent: Sent
) -> dict[str, Any]:
    """The answers after the person chose, place by place, which of two to keep."""
    result = dict(mine)
    for name in page.fields:
        for pointer, _, _ in list(
            _apart(package.fields[name], f"/{name}", mine.get(name), draft.entered.get(name))
        ):
            if sent.get(KEEP + pointer) == ["other"]:
                _put(result, pointer, value_at(draft.entered, pointer))
    return result


def save(
    draft: Draft,
    page: Page,
    entered: Mapping[str, Any],
    sheet: str,
    at: datetime,
    *,
    sent: bool,
    typing: bool = False,
) -> None:
    """Write the answers of a page; `sent`: the person sent it, so faults are shown from now on."""
    changed = write(draft, Content(entered, draft.attached), at)
    if (changed or not typing) and sheet:
        draft.sheets = {**draft.sheets, page.id: sheet[:40] + ("" if typing else SENT)}
    if sent and page.id not in draft.visited:
        draft.visited = [*draft.visited, page.id]
        if not changed:
            touch(draft, at)


def row_command(
    package: Package, entered: Mapping[str, Any], command: str, context: Mapping[str, object]
) -> tuple[dict[str, Any], str | None]:
    """Carry out add:, copy: or remove: of a row; the answers, and the place to go back to."""
    verb, _, pointer = command.partition(":")
    name, _, row = pointer.removeprefix("/").partition("/")
    field = package.fields.get(name)
    if field is None or field.type != "table":
        return dict(entered), None
    if verb == "add":
        result = add_row(entered, field, first_row(field, context))
        return result, f"/{name}/{result[name][-1]['row']}"
    if verb == "copy":
        return copy_row(entered, field, row), f"/{name}/{row}"
    if verb == "remove":
        return remove_row(entered, field, row), f"/{name}"
    return dict(entered), None


def _apart(field: Field, pointer: str, mine: Any, other: Any) -> Sequence[tuple[str, Any, Any]]:
    if field.parts:
        own = mine if isinstance(mine, Mapping) else {}
        theirs = other if isinstance(other, Mapping) else {}
        return [
            difference
            for name, part in field.parts.items()
            for difference in _apart(part, f"{pointer}/{name}", own.get(name), theirs.get(name))
        ]
    return [] if (mine or None) == (other or None) else [(pointer, mine, other)]


def _put(entered: dict[str, Any], pointer: str, value: Any) -> None:
    first, *rest = pointer.strip("/").split("/")
    if rest:
        group = dict(entered.get(first) or {})
        if value is None:
            group.pop(rest[0], None)
        else:
            group[rest[0]] = value
        entered[first] = group
    elif value is None:
        entered.pop(first, None)
    else:
        entered[first] = value


def _text(value: Any) -> str:
    if value in (None, "", []):
        return "—"
    if isinstance(value, list):
        rows = [row for row in value if isinstance(row, Mapping)]
        if rows:
            cells = ["・".join(str(c) for k, c in row.items() if k != "row" and c) for row in rows]
            return " / ".join(cells)[:300]
        return "、".join(map(str, value))[:300]
    return str(value)[:300]


def _first(sent: Sent, name: str) -> str:
    values = sent.get(name) or [""]
    return values[0]
