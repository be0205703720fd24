"""Reading registers (登録簿の閲覧): what was in force on a day, to the public or to officials."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from madoguchi.cases.errors import case_error
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.labels import Column, columns_of
from madoguchi.cases.registers.rules import SUSPENDED, VALID
from madoguchi.kernel.japanese import search_key
from madoguchi.kernel.language import Text
from madoguchi.web.paging import after

PAGE = 50


@dataclass(frozen=True)
class RegisterLine:
    """One register of the list: its name, title and how many registrations are in force."""

    name: str
    title: Text
    count: int


@dataclass(frozen=True)
class RegisterQuery:
    """What is asked of a register: a day, as recorded at a moment (None: now), words, the cursor
    behind which the page begins.
    """

    register: str
    on: date
    text: str = ""
    cursor: tuple[Any, ...] | None = None
    limit: int = PAGE
    known_at: datetime | None = None


async def registers_on(session: AsyncSession, on: date) -> list[RegisterLine]:
    """The registers that have entries, with how many are in force on a day."""
    rows = await session.execute(
        select(RegisterEntry.register, func.count(), func.max(RegisterEntry.id))
        .where(_in_force(on))
        .group_by(RegisterEntry.register)
        .order_by(RegisterEntry.register)
    )
    found = [(row[0], row[1], row[2]) for row in rows]
    labels = await session.execute(
        select(RegisterEntry.id, RegisterEntry.labels).where(
            RegisterEntry.id.in_([newest for _, _, newest in found])
        )
    )
    titles = {row.id: row.labels.get("title") for row in labels}
    return [
        RegisterLine(name, titles.get(newest) or {"ja": name, "en": name}, count)
        for name, count, newest in found
    ]


async def heading_of(session: AsyncSession, register: str) -> tuple[Text, list[Column]]:
    """Title and columns of a register. CaseError 404 when it has no entries."""
    labels = await session.scalar(
        select(RegisterEntry.labels)
        .where(RegisterEntry.register == register)
        .order_by(RegisterEntry.recorded_at.desc(), RegisterEntry.id.desc())
        .limit(1)
    )
    if labels is None:
        raise _no_register()
    return labels.get("title") or {"ja": register, "en": register}, columns_of(labels)


async def entries_on(session: AsyncSession, query: RegisterQuery) -> Sequence[RegisterEntry]:
    """Up to limit + 1 registrations in force on the day, by number."""
    conditions = selected(query)
    if query.cursor is not None:
        conditions.append(after([RegisterEntry.number, RegisterEntry.id], query.cursor))
    rows = await session.scalars(
        select(RegisterEntry)
        .where(*conditions)
        .order_by(RegisterEntry.number, RegisterEntry.id)
        .limit(query.limit + 1)
    )
    return rows.all()


def selected(query: RegisterQuery) -> list[ColumnElement[bool]]:
    """The conditions of every registration a query finds, whatever its page."""
    conditions = [RegisterEntry.register == query.register, _in_force(query.on, query.known_at)]
    words = search_key(query.text)[:100]
    if words:
        conditions.append(RegisterEntry.search_text.contains(words, autoescape=True))
    return conditions


async def coming(session: AsyncSession, query: RegisterQuery) -> Sequence[RegisterEntry]:
    """Registrations that begin after the day, the next first; at most a page of them."""
    later, earlier = RegisterEntry, aliased(RegisterEntry)
    begun = select(earlier.id).where(
        earlier.entry_id == later.entry_id,
        earlier.valid_from < later.valid_from,
        _recorded(earlier, query.known_at),
    )
    rows = await session.scalars(
        select(later)
        .where(
            later.register == query.register,
            later.valid_from > query.on,
            later.status == VALID,
            _recorded(later, query.known_at),
            ~begun.exists(),
        )
        .order_by(later.valid_from, later.number)
        .limit(PAGE)
    )
    return rows.all()


async def versions_of(
    session: AsyncSession, register: str, number: str, known_at: datetime | None = None
) -> list[RegisterEntry]:
    """What the register says of one registration, newest days first, also under other numbers.

    As recorded at a moment, or now. CaseError 404.
    """
    entry_id = await session.scalar(
        select(RegisterEntry.entry_id)
        .where(
            RegisterEntry.register == register,
            RegisterEntry.number == number,
            _recorded(RegisterEntry, known_at),
        )
        .limit(1)
    )
    if entry_id is None:
        raise _no_entry()
    rows = await session.scalars(
        select(RegisterEntry)
        .where(RegisterEntry.entry_id == entry_id, _recorded(RegisterEntry, known_at))
        .order_by(RegisterEntry.valid_from.desc(), RegisterEntry.id.desc())
    )
    return list(rows)


async def known_at(
    session: AsyncSession, register: str, number: str, on: date, moment: datetime
) -> RegisterEntry | None:
    """What the register said at a moment about a day: the proof of what could be known then."""
    found: RegisterEntry | None = await session.scalar(
        select(RegisterEntry).where(
            RegisterEntry.register == register,
            RegisterEntry.number == number,
            RegisterEntry.valid_from <= on,
            or_(RegisterEntry.valid_to.is_(None), RegisterEntry.valid_to > on),
            _recorded(RegisterEntry, moment),
        )
    )
    return found


def readable(
    row: RegisterEntry, columns: Sequence[Column], agencies: Collection[str]
) -> dict[str, Any]:
    """The columns a reader may see: all of them for officials of the agency, else the public."""
    if row.agency_id in agencies:
        return {column.name: row.columns.get(column.name) for column in columns}
    public = [column.name for column in columns if column.public]
    return {name: row.public.get(name) for name in public}


def _in_force(on: date, known_at: datetime | None = None) -> ColumnElement[bool]:
    """Standing on a day, suspended or not, as recorded at a moment."""
    return and_(
        _recorded(RegisterEntry, known_at),
        RegisterEntry.status.in_((VALID, SUSPENDED)),
        RegisterEntry.valid_from <= on,
        or_(RegisterEntry.valid_to.is_(None), RegisterEntry.valid_to > on),
    )


def _recorded(rows: type[RegisterEntry], at: datetime | None) -> ColumnElement[bool]:
    if at is None:
        return rows.superseded_at.is_(None)
    return and_(rows.recorded_at <= at, or_(rows.superseded_at.is_(None), rows.superseded_at > at))


def _no_register() -> Exception:
    return case_error(
        "no-register",
        404,
        "この登録簿はないか、まだ何も登録されていません。",
        "There is no such register, or nothing has been entered in it.",
    )


def _no_entry() -> Exception:
    return case_error(
        "no-entry", 404, "この番号の登録は見つかりません。", "There is no such registration."
    )
