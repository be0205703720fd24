"""Searching without an index: numbers and whole names, as registered, in the database itself."""

import re
import unicodedata

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.registry.activities.models import Activity
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.search.asked import Asked, Found, Hit
from madoguchi.registry.search.finding import check
from madoguchi.registry.search.grams import clean

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


async def find_plainly(session: AsyncSession, asked: Asked) -> Found:
    """What has just this number or name; one page at most. RegistryError for what cannot be asked.

    Parts of names, readings and addresses need the index: `limited` says that they were not looked for.
    """
    check(asked)
    typed = clean(asked.text or asked.name).strip()
    if not typed or asked.address:
        return Found((), 0, limited=True)
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed))
    by_number = len(number) == 13 and number.isascii() and number.isdigit()
    fits = (
        Corporation.number == number if by_number else Corporation.name.in_(_as_registered(typed))
    )
    conditions = [fits, *_conditions(asked)]
    total = await session.scalar(select(func.count()).where(*conditions)) or 0
    query = (
        select(Corporation.number)
        .where(*conditions)
        .order_by(Corporation.closed_on.is_not(None), Corporation.number)
        .limit(asked.limit)
    )
    found = await session.scalars(query)
    hits = tuple(
        Hit(one, 200 if by_number else 100, "number" if by_number else "exact") for one in found
    )
    return Found(hits, total, limited=True)


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found = [Corporation.hidden.is_(False), Corporation.process != DELETED]
    if asked.kinds:
        found.append(Corporation.kind.in_([clean(kind) for kind in asked.kinds]))
    if asked.prefecture:
        found.append(Corporation.prefecture_code == clean(asked.prefecture))
    if asked.cities:
        code = Corporation.prefecture_code + Corporation.city_code
        found.append(code.in_([clean(city) for city in asked.cities]))
    if asked.status:
        is_open = Corporation.closed_on.is_(None)
        found.append(is_open if asked.status == "open" else ~is_open)
    if asked.activities:
        found.append(
            select(Activity.id)
            .where(
                Activity.number == Corporation.number,
                Activity.kind.in_([clean(kind) for kind in asked.activities]),
                Activity.withdrawn_at.is_(None),
            )
            .exists()
        )
    return found


def _as_registered(typed: str) -> set[str]:
    """The name as typed, and in the wide characters names are registered in."""
    plain = unicodedata.normalize("NFKC", typed)
    return {typed, plain, plain.translate(_WIDE)}
