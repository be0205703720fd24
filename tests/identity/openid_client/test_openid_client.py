"""npm openid-client, a certified client nobody here wrote, drives every flow against our provider."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from madoguchi.identity.provider.clients.registering import invite
from madoguchi.identity.provider.ended import TELL_JOB
from madoguchi.identity.provider.profiles import GBIZID
from madoguchi.identity.provider.telling_sign_out import telling
from madoguchi.identity.service import give_mandate
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import Worker
from madoguchi.web.outgoing import networks
from tests.identity.provider.serving import listen
from tests.identity.provider.world import Op, make_op

HERE = Path(__file__).parent
SUITE = HERE / "suite.mjs"
CASES = re.findall(r"^  async (\w+)\(\)", SUITE.read_text(encoding="utf-8"), re.M)
CALLBACK = "http://localhost:8080/cb"
SCOPES = ["openid", "profile", "organisation", "offline_access"]
BYE = "http://localhost:8080/bye"
PERSON = {
    "post_logout_uris": [BYE],
    "redirect_uris": [CALLBACK],
    "grant_types": ["authorization_code", "refresh_token"],
    "scopes": SCOPES,
}
GBIZID_SCOPES = list(GBIZID.user_scopes)
KEYED = {"auth_method": "private_key_jwt"}
CLIENTS: dict[str, dict[str, Any]] = {
    "basic": PERSON,
    "post": {**PERSON, "auth_method": "client_secret_post"},
    "public": {**PERSON, "auth_method": "none"},
    "key": {**PERSON, **KEYED},
    "rs256": {**PERSON, "id_token_alg": "RS256"},
    "device": {
        "auth_method": "none",
        "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"],
        "scopes": SCOPES,
    },
    "strict": {**PERSON, **KEYED, "par_required": True, "dpop_required": True},
    "gbizid": {**PERSON, "profile": "gbizid", "scopes": GBIZID_SCOPES},
    "gbizid_bare": {**PERSON, "profile": "gbizid_bare", "scopes": GBIZID_SCOPES},
    "program": {**KEYED, "grant_types": ["client_credentials"], "scopes": ["filings:read"]},
}


@pytest.fixture(scope="session")
def node() -> str:
    """Node with the suite's packages; without them the suite is skipped, aloud."""
    found = shutil.which("node")
    if found is None or not (HERE / "node_modules" / "openid-client").is_dir():
        pytest.skip("Node or openid-client is not installed: run `make system-test`")
    return found


@pytest.fixture
async def served(database: Database, tmp_path: Path) -> AsyncIterator[tuple[Op, dict[str, Any]]]:
    """A provider on a port of its own, with a client of every kind; and what the suite is told."""
    apps: dict[str, Any] = {}
    server, address = await listen(apps)
    op = await make_op(database, tmp_path, address=address, clock=lambda: datetime.now(UTC))
    apps["app"] = op.app
    clients: dict[str, dict[str, Any]] = {}
    for name, told in CLIENTS.items():
        key = ECKey.generate_key("P-256", auto_kid=True)
        keys = (
            {"jwks": {"keys": [key.as_dict(private=False)]}}
            if told.get("auth_method") == "private_key_jwt"
            else {}
        )
        client_id, secret = await op.register(**told, **keys)
        clients[name] = {"id": client_id, "secret": secret, "jwk": key.as_dict(private=True)}
    async with database.session() as session:
        _, invitation = await invite(
            session, op.clock, "試験", uses=3, days=1, scopes=["openid", "profile"], by="test"
        )
        await give_mandate(
            session,
            op.clock,
            principal_id=op.people.company,
            agent_organisation_id=op.people.firm,
            by=op.people.owner,
        )
        await session.commit()
    async with server:
        yield (
            op,
            {
                "issuer": address,
                "callback": CALLBACK,
                "bye": BYE,
                "person": op.people.owner,
                "name": "港 一郎",
                "agent": op.people.agent,
                "company": op.people.company,
                "invitation": invitation,
                "clients": clients,
            },
        )
    await op.browser.aclose()


@pytest.mark.parametrize("case", CASES)
async def test_openid_client_is_satisfied(
    node: str, served: tuple[Op, dict[str, Any]], case: str
) -> None:
    op, told = served
    sending = {TELL_JOB: telling(op.provider, networks("127.0.0.0/8"))}
    worker = Worker(op.database, sending, op.clock)
    working = asyncio.create_task(worker.run()) if case == "back_channel_logout" else None
    process = await asyncio.create_subprocess_exec(
        node,
        str(SUITE),
        case,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(json.dumps(told).encode())
    worker.stop()
    if working:
        await working
    assert process.returncode == 0, said.decode()
    assert said.decode().strip().endswith("ok")
