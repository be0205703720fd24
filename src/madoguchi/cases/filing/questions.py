"""The questions of a page as they are shown (画面の項目): pure, from a draft and its verdict."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from madoguchi.cases.filing.entering import MOST_ROWS, rows_of, value_at
from madoguchi.kernel.japanese import JapaneseInputError, day_and_clock, parse_moment
from madoguchi.kernel.language import Text
from madoguchi.procedures.package.renewal import may_be_renewed
from madoguchi.procedures.service import (
    Evaluation,
    Fault,
    Field,
    Package,
    Page,
    Section,
    is_blank,
    show,
)


@dataclass(frozen=True)
class Question:
    """One control or one read-only answer.

    `kind` is the field's type, or "shown" when the answer can only be read (calculated, known to
    the state, or not open in a correction); its text is then in `text`. `value` is as typed.
    `required` is None where no mark belongs. `asked`: an official asked to correct it. A table of
    more than MOST_ROWS rows is not edited here: it has no `rows`, only how many there are and how
    many of them are `faulty`.
    """

    pointer: str
    kind: str
    field: Field
    value: Any = None
    required: bool | None = None
    errors: tuple[Text, ...] = ()
    notices: tuple[Fault, ...] = ()
    text: str = ""
    source: Mapping[str, Any] | None = None
    asked: bool = False
    parts: tuple["Question", ...] = ()
    rows: tuple["Row", ...] = ()
    files: tuple[Mapping[str, Any], ...] = ()
    choices: tuple[Mapping[str, Any], ...] = ()
    may_grow: bool = True
    count: int = 0
    faulty: int = 0

    @property
    def typed(self) -> str:
        """What stands in the control: the answer as it was typed."""
        value = self.value
        if isinstance(value, Mapping):
            both = " ".join(str(value.get(name) or "") for name in ("date", "time"))
            value = both.strip() if self.kind == "datetime" else value.get("id")
        if isinstance(value, bool):
            return "true" if value else "false"
        return "" if value is None or isinstance(value, list) else str(value)

    @property
    def boxes(self) -> tuple[str, str]:
        """What stands in the two boxes of a moment, day and time, as it was typed."""
        if isinstance(self.value, Mapping):
            return str(self.value.get("date") or ""), str(self.value.get("time") or "")
        day, clock = moment_boxes(self.typed)
        return day, clock

    @property
    def chosen(self) -> list[str]:
        """The options that are ticked."""
        if isinstance(self.value, list):
            return [str(item) for item in self.value]
        return [self.typed] if self.typed else []


@dataclass(frozen=True)
class Row:
    """One row of a table (行)."""

    id: str
    number: int
    questions: tuple[Question, ...]
    errors: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """What the questions of a draft are made from.

    `entries`: the applicant's register entries by id. `judged`: whether faults are shown yet.
    """

    package: Package
    evaluation: Evaluation
    entered: Mapping[str, Any]
    attached: Mapping[str, Sequence[Mapping[str, Any]]]
    language: str
    judged: bool = True
    provenance: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    points: frozenset[str] = frozenset()
    may_edit: Callable[[str], bool] = lambda pointer: True
    entries: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @cached_property
    def faults(self) -> Mapping[str, Sequence[Fault]]:
        """The faults to show, by the place they are about."""
        found: dict[str, list[Fault]] = {}
        for fault in self.evaluation.faults if self.judged else ():
            found.setdefault(fault.pointer, []).append(fault)
        return found

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, object]]:
        return {
            f"/{name}/{row['row']}": row
            for name, rows in self.evaluation.values.items()
            if isinstance(rows, list) and name in self.package.fields
            for row in rows
            if isinstance(row, Mapping) and "row" in row
        }

    def value(self, pointer: str) -> object:
        """The typed value at a place; rows are looked up, not searched."""
        table, _, rest = pointer[1:].partition("/")
        row, _, inner = rest.partition("/")
        found = self._rows.get(f"/{table}/{row}")
        if found is None:
            return value_at(self.evaluation.values, pointer)
        return value_at(found, inner) if inner else found


_KINDS = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "text/csv": "CSV",
    "application/zip": "ZIP",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
}


def moment_boxes(typed: str) -> tuple[str, str]:
    """A moment as day and time for two boxes; what is not understood stays whole in the first."""
    if not typed:
        return "", ""
    try:
        day, clock = day_and_clock(parse_moment(typed))
    except JapaneseInputError:
        return typed, ""
    return day.isoformat(), clock.isoformat("seconds" if clock.second else "minutes")


def file_lines(files: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored files with what people want to know of them: the kind, a short hash."""
    return [
        {
            **file,
            "kind": _KINDS.get(str(file["type"]), str(file["type"])),
            "short": str(file["sha256"])[:12],
        }
        for file in files
    ]


def by_section(
    asked: Sequence[Question], page: Page
) -> list[tuple[Section | None, list[Question]]]:
    """The questions in runs that stand under one heading of the page, or under none."""
    runs = groupby(asked, lambda question: page.section_of(question.field.name))
    return [(section, list(run)) for section, run in runs]


def questions(sheet: Sheet, page: Page) -> list[Question]:
    """The relevant questions of a page, in the package's order."""
    return list(_questions(sheet, [sheet.package.fields[name] for name in page.fields]))


def _questions(sheet: Sheet, fields: Sequence[Field]) -> Iterator[Question]:
    for item in fields:
        pointer = f"/{item.name}"
        if pointer in sheet.evaluation.relevant:
            yield _question(sheet, item, pointer, sheet.entered.get(item.name), None)


def _question(
    sheet: Sheet, item: Field, pointer: str, raw: Any, row: Mapping[str, object] | None
) -> Question:
    if item.type == "note":
        return Question(pointer, "note", item)
    errors, notices = _faults_at(sheet, pointer)
    if item.type == "table":
        return _table(sheet, item, pointer, raw, errors, notices)
    if item.calculate is not None:
        text = _shown(sheet, item, pointer)
        return Question(pointer, "shown", item, text=text, errors=errors, notices=notices)
    known = is_known(sheet, item)
    if item.parts:
        return _composite(sheet, item, pointer, raw, row, known=known)
    base = Question(
        pointer,
        item.type,
        item,
        value=raw,
        required=_required(sheet, item, pointer, row),
        errors=errors,
        notices=notices,
        source=_source(sheet, pointer, raw, known),
        asked=pointer in sheet.points,
        files=tuple(file_lines(sheet.attached.get(pointer, ()))),
        choices=tuple(_choices(sheet, item)),
    )
    if known or not sheet.may_edit(pointer):
        return _as_read(sheet, base)
    return base


def _as_read(sheet: Sheet, question: Question) -> Question:
    text = _shown(sheet, question.field, question.pointer)
    if question.kind == "file":
        text = "、".join(str(item.get("name", "")) for item in question.files)
    return Question(
        question.pointer,
        "shown",
        question.field,
        text=text,
        errors=question.errors,
        notices=question.notices,
        source=question.source,
    )


def _composite(
    sheet: Sheet,
    item: Field,
    pointer: str,
    raw: Any,
    row: Mapping[str, object] | None,
    *,
    known: bool,
) -> Question:
    values = raw if isinstance(raw, Mapping) else {}
    errors, notices = _faults_at(sheet, pointer)
    source = _source(sheet, pointer, raw, known)
    parts = []
    for name, part in item.parts.items():
        at = f"{pointer}/{name}"
        question = _question(sheet, part, at, values.get(name), row)
        own = question.source
        if source and own and own["label"] == source["label"] and not _says_more(own):
            question = replace(question, source=None)  # the group says it for all its parts
        parts.append(_as_read(sheet, question) if known and question.kind != "shown" else question)
    return Question(
        pointer,
        "shown" if all(part.kind == "shown" for part in parts) else item.type,
        item,
        required=_required(sheet, item, pointer, row),
        errors=errors,
        notices=notices,
        source=source and {**source, "edited": False, "instead": None},
        asked=pointer in sheet.points,
        parts=tuple(parts),
    )


def _table(
    sheet: Sheet,
    item: Field,
    pointer: str,
    raw: Any,
    errors: tuple[Text, ...],
    notices: tuple[Fault, ...],
) -> Question:
    rows: list[Row] = []
    entered = rows_of(raw)
    if len(entered) > MOST_ROWS:
        return _long_table(sheet, item, pointer, len(entered), errors)
    for number, answers in enumerate(entered, 1):
        at = f"{pointer}/{answers['row']}"
        row_errors, _ = _faults_at(sheet, at)
        cells = tuple(_cells(sheet, item, at, answers))
        rows.append(Row(str(answers["row"]), number, cells, row_errors))
    return Question(
        pointer,
        "table",
        item,
        required=_required(sheet, item, pointer, None),
        errors=errors,
        notices=notices,
        asked=pointer in sheet.points,
        rows=tuple(rows),
        may_grow=sheet.may_edit(pointer),
    )


def _long_table(
    sheet: Sheet, item: Field, pointer: str, count: int, errors: tuple[Text, ...]
) -> Question:
    faults = sheet.evaluation.faults_at(pointer) if sheet.judged else ()
    rows = {
        fault.pointer.split("/")[2]
        for fault in faults
        if fault.severity == "error" and fault.pointer != pointer
    }
    return Question(
        pointer,
        "table",
        item,
        required=_required(sheet, item, pointer, None),
        errors=errors,
        asked=pointer in sheet.points,
        may_grow=sheet.may_edit(pointer),
        count=count,
        faulty=len(rows),
    )


def _cells(sheet: Sheet, item: Field, at: str, answers: Mapping[str, Any]) -> Iterator[Question]:
    # The engine passes over a blank row: which of its questions are relevant is asked here.
    blank = is_blank(answers)
    values = sheet.value(at)
    known = values if isinstance(values, Mapping) else {}
    context = {**sheet.evaluation.context, **dict.fromkeys(item.columns), **known}
    for name, column in item.columns.items():
        pointer = f"{at}/{name}"
        applies = column.relevant is None or column.relevant(context) is True
        if (blank and applies) or pointer in sheet.evaluation.relevant:
            yield _question(sheet, column, pointer, answers.get(name), context if blank else None)


def _offered(sheet: Sheet, item: Field, entry: Mapping[str, object]) -> bool:
    """Whether an entry can be chosen: to be renewed, those whose time it is."""
    register, day = sheet.package.spec.register_, sheet.evaluation.context.get("filed_on")
    spec = register.renewal if register is not None else None
    if spec is None or item.name != sheet.package.about.entry or not isinstance(day, date):
        return True
    return may_be_renewed(spec, entry, day)


def _required(
    sheet: Sheet, item: Field, pointer: str, row: Mapping[str, object] | None
) -> bool | None:
    if pointer in sheet.evaluation.required:
        return True
    if item.required is None:
        return False
    if row is not None and item.required(row) is True:
        return True
    # A part that counts only once its group is begun bears no mark until then.
    return None


def _faults_at(sheet: Sheet, pointer: str) -> tuple[tuple[Text, ...], tuple[Fault, ...]]:
    here = sheet.faults.get(pointer, ())
    errors = tuple(fault.message for fault in here if fault.severity == "error")
    return errors, tuple(fault for fault in here if fault.severity != "error")


def is_known(sheet: Sheet, item: Field) -> bool:
    """Whether a read-only answer is supplied, so that nobody need or can type it."""
    rules = (item.prefill, item.default) if item.spec.readonly else ()
    return any(rule is not None and rule(sheet.evaluation.context) is not None for rule in rules)


def _shown(sheet: Sheet, item: Field, pointer: str) -> str:
    return show(item, sheet.value(pointer), sheet.language)


def _source(sheet: Sheet, pointer: str, raw: Any, known: bool) -> Mapping[str, Any] | None:
    """Where an answer came from, and whether the person has changed it since."""
    found = sheet.provenance.get(pointer)
    if found is None or not found.get("label"):
        return None
    edited = not known and raw != found.get("value")
    return {**found, "edited": edited, "instead": found.get("instead")}


def _says_more(source: Mapping[str, Any]) -> bool:
    """Whether a part's source tells what that of its group does not."""
    return bool(source["edited"] or source["instead"])


def _choices(sheet: Sheet, item: Field) -> Iterator[Mapping[str, Any]]:
    if item.type == "entry":
        for entry in sheet.entries.values():
            if entry.get("register") == item.spec.register_name and _offered(sheet, item, entry):
                label = " ".join(str(entry[key]) for key in ("number", "name") if entry.get(key))
                yield {"value": entry["id"], "label": label, "help": None}
        return
    for key, option in (item.spec.options or {}).items():
        yield {"value": key, "label": dict(option.label), "help": option.help and dict(option.help)}
