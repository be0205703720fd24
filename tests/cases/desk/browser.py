"""The whole application over ASGI, signed in with access tokens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.app import create_app
from madoguchi.identity import service as identity
from madoguchi.settings import Settings
from tests.cases.desk.counter import Counter

BASE = "http://localhost:8000"


def app_of(counter: Counter, folder: Path) -> FastAPI:
    """The application on the counter's database, blobs and clock."""
    app = create_app(Settings(home=folder, secret=SecretStr("x" * 40)), counter.clock)
    app.state.database = counter.database
    app.state.blobs = counter.blobs
    return app


@asynccontextmanager
async def signed_in(
    app: FastAPI, counter: Counter, who: str | None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client acting as one of the counter's people; None: the public."""
    headers = {"Accept-Language": "ja"}
    if who is not None:
        async with counter.database.session() as session:
            token = await token_of(counter, session, who)
            await session.commit()
        headers["Authorization"] = f"Bearer {token}"
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        yield client


async def token_of(counter: Counter, session: AsyncSession, who: str) -> str:
    """A fresh access token of a person."""
    _, text = await identity.issue_token(session, counter.clock, counter.people[who], "test")
    return text
