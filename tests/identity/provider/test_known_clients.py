"""Clients are read once a second: what this process changes counts at once, all else within it."""

import time

import pytest
from sqlalchemy import event, update

from madoguchi.identity.provider.clients import known
from madoguchi.identity.provider.clients.service import disable, renew_secret
from madoguchi.identity.provider.models import Client
from madoguchi.kernel.clock import system_clock
from tests.identity.provider.world import Op


async def asked_for_itself(op: Op) -> int:
    return (await op.token({"grant_type": "client_credentials"})).status_code


@pytest.fixture
async def program(op: Op) -> Op:
    op.client_id, op.secret = await op.register(
        redirect_uris=[], grant_types=["client_credentials"], scopes=["filings:read"]
    )
    assert await asked_for_itself(op) == 200
    return op


async def test_within_the_second_nothing_is_asked(program: Op) -> None:
    statements: list[str] = []
    engine = program.database.reading_engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    assert [await asked_for_itself(program) for _ in range(3)] == [200] * 3
    assert sum("oidc_client" in one for one in statements) <= 1  # a slow machine: a second is over


async def test_a_client_ended_here_is_refused_at_once(program: Op) -> None:
    async with program.database.session() as session:
        await disable(session, system_clock, program.client_id, by="test")
        await session.commit()
    assert await asked_for_itself(program) == 401


async def test_an_end_that_was_not_committed_changes_nothing(program: Op) -> None:
    async with program.database.session() as session:
        await disable(session, system_clock, program.client_id, by="test")
        await session.rollback()
    assert await asked_for_itself(program) == 200


async def test_an_old_secret_ends_at_once(program: Op) -> None:
    async with program.database.session() as session:
        fresh = await renew_secret(session, system_clock, program.client_id, by="test")
        await session.commit()
    assert await asked_for_itself(program) == 401
    program.secret = fresh
    assert await asked_for_itself(program) == 200


async def test_what_another_process_ends_is_refused_after_a_second(
    program: Op, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program.database.session() as session:
        ended = update(Client).where(Client.id == program.client_id)
        await session.execute(ended.values(disabled_at=system_clock()))
        await session.commit()
    real = time.monotonic
    monkeypatch.setattr(known.time, "monotonic", lambda: real() + known.KEPT_SECONDS)
    assert await asked_for_itself(program) == 401
