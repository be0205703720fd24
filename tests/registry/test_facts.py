"""Facts: what is known on which day, as believed at which moment; on both databases."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from madoguchi.kernel.database import Database
from madoguchi.registry import service
from madoguchi.registry.models import RegistryQuery

SOURCE = {"ja": "許可", "en": "Permit"}
NOON = datetime(2026, 4, 1, 3, tzinfo=UTC)


async def note(session: Any, value: Any, day: date, at: datetime, name: str = "capital") -> bool:
    return await service.record_fact(
        session, "ORG", name, value, source=SOURCE, source_key="case:1", as_of=day, at=at
    )


async def test_the_latest_fact_that_holds(database: Database) -> None:
    async with database.session() as session:
        await note(session, 100, date(2026, 4, 1), NOON)
        await note(session, 200, date(2026, 6, 1), NOON)
        await session.commit()
        assert await service.facts_of(session, "ORG", date(2026, 3, 31)) == {}
        assert (await service.facts_of(session, "ORG", date(2026, 5, 31)))[
            "capital"
        ] == service.Fact(100, SOURCE, date(2026, 4, 1))
        assert (await service.facts_of(session, "ORG", date(2026, 6, 1)))["capital"].value == 200
        assert await service.facts_of(session, "OTHER", date(2026, 6, 1)) == {}
        assert await service.facts_of(session, None, date(2026, 6, 1)) == {}


async def test_a_correction_keeps_what_was_believed(database: Database) -> None:
    later = datetime(2026, 4, 10, 3, tzinfo=UTC)
    day = date(2026, 4, 1)
    async with database.session() as session:
        assert await note(session, 100, day, NOON)
        assert not await note(session, 100, day, later)
        assert await note(session, 120, day, later)
        await session.commit()
        assert (await service.facts_of(session, "ORG", day))["capital"].value == 120
        before = await service.facts_of(
            session, "ORG", day, known_at=datetime(2026, 4, 5, tzinfo=UTC)
        )
        assert before["capital"].value == 100
        assert (
            await service.facts_of(session, "ORG", day, known_at=datetime(2026, 3, 1, tzinfo=UTC))
            == {}
        )


async def test_a_retracted_fact_is_not_known(database: Database) -> None:
    async with database.session() as session:
        await note(session, {"number": "1"}, date(2026, 4, 1), NOON, "licence")
        await service.retract_fact(
            session,
            "ORG",
            "licence",
            source=SOURCE,
            source_key="case:2",
            as_of=date(2026, 5, 1),
            at=NOON,
        )
        await session.commit()
        assert "licence" in await service.facts_of(session, "ORG", date(2026, 4, 30))
        assert "licence" not in await service.facts_of(session, "ORG", date(2026, 5, 1))


@pytest.mark.parametrize(
    ("number", "found", "outcome", "known"),
    [
        ("7999901000001", True, "found", True),
        ("1999901000007", True, "found", False),  # dissolved
        ("8999901000009", False, "under_change", False),
        ("7000012050002", False, "not_found", False),
    ],
)
async def test_asking_the_registry(
    database: Database, number: str, found: bool, outcome: str, known: bool
) -> None:
    async with database.session() as session:
        record = await service.refresh_registration(
            session,
            service.simulated_look_up,
            "ORG",
            number,
            purpose="高圧ガス製造許可申請",
            legal_basis="高圧ガス保安法第5条",
            asked_by="system",
            at=NOON,
        )
        await session.commit()
        assert (record is not None) == found
        logged = (await session.get_one(RegistryQuery, (await _ids(session))[0])).outcome
        assert logged == outcome
        facts = await service.facts_of(session, "ORG", date(2026, 4, 1))
        assert (service.REGISTRATION in facts) == known
        if known:
            fact = facts[service.REGISTRATION]
            assert fact.value["name"] == "青葉高圧ガス株式会社"
            assert "模擬" in fact.source["ja"]


async def test_a_link_that_does_not_answer_is_logged(database: Database) -> None:
    async def silent(number: str) -> None:
        raise service.LinkUnavailable

    async with database.session() as session:
        with pytest.raises(service.LinkUnavailable):
            await service.consult(
                session,
                silent,
                "7999901000001",
                purpose="p",
                legal_basis="b",
                asked_by="s",
                at=NOON,
            )
        await session.commit()
        row = await session.get_one(RegistryQuery, (await _ids(session))[0])
        assert row.outcome == "unavailable"


async def _ids(session: Any) -> list[str]:
    from sqlalchemy import select

    return list(await session.scalars(select(RegistryQuery.id)))
