"""Debian's libapache2-mod-auth-openidc, a client nobody here wrote, protects a page with our provider."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx import AsyncClient
from joserfc.jwk import RSAKey

from madoguchi.kernel.database import Database
from tests.identity.provider import apache
from tests.identity.provider.serving import listen
from tests.identity.provider.world import Op, make_op

pytestmark = pytest.mark.skipif(
    apache.PROGRAM is None or not apache.MODULE.is_file(),
    reason="apache2 or libapache2-mod-auth-openidc is not installed: run `make system-test`",
)
PAGE = "/protected/page.txt"


@dataclass
class Site:
    """The provider with its person's browser, and Apache's page with the same browser's cookies for it."""

    op: Op
    page: AsyncClient

    async def enter(self) -> str:
        """Ask for the page, agree at the provider, come back; the address Apache answered with."""
        sent = await self.page.get(PAGE)
        assert sent.status_code == 302, sent.text
        asked = sent.headers["location"]
        assert "code_challenge_method=S256" in asked
        await self.op.sign_in()
        answer = await self.op.browser.get(asked)
        if answer.status_code == 200:
            answer = await self.op.browser.post(asked, data={"decision": "allow"})
        assert answer.status_code == 303, answer.text
        back = await self.page.get(answer.headers["location"])
        assert back.status_code == 302, back.text
        return back.headers["location"]


@pytest.fixture(params=["client_secret_basic", "private_key_jwt"])
async def site(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> AsyncIterator[Site]:
    apps: dict[str, object] = {}
    server, provider = await listen(apps)
    op = await make_op(database, tmp_path, address=provider, clock=lambda: datetime.now(UTC))
    apps["app"] = op.app
    address = f"http://127.0.0.1:{apache.free_port()}"
    key = RSAKey.generate_key(2048, auto_kid=True)
    keyed = request.param == "private_key_jwt"
    client_id, secret = await op.register(
        auth_method=request.param,
        redirect_uris=[address + apache.BACK],
        post_logout_uris=[f"{address}/bye.txt"],
        grant_types=["authorization_code", "refresh_token"],
        scopes=["openid", "profile", "email", "offline_access"],
        **({"jwks": {"keys": [key.as_dict(private=False)]}} if keyed else {}),
    )
    async with (
        server,
        apache.protecting(address, provider, client_id, key if keyed else secret),
        AsyncClient(base_url=address, timeout=60) as page,
    ):
        yield Site(op, page)
    await op.browser.aclose()


async def test_apache_lets_in_who_signed_in_refreshes_and_signs_out(site: Site) -> None:
    page = await site.page.get(await site.enter())
    assert page.text == "a page for those signed in"
    assert page.headers["x-user"] == site.op.people.owner
    assert page.headers["x-name"] == "港 一郎"
    given = page.headers["x-access-token"]
    assert (await site.op.userinfo(given)).json()["name"] == "港 一郎"

    # Refresh: Apache takes the token its page was given, so that no other site can ask for it.
    wanted = f"{apache.BACK}?refresh={quote(f'{site.page.base_url}{PAGE}', safe='')}"
    turned = await site.page.get(f"{wanted}&access_token={given}")
    assert turned.status_code == 302, turned.text
    assert "error" not in turned.headers["location"]
    again = await site.page.get(PAGE)
    assert again.headers["x-access-token"] != given
    assert again.headers["x-refresh-token"] != page.headers["x-refresh-token"]
    assert (await site.op.userinfo(again.headers["x-access-token"])).status_code == 200

    # Sign-out: here, at the provider, and back.
    bye = quote(f"{site.page.base_url}/bye.txt", safe="")
    sent = await site.page.get(f"{apache.BACK}?logout={bye}")
    assert sent.status_code == 302
    left = await site.op.browser.get(sent.headers["location"])
    assert left.status_code == 303, left.text
    assert (await site.page.get(left.headers["location"])).text == "bye"
    assert (await site.page.get(PAGE)).status_code == 302
    asked = await site.op.browser.get((await site.page.get(PAGE)).headers["location"])
    assert asked.headers["location"].startswith("/sign-in")
