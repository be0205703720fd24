"""The peer: a plain FastAPI endpoint that reads one row by SQLAlchemy and gives it as JSON."""

import os
from typing import Any

from fastapi import FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from madoguchi.registry.corporations.models import Corporation

engine = create_async_engine(os.environ["PEER_DATABASE"], pool_size=15, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()
NAMES = [column.key for column in Corporation.__table__.columns]


@app.get("/corporations/{number}")
async def by_number(number: str) -> dict[str, Any]:
    """The record alone: no activities, no details, no ETag, no allowance."""
    async with sessions() as session:
        found = await session.scalar(select(Corporation).where(Corporation.number == number))
    if found is None:
        raise HTTPException(404)
    return {name: getattr(found, name) for name in NAMES}
