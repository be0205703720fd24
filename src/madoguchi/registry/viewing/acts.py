"""Activities of one corporation (法人活動情報), as many as a page shows, and amounts by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.registry.activities.kinds import PROCUREMENT, SUBSIDY
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.viewing.words import source_words
from madoguchi.web.paging import CursorError, Page, after, page_of, read_cursor

LIST = "registry.viewing.activities"
SOME, MANY = 5, 50
_NO_DAY = date(1, 1, 1)
_MOST_YEARS = 15
_LARGE = 100_000_000


@dataclass(frozen=True)
class Shown:
    """An activity as a row: what was published, by whom, where it was taken from and when."""

    title: str
    day: date | None
    amount: int | None
    department: str
    target: str
    source: Text
    updated_on: date
    acquired_on: date
    link: str


@dataclass(frozen=True)
class Years:
    """Procurement and subsidies by year, in `unit`: thousands or millions of yen.

    `undated`: how many activities have an amount but no day.
    """

    years: list[int]
    procurement: list[Decimal]
    subsidy: list[Decimal]
    undated: int
    unit: str = "thousands"


async def page_of_acts(
    session: AsyncSession, number: str, kind: str, secret: str, cursor: str = "", limit: int = MANY
) -> Page[Activity]:
    """The activities of a kind, newest first, those without a day last. CursorError for a bad one."""
    # A list of its own for each number and kind: a cursor of another fits none.
    name = f"{LIST}:{number}:{kind}"
    order = [func.coalesce(Activity.day, _NO_DAY), Activity.id]
    query = select(Activity).where(
        Activity.number == number, Activity.kind == kind, Activity.withdrawn_at.is_(None)
    )
    if cursor:
        place = read_cursor(secret, name, cursor)
        if len(place) != 2 or not isinstance(place[0], date):
            raise CursorError
        query = query.where(after(order, place, descending=True))
    query = query.order_by(*(column.desc() for column in order)).limit(limit + 1)
    rows = list(await session.scalars(query))
    return page_of(rows, limit, secret, name, lambda row: (row.day or _NO_DAY, row.id))


async def newest(session: AsyncSession, number: str, kind: str) -> list[Shown]:
    """The first SOME of a kind, ready to show."""
    return shown((await page_of_acts(session, number, kind, "", limit=SOME)).items)


async def years_of(session: AsyncSession, number: str) -> Years:
    """What public bodies paid or granted, by calendar year of the order or grant."""
    year = extract("year", Activity.day)
    query = (
        select(Activity.kind, year, func.sum(Activity.amount), func.count())
        .where(
            Activity.number == number,
            Activity.kind.in_((PROCUREMENT, SUBSIDY)),
            Activity.withdrawn_at.is_(None),
            Activity.amount.is_not(None),
        )
        .group_by(Activity.kind, year)
    )
    sums: dict[tuple[str, int], int] = {}
    undated = 0
    for kind, when, amount, many in await session.execute(query):
        if when is None:
            undated += many
        else:
            sums[kind, int(when)] = int(amount or 0)
    if not sums:
        return Years([], [], [], undated)
    found = {when for _, when in sums}
    years = list(range(max(min(found), max(found) - _MOST_YEARS + 1), max(found) + 1))
    # What stands beside the axis has room for some eight characters.
    unit = "millions" if max(map(abs, sums.values())) >= _LARGE else "thousands"

    def amounts(kind: str) -> list[Decimal]:
        return [_in(unit, sums.get((kind, when), 0)) for when in years]

    return Years(years, amounts(PROCUREMENT), amounts(SUBSIDY), undated, unit)


def _in(unit: str, yen: int) -> Decimal:
    """Exact: a table stands beside the chart."""
    whole = Decimal(yen) / (1_000_000 if unit == "millions" else 1_000)
    return whole.quantize(Decimal(1)) if whole == whole.to_integral_value() else whole


def shown(rows: Sequence[Activity]) -> list[Shown]:
    """Rows of the table of activities."""
    return [_shown(row) for row in rows]


def _shown(row: Activity) -> Shown:
    return Shown(
        title=_title(row),
        day=row.day,
        amount=row.amount,
        department=row.department,
        target=row.target,
        source=source_words(row.source),
        updated_on=row.updated_on,
        acquired_on=jst_date(row.recorded_at),
        link=_link(row.data),
    )


def _title(row: Activity) -> str:
    """What it is called; of figures and places of business, what they are about."""
    for name in ("title", "corporation_name", "fiscal_year_cover_page"):
        text = row.data.get(name)
        if isinstance(text, str) and text.strip():
            return text
    return row.title


def _link(data: Mapping[str, Any]) -> str:
    """The publisher's own page; ours within this site. Other schemes are no links."""
    text = data.get("link") or data.get("url")
    if not isinstance(text, str) or any(mark in text for mark in "\\\r\n\t\0"):
        return ""
    own = text.startswith("/") and not text.startswith("//")
    return text if own or text.startswith("https://") else ""
