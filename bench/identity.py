"""The OpenID provider beside npm oidc-provider, in turn: what one second of processor is enough for.

Both keep everything in PostgreSQL (the same server), one process each, clients by secret, PKCE,
kept-alive connections, the same kinds of keys, the same lifetimes. The processor counted is that of
the server with its children and of the database's processes for it, so that a busy machine changes
little. Answers of each run are checked with joserfc. Where the two differ:

- the peer keeps opaque access tokens for userinfo and introspection (it takes no others there) and
  signs JWT for an API (refresh, client credentials); ours are always signed JWT, and revocable.
- ours writes each sign-in at a service to its journal.
- clients lie in the database on both sides; `--static` puts the peer's into its code.

    python -m bench.identity [--seconds 6] [--rounds 5] [--static] [--only code,refresh]
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from bench.identity_sides import (
    CALLBACK,
    PASSWORD,
    PEER,
    PEOPLE,
    PROGRAM,
    REFRESHER,
    SCOPES,
    VERIFIER,
    WEB,
    Side,
    code_in,
    ours,
    password_login,
    peer,
)
from bench.intake import POSTGRES, make_from, postgres_database, processor_seconds
from bench.load import Make, Measured, Step, closed, post
from bench.servers import resident_mb
from madoguchi.identity.account.passwords import HASHER

DATABASES = {"ours": "madoguchi_bench_identity", "peer": "madoguchi_bench_oidc_peer"}
CONNECTIONS = 16
SAMPLE = 20


@dataclass
class Seen:
    """Some of the answers of a run, to be checked."""

    kept: list[bytes] = field(default_factory=list)

    def __call__(self, answer: bytes) -> None:
        if len(self.kept) < SAMPLE:
            self.kept.append(answer)


def form(side: Side, role: str, endpoint: str, **fields: str) -> bytes:
    """A form of a client to an endpoint."""
    return post(side.paths[endpoint], side.basic(role), urlencode(fields).encode())


def get(path: str, **headers: str) -> bytes:
    """The bytes of a GET."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    return "\r\n".join([*lines, *(f"{k}: {v}" for k, v in headers.items()), "", ""]).encode()


def exchange(side: Side, role: str) -> Callable[[bytes], bytes]:
    """The token request for the code in an answer."""
    return lambda location: form(
        side,
        role,
        "token",
        grant_type="authorization_code",
        code=code_in(location),
        redirect_uri=CALLBACK,
        code_verifier=VERIFIER,
    )


def bearer(side: Side) -> Callable[[bytes], bytes]:
    """The userinfo request with the token in an answer."""
    return lambda answer: get(
        side.paths["userinfo"], Authorization=f"Bearer {json.loads(answer)['access_token']}"
    )


def authorize(side: Side, role: str, number: int) -> Step:
    """A signed-in person who agreed before is sent back with a code."""
    cookie = side.cookies[number % PEOPLE]
    return Step("authorize", get(side.question(role), Cookie=cookie), 303)


def codes(side: Side, seen: Seen) -> Make:
    """Authorisation-code round trips: authorize, token, userinfo."""
    return lambda number: [
        authorize(side, WEB, number),
        Step("token", exchange(side, WEB), 200, seen),
        Step("userinfo", bearer(side), 200),
    ]


def tokens(side: Side, role: str, count: int) -> list[dict[str, str]]:
    """Token responses of some sign-ins."""
    found: list[dict[str, str]] = []
    with httpx.Client(base_url=side.issuer, timeout=60) as program:
        for number in range(count):
            at = program.get(
                side.question(role), headers={"Cookie": side.cookies[number % PEOPLE]}
            ).headers["location"]
            answer = program.post(
                side.paths["token"],
                headers=side.basic(role),
                content=urlencode(
                    {
                        "grant_type": "authorization_code",
                        "code": code_in(at.encode()),
                        "redirect_uri": CALLBACK,
                        "code_verifier": VERIFIER,
                    }
                ),
            )
            assert answer.status_code == 200, answer.text
            found.append(answer.json())
    return found


def refreshes(side: Side, seen: Seen) -> Make:
    """Refreshes with rotation: each token works once, the next answer has the next."""
    ready = deque(given["refresh_token"] for given in tokens(side, REFRESHER, 2 * CONNECTIONS))

    def turned(answer: bytes) -> None:
        seen(answer)
        ready.append(json.loads(answer)["refresh_token"])

    def make(number: int) -> list[Step]:
        request = form(
            side, REFRESHER, "token", grant_type="refresh_token", refresh_token=ready.popleft()
        )
        return [Step("refresh", request, 200, turned)]

    return make


def userinfos(side: Side, seen: Seen) -> Make:
    """Userinfo with tokens of several people."""
    given = [json.dumps(one).encode() for one in tokens(side, WEB, PEOPLE)]
    requests = [bearer(side)(one) for one in given]
    return lambda number: [Step("userinfo", requests[number % PEOPLE], 200, seen)]


def introspections(side: Side, seen: Seen) -> Make:
    """A client asks about access tokens of its own."""
    requests = [
        form(side, WEB, "introspect", token=given["access_token"])
        for given in tokens(side, WEB, PEOPLE)
    ]
    return lambda number: [Step("introspect", requests[number % PEOPLE], 200, seen)]


def programs(side: Side, seen: Seen) -> Make:
    """Client credentials: a token for the program itself."""
    request = form(side, PROGRAM, "token", grant_type="client_credentials", scope=SCOPES[PROGRAM])
    return lambda number: [Step("program", request, 200, seen)]


WORKS: dict[str, Callable[[Side, Seen], Make]] = {
    "code": codes,
    "refresh": refreshes,
    "userinfo": userinfos,
    "introspection": introspections,
    "client credentials": programs,
}
RSA = ("code", "refresh")  # the others sign nothing, or the same as with ES256


@dataclass
class Run:
    """One measuring of one side: `each` in processor seconds a piece."""

    measured: Measured
    each: float

    @property
    def rate(self) -> float:
        """Pieces a second of processor."""
        return 1 / self.each


def measure(side: Side, make: Make, seconds: float) -> Run:
    """As much as `CONNECTIONS` get done, and the processor time it took."""
    before = processor_seconds(side.pid, side.database)
    measured = asyncio.run(closed(side.port, make, seconds, CONNECTIONS))
    used = processor_seconds(side.pid, side.database) - before
    if not measured.done:
        raise SystemExit(f"{side.name}: {measured.refused[:1]}")
    return Run(measured, used / measured.done)


def compare(sides: list[Side], names: list[str], asked: Namespace, algorithm: str) -> list[str]:
    """Each work on each side in turn; prints figures, gives lines of ratios."""
    ratios = []
    for name in names:
        made: dict[str, Make] = {}
        seen = {side.name: Seen() for side in sides}
        runs: dict[str, list[Run]] = {side.name: [] for side in sides}
        for side in sides:
            made[side.name] = WORKS[name](side, seen[side.name])
            measure(side, make_from(made[side.name], 10**9), asked.warm_up)
            seen[side.name].kept.clear()
        for turn in range(asked.rounds):
            for side in sides:
                make = make_from(made[side.name], turn * 10**6)
                runs[side.name].append(measure(side, make, asked.seconds))
        print(f"{name} ({algorithm})")
        for side in sides:
            check(side, name, algorithm, seen[side.name].kept)
            print("  " + line(side, runs[side.name]))
        if len(sides) == 2:
            mine, theirs = (statistics.median(r.rate for r in runs[s.name]) for s in sides)
            ratios.append(f"{name + ' (' + algorithm + ')':28} ours/peer {mine / theirs:.2f}")
    return ratios


def line(side: Side, runs: list[Run]) -> str:
    """Median, least and most of the rounds."""
    rates = [run.rate for run in runs]
    steps = {name for run in runs for name in run.measured.times}
    p50 = sum(statistics.median(r.measured.quantile(s, 0.5) for r in runs) for s in steps)
    refused = sum(len(run.measured.refused) for run in runs)
    return (
        f"{side.name}: {statistics.median(rates):7.0f} a processor second"
        f" ({min(rates):.0f}-{max(rates):.0f})   {1000 / statistics.median(rates):.2f} ms each"
        f"   on the clock {statistics.median(r.measured.rate for r in runs):.0f}/s, p50 {p50:.1f} ms"
        f"   memory {resident_mb(side.pid):.0f} MB   refused {refused}"
    )


def check(side: Side, name: str, algorithm: str, answers: list[bytes]) -> None:
    """Whether answers of the run are right: signatures, names, who it is for. AssertionError."""
    keys = KeySet.import_key_set(httpx.get(side.issuer + side.paths["jwks"]).json())
    assert answers
    for answer in map(json.loads, answers):
        if name in ("code", "refresh"):
            token = jwt.decode(answer["id_token"], keys, algorithms=[algorithm])
            role = WEB if name == "code" else REFRESHER
            assert token.claims["aud"] in (side.clients[role][0], [side.clients[role][0]])
            assert token.claims["iss"] == side.issuer
        if name in ("refresh", "client credentials") or (name, side.name) == ("code", "ours"):
            token = jwt.decode(answer["access_token"], keys, algorithms=["ES256"])
            assert token.header["typ"] == "at+jwt", token.header
        if name == "userinfo":
            assert answer["name"].startswith("測定"), answer
        if name == "introspection":
            assert answer["active"] is True, answer


def passwords(side: Side, asked: Namespace) -> str:
    """Password logins at the pages, and how much of their processor time is Argon2's."""
    kept = HASHER.hash(PASSWORD)
    alone = []
    for _ in range(20):
        before = time.thread_time()
        HASHER.verify(kept, PASSWORD)
        alone.append(time.thread_time() - before)
    before, count = processor_seconds(side.pid, side.database), 3 * PEOPLE
    for number in range(count):
        with httpx.Client(base_url=side.issuer, timeout=60) as browser:
            password_login(browser, f"person{number % PEOPLE}@bench.example")
    each = (processor_seconds(side.pid, side.database) - before) / count
    hashing = statistics.median(alone)
    return (
        f"password logins: {1 / each:.0f} a processor second, {each * 1000:.1f} ms each,"
        f" of which Argon2id (19 MiB, 2 passes) {hashing * 1000:.1f} ms = {hashing / each:.0%}"
    )


@contextmanager
def running(kind: str, algorithm: str, asked: Namespace) -> Iterator[list[Side]]:
    """Both sides on PostgreSQL, or ours alone on SQLite."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if kind == "sqlite":
            url = f"sqlite+aiosqlite:///{home / 'madoguchi.db'}"
            yield [stack.enter_context(ours("none", url, home, algorithm))]
            return
        mine = stack.enter_context(postgres_database(DATABASES["ours"]))
        sides = [stack.enter_context(ours(mine, f"{POSTGRES}/{mine}", home, algorithm))]
        if (PEER / "node_modules").is_dir():
            theirs = stack.enter_context(postgres_database(DATABASES["peer"]))
            url = f"{POSTGRES}/{theirs}"
            sides.append(stack.enter_context(peer(theirs, url, algorithm, static=asked.static)))
        else:
            print(f"The peer is not installed: npm ci --ignore-scripts in {PEER}")
        yield sides


def main() -> None:
    """Elliptic keys, RSA, SQLite; then passwords; the ratios at the end."""
    parser = ArgumentParser()
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--warm-up", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--static", action="store_true", help="the peer's clients in its code")
    parser.add_argument("--only", help="some of: " + ",".join(WORKS))
    asked = parser.parse_args()
    names = asked.only.split(",") if asked.only else list(WORKS)
    ratios: list[str] = []
    for kind, algorithm, works in (
        ("postgresql", "ES256", names),
        ("postgresql", "RS256", [name for name in names if name in RSA]),
        ("sqlite", "ES256", names),
    ):
        if not works:
            continue
        print(f"{kind}, one process each, {CONNECTIONS} connections, load {os.getloadavg()[0]:.1f}")
        with running(kind, algorithm, asked) as sides:
            ratios += compare(sides, works, asked, algorithm)
            if kind == "postgresql" and algorithm == "ES256" and not asked.only:
                ratios.append(passwords(sides[0], asked))
    print("\n".join(ratios))


if __name__ == "__main__":
    main()
