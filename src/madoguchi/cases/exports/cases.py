"""The sheets of an export of cases and how a case fills them. Pure.

The first sheet has a row for each case. Answers stand beside it when there is one procedure;
several procedures get a sheet each. Rows of tables have sheets of their own, joined by the
arrival number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madoguchi.cases.exports.answers import Answers, CaseRow, merged
from madoguchi.cases.exports.sheets import DAY, INTEGER, MOMENT, TEXT, Cell, Column, Row, Sheet
from madoguchi.cases.models import Case
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures.service import Package

CaseRows = Sequence[CaseRow]
READ = (
    *(Case.id, Case.digest, Case.procedure_id, Case.title, Case.arrival_number, Case.arrived_at),
    *(Case.agency_id, Case.organisation_name, Case.filer_name, Case.agent_name, Case.applicant),
    *(Case.state, Case.outcome, Case.due_on, Case.decided_at, Case.processing_days),
    *(Case.assignee_id, Case.channel, Case.content_hash, Case.data, Case.official_data),
    *(Case.decision, Case.attached),
)
NUMBER = Column("case.arrival_number", {"ja": "到達番号", "en": "Arrival number"})
ROW = Column("row", {"ja": "行", "en": "Row"})


@dataclass(frozen=True)
class Names:
    """What cells are written with: a language for people (None: for programs), names by id."""

    language: str | None
    agencies: Mapping[str, Text] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """The sheets, and for each case the rows it adds to them."""

    sheets: tuple[Sheet, ...]
    names: Names
    packages: Mapping[str, Package]
    answers: Mapping[str, Answers]
    official: bool
    roles: Mapping[str, frozenset[str]]

    def rows(self, cases: CaseRows) -> list[list[Row]]:
        """The rows these cases add to each sheet."""
        found: list[list[Row]] = [[] for _ in self.sheets]
        head = [read for _, read in _about(self.official)]
        single = len(self.answers) == 1
        places = {sheet.name: place for place, sheet in enumerate(self.sheets)}
        for case in cases:
            answers = self.answers[case.procedure_id]
            may_read = self._reader(case.agency_id)
            about = [read(self, case) for read in head]
            cells = answers.main.fill(case.digest, case, may_read)
            if single:
                about += cells
            else:
                found[places[case.procedure_id]].append([case.arrival_number, *cells])
            found[0].append(about)
            for name, table in answers.tables.items():
                sheet = places[name if single else f"{case.procedure_id}.{name}"]
                found[sheet].extend([case.arrival_number, *row] for row in table.rows(name, case))
        return found

    def _reader(self, agency: str) -> Callable[[frozenset[str]], bool]:
        held = self.roles.get(agency, frozenset())
        return lambda roles: not roles.isdisjoint(held)


def layout(
    packages: Sequence[Package],
    names: Names,
    *,
    official: bool,
    roles: Mapping[str, frozenset[str]],
) -> Layout:
    """The layout for cases of these versions, newest first. `roles`: the reader's, by agency."""
    grouped: dict[str, list[Package]] = {}
    for package in packages:
        grouped.setdefault(package.id, []).append(package)
    answers = {
        procedure: merged(versions, names.language, official=official)
        for procedure, versions in sorted(grouped.items())
    }
    about = tuple(column for column, _ in _about(official))
    single = next(iter(answers.values())) if len(answers) == 1 else None
    first = (*about, *(single.main.columns.values() if single else ()))
    sheets = [Sheet("cases", {"ja": "案件", "en": "Cases"}, first)]
    for procedure, found in answers.items():
        if single is None:
            columns = (NUMBER, *found.main.columns.values())
            sheets.append(Sheet(procedure, found.title, columns))
        sheets += [
            Sheet(
                name if single else f"{procedure}.{name}",
                table.title,
                (NUMBER, ROW, *table.columns.columns.values()),
            )
            for name, table in found.tables.items()
        ]
    return Layout(tuple(sheets), names, {p.digest: p for p in packages}, answers, official, roles)


Read = Callable[[Layout, Any], Cell]


def _state(layout: Layout, case: CaseRow) -> Cell:
    state = layout.packages[case.digest].machine.states.get(case.state)
    language = layout.names.language
    return pick(state.label, language) if language and state is not None else str(case.state)


def _agency(layout: Layout, case: CaseRow) -> Cell:
    language, known = layout.names.language, layout.names.agencies.get(case.agency_id)
    return pick(known, language) if language and known else str(case.agency_id)


def _corporate_number(layout: Layout, case: CaseRow) -> Cell:
    return (case.applicant or {}).get("number")


def _title(layout: Layout, case: CaseRow) -> Cell:
    return pick(case.title, layout.names.language or "ja")


def _assignee(layout: Layout, case: CaseRow) -> Cell:
    return layout.names.people.get(case.assignee_id)


def _plainly(name: str) -> Read:
    return lambda layout, case: getattr(case, name)


def _column(path: str, ja: str, en: str, kind: str = TEXT) -> Column:
    return Column(f"case.{path}", {"ja": ja, "en": en}, kind)


_ABOUT: tuple[tuple[Column, Read], ...] = (
    (NUMBER, _plainly("arrival_number")),
    (
        _column("arrived_at", "到達日時(日本時間)", "Arrived (Japan time)", MOMENT),
        _plainly("arrived_at"),
    ),
    (_column("procedure_id", "手続ID", "Procedure id"), _plainly("procedure_id")),
    (_column("title", "手続", "Procedure"), _title),
    (
        _column("version", "手続の版", "Version"),
        lambda lay, case: lay.packages[case.digest].version,
    ),
    (
        _column("applicant", "申請者", "Applicant"),
        lambda _, case: case.organisation_name or case.filer_name,
    ),
    (_column("corporate_number", "法人番号", "Corporate number"), _corporate_number),
    (_column("filer", "提出した人", "Filed by"), _plainly("filer_name")),
    (_column("agent", "代理人", "Agent"), _plainly("agent_name")),
    (_column("agency", "提出先", "Addressee"), _agency),
    (_column("state", "状態", "State"), _state),
    (_column("outcome", "結果", "Outcome"), _plainly("outcome")),
    (_column("due_on", "処理期限", "Due", DAY), _plainly("due_on")),
    (_column("decided_at", "処分・完了の日時", "Decided", MOMENT), _plainly("decided_at")),
)
_OFFICE: tuple[tuple[Column, Read], ...] = (
    (
        _column("processing_days", "処理日数(開庁日)", "Processing days (open days)", INTEGER),
        _plainly("processing_days"),
    ),
    (_column("assignee", "担当者", "Assigned to"), _assignee),
    (_column("channel", "提出の方法", "Channel"), _plainly("channel")),
)
_LAST: tuple[tuple[Column, Read], ...] = (
    (_column("content_hash", "内容のハッシュ値", "Content hash"), _plainly("content_hash")),
)


def _about(official: bool) -> tuple[tuple[Column, Read], ...]:
    return (*_ABOUT, *(_OFFICE if official else ()), *_LAST)
