"""Templates to fill in (ひな型): XLSX with lists to choose from, or the bare headings as CSV.

Row 1 holds the labels in both languages, row 2 the stable paths, rows to fill in begin with row 3.
"""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from madoguchi.cases.exports.files.xlsx_file import sheet_names
from madoguchi.cases.spreadsheets.leaves import Leaf
from madoguchi.kernel.csv_text import BOM, harmless
from madoguchi.kernel.language import Text, pick

FIRST_ROW = 2  # counted from 0: below labels and paths
OFFERED_ROWS = 20_000  # rows of the template that offer lists and hints
_LONGEST_HINT, _LONGEST_TITLE = 255, 32
_OPTIONS_HINTED = 12
_YES_NO = {"ja": ("はい", "いいえ"), "en": ("Yes", "No")}
_WORDS = {
    "guide": {"ja": "書き方", "en": "Guide"},
    "lists": {"ja": "選択肢", "en": "Options"},
    "sheet": {"ja": "シート", "en": "Sheet"},
    "column": {"ja": "列", "en": "Column"},
    "path": {"ja": "項目の名前(変更しないでください)", "en": "Path (do not change)"},
    "needed": {"ja": "必須", "en": "Required"},
    "kind": {"ja": "書き方", "en": "How to write"},
    "help": {"ja": "説明", "en": "Help"},
    "must": {"ja": "必ず書く", "en": "always"},
}
_KINDS: dict[str, Text] = {
    "date": {"ja": "日付(2026-04-01 または 令和8年4月1日)", "en": "Date (2026-04-01)"},
    "time": {"ja": "時刻(14:05 または 午後2時5分)", "en": "Time (14:05)"},
    "datetime": {"ja": "日時(2026-04-01 14:05)", "en": "Day and time (2026-04-01 14:05)"},
    "duration": {"ja": "長さ(1時間30分 または 1:30)", "en": "Length of time (1:30)"},
    "year_month": {"ja": "年月(2026-04)", "en": "Month (2026-04)"},
    "fiscal_year": {"ja": "年度(2026 または 令和8年度)", "en": "Fiscal year (2026)"},
    "integer": {"ja": "整数", "en": "Whole number"},
    "decimal": {"ja": "数", "en": "Number"},
    "money": {"ja": "金額(円、整数)", "en": "Yen, whole number"},
    "boolean": {"ja": "はい か いいえ", "en": "Yes or No"},
    "pledge": {"ja": "はい", "en": "Yes"},
    "choice": {"ja": "選択肢から1つ", "en": "One of the options"},
    "multichoice": {"ja": "選択肢から選び、「、」で区切る", "en": "Options, separated by commas"},
    "email": {"ja": "メールアドレス", "en": "E-mail address"},
    "telephone": {"ja": "電話番号", "en": "Telephone number"},
    "postal_code": {"ja": "郵便番号(7桁)", "en": "Postal code (7 digits)"},
    "corporate_number": {"ja": "法人番号(13桁)", "en": "Corporate number (13 digits)"},
    "entry": {"ja": "登録番号", "en": "Number of the registration"},
    "checkbox": {"ja": "はい か いいえ", "en": "Yes or No"},
    "file": {
        "ja": "一緒にZIPに入れるファイルの名前(複数は「、」で区切る)",
        "en": "Names of files sent in the same ZIP, separated by commas",
    },
}
_TEXT: Text = {"ja": "文字", "en": "Text"}
GUIDES = frozenset(_WORDS["guide"].values())  # sheets that are there to be read only


@dataclass(frozen=True)
class TemplateSheet:
    """One sheet to fill in: its name in a CSV archive, its title, its columns, rows it holds."""

    name: str
    title: Text
    leaves: Sequence[Leaf]
    rows: Sequence[Sequence[str]] = ()


def workbook(sheets: Sequence[TemplateSheet], language: str) -> bytes:
    """The template as XLSX, with a guide, lists of options and hints at each column."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    shapes = _shapes(book)
    names = sheet_names(
        [pick(sheet.title, language) for sheet in sheets]
        + [_WORDS["guide"][language], _WORDS["lists"][language]]
    )
    pages = [book.add_worksheet(name) for name in names[:-2]]
    guide = book.add_worksheet(names[-2])
    lists = book.add_worksheet(names[-1])
    lists.hide()
    place = 0
    for page, sheet in zip(pages, sheets, strict=True):
        _headings(page, sheet, shapes)
        for column, leaf in enumerate(sheet.leaves):
            options = _options(leaf, language)
            if options:
                lists.write_column(0, place, options)
                letters = xl_col_to_name(place)
                source = f"='{names[-1]}'!${letters}$1:${letters}${len(options)}"
                _offer(page, column, leaf, language, source)
                place += 1
            else:
                _offer(page, column, leaf, language, None)
        for number, row in enumerate(sheet.rows):
            for column, text in enumerate(row):
                if text:
                    page.write_string(FIRST_ROW + number, column, text)
    _guide(guide, sheets, names, language, shapes)
    book.close()
    return out.getvalue()


def headings_csv(sheets: Sequence[TemplateSheet]) -> bytes:
    """The template as CSV: one file, or a ZIP of one for each sheet."""
    files = [(f"{sheet.name}.csv", _csv(sheet)) for sheet in sheets]
    if len(files) == 1:
        return files[0][1]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def _csv(sheet: TemplateSheet) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(leaf.heading) for leaf in sheet.leaves])
    writer.writerow([leaf.path for leaf in sheet.leaves])
    writer.writerows([[harmless(cell) for cell in row] for row in sheet.rows])
    return BOM + text.getvalue().encode()


def _shapes(book: Any) -> dict[str, Any]:
    head = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
    return {
        "must": book.add_format({**head, "bg_color": "#E8F1FE"}),
        "may": book.add_format({**head, "bg_color": "#F2F2F2"}),
        "path": book.add_format({"font_color": "#767676", "font_size": 9, "bottom": 1}),
        "text": book.add_format({"num_format": "@"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _headings(page: Any, sheet: TemplateSheet, shapes: dict[str, Any]) -> None:
    page.freeze_panes(FIRST_ROW, 1)
    page.set_row(0, 48)
    for column, leaf in enumerate(sheet.leaves):
        page.write_string(0, column, leaf.heading, shapes["must" if leaf.required else "may"])
        page.write_string(1, column, leaf.path, shapes["path"])
        # Cells of text keep leading zeros of codes and postal codes.
        free = leaf.field.type in ("integer", "decimal", "money", "date", "fiscal_year")
        page.set_column(column, column, 18 if free else 24, None if free else shapes["text"])


def _offer(page: Any, column: int, leaf: Leaf, language: str, source: str | None) -> None:
    """The list of a choice, and the hint that shows when a cell is entered."""
    rule: dict[str, Any] = {"validate": "any"}
    if source is not None and leaf.field.type != "multichoice":
        rule = {"validate": "list", "source": source, "error_type": "warning"}
    hint = _hint(leaf, language)
    title = pick(leaf.label, language)
    rule |= {"input_title": title[:_LONGEST_TITLE], "input_message": hint[:_LONGEST_HINT]}
    page.data_validation(FIRST_ROW, column, FIRST_ROW + OFFERED_ROWS, column, rule)


def how_to_write(leaf: Leaf, language: str) -> str:
    """What to write into a column, in a few words: for a row of hints."""
    options = _options(leaf, language)
    shown = "、".join(options[:_OPTIONS_HINTED]) + ("…" if len(options) > _OPTIONS_HINTED else "")
    parts = [_kind(leaf, language), shown]
    if leaf.required:
        parts.insert(0, f"[{_WORDS['needed'][language]}]")
    return " ".join(part for part in parts if part)


def _hint(leaf: Leaf, language: str) -> str:
    parts = [_kind(leaf, language), pick(leaf.field.spec.help, language)]
    if leaf.required:
        parts.insert(0, f"[{_WORDS['needed'][language]}]")
    return " ".join(part for part in parts if part)


def _kind(leaf: Leaf, language: str) -> str:
    unit = pick(leaf.field.spec.unit, language)
    kind = pick(_KINDS.get(leaf.field.type, _TEXT), language)
    return f"{kind} [{unit}]" if unit else kind


def _options(leaf: Leaf, language: str) -> list[str]:
    if leaf.field.type in ("boolean", "checkbox", "pledge"):
        return list(_YES_NO[language][: 1 if leaf.field.type == "pledge" else 2])
    options = leaf.field.spec.options or {}
    return [pick(option.label, language) or key for key, option in options.items()]


def _guide(
    page: Any,
    sheets: Sequence[TemplateSheet],
    names: Sequence[str],
    language: str,
    shapes: dict[str, Any],
) -> None:
    heads = ("sheet", "column", "path", "needed", "kind", "lists", "help")
    for column, key in enumerate(heads):
        page.write_string(0, column, _WORDS[key][language], shapes["may"])
        page.set_column(column, column, (16, 30, 30, 10, 30, 40, 60)[column], shapes["wrap"])
    page.freeze_panes(1, 0)
    number = 1
    for sheet, name in zip(sheets, names, strict=False):
        for leaf in sheet.leaves:
            row = (
                name,
                leaf.heading,
                leaf.path,
                _WORDS["must"][language] if leaf.required else "",
                _kind(leaf, language),
                "、".join(_options(leaf, language)),
                pick(leaf.field.spec.help, language),
            )
            for column, text in enumerate(row):
                page.write_string(number, column, text)
            number += 1
