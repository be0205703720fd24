"""The postal code API; on both databases."""

import pytest
from sqlalchemy import insert

import madoguchi.registry
from madoguchi.identity.service import NOBODY
from madoguchi.kernel.database import Database
from madoguchi.registry import api, service
from madoguchi.registry.models import PostalCode
from tests.messages.site import site


@pytest.mark.parametrize("typed", ["1000013", "100-0013", "１００－００１３", "〒100-0013"])
async def test_an_address_for_a_code(database: Database, typed: str) -> None:
    async with database.session() as session:
        await service.load_shipped_postal_codes(session)
        await session.commit()
    async with site(database, madoguchi.registry, [api.router], NOBODY) as client:
        answer = await client.get(f"/api/v1/postal-codes/{typed}")
    assert answer.json() == {
        "postal_code": "1000013",
        "prefecture": "東京都",
        "city": "千代田区",
        "street": "霞が関",
        "places": [{"prefecture": "東京都", "city": "千代田区", "street": "霞が関"}],
    }
    assert "public" in answer.headers["cache-control"]


async def test_never_guesses_between_towns(database: Database) -> None:
    async with database.session() as session:
        rows = [
            {"code": "4980000", "prefecture": "愛知県", "city": "弥富市", "street": "甲"},
            {"code": "4980000", "prefecture": "愛知県", "city": "弥富市", "street": "乙"},
        ]
        await session.execute(insert(PostalCode), rows)
        await session.commit()
    async with site(database, madoguchi.registry, [api.router], NOBODY) as client:
        found = (await client.get("/api/v1/postal-codes/4980000")).json()
    assert (found["city"], found["street"], len(found["places"])) == ("弥富市", "", 2)


@pytest.mark.parametrize(
    ("typed", "status"),
    [("9999999", 404), ("123", 422), ("abc", 422), ("1" * 99, 422)],
)
async def test_no_such_code(database: Database, typed: str, status: int) -> None:
    async with site(database, madoguchi.registry, [api.router], NOBODY) as client:
        answer = await client.get(f"/api/v1/postal-codes/{typed}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()["message"]) == {"ja", "en"}
