"""PyPI requests_oauth2client, a client nobody here wrote: pushes, proves possession, refreshes, asks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from requests_oauth2client import ClientSecretBasic, OAuth2Client
from sqlalchemy import func, select

from madoguchi.identity.provider.jobs import forget
from madoguchi.identity.provider.models import PushedRequest, Spent
from madoguchi.kernel.database import Database
from tests.identity.provider.serving import listen
from tests.identity.provider.world import CALLBACK, Op, make_op


@pytest.fixture
async def served(database: Database, tmp_path: Path) -> AsyncIterator[tuple[Op, OAuth2Client]]:
    apps: dict[str, object] = {}
    server, address = await listen(apps)
    op = await make_op(
        database,
        tmp_path,
        address=address,
        clock=lambda: datetime.now(UTC),
        grant_types=["authorization_code", "refresh_token"],
        scopes=["openid", "profile", "offline_access"],
    )
    apps["app"] = op.app
    async with server:
        yield (
            op,
            await asyncio.to_thread(
                OAuth2Client.from_discovery_endpoint,
                issuer=address,
                auth=ClientSecretBasic(op.client_id, op.secret),
                redirect_uri=CALLBACK,
                id_token_signed_response_alg="ES256",
                testing=True,
            ),
        )
    await op.browser.aclose()


async def test_it_pushes_a_request_signs_in_refreshes_asks_and_revokes(served) -> None:
    op, client = served
    asked = client.authorization_request(scope="openid profile offline_access")
    pushed = await asyncio.to_thread(client.pushed_authorization_request, asked)
    await op.sign_in()
    page = await op.browser.get(str(pushed))
    assert page.status_code == 200, page.text[:500]
    back = await op.browser.post(str(pushed), data={"decision": "allow"})
    answer = asked.validate_callback(back.headers["location"])
    token = await asyncio.to_thread(client.authorization_code, answer)
    assert token.id_token.sub == op.people.owner
    turned = await asyncio.to_thread(client.refresh_token, token)
    assert turned.refresh_token != token.refresh_token
    found = await asyncio.to_thread(client.introspect_token, turned.access_token)
    assert found["active"] is True
    await asyncio.to_thread(client.revoke_refresh_token, turned.refresh_token)
    found = await asyncio.to_thread(client.introspect_token, turned.access_token)
    assert found["active"] is False


async def test_what_has_expired_is_forgotten(served) -> None:
    op, client = served
    asked = client.authorization_request(scope="openid")
    await asyncio.to_thread(client.pushed_authorization_request, asked)
    now = op.clock()
    for at, left in ((now, 1), (now + timedelta(minutes=11), 0)):
        async with op.database.session() as session:
            await forget(session, at)
            count = await session.scalar(select(func.count()).select_from(PushedRequest))
            await session.commit()
        assert count == left
    async with op.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Spent)) == 0
