"""A post with a key is done once, also when its repeat comes at the same moment."""

import asyncio
from datetime import timedelta

import pytest
from fastapi import FastAPI, Request
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, Response

from madoguchi.kernel import journal
from madoguchi.kernel.errors import DomainError
from madoguchi.web.idempotency import forget_keys, once
from madoguchi.web.models import IdempotencyKey
from tests.web.app import NOW, client, make_app

KEY = {"idempotency-key": '"a-key-of-mine-1"'}


def site(database) -> FastAPI:
    app = make_app()
    app.state.database = database

    @app.post("/api/v1/work")
    async def work(request: Request, actor: str = "a", fail: bool = False) -> Response:
        async def do(session: AsyncSession) -> Response:
            entry = await journal.append(
                session, subject="thing:1", action="done", actor=actor, at=NOW, payload={}
            )
            await asyncio.sleep(0.01)
            if fail:
                raise DomainError("failed", 422, {"ja": "x", "en": "x"})
            return JSONResponse({"seq": entry.seq}, 201, headers={"Location": "/things/1"})

        return await once(request, actor, do)

    return app


async def count(database) -> int:
    async with database.reading() as session:
        return len(await journal.entries(session, "thing:1"))


async def test_a_repeat_gets_the_first_answer(database):
    async with client(site(database)) as http:
        first = await http.post("/api/v1/work", json={"a": 1}, headers=KEY)
        again = await http.post("/api/v1/work", json={"a": 1}, headers=KEY)
        other_key = await http.post(
            "/api/v1/work", json={"a": 1}, headers={"idempotency-key": "another-key"}
        )
    assert (first.status_code, first.json()) == (201, {"seq": 1})
    assert (again.status_code, again.json()) == (201, {"seq": 1})
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == "/things/1"
    assert other_key.json() == {"seq": 2}
    assert await count(database) == 2


async def test_many_at_the_same_moment_do_it_once(database):
    async with client(site(database)) as http:
        answers = await asyncio.gather(
            *(http.post("/api/v1/work", json={"a": 1}, headers=KEY) for _ in range(8))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["seq"] for answer in answers} == {1}
    assert await count(database) == 1


async def test_the_same_key_for_another_body_is_refused(database):
    async with client(site(database)) as http:
        await http.post("/api/v1/work", json={"a": 1}, headers=KEY)
        refused = await http.post("/api/v1/work", json={"a": 2}, headers=KEY)
        stranger = await http.post("/api/v1/work?actor=b", json={"a": 2}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert stranger.status_code == 201


async def test_failed_work_leaves_the_key_free(database):
    async with client(site(database)) as http:
        assert (await http.post("/api/v1/work?fail=true", headers=KEY)).status_code == 422
        assert await count(database) == 0
        assert (await http.post("/api/v1/work", headers=KEY)).status_code == 201


async def test_without_a_key_each_post_counts(database):
    async with client(site(database)) as http:
        await http.post("/api/v1/work")
        await http.post("/api/v1/work")
    assert await count(database) == 2


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 300, "日本語の鍵です鍵".encode(), b"with space inside"]
)
async def test_bad_keys_are_refused(database, key):
    async with client(site(database)) as http:
        answer = await http.post("/api/v1/work", headers={"idempotency-key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")


async def test_old_keys_are_forgotten(database):
    async with client(site(database)) as http:
        await http.post("/api/v1/work", headers=KEY)
    async with database.session() as session:
        await forget_keys(session, NOW)
        assert await session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1
        await forget_keys(session, NOW + timedelta(seconds=1))
        assert await session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0
        await session.commit()
