"""The columns of the answers to a procedure: its versions merged by stable path. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madoguchi.cases.exports.cells import Write, cell_of
from madoguchi.cases.exports.sheets import LIST, TEXT, Cell, Column, Row
from madoguchi.kernel.language import LANGUAGES, Text, pick
from madoguchi.procedures.service import Field, Package

CaseRow = Any
DATA, OFFICIAL, DECISION, FILES = "data", "official_data", "decision", "attached"


@dataclass(frozen=True)
class Source:
    """Where a cell comes from: the JSON column of the case, the steps into it, how it is written.

    `roles`: who of the officials may read it; None: everyone who may see the case.
    """

    column: Column
    part: str
    steps: tuple[str, ...]
    write: Write
    roles: frozenset[str] | None = None

    def cell(self, stored: Any) -> Cell:
        """The cell of what stands at the first step; what cannot be written so stays as it is."""
        for step in self.steps[1:]:
            if not isinstance(stored, Mapping):
                return None
            stored = stored.get(step)
        if stored is None:
            return None
        try:
            return self.write(stored)
        except (TypeError, ValueError, AttributeError):
            return str(stored)


# Place of the column, first step, whether it is plain text as stored, the source.
Filler = tuple[int, str, bool, Source]


@dataclass
class Columns:
    """Columns merged over versions, and how each version (digest) fills them, part by part."""

    columns: dict[str, Column] = field(default_factory=dict)
    fillers: dict[str, dict[str, list[Filler]]] = field(default_factory=dict)

    def add(self, digest: str, sources: Iterable[Source]) -> None:
        """Take in a version; the first version added gives labels and order."""
        places = {path: place for place, path in enumerate(self.columns)}
        parts = self.fillers.setdefault(digest, {})
        for source in sources:
            path = source.column.path
            known = self.columns.setdefault(path, source.column)
            if known.kind != source.column.kind:
                # The question has changed its type: its column can only hold text.
                self.columns[path] = Column(path, known.label, TEXT)
            place = places.setdefault(path, len(places))
            plain = len(source.steps) == 1 and source.write is str and source.roles is None
            parts.setdefault(source.part, []).append((place, source.steps[0], plain, source))

    def fill(
        self, digest: str, row: CaseRow, may_read: Callable[[frozenset[str]], bool]
    ) -> list[Cell]:
        """The cells of a case."""
        cells: list[Cell] = [None] * len(self.columns)
        for part, fillers in self.fillers.get(digest, {}).items():
            stored = getattr(row, part)
            if stored:
                _fill(cells, fillers, stored, may_read)
        return cells


@dataclass
class Table:
    """A table field of a procedure, merged over versions."""

    title: Text
    columns: Columns = field(default_factory=Columns)

    def rows(self, name: str, row: CaseRow) -> Iterator[Row]:
        """The rows of a case: the row id, then the cells."""
        stored = row.data.get(name)
        fillers = self.columns.fillers.get(row.digest, {}).get(DATA)
        if not isinstance(stored, list) or fillers is None:
            return
        width = len(self.columns.columns)
        for item in stored:
            cells: list[Cell] = [None] * width
            _fill(cells, fillers, item, bool)
            yield [item.get("row"), *cells]


def _fill(
    cells: list[Cell],
    fillers: Sequence[Filler],
    stored: Mapping[str, Any],
    may_read: Callable[[frozenset[str]], bool],
) -> None:
    for place, name, plain, source in fillers:
        value = stored.get(name)
        if value is None:
            continue
        if plain and type(value) is str:
            cells[place] = value
        elif source.roles is None or may_read(source.roles):
            cells[place] = source.cell(value)


@dataclass
class Answers:
    """All that cases of one procedure hold, version by version; the newest is added first."""

    title: Text
    main: Columns = field(default_factory=Columns)
    tables: dict[str, Table] = field(default_factory=dict)

    def add(self, package: Package, language: str | None, *, official: bool) -> None:
        """Take in a version."""
        self.main.add(package.digest, _main(package, language, official))
        for name, question in package.fields.items():
            if question.type == "table":
                table = self.tables.setdefault(name, Table(dict(question.label)))
                sources = _leaves(question.columns.values(), f"/{name}/*", (), {}, language)
                table.columns.add(package.digest, sources)


def merged(packages: Sequence[Package], language: str | None, *, official: bool) -> Answers:
    """The answers of the versions of one procedure, newest first."""
    answers = Answers(dict(packages[0].title))
    for package in packages:
        answers.add(package, language, official=official)
    return answers


def _main(package: Package, language: str | None, official: bool) -> Iterator[Source]:
    asked = [f for f in package.fields.values() if f.type != "table" and not f.for_officials]
    yield from _leaves(asked, "", (), {}, language)
    for key, attachment in package.attachments.items():
        label: Text = dict(attachment.spec.label)
        kind, write = (TEXT, _joined) if language else (LIST, _names)
        column = Column(f"/attachments/{key}", label, kind)
        yield Source(column, FILES, (key,), write)
    if not official:
        return
    for question in package.fields.values():
        if question.for_officials and question.type != "table":
            for source in _leaves([question], "", (), {}, language):
                roles = frozenset(question.spec.visible_to or ())
                yield Source(source.column, OFFICIAL, source.steps, source.write, roles)
    for question in _decided(package):
        for source in _leaves([question], "", (), {}, language):
            column = Column(
                "decision." + source.column.path[1:], source.column.label, source.column.kind
            )
            yield Source(column, DECISION, source.steps, source.write)


def _decided(package: Package) -> list[Field]:
    """The questions of the officials' forms whose answers a case keeps."""
    found: dict[str, Field] = {}
    for action in package.machine.actions.values():
        for name, question in action.form.items():
            if not question.for_officials and question.type != "points":
                found.setdefault(name, question)
    return list(found.values())


def _leaves(
    fields: Iterable[Field],
    path: str,
    steps: tuple[str, ...],
    label: Mapping[str, str],
    language: str | None,
) -> Iterator[Source]:
    for question in fields:
        if question.type == "note":
            continue
        here, into = f"{path}/{question.name}", (*steps, question.name)
        named = {la: f"{label.get(la, '')} {pick(question.label, la)}".strip() for la in LANGUAGES}
        if question.parts:
            yield from _leaves(question.parts.values(), here, into, named, language)
        else:
            kind, write = cell_of(question, language)
            yield Source(Column(here, named, kind), DATA, into, write)


def _names(stored: Any) -> list[str]:
    return [str(file.get("name", "")) for file in stored]


def _joined(stored: Any) -> str:
    return "、".join(_names(stored))
