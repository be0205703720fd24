"""Which sheet of a file is which (シートの見分け). Pure.

A sheet is told by its headings, and among equals by its name. What looks like a sheet of ours and
cannot be read is refused: rows are never passed over in silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from madoguchi.cases.bulk.plan import KEY, Plan
from madoguchi.cases.spreadsheets.matching import Matched, matched
from madoguchi.cases.spreadsheets.reading import (
    SheetRows,
    SpreadsheetError,
    spreadsheet_error,
)
from madoguchi.cases.spreadsheets.templates import GUIDES

_NAMED = 1000  # the name counts for more than any number of headings


@dataclass(frozen=True)
class Found:
    """A sheet of a file, what it holds, and where its columns are."""

    plan: Plan
    sheet: SheetRows
    matched: Matched


def find_sheets(book: Sequence[SheetRows], plans: Sequence[Plan]) -> list[Found]:
    """The sheet of filings, then those of tables. SpreadsheetError, also for a column missing."""
    main, *tables = plans
    best: dict[str, tuple[int, Found]] = {}
    refusals: list[SpreadsheetError] = []
    for sheet in book:
        if sheet.name in GUIDES or not sheet.rows:
            continue
        found: list[tuple[int, Found]] = []
        refused: list[SpreadsheetError] = []
        for plan in plans:
            try:
                places = matched(sheet, plan.leaves)
            except SpreadsheetError as fault:
                refused.append(fault)
                continue
            found.append((_score(sheet, plan, places), Found(plan, sheet, places)))
        refusals += [fault for fault in refused if fault.code != "no_heading" or not found]
        if not found:
            continue
        score, chosen = max(found, key=lambda item: item[0])
        if score <= 0:
            continue
        known = best.get(chosen.plan.name)
        if known is not None and known[0] == score:
            raise spreadsheet_error("sheet_twice", sheet=sheet.name, other=known[1].sheet.name)
        if known is None or known[0] < score:
            best[chosen.plan.name] = (score, chosen)
    wrong = [fault for fault in refusals if fault.code != "no_heading"]
    if wrong:
        raise wrong[0]
    if main.name not in best:
        raise next(iter(refusals), spreadsheet_error("no_sheet"))
    result = [best[main.name][1]] + [best[t.name][1] for t in tables if t.name in best]
    for item in result:
        _complete(item)
    return result


def _score(sheet: SheetRows, plan: Plan, places: Matched) -> int:
    """How well a sheet fits; a column of references alone tells nothing."""
    own = sum(leaf is not KEY for leaf in places.places.values())
    named = sheet.name.strip() in {plan.name, *plan.title.values()}
    return own + (_NAMED if named and own else 0)


def _complete(found: Found) -> None:
    present = {leaf.path for leaf in found.matched.places.values()}
    needed = [leaf for leaf in found.plan.leaves if leaf.required]
    if found.plan.field is not None:
        needed.insert(0, KEY)
    for leaf in needed:
        if leaf.path not in present:
            raise spreadsheet_error("column_missing", column=leaf.heading)
