"""Made-up activities: repeatable, heavy-tailed, and nothing in them that cleansing would object to."""

from collections import Counter
from datetime import date

from sqlalchemy import select

from madoguchi.installation.demo.corporations import MANY, fill_corporations
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.japanese import is_corporate_number
from madoguchi.registry.activities.cleansing import cleansed
from madoguchi.registry.activities.queries import counts, details
from madoguchi.registry.activities.synthesising import ACTIVE, synthesise_activities
from madoguchi.registry.corporations.models import Corporation
from tests.registry.corporations.records import number

NUMBERS = [number(serial) for serial in range(1, 4_001)]


def test_any_slice_is_the_same_every_time() -> None:
    whole = list(synthesise_activities(NUMBERS[:500], 7))
    part = list(synthesise_activities(NUMBERS[100:200], 7))
    assert part == [row for row in whole if row.number in set(NUMBERS[100:200])]
    assert list(synthesise_activities(NUMBERS[:500], 8)) != whole


def test_few_have_many() -> None:
    many = Counter(row.number for row in synthesise_activities(NUMBERS))
    assert abs(len(many) / len(NUMBERS) - ACTIVE) < 0.02
    ordered = sorted(many.values())
    assert ordered[len(ordered) // 2] <= 2
    assert ordered[-1] > 50
    assert sum(ordered[-len(ordered) // 10 :]) > sum(ordered) / 2


def test_they_are_clean_and_have_keys_of_their_own() -> None:
    rows = list(synthesise_activities(NUMBERS[:1_000]))
    assert len({(row.kind, row.key) for row in rows}) == len(rows)
    today = date(2026, 11, 23)
    wrong = [clean.findings for row in rows if (clean := cleansed(row, today)).findings]
    assert wrong == []
    assert {row.kind for row in rows} == {
        "procurement",
        "subsidy",
        "patent",
        "certification",
        "commendation",
        "workplace",
    }


async def test_the_corporations_of_the_demo(database: Database) -> None:
    async with database.session() as session:
        corporations, activities = await fill_corporations(session, system_clock)
        await session.commit()
    assert corporations > MANY
    assert activities > 500
    async with database.reading() as session:
        known = (await session.scalars(select(Corporation))).all()
        assert len(known) == corporations
        assert all(is_corporate_number(row.number) for row in known)
        assert all(row.number[1:5] == "9999" for row in known)  # nobody real
        assert len({row.name for row in known}) == corporations
        found = await counts(session, [row.number for row in known])
        assert sum(sum(kinds.values()) for kinds in found.values()) == activities
        busy = max(found, key=lambda key: sum(found[key].values()))
        assert "capital_stock" in await details(session, busy)
    async with database.session() as session:  # again: the same, not twice
        assert await fill_corporations(session, system_clock) == (corporations, activities)
        await session.commit()
    async with database.reading() as session:
        again = await counts(session, [row.number for row in known])
    assert again == found
