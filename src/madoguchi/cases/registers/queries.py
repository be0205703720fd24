"""Reading registers (登録簿の閲覧): what was in force on a day, to the public or to officials."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.rules import VALID
from madoguchi.kernel.japanese import search_key
from madoguchi.kernel.language import Text
from madoguchi.web.paging import after

PAGE = 50
MOST_EXPORTED = 100_000


@dataclass(frozen=True)
class RegisterLine:
    """One register of the list: its name, title and how many registrations are in force."""

    name: str
    title: Text
    count: int


@dataclass(frozen=True)
class Column:
    """One column as entries carry it."""

    name: str
    label: Text
    public: bool


@dataclass(frozen=True)
class RegisterQuery:
    """What is asked of a register: a day, words, the cursor behind which the page begins."""

    register: str
    on: date
    text: str = ""
    cursor: tuple[Any, ...] | None = None
    limit: int = PAGE


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


def columns_of(labels: Mapping[str, Any]) -> list[Column]:
    """The columns an entry's labels name, in order."""
    return [
        Column(str(item["name"]), dict(item["label"]), bool(item["public"]))
        for item in labels.get("columns") or []
    ]


async def entries_on(session: AsyncSession, query: RegisterQuery) -> Sequence[RegisterEntry]:
    """Up to limit + 1 registrations in force on the day, by number."""
    conditions = [RegisterEntry.register == query.register, _in_force(query.on)]
    words = search_key(query.text)[:100]
    if words:
        conditions.append(RegisterEntry.search_text.contains(words, autoescape=True))
    if query.cursor is not None:
        conditions.append(after([RegisterEntry.number, RegisterEntry.id], query.cursor))
    rows = await session.scalars(
        select(RegisterEntry)
        .where(*conditions)
        .order_by(RegisterEntry.number, RegisterEntry.id)
        .limit(query.limit + 1)
    )
    return rows.all()


async def versions_of(session: AsyncSession, register: str, number: str) -> list[RegisterEntry]:
    """What the register says now of one registration, newest days first. CaseError 404."""
    rows = await session.scalars(
        select(RegisterEntry)
        .where(
            RegisterEntry.register == register,
            RegisterEntry.number == number,
            RegisterEntry.superseded_at.is_(None),
        )
        .order_by(RegisterEntry.valid_from.desc())
    )
    found = list(rows)
    if not found:
        raise _no_entry()
    return found


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
            RegisterEntry.recorded_at <= moment,
            or_(RegisterEntry.superseded_at.is_(None), RegisterEntry.superseded_at > moment),
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


def _in_force(on: date) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = (
        RegisterEntry.superseded_at.is_(None)
        & (RegisterEntry.status == VALID)
        & (RegisterEntry.valid_from <= on)
        & or_(RegisterEntry.valid_to.is_(None), RegisterEntry.valid_to > on)
    )
    return condition


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
