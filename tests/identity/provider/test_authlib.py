"""Authlib's client, written by nobody here, signs a person in, refreshes, asks and revokes."""

import json
from urllib.parse import urlsplit

from authlib.integrations.httpx_client import AsyncOAuth2Client
from httpx import ASGITransport
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.identity.provider.world import ADDRESS, CALLBACK, VERIFIER, Op


async def test_authlib_signs_a_person_in(op: Op) -> None:
    found = (await op.call("GET", "/.well-known/openid-configuration")).json()
    async with AsyncOAuth2Client(
        op.client_id,
        op.secret,
        redirect_uri=CALLBACK,
        scope="openid profile offline_access",
        code_challenge_method="S256",
        transport=ASGITransport(op.app),
        token_endpoint=found["token_endpoint"],
    ) as client:
        address, state = client.create_authorization_url(
            found["authorization_endpoint"], code_verifier=VERIFIER, nonce="n1"
        )
        await op.sign_in()
        asked = address.removeprefix(ADDRESS)
        assert (await op.browser.get(asked)).status_code == 200
        back = (await op.browser.post(asked, data={"decision": "allow"})).headers["location"]
        assert urlsplit(back).netloc == "rp.example"
        token = await client.fetch_token(
            authorization_response=back, state=state, code_verifier=VERIFIER
        )
        keys = KeySet.import_key_set((await client.get(found["jwks_uri"])).json())
        assert jwt.decode(token["id_token"], keys).claims["nonce"] == "n1"
        told = await client.get(found["userinfo_endpoint"])
        assert json.loads(told.text)["name"] == "港 一郎"
        turned = await client.refresh_token(found["token_endpoint"])
        assert turned["refresh_token"] != token["refresh_token"]
        asked_about = await client.introspect_token(
            found["introspection_endpoint"], token=turned["access_token"]
        )
        assert asked_about.json()["active"] is True
        await client.revoke_token(found["revocation_endpoint"], token=turned["refresh_token"])
        assert (await client.get(found["userinfo_endpoint"])).status_code == 401
