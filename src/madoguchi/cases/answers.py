"""The answers of a filing as people read them (入力内容の表示): one view for applicant and office.

What differs between the two is how an answer is read: see `Reading`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Fault, Field, Package, Page

ROWS_SHOWN = 100
FAULTS_SHOWN = 20
_NUMBERS = ("integer", "decimal", "money")


@dataclass(frozen=True)
class Origin:
    """Where an answer came from that was filled in, and whether it was edited since."""

    label: Text
    as_of: str | None
    edited: bool


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    pointer: str
    column: Field
    text: str

    @property
    def number(self) -> bool:
        """Whether it stands to the right."""
        return self.column.type in _NUMBERS


@dataclass(frozen=True)
class Answer:
    """One answer. `kind`: text | parts | table | files; `state`: typed | calculated | known.

    `count`: the rows of a table, of which `rows` are the first; what could not be understood
    stands as it was typed.
    """

    pointer: str
    label: Text
    kind: str
    state: str = "typed"
    text: str = ""
    parts: tuple["Answer", ...] = ()
    columns: tuple[Field, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    count: int = 0
    files: tuple[Mapping[str, Any], ...] = ()
    errors: tuple[Text, ...] = ()
    notices: tuple[Fault, ...] = ()
    origin: Origin | None = None
    section: Text | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was answered."""
        return not (self.text or self.files or self.rows or any(not p.empty for p in self.parts))


@dataclass(frozen=True)
class AnswerPage:
    """The answers of one page of the form."""

    page: Page
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Reading:
    """How the answers of a filing are read: as it is being entered, or as it was filed.

    `value`, `files` and `faults` at a pointer; `text` of a value of a field; `typed`: what stands
    at a pointer that was not understood. `every_column`: also those nobody answered.
    """

    package: Package
    asked: Callable[[Field], bool]
    value: Callable[[str], Any]
    text: Callable[[Field, Any], str]
    files: Callable[[str], Sequence[Mapping[str, Any]]]
    state: Callable[[Field], str]
    origin: Callable[[Field], Origin | None]
    typed: Callable[[str, Field], str] = lambda pointer, field: ""
    faults: Callable[[str], Sequence[Fault]] = lambda pointer: ()
    every_column: bool = False


def answer_pages(
    reading: Reading, *, answered_only: bool = False, most_rows: int = ROWS_SHOWN
) -> list[AnswerPage]:
    """The answers of every page that asked any question; of tables the first rows."""
    pages = []
    for page in reading.package.pages:
        fields = [reading.package.fields[name] for name in page.fields]
        answers = [
            _answer(reading, field, page, most_rows)
            for field in fields
            if field.type != "note" and not field.for_officials and reading.asked(field)
        ]
        kept = tuple(a for a in answers if not (answered_only and a.empty))
        if kept:
            pages.append(AnswerPage(page, kept))
    return pages


def _answer(reading: Reading, field: Field, page: Page, most_rows: int) -> Answer:
    pointer, section = f"/{field.name}", page.section_of(field.name)
    faults = reading.faults(pointer)
    answer = Answer(
        pointer,
        field.label,
        "text",
        state="calculated" if field.calculate is not None else reading.state(field),
        errors=tuple(f.message for f in faults if f.severity == "error")[:FAULTS_SHOWN],
        notices=tuple(f for f in faults if f.severity != "error")[:FAULTS_SHOWN],
        origin=reading.origin(field),
        section=section.title if section else None,
    )
    if field.type == "file":
        return replace(answer, kind="files", files=tuple(reading.files(pointer)))
    if field.type == "table":
        columns, rows, count = _table(reading, field, reading.value(pointer), most_rows)
        return replace(answer, kind="table", columns=columns, rows=rows, count=count)
    if field.parts and field.type != "address":  # an address reads better as one line
        inner = [(f"{pointer}/{name}", part) for name, part in field.parts.items()]
        parts = (Answer(at, p.label, "text", text=_text(reading, at, p)) for at, p in inner)
        return replace(answer, kind="parts", parts=tuple(parts))
    return replace(answer, text=_text(reading, pointer, field))


def _text(reading: Reading, pointer: str, field: Field) -> str:
    return reading.text(field, reading.value(pointer)) or reading.typed(pointer, field)


def _table(
    reading: Reading, field: Field, value: Any, most_rows: int
) -> tuple[tuple[Field, ...], tuple[tuple[Cell, ...], ...], int]:
    every = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    shown = every[:most_rows]
    columns = tuple(
        column
        for name, column in field.columns.items()
        if column.type != "note"
        and (
            reading.every_column
            or column.required is not None
            or any(row.get(name) is not None for row in shown)
        )
    )
    rows = tuple(
        tuple(
            Cell(
                f"/{field.name}/{row.get('row')}/{column.name}",
                column,
                reading.text(column, row.get(column.name)),
            )
            for column in columns
        )
        for row in shown
    )
    return columns, rows, len(every)
