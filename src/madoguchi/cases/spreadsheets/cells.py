"""From what a cell says to an answer as a form would send it (セルの読取り). Pure.

Options may be named by label or key. What is not understood stays as it was written: the check
says what is wrong with it, and nobody's words are lost.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from madoguchi.cases.spreadsheets.leaves import Leaf
from madoguchi.cases.spreadsheets.reading import CellText
from madoguchi.kernel.language import pick
from madoguchi.procedures.service import Field

_SEPARATORS = re.compile("[、,;\n]")
_DISARMED = re.compile(r"'(?=[=+\-@\t\r＝＋－＠])")
_YES = {"○", "〇", "✓", "✔", "レ", "true", "yes", "y", "1", "はい", "有", "該当"}
_NO = {"×", "✕", "false", "no", "n", "0", "いいえ", "無", "非該当"}
_YES_NO = {"ja": ("いいえ", "はい"), "en": ("No", "Yes")}
Entries = Mapping[str, Mapping[str, Any]]
Answer = Callable[[str], Any]


def answers_of(places: Mapping[int, Leaf], entries: Entries) -> list[tuple[int, Leaf, Answer]]:
    """For each column how its cells are read. `entries`: registrations that may be named."""
    return [(place, leaf, _reader(leaf.field, entries)) for place, leaf in places.items()]


def row_of(
    readers: Sequence[tuple[int, Leaf, Answer]], cells: Sequence[CellText]
) -> dict[str, Any]:
    """The answers of one row of cells; empty cells give none."""
    row: dict[str, Any] = {}
    width = len(cells)
    for place, leaf, read in readers:
        cell = cells[place] if place < width else None
        if cell is None:
            continue
        inner = row
        for step in leaf.steps[:-1]:
            inner = inner.setdefault(step, {})
        inner[leaf.steps[-1]] = read(cell)
    return row


def written(
    leaves: Sequence[Leaf], row: Mapping[str, Any], language: str, entries: Entries
) -> list[str]:
    """A row of answers as cells of a file that reads back to the same answers."""
    return [_written(leaf, row, language, entries) for leaf in leaves]


def _written(leaf: Leaf, row: Mapping[str, Any], language: str, entries: Entries) -> str:
    value: Any = row
    for step in leaf.steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    options = leaf.field.spec.options or {}
    if isinstance(value, list):
        return "、".join(_label(options.get(str(key)), str(key), language) for key in value)
    if leaf.field.type in ("boolean", "checkbox", "pledge") and str(value).lower() in (
        "true",
        "false",
    ):
        return _YES_NO[language][str(value).lower() == "true"]
    if leaf.field.type == "entry":
        key = str(value.get("id") if isinstance(value, Mapping) else value)
        return str(entries.get(key, {}).get("number") or key)
    return _label(options.get(str(value)), str(value), language)


def _label(option: Any, key: str, language: str) -> str:
    return pick(option.label, language) if option is not None else key


def _reader(field: Field, entries: Entries) -> Answer:
    match field.type:
        case "choice":
            return partial(_option, _options(field))
        case "multichoice":
            return partial(_several, _options(field))
        case "boolean" | "checkbox" | "pledge":
            return _yes_or_no
        case "entry":
            numbers = {
                str(entry.get("number")): key
                for key, entry in entries.items()
                if entry.get("register") == field.spec.register_name
            }
            return lambda text: numbers.get(text.strip(), text.strip())
    return _words


def _words(text: str) -> str:
    """As written; the apostrophe that keeps a text from being a formula is not part of it."""
    return _DISARMED.sub("", text, count=1) if text.startswith("'") else text


def _options(field: Field) -> dict[str, str]:
    names: dict[str, str] = {}
    for key, option in (field.spec.options or {}).items():
        for text in (key, *option.label.values()):
            names.setdefault(_key(text), key)
    return names


def _option(options: Mapping[str, str], text: str) -> str:
    return options.get(_key(_words(text)), text.strip())


def _several(options: Mapping[str, str], text: str) -> list[str]:
    """The options named one after the other; a label may itself hold a separator."""
    ends = [found.start() for found in _SEPARATORS.finditer(text)] + [len(text)]
    chosen, start, place = [], 0, 0
    while place < len(ends):
        last = next(
            (
                end
                for end in range(len(ends) - 1, place - 1, -1)
                if _key(_words(text[start : ends[end]])) in options
            ),
            place,
        )
        part = text[start : ends[last]]
        if part.strip():
            chosen.append(_option(options, part))
        start, place = ends[last] + 1, last + 1
    return chosen


def _yes_or_no(text: str) -> str:
    word = _key(text)
    return "true" if word in _YES else "false" if word in _NO else text


def _key(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()
