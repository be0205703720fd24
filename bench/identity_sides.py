"""The two providers that are measured: how each is started, and how its people sign in and agree."""

import asyncio
import json
import os
import re
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc.jwk import ECKey, RSAKey

from bench.servers import PYTHON, free_port, serving
from madoguchi.identity import service as identity
from madoguchi.identity.account.models import Account
from madoguchi.identity.account.passwords import HASHER
from madoguchi.identity.provider.clients import service as clients
from madoguchi.identity.provider.secrets import s256
from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.settings import Settings

PEER = Path(__file__).parent / "oidc_provider"
PEOPLE = 24
CALLBACK = "https://rp.example/cb"
PASSWORD = "a long password of the bench, 2026"
VERIFIER = "v" * 43
WEB, REFRESHER, PROGRAM = "web", "refresher", "program"
SCOPES = {
    WEB: "openid profile",
    REFRESHER: "openid profile offline_access",
    PROGRAM: "filings:read",
}
# What each client may do; its ID tokens are signed by the algorithm of the run.
GRANTS = {
    WEB: ["authorization_code"],
    REFRESHER: ["authorization_code", "refresh_token"],
    PROGRAM: ["client_credentials"],
}


@dataclass
class Side:
    """A running provider: where it listens, its process, its paths, its clients, cookies of people."""

    name: str
    port: int
    pid: int
    database: str
    paths: dict[str, str]
    clients: dict[str, tuple[str, str]]
    """(id, secret) by the role of the client: web, refresher, program."""
    cookies: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """Its address, and its name."""
        return f"http://127.0.0.1:{self.port}"

    def basic(self, role: str) -> dict[str, str]:
        """The headers of a form sent by a client."""
        pair = ":".join(self.clients[role])
        return {
            "Authorization": "Basic " + b64encode(pair.encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def question(self, role: str) -> str:
        """Where a person is sent to sign in at a client."""
        asked = {
            "response_type": "code",
            "client_id": self.clients[role][0],
            "redirect_uri": CALLBACK,
            "scope": SCOPES[role],
            "state": "a-state",
            "nonce": "a-nonce",
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        return f"{self.paths['authorize']}?{urlencode(asked)}"


OURS = {
    "authorize": "/oauth/authorize",
    "token": "/oauth/token",
    "userinfo": "/oauth/userinfo",
    "introspect": "/oauth/introspect",
    "jwks": "/oauth/jwks",
}
THEIRS = {
    "authorize": "/auth",
    "token": "/token",
    "userinfo": "/me",
    "introspect": "/token/introspection",
    "jwks": "/jwks",
}


def metadata(role: str, algorithm: str) -> dict[str, object]:
    """What both providers are told of a client."""
    return {
        "redirect_uris": [CALLBACK] if role != PROGRAM else [],
        "grant_types": GRANTS[role],
        "id_token": algorithm,
    }


async def prepare(settings: Settings, algorithm: str) -> dict[str, tuple[str, str]]:
    """An installation with people who have passwords, and the clients; their ids and secrets."""
    made = {}
    async with opened(settings) as database, database.session() as session:
        await identity.seed_agencies(session)
        kept = HASHER.hash(PASSWORD)
        for number in range(PEOPLE):
            address = f"person{number}@bench.example"
            person = await identity.add_person(
                session, system_clock, name=f"測定 {number}", email=address
            )
            session.add(
                Account(
                    person_id=person.id,
                    address=address,
                    level="entry",
                    password=kept,
                    created_at=system_clock(),
                )
            )
        for role, scopes in SCOPES.items():
            told = metadata(role, algorithm)
            client, secret = await clients.register(
                session,
                system_clock,
                {
                    "name": {"ja": role, "en": role},
                    "redirect_uris": told["redirect_uris"],
                    "grant_types": told["grant_types"],
                    "id_token_alg": algorithm,
                    "scopes": scopes.split(),
                },
                by="bench",
            )
            made[role] = (client.id, secret or "")
        await session.commit()
    return made


@contextmanager
def ours(database: str, url: str, home: Path, algorithm: str) -> Iterator[Side]:
    """This installation, one process."""
    port = free_port()
    given = {
        "MADOGUCHI_HOME": str(home),
        "MADOGUCHI_DATABASE_URL": url,
        "MADOGUCHI_BASE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
    }
    os.environ.update(given)
    made = asyncio.run(prepare(Settings(), algorithm))
    with serving(
        [PYTHON, "-m", "madoguchi.cli", "serve"], given, f"http://127.0.0.1:{port}/oauth/jwks"
    ) as pid:
        side = Side("ours", port, pid, database, OURS, made)
        for number in range(PEOPLE):
            with httpx.Client(base_url=side.issuer, timeout=60) as browser:
                password_login(browser, f"person{number}@bench.example")
                for role in (WEB, REFRESHER):
                    answer = browser.get(side.question(role))
                    assert answer.status_code == 200, answer.text[:500]
                    answer = browser.post(side.question(role), data={"decision": "allow"})
                    assert answer.status_code == 303, answer.text[:500]
                side.cookies.append(cookie_of(browser))
        yield side


def password_login(browser: httpx.Client, address: str) -> None:
    """Sign in with the password, as the pages have it."""
    answer = browser.post("/sign-in/address", data={"/address": address})
    assert answer.status_code == 303, answer.text[:2000]
    answer = browser.post("/sign-in/password", data={"/password": PASSWORD})
    assert answer.status_code == 303, (answer.status_code, answer.text[:2000])
    assert not answer.headers["location"].startswith("/sign-in"), answer.headers["location"]


@contextmanager
def peer(database: str, url: str, algorithm: str, *, static: bool) -> Iterator[Side]:
    """npm oidc-provider with its records in PostgreSQL, one process. `static`: clients in its code."""
    port = free_port()
    secret = sha256(b"bench").hexdigest()
    keys = [
        ECKey.generate_key("P-256", private=True, auto_kid=True),
        RSAKey.generate_key(2048, private=True, auto_kid=True),
    ]
    told = {
        "issuer": f"http://127.0.0.1:{port}",
        "port": port,
        "static": static,
        "keys": [
            {**key.as_dict(private=True), "use": "sig", "alg": alg}
            for key, alg in zip(keys, ("ES256", "RS256"), strict=True)
        ],
        "people": [
            {"id": f"person{n}", "name": f"測定 {n}", "email": f"person{n}@bench.example"}
            for n in range(PEOPLE)
        ],
        "clients": [
            {
                "client_id": role,
                "client_secret": secret,
                "redirect_uris": metadata(role, algorithm)["redirect_uris"],
                "grant_types": GRANTS[role],
                "response_types": ["code"] if role != PROGRAM else [],
                "token_endpoint_auth_method": "client_secret_basic",
                "id_token_signed_response_alg": algorithm,
            }
            for role in SCOPES
        ],
    }
    process = subprocess.Popen(
        ["node", str(PEER / "server.mjs")],
        env={**os.environ, "PEER_DATABASE": url, "NODE_ENV": "production"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(told).encode())
    process.stdin.close()
    try:
        wait_for(f"http://127.0.0.1:{port}/jwks", process)
        made = {role: (role, secret) for role in SCOPES}
        side = Side("peer", port, process.pid, database, THEIRS, made)
        for number in range(PEOPLE):
            with httpx.Client(base_url=side.issuer, timeout=60, follow_redirects=False) as browser:
                for role in (WEB, REFRESHER):
                    agree(browser, side, role, f"person{number}")
                side.cookies.append(cookie_of(browser))
        yield side
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers; RuntimeError with what it said when it ended."""
    while True:
        try:
            httpx.get(url, timeout=60)
            return
        except httpx.TransportError:
            if process.poll() is not None:
                said = process.stderr.read().decode() if process.stderr else ""
                raise RuntimeError(f"the peer does not answer: {said}") from None
            time.sleep(0.1)


def agree(browser: httpx.Client, side: Side, role: str, person: str) -> None:
    """Walk through the peer's own pages: sign in, consent, until a code is given."""
    at = side.question(role)
    while not at.startswith(CALLBACK):
        answer = browser.get(at)
        if answer.status_code == 200:
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            if not action or not prompt:
                raise RuntimeError(answer.text[:2000])
            data = {"prompt": prompt[1], "login": person, "password": "any"}
            answer = browser.post(action[1], data=data)
        assert answer.status_code in (302, 303), (answer.status_code, answer.text[:2000])
        at = answer.headers["location"]
    assert "code=" in at, at


def cookie_of(browser: httpx.Client) -> str:
    """What the browser sends, for every path."""
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)


def code_in(location: bytes) -> str:
    """The code an answer at the client's address carries."""
    return parse_qs(urlsplit(location.decode()).query)["code"][0]
