"""The pages of corporations over a few of them, with an index, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from madoguchi.kernel.database import Database
from madoguchi.registry import viewing
from madoguchi.registry.viewing.pages import router
from madoguchi.web.edge import install
from tests.registry.corporations.records import number
from tests.registry.programs.site import ACTIVITIES, CLOCK, add_activities, add_details, client
from tests.registry.search.indexed import indexed
from tests.web.app import TestSettings

RECORDS = (
    {"name": "株式会社みなと化学", "kana": "ミナトカガク"},
    {"name": "青葉商事株式会社", "kana": "アオバショウジ", "closed": "2026-05-01", "cause": "11", "process": "71", "successor": number(1)},
    {"name": "検索除外株式会社", "hidden": "1"},
    {"name": "株式会社とりけし", "process": "99"},
)  # fmt: skip


@pytest.fixture
async def visitor(database: Database, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    """Somebody who reads the pages in Japanese."""
    days = {"changed": "2026-02-01", "updated": "2026-03-20"}
    await indexed(database, tmp_path, *(days | record for record in RECORDS))
    await add_activities(database, ACTIVITIES)
    await add_details(database, {"capital_stock": 30_000_000, "company_url": "javascript:x"})
    app = FastAPI()
    app.state.settings = TestSettings()
    app.state.clock = CLOCK
    app.state.database = database
    app.include_router(router)
    install(app, [viewing])
    async with client(app, **{"Accept-Language": "ja"}) as opened:
        yield opened
