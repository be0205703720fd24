"""Filings to rows of sheets and back (申請と行の変換). Pure: what is written reads back the same."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madoguchi.cases.bulk.plan import CLIENT, FILES, KEY, Plan
from madoguchi.cases.bulk.sheets import Found, find_sheets
from madoguchi.cases.spreadsheets.cells import answers_of, row_of, written
from madoguchi.cases.spreadsheets.reading import SheetRows, spreadsheet_error

MOST_FILINGS = 10_000
COMMENT = ("#", "＃")  # a row whose reference begins so is a remark (the row of hints), no filing
_NAMES = re.compile(r"[、,;\n]")
_SHOWN = 5


@dataclass(frozen=True)
class Entry:
    """One filing of a file: where it stood, its reference, for whom, answers, names of files.

    `line`: in the sheet of filings, counted from 1. `client`: a corporate number as written, "" for
    whoever sends the file. `files`: names by place (attachment key or pointer of a file field).
    `hidden`: the row was hidden when the file was saved.
    """

    line: int
    key: str
    client: str
    entered: Mapping[str, Any]
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hidden: bool = False


@dataclass(frozen=True)
class Read:
    """A file as it was understood: its filings, and the headings nobody asked for."""

    entries: Sequence[Entry]
    unknown: tuple[str, ...]


def read_entries(book: Sequence[SheetRows], plans: Sequence[Plan]) -> Read:
    """The filings of a file. SpreadsheetError: what cannot be read without losing something."""
    found = find_sheets(book, plans)
    main, tables = found[0], found[1:]
    entries: list[Entry] = []
    for line, row, hidden in _rows(main):
        key = str(row.pop(KEY.path, "")).strip()
        client = str(row.pop(CLIENT.path, "")).strip()
        files = {place_of(path): names_in(text) for path, text in row.pop(FILES, {}).items()}
        if row or files or client or key:
            entries.append(Entry(line, key, client, row, files, hidden))
    if not entries:
        raise spreadsheet_error("no_rows")
    if len(entries) > MOST_FILINGS:
        raise spreadsheet_error(
            "too_many_rows",
            sheet=main.sheet.name,
            rows=f"{len(entries):,}",
            limit=f"{MOST_FILINGS:,}",
        )
    _each_once(entries)
    for table in tables:
        entries = _with_rows(entries, table)
    return Read(entries, tuple(dict.fromkeys(h for item in found for h in item.matched.unknown)))


def written_rows(
    plans: Sequence[Plan], entries: Iterable[Entry], language: str
) -> list[list[list[str]]]:
    """The rows of each sheet that read back to these filings; a reference is made up if needed."""
    sheets: list[list[list[str]]] = [[] for _ in plans]
    linked = any(plan.field is not None for plan in plans)
    for number, entry in enumerate(entries, 1):
        key = entry.key or (f"{number}" if linked else "")
        own = {KEY.path: key, CLIENT.path: entry.client, **entry.entered}
        own[FILES] = {_path(place): "、".join(names) for place, names in entry.files.items()}
        sheets[0].append(written(plans[0].leaves, own, language, {}))
        for sheet, plan in zip(sheets[1:], plans[1:], strict=True):
            for position, row in enumerate(entry.entered.get(plan.name) or (), 1):
                name = str(row.get("row") or f"r{position}")
                files = {
                    f"/{plan.name}/*{place.removeprefix(f'/{plan.name}/{name}')}": "、".join(names)
                    for place, names in entry.files.items()
                    if place.startswith(f"/{plan.name}/{name}/")
                }
                sheet.append(
                    written(plan.leaves, {**row, KEY.path: key, FILES: files}, language, {})
                )
    return sheets


def place_of(path: str) -> str:
    """Where the files of a column go: an attachment's key or the pointer of a file field."""
    return path.removeprefix("/attachments/")


def names_in(text: str) -> list[str]:
    """The names of files in a cell."""
    return [name.strip() for name in _NAMES.split(text) if name.strip()]


def folded(key: str) -> str:
    """A reference as it is compared: width and case do not matter."""
    return unicodedata.normalize("NFKC", key).strip().lower()


def _path(place: str) -> str:
    return place if place.startswith("/") else f"/attachments/{place}"


def _rows(found: Found) -> Iterable[tuple[int, dict[str, Any], bool]]:
    readers = answers_of(found.matched.places, {})
    first = found.matched.first_row
    for line, cells in enumerate(found.sheet.rows[first:], first + 1):
        row = row_of(readers, cells)
        if row and not str(row.get(KEY.path, "")).startswith(COMMENT):
            yield line, row, line - 1 in found.sheet.hidden


def _each_once(entries: Sequence[Entry]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        name = folded(entry.key)
        if name and name in seen:
            raise spreadsheet_error(
                "key_twice", key=entry.key[:40], lines=f"{seen[name]}, {entry.line}"
            )
        seen[name] = entry.line


def _with_rows(entries: list[Entry], found: Found) -> list[Entry]:
    """The filings with the rows of one table; a row that belongs to none is never dropped."""
    table = found.plan.name
    rows: dict[str, list[dict[str, Any]]] = {}
    files: dict[str, dict[str, list[str]]] = {}
    lines: dict[str, int] = {}
    for line, row, _ in _rows(found):
        name = folded(str(row.pop(KEY.path, "")))
        named = row.pop(FILES, {})
        of_one = rows.setdefault(name, [])
        id_ = f"r{len(of_one) + 1}"
        of_one.append({**row, "row": id_})
        lines.setdefault(name, line)
        for path, text in named.items():
            place = path.replace("/*/", f"/{id_}/", 1)
            files.setdefault(name, {})[place] = names_in(text)
    known = {folded(entry.key) for entry in entries if entry.key}
    lost = [name for name in rows if name not in known]
    if lost:
        raise spreadsheet_error(
            "no_such_key",
            sheet=found.sheet.name,
            lines=", ".join(str(lines[name]) for name in lost[:_SHOWN]),
        )
    return [
        Entry(
            entry.line,
            entry.key,
            entry.client,
            {**entry.entered, table: rows[name]},
            {**entry.files, **files.get(name, {})},
            entry.hidden,
        )
        if (name := folded(entry.key)) in rows and name
        else entry
        for entry in entries
    ]
