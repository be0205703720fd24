"""The work tray (案件一覧): the cases of the agencies an official covers, a page at a time.

Every tab is answered from an index. For each agency the first rows are taken in order and merged,
so a page costs as much with a hundred cases as with millions.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.clock import SOON_DAYS
from madoguchi.cases.desk.searching import matching
from madoguchi.cases.models import Case
from madoguchi.kernel import calendar
from madoguchi.web.paging import after

MINE, UNASSIGNED, APPROVAL, APPLICANT, DUE, OPEN, DONE = TABS = (
    "mine",
    "unassigned",
    "approval",
    "applicant",
    "due",
    "open",
    "done",
)
ARRIVED, NEWEST, BY_DUE = SORTS = ("arrived", "-arrived", "due")
COUNTED = 100
MERGED_AGENCIES = 60  # with more agencies than that, one scan in order meets them soon enough
PAGE = 50

_COLUMNS = (
    Case.id,
    Case.arrival_number,
    Case.arrived_at,
    Case.title,
    Case.procedure_id,
    Case.digest,
    Case.organisation_name,
    Case.filer_name,
    Case.agency_id,
    Case.state,
    Case.stage,
    Case.outcome,
    Case.due_on,
    Case.act_by,
    Case.late,
    Case.turn,
    Case.paused_since,
    Case.decided_at,
    Case.assignee_id,
    Case.channel,
)
CaseRow = Row[Any]


@dataclass(frozen=True)
class TrayQuery:
    """What an official wants to see: a tab, narrowed by filters, in an order."""

    tab: str = OPEN
    procedure_id: str | None = None
    state: str | None = None
    agency_id: str | None = None
    assignee_id: str | None = None
    text: str = ""
    sort: str | None = None
    cursor: tuple[Any, ...] | None = None
    limit: int = PAGE

    @property
    def order(self) -> str:
        """The order asked for, or the tab's own: oldest first, deadlines first, newest done."""
        unfit = {DUE: NEWEST, DONE: BY_DUE}  # no deadline matters once a case is done
        if self.sort in SORTS and self.sort != unfit.get(self.tab):
            return str(self.sort)
        return {DUE: BY_DUE, DONE: NEWEST}.get(self.tab, ARRIVED)


@dataclass(frozen=True)
class Tray:
    """One page: rows in order, and the cursor values of the next page."""

    rows: Sequence[CaseRow]
    next: tuple[Any, ...] | None


async def tray(
    session: AsyncSession, person: str, agencies: Collection[str], query: TrayQuery, today: date
) -> Tray:
    """A page of the tray of `person`, who covers `agencies`."""
    wanted = _wanted(agencies, query)
    if not wanted:
        return Tray((), None)
    found = matching(session, query.text)
    conditions = _narrowed(person, query, today, found)
    column, descending = _order(query.order)
    if query.order == BY_DUE:
        conditions.append(Case.due_on.is_not(None))
        if query.tab != MINE:  # the index by deadline begins with whose turn it is
            conditions.append(
                Case.waits_for == ("applicant" if query.tab == APPLICANT else "agency")
            )
    if query.cursor is not None:
        conditions.append(after([column, Case.id], query.cursor, descending=descending))
    narrow = found is not None or query.tab == MINE or query.procedure_id is not None
    single = len(wanted) == 1 or narrow or len(wanted) > MERGED_AGENCIES
    statement = (
        _scanned(wanted, conditions, column, descending, query.limit + 1)
        if single
        else _merged(wanted, conditions, column, descending, query.limit + 1)
    )
    rows = (await session.execute(statement)).all()
    page = rows[: query.limit]
    more = len(rows) > query.limit
    last = page[-1] if more else None
    return Tray(page, (getattr(last, column.key), last.id) if last is not None else None)


def selected(
    session: AsyncSession, person: str, agencies: Collection[str], query: TrayQuery, today: date
) -> list[ColumnElement[bool]]:
    """The conditions of every case a query selects, whatever its page and order."""
    found = matching(session, query.text)
    return [_at(_wanted(agencies, query)), *_narrowed(person, query, today, found)]


async def counts(
    session: AsyncSession, person: str, agencies: Collection[str], today: date
) -> dict[str, int]:
    """How many cases each tab holds, counted to COUNTED at most; finished ones are not counted."""
    tabs = [tab for tab in TABS if tab != DONE]
    if not agencies:
        return dict.fromkeys(tabs, 0)
    parts = [
        select(
            literal(tab).label("tab"),
            select(func.count())
            .select_from(
                select(Case.id)
                .where(_at(agencies), *_tab(tab, person, today))
                .limit(COUNTED)
                .subquery()
            )
            .scalar_subquery()
            .label("count"),
        )
        for tab in tabs
    ]
    return {row[0]: row[1] for row in await session.execute(union_all(*parts))}


def soon(today: date) -> date:
    """The last due day that counts as near (期限が近い)."""
    return calendar.add_open_days(today, SOON_DAYS)


def _wanted(agencies: Collection[str], query: TrayQuery) -> list[str]:
    return sorted({query.agency_id} & set(agencies) if query.agency_id else agencies)


def _narrowed(
    person: str, query: TrayQuery, today: date, found: ColumnElement[bool] | None
) -> list[ColumnElement[bool]]:
    words = [] if found is None else [found]
    return [*_tab(query.tab, person, today), *_filters(query), *words]


def _tab(tab: str, person: str, today: date) -> list[ColumnElement[bool]]:
    match tab:
        case "mine":
            return [Case.assignee_id == person, Case.stage.in_(("work", "approval", "applicant"))]
        case "unassigned":
            return [Case.assignee_id.is_(None), Case.stage == "work"]
        case "approval" | "applicant" | "done":
            return [Case.stage == tab]
        case "due":
            return [Case.waits_for == "agency", Case.due_on <= soon(today)]
    return [Case.stage == "work"]


def _filters(query: TrayQuery) -> list[ColumnElement[bool]]:
    pairs = (
        (Case.procedure_id, query.procedure_id),
        (Case.state, query.state),
        (Case.assignee_id, query.assignee_id),
    )
    return [column == value for column, value in pairs if value]


def _order(order: str) -> tuple[Any, bool]:
    if order == BY_DUE:
        return Case.due_on, False
    return Case.arrived_at, order == NEWEST


def _at(agencies: Collection[str]) -> ColumnElement[bool]:
    return Case.agency_id.in_(sorted(agencies))


def _ordered(statement: Any, columns: Sequence[Any], descending: bool) -> Any:
    return statement.order_by(*(c.desc() if descending else c.asc() for c in columns))


def _scanned(
    agencies: Sequence[str],
    conditions: Sequence[ColumnElement[bool]],
    column: Any,
    descending: bool,
    limit: int,
) -> Select[Any]:
    statement = select(*_COLUMNS).where(_at(agencies), *conditions)
    result: Select[Any] = _ordered(statement, (column, Case.id), descending).limit(limit)
    return result


def _merged(
    agencies: Sequence[str],
    conditions: Sequence[ColumnElement[bool]],
    column: Any,
    descending: bool,
    limit: int,
) -> Select[Any]:
    """The first rows of each agency by its index, then the first of them all."""
    first = [
        select(
            _ordered(
                select(Case.id, column.label("place")).where(Case.agency_id == agency, *conditions),
                (column, Case.id),
                descending,
            )
            .limit(limit)
            .subquery()
        )
        for agency in agencies
    ]
    every = union_all(*first).subquery()
    ids = _ordered(select(every.c.id), (every.c.place, every.c.id), descending).limit(limit)
    statement = select(*_COLUMNS).where(Case.id.in_(ids.scalar_subquery()))
    result: Select[Any] = _ordered(statement, (column, Case.id), descending)
    return result
