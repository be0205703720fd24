"""Writing duties in bulk: made or renewed, void, and linked to the filings that fulfil them."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CursorResult,
    Table,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.crosscase.previous import VOID as VOID_OUTCOMES
from madoguchi.cases.models import Case
from madoguchi.cases.obligations.models import OPEN, VOID, Obligation
from madoguchi.cases.obligations.rules import Row
from madoguchi.procedures.periods import ONCE

# What the rule says anew each time it is asked; what people did since is not among it.
_RENEWED = (
    "procedure_id",
    "number",
    "agency_id",
    "organisation_id",
    "holder",
    "due_on",
    "set_on",
    "state",
    "run",
)


async def keep(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Insert obligations; those that exist are renewed unless fulfilled or excused."""
    if not rows:
        return
    # The table, not the model: the ORM would sort rows by which of their values are missing.
    table, names = cast(Table, Obligation.__table__), list(rows[0])
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(_renewing(sqlite.insert(table)), rows)
        return
    # PostgreSQL takes the rows as one array a column: one statement instead of thousands.
    arrays = [func.unnest(bindparam(name, type_=ARRAY(table.c[name].type))) for name in names]
    statement = _renewing(postgresql.insert(table).from_select(names, select(*arrays)))
    await session.execute(statement, {name: [row[name] for row in rows] for name in names})


def _renewing(statement: Any) -> Any:
    return statement.on_conflict_do_update(
        index_elements=["id"],
        set_={name: getattr(statement.excluded, name) for name in _RENEWED},
        where=or_(Obligation.state == OPEN, Obligation.state == VOID),
    )


async def drop_stale(session: AsyncSession, *conditions: ColumnElement[bool], run: str) -> int:
    """Void the open duties that neither this run nor a later one gave again; how many."""
    statement = (
        update(Obligation)
        .where(*conditions, Obligation.state == OPEN, Obligation.run < run)
        .values(state=VOID)
    )
    return await _changed(session, statement)


async def link_filings(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    """Mark open duties fulfilled for which a filing has arrived that still stands; how many.

    The earliest counts: a later one for the same period is a correction, not a second fulfilment.
    """
    standing = (
        select(Case.id, Case.arrived_at)
        .join(FilingKey, FilingKey.case_id == Case.id)
        .where(
            FilingKey.procedure_id == Obligation.procedure_id,
            FilingKey.entry_id == Obligation.entry_id,
            or_(FilingKey.period == Obligation.period, Obligation.period == ONCE),
            or_(Case.outcome.is_(None), Case.outcome.not_in(VOID_OUTCOMES)),
        )
        .order_by(Case.arrived_at, Case.id)
        .limit(1)
        .correlate(Obligation)
    )
    statement = (
        update(Obligation)
        .where(*conditions, Obligation.state == OPEN, standing.exists())
        .values(
            state="fulfilled",
            case_id=standing.with_only_columns(Case.id).scalar_subquery(),
            fulfilled_at=standing.with_only_columns(Case.arrived_at).scalar_subquery(),
        )
    )
    return await _changed(session, statement)


async def unlink(session: AsyncSession, case_id: str) -> list[str]:
    """Open again the duties a case had fulfilled; their ids."""
    statement = (
        update(Obligation)
        .where(Obligation.case_id == case_id)
        .values(state=OPEN, case_id=None, fulfilled_at=None)
        .returning(Obligation.id)
    )
    return list(await session.scalars(statement, execution_options={"synchronize_session": False}))


async def _changed(session: AsyncSession, statement: object) -> int:
    result = await session.execute(
        statement,  # type: ignore[call-overload]
        execution_options={"synchronize_session": False},
    )
    return result.rowcount if isinstance(result, CursorResult) else 0
