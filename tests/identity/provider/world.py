"""An installation with its OpenID provider, people to sign in, and a browser that walks through."""

import atexit
import base64
import hashlib
import hmac
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from starlette.middleware import Middleware

import madoguchi.identity.service  # noqa: F401 - the module's face, before its parts
from madoguchi import identity
from madoguchi.identity import account, provider
from madoguchi.identity.provider import endpoints
from madoguchi.identity.provider.clients import service as clients
from madoguchi.identity.provider.door import Door
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.keys import KeyStore
from madoguchi.identity.provider.secrets import s256
from madoguchi.identity.routes import routers
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database
from madoguchi.web.edge import install
from tests.identity.world import World, make_world
from tests.web.app import NOW, TestSettings

ADDRESS = "http://testserver"
CALLBACK = "https://rp.example/cb"
VERIFIER = "v" * 43


@dataclass
class Now:
    """A clock tests move."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Op:
    """The provider, its people, one registered client and a browser."""

    app: FastAPI
    database: Database
    clock: Any
    people: World
    browser: AsyncClient
    client_id: str = ""
    secret: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def auth(self) -> tuple[str, str]:
        return (self.client_id, self.secret)

    @property
    def provider(self) -> Provider:
        found: Provider = self.app.state.provider
        return found

    async def sign_in(self, person: str | None = None) -> None:
        answer = await self.browser.post(
            "/sign-in", data={"person": person or self.people.owner, "return": "/"}
        )
        assert answer.status_code == 303

    def request(self, **changes: str | None) -> str:
        params = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid profile email organisation",
            "state": "st",
            "nonce": "no",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        return "/oauth/authorize?" + urlencode({k: v for k, v in params.items() if v is not None})

    async def allow(self, **changes: str | None) -> dict[str, str]:
        """Ask, consent where asked, and what the client gets at its address."""
        address = self.request(**changes)
        answer = await self.browser.get(address)
        if answer.status_code == 200:
            answer = await self.browser.post(address, data={"decision": "allow"})
        return sent_back(answer)

    async def token(self, data: Mapping[str, str], **kwargs: Any) -> Response:
        kwargs.setdefault("auth", self.auth)
        async with AsyncClient(transport=ASGITransport(self.app), base_url=ADDRESS) as program:
            return await program.post("/oauth/token", data=dict(data), **kwargs)

    async def call(self, method: str, path: str, **kwargs: Any) -> Response:
        """What a program without cookies gets."""
        async with AsyncClient(transport=ASGITransport(self.app), base_url=ADDRESS) as program:
            return await program.request(method, path, **kwargs)

    async def exchange(self, code: str, **changes: str | None) -> Response:
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return await self.token({k: v for k, v in data.items() if v is not None})

    async def userinfo(self, token: str) -> Response:
        return await self.call(
            "GET", "/oauth/userinfo", headers={"Authorization": f"Bearer {token}"}
        )

    async def register(self, **told: Any) -> tuple[str, str]:
        async with self.database.session() as session:
            client, secret = await clients.register(
                session,
                self.clock,
                {
                    "name": {"ja": "試験サービス", "en": "Test service"},
                    "redirect_uris": [CALLBACK],
                    **told,
                },
                by="test",
            )
            await session.commit()
        return client.id, secret or ""


def sent_back(answer: Response, to: str = CALLBACK) -> dict[str, str]:
    assert answer.status_code == 303, (answer.status_code, answer.text[:2000])
    location = answer.headers["location"]
    assert location.startswith(to + "?"), location
    return dict(parse_qsl(urlsplit(location).query))


@cache
def made_keys() -> Path:
    """A folder of signing keys, made once: finding an RSA key takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-keys-"))
    atexit.register(shutil.rmtree, folder)
    KeyStore(folder).all(NOW)
    return folder


async def make_op(
    database: Database,
    folder: Path,
    *,
    address: str = ADDRESS,
    clock: Clock | None = None,
    **told: Any,
) -> Op:
    clock = clock or Now()
    app = FastAPI()
    app.state.settings = TestSettings(demo=True, address=address)
    app.state.clock = clock
    app.state.database = database
    shutil.copytree(made_keys(), folder / "provider" / "keys", dirs_exist_ok=True)
    app.state.provider = Provider(address, folder / "provider")
    app.router.routes += endpoints.routes()
    door = Middleware(Door, state=app.state, trusted_host=urlsplit(address).netloc)
    install(app, [identity, account, provider], doors=[door])
    for router in routers(app.state.settings):
        app.include_router(router)
    people = await make_world(database)
    browser = AsyncClient(transport=ASGITransport(app), base_url=address)
    op = Op(app, database, clock, people, browser)
    op.client_id, op.secret = await op.register(**told)
    return op


def text_of(answer: Response) -> str:
    return re.sub(r"<[^>]+>", " ", answer.text)


def signed_by_secret(header: Mapping[str, Any], claims: Mapping[str, Any], pem: bytes) -> str:
    """HS256 with a public key as the shared secret: the oldest trick with JWT."""
    parts = [_base64(json.dumps(part).encode()) for part in ({**header, "alg": "HS256"}, claims)]
    mark = hmac.new(pem, ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, _base64(mark)])


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
