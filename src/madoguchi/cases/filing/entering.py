"""From what a form sends to what a draft keeps (入力の取込み): pure, and never losing an answer.

Controls are named by JSON Pointer. Only controls that were on the page change anything: the hidden
field `shown` names those that send nothing when nothing is ticked, and `row:<table>` lists a
table's rows in their order. Everything else keeps the value it had: answers that are hidden just
now stay in the draft.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from madoguchi.procedures.service import Field

SHOWN = "shown"
ROWS = "row:"
TAKEN_ROWS = 1000  # of a table in one page sent: what was typed is kept
MOST_ROWS = 200  # of a table on a page: more are filled in by file (tables/)
_ROW_ID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")

Sent = Mapping[str, list[str]]
MayEdit = Callable[[str], bool]
Entered = dict[str, Any]


def read_page(
    fields: Iterable[Field], sent: Sent, entered: Mapping[str, Any], may_edit: MayEdit
) -> Entered:
    """The answers of a draft after a page was sent.

    `sent` is {control name: values}; `may_edit(pointer)` says whether an answer may change (in a
    correction only some may).
    """
    shown = frozenset(sent.get(SHOWN, ()))
    result = dict(entered)
    for field in fields:
        value = _read(field, f"/{field.name}", sent, shown, entered.get(field.name), may_edit)
        if value is None:
            result.pop(field.name, None)
        else:
            result[field.name] = value
    return result


def _read(
    field: Field, pointer: str, sent: Sent, shown: frozenset[str], old: Any, may_edit: MayEdit
) -> Any:
    if field.type in ("note", "file") or field.calculate is not None or field.for_officials:
        return old
    if field.type == "table":
        return _rows(field, pointer, sent, shown, old, may_edit)
    if field.parts:
        return _members(field.parts, pointer, sent, shown, old, may_edit) or None
    if not may_edit(pointer):
        return old
    if field.type == "datetime":
        boxes = {box: sent.get(f"{pointer}/{box}", [""])[-1] for box in ("date", "time")}
        if any(f"{pointer}/{box}" in sent for box in boxes):
            return {box: text for box, text in boxes.items() if text} or ""
    if pointer in sent:
        values = sent[pointer]
        return list(values) if field.type == "multichoice" else values[-1]
    return None if pointer in shown else old


def _members(
    fields: Mapping[str, Field],
    pointer: str,
    sent: Sent,
    shown: frozenset[str],
    old: Any,
    may_edit: MayEdit,
) -> dict[str, Any]:
    before = old if isinstance(old, Mapping) else {}
    result = dict(before)
    for name, member in fields.items():
        value = _read(member, f"{pointer}/{name}", sent, shown, before.get(name), may_edit)
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def _rows(
    field: Field, pointer: str, sent: Sent, shown: frozenset[str], old: Any, may_edit: MayEdit
) -> Any:
    if pointer not in shown:
        return old
    before = rows_of(old)
    by_id = {str(row["row"]): row for row in before}
    order = [name for name in sent.get(ROWS + pointer, ()) if _ROW_ID.match(name)]
    if not may_edit(pointer):
        order = list(by_id)  # single cells may be open, but no row comes or goes
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys(order[:TAKEN_ROWS]):
        row = _members(
            field.columns, f"{pointer}/{name}", sent, shown, by_id.get(name, {}), may_edit
        )
        rows.append({**row, "row": name})
    return rows or None


def rows_of(raw: Any) -> list[dict[str, Any]]:
    """The rows of a table as kept in a draft, each with its id, as the engine would name them."""
    if not isinstance(raw, list):
        return []
    return [
        {**item, "row": str(item.get("row") or f"r{index + 1}")}
        for index, item in enumerate(raw)
        if isinstance(item, Mapping)
    ]


def add_row(
    entered: Mapping[str, Any], field: Field, start: Mapping[str, Any] | None = None
) -> Entered:
    """One more row at the end; `start` holds its first values."""
    rows = rows_of(entered.get(field.name))
    if len(rows) >= MOST_ROWS:
        return dict(entered)
    return {**entered, field.name: [*rows, {**(start or {}), "row": new_row_id()}]}


def copy_row(entered: Mapping[str, Any], field: Field, row_id: str) -> Entered:
    """The row again, right below it."""
    result: list[dict[str, Any]] = []
    rows = rows_of(entered.get(field.name))
    for row in rows:
        result.append(row)
        if row["row"] == row_id and len(rows) < MOST_ROWS:
            result.append({**row, "row": new_row_id()})
    return {**entered, field.name: result}


def remove_row(entered: Mapping[str, Any], field: Field, row_id: str) -> Entered:
    """Without the row."""
    rows = [row for row in rows_of(entered.get(field.name)) if row["row"] != row_id]
    return {**entered, field.name: rows}


def new_row_id() -> str:
    """An id no other row has; it stays with the row through sorting and corrections."""
    return f"r{secrets.token_hex(5)}"


def value_at(data: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer with row ids, None when nothing does."""
    for step in pointer.strip("/").split("/"):
        if isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(data, list):
            data = next(
                (row for row in data if isinstance(row, Mapping) and row.get("row") == step), None
            )
        else:
            return None
    return data
