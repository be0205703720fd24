"""The answers of a filing as it is being entered (入力内容): for checking, and for looking back."""

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.cases.answers import ROWS_SHOWN, AnswerPage, Reading, answer_pages
from madoguchi.cases.filing.entering import value_at
from madoguchi.cases.filing.questions import Sheet, is_known
from madoguchi.kernel.language import pick
from madoguchi.procedures.service import Field, show


def sections(
    sheet: Sheet, *, answered_only: bool = False, most_rows: int = ROWS_SHOWN
) -> list[AnswerPage]:
    """The answers of every page that has any question now; of tables the first rows."""
    reading = Reading(
        sheet.package,
        asked=lambda field: f"/{field.name}" in sheet.evaluation.relevant,
        value=sheet.value,
        text=lambda field, value: show(field, value, sheet.language),
        typed=lambda pointer, field: _typed(sheet, pointer, field),
        files=lambda pointer: sheet.attached.get(pointer, ()),
        state=lambda field: "known" if is_known(sheet, field) else "typed",
        origin=lambda field: None,
        faults=sheet.evaluation.faults_at if sheet.judged else lambda pointer: (),
    )
    return answer_pages(reading, answered_only=answered_only, most_rows=most_rows)


def _typed(sheet: Sheet, pointer: str, field: Field) -> str:
    raw: Any = value_at(sheet.entered, pointer)
    if field.type == "datetime" and isinstance(raw, Mapping):
        raw = " ".join(str(raw.get(box) or "") for box in ("date", "time"))
    return raw.strip() if isinstance(raw, str) else ""


def label_of(sheet_labels: Mapping[str, Field], pointer: str, language: str) -> str:
    """The name of a place as people know it: 「設備 2行目 圧力」."""
    return " ".join(_steps(sheet_labels, pointer, language))


def _steps(fields: Mapping[str, Field], pointer: str, language: str) -> Iterator[str]:
    first, *rest = pointer.strip("/").split("/")
    field = fields.get(first)
    if field is None:
        yield first
        return
    yield pick(field.label, language) or first
    for step in rest:
        inner = field.parts.get(step) or field.columns.get(step)
        if inner is not None:
            field = inner
            yield pick(field.label, language) or step
