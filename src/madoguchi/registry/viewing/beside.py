"""What is known of a corporation beside its record: details, before and after it, who stands beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.language import Text
from madoguchi.registry.activities.queries import Known, counts, details_of
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.viewing.words import DETAIL_NAMES, source_words

_MOST_PREDECESSORS = 50
_AMOUNTS = {"capital_stock"}
_NUMBERS = {"employee_number", "company_size_male", "company_size_female"}


@dataclass(frozen=True)
class Fact:
    """A detail as a row: how its value is written ("money", "number", "link", "day", "text")."""

    label: Text
    value: Any
    form: str
    source: Text
    as_of: date


@dataclass(frozen=True)
class Named:
    """Another corporation: its number, and its name where it is known."""

    number: str
    name: str


@dataclass(frozen=True)
class Compared:
    """One corporation of several beside each other; `record` None: the number is unknown."""

    number: str
    record: Record | None
    details: Mapping[str, Fact]
    known: Mapping[str, int]


def facts(known: Mapping[str, Known]) -> dict[str, Fact]:
    """The details that are shown, by field, in the order of the page."""
    return {
        field: Fact(
            label,
            known[field].value,
            _form(field, known[field].value),
            source_words(known[field].source),
            known[field].as_of,
        )
        for field, label in DETAIL_NAMES.items()
        if field in known and known[field].value not in (None, "", [])
    }


async def successor_of(session: AsyncSession, record: Record) -> Named | None:
    """Who took over (承継先法人); None where nobody did."""
    if not record.successor:
        return None
    query = select(Corporation.name).where(
        Corporation.number == record.successor, Corporation.process != DELETED
    )
    return Named(record.successor, await session.scalar(query) or "")


async def predecessors_of(session: AsyncSession, number: str) -> list[Named]:
    """Those it took over, 50 at most, by number."""
    query = (
        select(Corporation.number, Corporation.name)
        # The index holds those alone that have a successor.
        .where(Corporation.successor == number, text("successor <> ''"))
        .where(Corporation.process != DELETED)
        .order_by(Corporation.number)
        .limit(_MOST_PREDECESSORS)
    )
    return [Named(*row) for row in await session.execute(query)]


async def compared(session: AsyncSession, numbers: Sequence[str]) -> list[Compared]:
    """Several corporations beside each other, in this order. Of withdrawn ones nothing is told."""
    records = await currents(session, numbers)
    known, details = await counts(session, numbers), await details_of(session, numbers)
    found = []
    for number in numbers:
        record = records.get(number)
        gone = record is None or record.process == DELETED
        found.append(
            Compared(
                number,
                record,
                {} if gone else facts(details[number]),
                {} if gone else known[number],
            )
        )
    return found


def _form(field: str, value: Any) -> str:
    if field == "company_url":
        whole = isinstance(value, str) and value.startswith(("https://", "http://"))
        return "link" if whole and not any(mark in value for mark in " \\\r\n\t") else "text"
    if field in _AMOUNTS | _NUMBERS and str(value).lstrip("-").isascii():
        digits = str(value).lstrip("-").isdigit()
        return ("money" if field in _AMOUNTS else "number") if digits else "text"
    return "text"
