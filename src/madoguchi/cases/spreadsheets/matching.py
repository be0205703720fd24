"""Finding the columns of a sheet by its headings (見出しの照合). Pure.

A heading may be the stable path, the label in either language, or both labels as templates have
them; marks such as ※必須 do not matter. Where two columns have the same label, only paths tell.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madoguchi.cases.spreadsheets.leaves import Leaf
from madoguchi.cases.spreadsheets.reading import CellText, SheetRows, spreadsheet_error

HEADINGS_WITHIN = 20  # rows from the top among which the headings are looked for
IGNORED = "#"  # columns whose heading begins so are ours to tell something, and not read
_MARKS = re.compile(r"※?\s*[((]?\s*(必須|任意|required|optional)\s*[))]?\s*$", re.I)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Matched:
    """Where the columns are: leaf by place, the first row of data, headings nobody asked for."""

    places: Mapping[int, Leaf]
    first_row: int
    unknown: tuple[str, ...]


def matched(sheet: SheetRows, leaves: Sequence[Leaf]) -> Matched:
    """The columns of a sheet. SpreadsheetError: no headings, a column twice, merged cells."""
    names = _names(leaves)
    best: tuple[int, dict[int, Leaf]] = (-1, {})
    for number, row in enumerate(sheet.rows[:HEADINGS_WITHIN]):
        found = _found(row, names)
        if len(found) > len(best[1]) or (found and len(found) == len(best[1]) and _paths(row)):
            best = (number, found)
    number, places = best
    if not places:
        wanted = [leaf for leaf in leaves if leaf.required] or leaves
        raise spreadsheet_error(
            "no_heading", columns="、".join(leaf.heading for leaf in wanted[:3])
        )
    first = number + 1
    while first < len(sheet.rows) and _found(sheet.rows[first], names):
        first += 1  # labels below paths, or paths below labels
    _once(places)
    _unmerged(sheet, first)
    unknown = [
        cell.strip()
        for place, cell in enumerate(sheet.rows[number])
        if cell and place not in places and not cell.startswith(IGNORED)
    ]
    return Matched(places, first, tuple(unknown))


def _names(leaves: Sequence[Leaf]) -> dict[str, Leaf]:
    """What each column may be called; a label that two columns share names neither."""
    names: dict[str, Leaf] = {}
    shared: set[str] = set()
    for leaf in leaves:
        for label in {_key(text) for text in (*leaf.label.values(), leaf.heading) if text}:
            if label in names and names[label] is not leaf:
                shared.add(label)
            names[label] = leaf
    for label in shared:
        del names[label]
    return names | {leaf.path: leaf for leaf in leaves}


def _found(row: Sequence[CellText], names: Mapping[str, Leaf]) -> dict[int, Leaf]:
    found = {}
    for place, cell in enumerate(row):
        if cell is not None:
            leaf = names.get(cell.strip()) or names.get(_key(cell))
            if leaf is not None:
                found[place] = leaf
    return found


def _paths(row: Sequence[CellText]) -> bool:
    return any(cell is not None and cell.startswith("/") for cell in row)


def _key(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text.removeprefix("'"))
    return _SPACES.sub(" ", _MARKS.sub("", folded)).strip().lower()


def _once(places: Mapping[int, Leaf]) -> None:
    seen: set[str] = set()
    for leaf in places.values():
        if leaf.path in seen:
            raise spreadsheet_error("column_twice", column=leaf.heading)
        seen.add(leaf.path)


def _unmerged(sheet: SheetRows, first: int) -> None:
    within = [place for place in sheet.merged if place[2] >= first]
    if within:
        cells = ", ".join(f"{_at(r1, c1)}:{_at(r2, c2)}" for r1, c1, r2, c2 in within[:5])
        raise spreadsheet_error("merged", sheet=sheet.name, cells=cells)


def _at(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
