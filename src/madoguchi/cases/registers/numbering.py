"""Numbers without gaps (番号): one series per office, year, kind or register, as the template says.

A number is taken by raising a counter row inside the transaction that uses it. The row stays locked
until commit, so two takers wait for each other, and a transaction that fails gives its number back.
"""

import re
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.japanese import fiscal_year_of

_PLACE = re.compile(r"\{(office|year|kind|serial)(?::0?(\d{1,2}))?\}")
_RAISE = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def number_text(template: str, *, office: str, year: int, serial: int, sort: str = "") -> str:
    """The number a template gives: {office}, {year}, {kind} and {serial} ({serial:05}: with zeros).

    `sort` is what stands for {kind}.
    """

    def place(match: re.Match[str]) -> str:
        named = {"office": office, "year": str(year), "kind": sort, "serial": str(serial)}
        value = named[match[1]]
        return value.zfill(min(int(match[2]), 20)) if match[2] else value

    return _PLACE.sub(place, template)


def series_name(
    kind: str, name: str, template: str, agency_id: str, year: int, sort: str = ""
) -> str:
    """The counter of a template: apart by office, year, kind only where the number shows them."""
    parts = [kind, name]
    shown = {match[1] for match in _PLACE.finditer(template)}
    parts.append(agency_id if "office" in shown else "*")
    parts.append(str(year) if "year" in shown else "*")
    return ":".join([*parts, sort] if "kind" in shown else parts)


async def next_serial(session: AsyncSession, series: str) -> int:
    """The next number of a series, kept by the caller's commit."""
    return int(await session.scalar(_RAISE, {"name": series}))


async def take_number(
    session: AsyncSession,
    *,
    kind: str,
    name: str,
    template: str,
    agency_id: str,
    office: str,
    on: date,
    sort: str = "",
) -> str:
    """The next number of a letter or register at an office; the year is the fiscal year (年度).

    `sort`: the kind of licence (区分) that {kind} of the template shows.
    """
    year = fiscal_year_of(on)
    series = series_name(kind, name, template, agency_id, year, sort)
    serial = await next_serial(session, series)
    return number_text(template, office=office, year=year, serial=serial, sort=sort)
