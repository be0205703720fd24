"""A site with accounts for the tests: a clock that moves, a mailbox, a device that makes passkeys."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from madoguchi.identity.account.opening import open_account
from madoguchi.identity.account.recording import LETTER_JOB, LETTER_SEAL
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs.models import Job
from madoguchi.kernel.sealing import unseal
from tests.identity.world import make_app
from tests.web.app import NOW

SITE = "http://testserver"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


@dataclass
class Moving:
    """A clock that is set by hand."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **parts: int) -> None:
        self.now += timedelta(**parts)


@dataclass
class Site:
    database: Database
    clock: Moving
    app: FastAPI

    def visitor(self, agent: str = CHROME) -> AsyncClient:
        return AsyncClient(
            transport=ASGITransport(self.app), base_url=SITE, headers={"user-agent": agent}
        )

    async def person(self, address: str = "taro@example.jp", **about: Any) -> str:
        async with self.database.session() as session:
            made = await open_account(session, self.clock, address=address, name="港 太郎", **about)
            await session.commit()
            return made.id

    async def letters(self) -> list[tuple[str, str, str]]:
        """Recipient, subject and body of the mails so far, oldest first."""
        async with self.database.reading() as session:
            jobs = await session.scalars(select(Job).where(Job.name == LETTER_JOB).order_by(Job.id))
            key = self.app.state.settings.secret_key
            sealed = [unseal(key, LETTER_SEAL, job.payload["sealed"]) for job in jobs]
        return [tuple(text.split("\n", 2)) for text in sealed if text]  # type: ignore[misc]

    async def code(self) -> str:
        """The code in the newest mail."""
        found = re.search(r"(?<!\d)(\d{6})(?!\d)", (await self.letters())[-1][2])
        assert found
        return found[1]


def make_site(database: Database, *, demo: bool = False) -> Site:
    clock = Moving()
    return Site(database, clock, make_app(database, demo=demo, clock=clock))


async def sign_in(site: Site, visitor: AsyncClient, address: str = "taro@example.jp") -> Response:
    """With a code by mail."""
    await visitor.post("/sign-in/address", data={"/address": address})
    await visitor.post("/sign-in/mail")
    return await visitor.post("/sign-in/code", data={"/code": await site.code()})


@dataclass
class Device:
    """An authenticator as the standard describes it, with keys of its own (attestation none)."""

    site: str = SITE
    verified: bool = True
    count: int = 0
    keys: dict[str, tuple[ec.EllipticCurvePrivateKey, str]] = field(default_factory=dict)

    def make(self, options: dict[str, Any]) -> str:
        """The answer to PublicKeyCredentialCreationOptions."""
        key, id = (
            ec.generate_private_key(ec.SECP256R1()),
            hashlib.sha256(str(len(self.keys)).encode() + options["challenge"].encode()).digest(),
        )
        numbers = key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        attested = bytes(16) + len(id).to_bytes(2, "big") + id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], 0x40) + attested
        self.keys[bytes_to_base64url(id)] = (key, options["user"]["id"])
        client = self._client("webauthn.create", options["challenge"])
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(bytes_to_base64url(id), client, {"attestationObject": attestation})

    def sign(self, options: dict[str, Any], id: str | None = None, count: int | None = None) -> str:
        """The answer to PublicKeyCredentialRequestOptions."""
        id = id or next(iter(self.keys))
        key, user = self.keys[id]
        self.count = self.count + 1 if count is None else count
        data = self._data(options["rpId"], 0)
        client = self._client("webauthn.get", options["challenge"])
        signed = key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {
            "authenticatorData": data,
            "signature": signed,
            "userHandle": base64url_to_bytes(user),
        }
        return self._answer(id, client, parts)

    def _data(self, rp: str, more: int) -> bytes:
        flags = 0x01 | (0x04 if self.verified else 0) | more
        return hashlib.sha256(rp.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.site}).encode()

    def _answer(self, id: str, client: bytes, parts: dict[str, bytes]) -> str:
        response = {name: bytes_to_base64url(part) for name, part in parts.items()}
        return json.dumps(
            {
                "id": id,
                "rawId": id,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {"clientDataJSON": bytes_to_base64url(client), **response},
            }
        )


async def add_passkey(visitor: AsyncClient, device: Device, label: str = "PC") -> Response:
    options = (await visitor.post("/account/security/passkeys/options")).json()
    return await visitor.post(
        "/account/security/passkeys", data={"/label": label, "credential": device.make(options)}
    )


async def sign_in_strongly(
    site: Site, visitor: AsyncClient, address: str = "taro@example.jp", device: Device | None = None
) -> Response:
    """With a code by mail, the first time: a passkey is added, so that the session has two factors."""
    await sign_in(site, visitor, address)
    return await add_passkey(visitor, device or Device())


async def use_passkey(visitor: AsyncClient, device: Device, **how: Any) -> Response:
    options = (await visitor.post("/sign-in/passkey/options")).json()
    return await visitor.post("/sign-in/passkey", data={"credential": device.sign(options, **how)})
