"""Matching over the interface for programs."""

from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from tests.registry.corporations.records import number
from tests.registry.programs.site import add_key, client, make_app
from tests.registry.search.indexed import indexed

MATCH = "/api/v1/corporations/match"


async def test_one_is_found_with_its_reasons(database: Database, tmp_path: Path) -> None:
    await indexed(database, tmp_path, {"name": "株式会社アシスト"}, {"name": "株式会社みなと化学"})
    await add_key(database)
    async with client(make_app(database)) as asking:
        answer = await asking.get(
            MATCH,
            params={
                "name": "㈱アシスト",
                "address": "千代田区霞ヶ関1-3-1",
                "postal_code": "100-0013",
            },
        )
    found = answer.json()
    assert found["decision"] == "link"
    (candidate,) = found["candidates"]
    assert candidate["corporation"]["corporate_number"] == number(1)
    assert candidate["evidence"] == {
        "name": "same", "place": "lot", "former_place": False, "name_en": None, "postal_code": True, "closed": False,
    }  # fmt: skip
    assert 0.95 < candidate["probability"] < 1


@pytest.mark.parametrize(
    ("params", "item"),
    [
        ({}, "name"),
        ({"name": "あ" * 201}, "name"),
        ({"name": "a", "address": "b" * 201}, "address"),
        ({"nmae": "a"}, "nmae"),
    ],
)
async def test_what_cannot_be_asked_is_named(
    database: Database, tmp_path: Path, params: dict[str, str], item: str
) -> None:
    await indexed(database, tmp_path, {"name": "株式会社アシスト"})
    await add_key(database)
    async with client(make_app(database)) as asking:
        answer = await asking.get(MATCH, params=params)
    assert answer.status_code == 422
    assert item in answer.text
