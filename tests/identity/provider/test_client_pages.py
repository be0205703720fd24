"""The page of connected systems: for administrators of ministries, fresh from proving who they are."""

import html
import re
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from madoguchi.identity import service as identity
from madoguchi.identity.provider.clients import service
from madoguchi.identity.provider.models import Client, InitialToken
from madoguchi.identity.service.tokens import issue_token
from madoguchi.kernel.journal import Entry
from tests.identity.account.site import Site, sign_in_strongly
from tests.identity.provider.world import CALLBACK, Op, text_of

HOME = "/desk/admin/clients"
FORM: dict[str, Any] = {
    "/name/ja": "補助金　サービス",
    "/name/en": "Grants service",
    "/profile": "standard",
    "/redirect_uris": f"{CALLBACK}\r\nhttps://rp.example/cb2\r\n",
    "/scope": "openid profile",
    "/grant_types": ["authorization_code", "refresh_token"],
    "/token_endpoint_auth_method": "client_secret_basic",
    "/post_logout_uris": "",
    "/backchannel_logout_uri": "https://rp.example/out",
    "/jwks": "",
    "/rules": ["par_required", "rs256"],
}


@pytest.fixture
async def admin(op: Op) -> Op:
    """The examiner of the world, who is METI's administrator as well."""
    async with op.database.session() as session:
        await identity.grant_role(
            session, op.clock, op.people.examiner, "meti", "administrator", by="test"
        )
        await session.commit()
    await op.sign_in(op.people.examiner)
    return op


def shown(answer: Response, control: str) -> str:
    found = re.search(rf'id="{control}"[^>]*value="([^"]+)"', answer.text)
    assert found, answer.text[-3000:]
    return html.unescape(found[1])


async def client_of(op: Op, client_id: str) -> Client:
    async with op.database.reading() as session:
        return await session.get_one(Client, client_id)


async def test_a_service_is_registered_changed_renewed_and_ended(admin: Op) -> None:
    op, browser = admin, admin.browser
    made = await browser.post(HOME, data=FORM)
    assert made.status_code == 200, text_of(made)
    assert made.headers["cache-control"] == "no-store"
    id, secret = shown(made, "client-id"), shown(made, "client-secret")
    client = await client_of(op, id)
    assert client.name == {"ja": "補助金 サービス", "en": "Grants service"}
    assert client.redirect_uris == [CALLBACK, "https://rp.example/cb2"]
    assert (client.par_required, client.dpop_required, client.id_token_alg) == (
        True,
        False,
        "RS256",
    )
    assert client.registered_by == op.people.examiner
    assert "Grants service" in (await browser.get(HOME + "?lang=en")).text
    form_page = await browser.get(f"{HOME}/{id}")
    assert "https://rp.example/cb2" in form_page.text
    assert secret not in form_page.text
    changed = {**FORM, "/scope": "openid", "/rules": [], "/profile": "gbizid"}
    assert (await browser.post(f"{HOME}/{id}", data=changed)).status_code == 303
    client = await client_of(op, id)
    assert (client.scopes, client.par_required, client.id_token_alg) == (["openid"], False, "ES256")
    assert client.profile == "standard"  # what it calls people does not change
    renewed = shown(await browser.post(f"{HOME}/{id}/secret"), "client-secret")
    for text, error in ((secret, "invalid_client"), (renewed, "invalid_grant")):
        form = {"grant_type": "authorization_code", "code": "x"}
        assert (await op.token(form, auth=(id, text))).json()["error"] == error
    assert (await browser.post(f"{HOME}/{id}/disable")).status_code == 303
    assert (await browser.post(f"{HOME}/{id}/disable")).status_code == 303  # a double click
    assert (await browser.get(f"{HOME}/{id}")).status_code == 404
    assert (await browser.post(f"{HOME}/{id}", data=FORM)).status_code == 404
    assert (await browser.post(f"{HOME}/{id}/secret")).status_code == 404
    async with op.database.reading() as session:
        written = await session.execute(
            select(Entry.action, Entry.actor)
            .where(Entry.subject == f"oidc_client:{id}")
            .order_by(Entry.seq)
        )
        assert [tuple(row) for row in written] == [
            (action, op.people.examiner)
            for action in (
                "client_registered",
                "client_changed",
                "client_secret_renewed",
                "client_disabled",
            )
        ]


WRONG = [
    ({"/name/ja": ""}, "f-name-ja"),
    ({"/name/en": "x" * 101}, "f-name-en"),
    ({"/redirect_uris": "http://rp.example/"}, "f-redirect_uris"),
    ({"/redirect_uris": ""}, "f-redirect_uris"),
    ({"/grant_types": []}, "f-grant_types"),
    ({"/token_endpoint_auth_method": "telepathy"}, "f-token_endpoint_auth_method"),
    ({"/token_endpoint_auth_method": "private_key_jwt"}, "f-jwks"),
    ({"/jwks": "{"}, "f-jwks"),
    ({"/jwks": "[" * 5000}, "f-jwks"),
    ({"/scope": 'openid "x"'}, "f-scope"),
    ({"/backchannel_logout_uri": "ftp://x"}, "f-backchannel_logout_uri"),
    ({"/profile": "other"}, "f-profile"),
]


async def test_what_is_wrong_is_said_where_it_is_and_the_input_stays(admin: Op) -> None:
    for wrong, control in WRONG:
        answer = await admin.browser.post(HOME, data={**FORM, **wrong})
        assert answer.status_code == 422, wrong
        assert f'href="#{control}"' in answer.text, wrong
        assert "https://rp.example/out" in answer.text or "/backchannel_logout_uri" in wrong
    answer = await admin.browser.post(f"{HOME}/{admin.client_id}", data={**FORM, "/scope": "é"})
    assert answer.status_code == 422


async def test_a_token_is_made_shown_once_and_revoked(admin: Op) -> None:
    wish = {"/label": "ある県", "/uses": "2", "/days": "7", "/scopes": ["openid", "email"]}
    answer = await admin.browser.post(f"{HOME}/invite", data=wish)
    token = shown(answer, "token")
    assert answer.headers["cache-control"] == "no-store"
    page = await admin.browser.get(HOME)
    assert "ある県" in page.text
    assert token not in page.text
    metadata = {"redirect_uris": [CALLBACK], "client_name": "県のサービス"}
    headers = {"Authorization": f"Bearer {token}"}
    made = await admin.call("POST", "/oauth/register", json=metadata, headers=headers)
    assert made.json()["scope"] == "openid email"
    assert "自分で登録" in text_of(await admin.browser.get(HOME))
    async with admin.database.reading() as session:
        id = await session.scalar(select(InitialToken.id))
    assert (await admin.browser.post(f"{HOME}/invitations/{id}/revoke")).status_code == 303
    assert (await admin.browser.post(f"{HOME}/invitations/{id}/revoke")).status_code == 404
    refused = await admin.call("POST", "/oauth/register", json=metadata, headers=headers)
    assert refused.status_code == 401
    for wrong in ({"/label": ""}, {"/uses": "０"}, {"/days": "-1"}, {"/scopes": []}):
        answer = await admin.browser.post(f"{HOME}/invite", data={**wish, **wrong})
        assert answer.status_code == 422, wrong


READS = ["", "/new", "/invite", "/{client}"]
WRITES = [
    "",
    "/invite",
    "/invitations/x/revoke",
    "/{client}",
    "/{client}/secret",
    "/{client}/disable",
]


async def refusals(op: Op, **headers: str) -> set[int]:
    found = set()
    for paths, method in ((READS, "GET"), (WRITES, "POST")):
        for path in paths:
            address = HOME + path.replace("{client}", op.client_id)
            data = FORM if method == "POST" else None
            answer = await op.browser.request(method, address, data=data, headers=headers)
            found.add(answer.status_code)
    return found


async def test_nobody_else_comes_in(op: Op) -> None:
    assert await refusals(op) == {303}  # to sign in
    async with op.database.session() as session:
        await identity.grant_role(
            session, op.clock, op.people.agent, "pref-14", "administrator", by="test"
        )
        actor = identity.Actor(id=op.people.examiner, name="", kind="official")
        await identity.grant_role(
            session, op.clock, op.people.examiner, "meti", "administrator", by="test"
        )
        _, token = await issue_token(session, op.clock, actor, "program")
        await session.commit()
    for person in (op.people.owner, op.people.agent):  # an administrator, but of a prefecture
        await op.sign_in(person)
        assert await refusals(op) == {403}
    assert await refusals(op, Authorization=f"Bearer {token}") == {403}
    async with op.database.reading() as session:
        (client,) = await service.every(session)
        assert client.disabled_at is None


async def test_who_signed_in_long_ago_proves_it_again_first(op: Op) -> None:
    site = Site(op.database, op.clock, op.app)
    person = await site.person()
    await op.browser.aclose()
    op.browser = site.visitor()
    await sign_in_strongly(site, op.browser)
    async with op.database.session() as session:
        await identity.grant_role(session, op.clock, person, "meti", "administrator", by="test")
        await session.commit()
    assert (await op.browser.get(f"{HOME}/new")).status_code == 200
    op.clock.later(minutes=16)
    assert (await op.browser.get(HOME)).status_code == 200  # looking is no danger
    answer = await op.browser.get(f"{HOME}/new")
    assert answer.headers["location"] == f"/sign-in/again?return={HOME}/new"
    for path in WRITES:
        address = HOME + path.replace("{client}", op.client_id)
        answer = await op.browser.post(address, data=FORM)
        assert answer.headers["location"].startswith("/sign-in/again")
    async with op.database.reading() as session:
        (client,) = await service.every(session)
        assert client.disabled_at is None
