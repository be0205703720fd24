"""Many rows at once: what COPY keeps is what the ORM keeps, and known keys stay as they are."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from madoguchi.kernel.database import Database, among, store, store_new
from madoguchi.kernel.jobs import Job, job_row
from madoguchi.web.models import IdempotencyKey

AT = datetime(2026, 5, 1, 9, 0, 0, 123456, tzinfo=UTC)


def answer(key: str, body: bytes = b"{}") -> dict[str, object]:
    """The row of a key."""
    return {
        "actor": "a",
        "key": key,
        "request": "r" * 64,
        "status": 201,
        "headers": {"location": '/cases/"1"', "名": "値\\N\t\n"},
        "body": body,
        "created_at": AT,
    }


async def test_rows_are_kept_as_the_orm_keeps_them(database: Database) -> None:
    payload = {
        "text": "改行\n\\タブ\t「」",
        "number": Decimal("1.50"),
        "none": None,
        "list": [1, {}],
    }
    rows = [job_row("note", payload, key=str(n), run_at=AT if n else None) for n in range(3)]
    async with database.session() as session:
        await session.execute(select(Job.id).limit(1))
        await store(session, Job, rows[:2])
        session.add(Job(**rows[2]))
        await session.commit()
    async with database.reading() as session:
        kept = {job.key: job for job in await session.scalars(select(Job))}
    assert {key: job.id for key, job in kept.items()} == {row["key"]: row["id"] for row in rows}
    assert kept["0"].payload == kept["2"].payload == {**payload, "number": "1.5"}
    assert kept["1"].run_at == kept["2"].run_at == AT
    assert kept["0"].run_at is None
    assert kept["0"].last_error is None


async def test_columns_not_named_take_their_defaults(database: Database) -> None:
    row = {name: value for name, value in answer("one").items() if name not in ("status", "body")}
    async with database.session() as session:
        await session.execute(select(Job.id).limit(1))
        await store(session, IdempotencyKey, [row])
        await session.commit()
    async with database.reading() as session:
        kept = await session.get_one(IdempotencyKey, ("a", "one"))
    assert (kept.status, kept.body) == (0, b"")


async def test_a_known_key_keeps_its_row(database: Database) -> None:
    async with database.session() as session:
        session.add(IdempotencyKey(**answer("b", b"first")))
        await session.commit()
    async with database.session() as session:
        await session.execute(select(Job.id).limit(1))
        added = await store_new(
            session, IdempotencyKey, [answer(key, b"second \x00\xff") for key in ("a", "b", "c")]
        )
        await session.commit()
    assert added == {("a", "a"), ("a", "c")}
    async with database.reading() as session:
        kept = {row.key: row for row in await session.scalars(select(IdempotencyKey))}
    assert kept["b"].body == b"first"
    assert kept["a"].body == b"second \x00\xff"
    assert kept["c"].headers == answer("c")["headers"]
    assert kept["c"].created_at == AT


@pytest.mark.parametrize("rows", [[]])
async def test_nothing_is_stored_of_nothing(
    database: Database, rows: list[dict[str, object]]
) -> None:
    async with database.session() as session:
        await store(session, Job, rows)
        assert await store_new(session, IdempotencyKey, rows) == set()


async def test_among_takes_any_number_of_values_whatever_they_say(database: Database) -> None:
    keys = ["plain", "\"quoted\" 'twice'", "窓口\\n", "{a,b}"]
    async with database.session() as session:
        await session.execute(select(Job.id).limit(1))
        await store(session, IdempotencyKey, [answer(key) for key in keys])

        async def found(wanted: list[str]) -> list[str]:
            query = select(IdempotencyKey.key).where(among(IdempotencyKey.key, wanted))
            return sorted(await session.scalars(query))

        assert await found([]) == []
        assert await found(["other"]) == []
        assert await found([*keys, *(f"no{n}" for n in range(20_000))]) == sorted(keys)
        assert await found(keys[1:2]) == keys[1:2]
