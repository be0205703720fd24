"""Answers as people read them (入力内容の表示), for checking before filing and for looking back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.cases.filing.entering import value_at
from madoguchi.cases.filing.questions import Sheet, is_known
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Fault, Field, Page, show


@dataclass(frozen=True)
class Answer:
    """One answer. `kind`: text | parts | table | files; "" is not answered.

    What could not be understood stands as it was typed. `fixed`: calculated, or known to the state:
    nobody can change it.
    """

    pointer: str
    label: Text
    kind: str
    text: str = ""
    parts: tuple["Answer", ...] = ()
    columns: tuple[Mapping[str, Any], ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    files: tuple[Mapping[str, Any], ...] = ()
    errors: tuple[Text, ...] = ()
    notices: tuple[Fault, ...] = ()
    source: Mapping[str, Any] | None = None
    fixed: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was answered."""
        return not (self.text or self.files or self.rows or any(not p.empty for p in self.parts))


@dataclass(frozen=True)
class Section:
    """The answers of one page."""

    page: Page
    answers: tuple[Answer, ...]


def sections(sheet: Sheet, *, answered_only: bool = False) -> list[Section]:
    """The answers of every page that has any question now."""
    result = []
    for page in sheet.package.pages:
        fields = [sheet.package.fields[name] for name in page.fields]
        answers = [
            _answer(sheet, field, f"/{field.name}")
            for field in fields
            if f"/{field.name}" in sheet.evaluation.relevant
            and field.type != "note"
            and not field.for_officials
        ]
        kept = tuple(a for a in answers if not (answered_only and a.empty))
        if kept:
            result.append(Section(page, kept))
    return result


def _answer(sheet: Sheet, field: Field, pointer: str) -> Answer:
    faults = [f for f in sheet.evaluation.faults_at(pointer) if sheet.judged]
    errors = tuple(f.message for f in faults if f.severity == "error")
    notices = tuple(f for f in faults if f.severity != "error")
    origin = sheet.provenance.get(pointer)
    source = origin if origin and origin.get("label") else None
    label = field.label
    if field.type == "file":
        files = tuple(sheet.attached.get(pointer, ()))
        return Answer(pointer, label, "files", files=files, errors=errors, notices=notices)
    if field.type == "table":
        columns, rows = _table(sheet, field, pointer)
        return Answer(
            pointer, label, "table", columns=columns, rows=rows, errors=errors, notices=notices
        )
    if field.parts and field.type != "address":
        parts = tuple(_leaf(sheet, part, f"{pointer}/{name}") for name, part in field.parts.items())
        return Answer(
            pointer,
            label,
            "parts",
            parts=parts,
            errors=errors,
            notices=notices,
            source=source,
            fixed=is_known(sheet, field),
        )
    leaf = _leaf(sheet, field, pointer)
    return Answer(
        pointer,
        label,
        "text",
        text=leaf.text,
        errors=errors,
        notices=notices,
        source=source,
        fixed=field.calculate is not None or is_known(sheet, field),
    )


def _leaf(sheet: Sheet, field: Field, pointer: str) -> Answer:
    text = show(field, sheet.value(pointer), sheet.language)
    if not text:  # not understood: as it was typed
        raw = value_at(sheet.entered, pointer)
        text = raw.strip() if isinstance(raw, str) else ""
    return Answer(pointer, field.label, "text", text=text)


def _table(
    sheet: Sheet, field: Field, pointer: str
) -> tuple[tuple[Mapping[str, Any], ...], tuple[Mapping[str, Any], ...]]:
    values = sheet.value(pointer)
    rows = [row for row in values if isinstance(row, Mapping)] if isinstance(values, list) else []
    used = [
        (name, column)
        for name, column in field.columns.items()
        if any(row.get(name) is not None for row in rows) or column.required is not None
    ]
    columns = tuple(
        {
            "key": name,
            "label": column.label,
            "number": column.type in ("integer", "decimal", "money"),
        }
        for name, column in used
    )
    return columns, tuple(
        {name: show(column, row.get(name), sheet.language) for name, column in used} for row in rows
    )


def label_of(sheet_labels: Mapping[str, Field], pointer: str, language: str) -> str:
    """The name of a place as people know it: 「設備 2行目 圧力」."""
    return " ".join(_steps(sheet_labels, pointer, language))


def _steps(fields: Mapping[str, Field], pointer: str, language: str) -> Iterator[str]:
    first, *rest = pointer.strip("/").split("/")
    field = fields.get(first)
    if field is None:
        yield first
        return
    yield field.label.get(language) or field.label.get("ja", first)
    for step in rest:
        inner = field.parts.get(step) or field.columns.get(step)
        if inner is not None:
            field = inner
            yield field.label.get(language) or field.label.get("ja", step)
