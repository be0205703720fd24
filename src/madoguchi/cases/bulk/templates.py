"""Files to fill in and to put right (ひな型・直すところのファイル). Pure."""

from collections.abc import Mapping, Sequence

from madoguchi.cases.bulk.entries import Entry, written_rows
from madoguchi.cases.bulk.plan import KEY, Plan
from madoguchi.cases.spreadsheets.leaves import own_leaf
from madoguchi.cases.spreadsheets.templates import (
    TemplateSheet,
    headings_csv,
    how_to_write,
    workbook,
)

FAULTS = own_leaf("#faults", "直すこと", "What to put right")  # passed over when it comes back
_REMARK = {
    "ja": "#書き方(「#」で始まる行は読み込みません)",
    "en": "#How to write (rows that begin with # are not read)",
}


def template(plans: Sequence[Plan], language: str, format: str) -> bytes:
    """The empty file: labels, stable paths, a row of hints; CSV or XLSX."""
    sheets = [
        TemplateSheet(
            plan.name,
            plan.title,
            plan.leaves,
            [
                [
                    _REMARK[language] if leaf is KEY else how_to_write(leaf, language)
                    for leaf in plan.leaves
                ]
            ],
        )
        for plan in plans
    ]
    return _file(sheets, language, format)


def filled(plans: Sequence[Plan], entries: Sequence[Entry], language: str, format: str) -> bytes:
    """These filings in a file that reads back to them."""
    rows = written_rows(plans, entries, language)
    sheets = [
        TemplateSheet(plan.name, plan.title, plan.leaves, cells)
        for plan, cells in zip(plans, rows, strict=True)
    ]
    return _file(sheets, language, format)


def to_mend(
    plans: Sequence[Plan],
    entries: Sequence[Entry],
    said: Mapping[int, Sequence[str]],
    language: str,
    format: str,
) -> bytes:
    """The filings with what is to be put right in front; `said`: messages by the entry's place."""
    main, *tables = written_rows(plans, entries, language)
    marked = [["\n".join(said.get(place, ())), *cells] for place, cells in enumerate(main)]
    sheets = [
        TemplateSheet(plans[0].name, plans[0].title, (FAULTS, *plans[0].leaves), marked),
        *(
            TemplateSheet(plan.name, plan.title, plan.leaves, cells)
            for plan, cells in zip(plans[1:], tables, strict=True)
        ),
    ]
    return _file(sheets, language, format)


def _file(sheets: Sequence[TemplateSheet], language: str, format: str) -> bytes:
    return headings_csv(sheets) if format == "csv" else workbook(sheets, language)
