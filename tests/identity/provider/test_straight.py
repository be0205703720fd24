"""Straight on: who is signed in and agreed before needs no page; everybody else goes the ordinary way."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psycopg
import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import select, update

from madoguchi.identity.ending import end_sessions
from madoguchi.identity.models import Person, RoleGrant, SignIn
from madoguchi.identity.provider import door
from madoguchi.identity.provider.authorising import straight
from madoguchi.identity.provider.clients.service import disable
from madoguchi.identity.provider.connected import narrow, withdraw
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.relying.models import ProviderSession, TrustedProvider
from madoguchi.kernel import journal
from madoguchi.kernel.database import Database
from tests.identity.provider.world import ADDRESS, CALLBACK, Op

SAID = "openid profile"


@pytest.fixture
def straight_ones(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each request whether it went straight on."""
    found: list[bool] = []
    real = door.straight_on

    async def watched(*told: Any) -> Response | None:
        answer = await real(*told)
        found.append(answer is not None)
        return answer

    monkeypatch.setattr(door, "straight_on", watched)
    return found


@pytest.fixture
async def known(op: Op, straight_ones: list[bool]) -> Op:
    """Somebody who is signed in and agreed."""
    await op.sign_in()
    await op.allow(scope=SAID)
    straight_ones.clear()
    return op


async def newest(op: Op) -> Grant:
    async with op.database.reading() as session:
        found = await session.scalar(select(Grant).order_by(Grant.id.desc()).limit(1))
    assert found is not None
    return found


async def test_a_code_is_given_at_once_and_written_down(
    known: Op, straight_ones: list[bool]
) -> None:
    before = await newest(known)
    answer = await known.browser.get(known.request(scope=SAID, state="s p&ce"))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{CALLBACK}?code=")
    told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (told["state"], told["iss"]) == ("s p&ce", ADDRESS)
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert straight_ones == [True]
    grant = await newest(known)
    # The page before and the way straight on make the same grant.
    same = (
        "client_id person_id organisation_id subject sign_in_id scopes acr amr nonce redirect_uri"
    )
    for (
        name
    ) in f"{same} code_challenge authenticated_at expires_at code_expires_at dpop_jkt".split():
        assert getattr(grant, name) == getattr(before, name), name
    async with known.database.reading() as session:
        entries = await journal.entries(session, f"person:{known.people.owner}")
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    last = entries[-1]
    assert (last.action, last.actor) == ("signed_in_at_service", known.people.owner)
    assert last.payload == {"client": known.client_id, "grant": grant.id, "scopes": SAID.split()}
    assert all(journal.verify(entry) for entry in entries)
    assert (await known.exchange(told["code"])).status_code == 200


async def test_the_session_goes_on_as_on_pages(
    op: Op, straight_ones: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "itsdangerous.TimestampSigner.get_timestamp", lambda _: int(op.clock().timestamp())
    )
    await op.sign_in()
    await op.allow(scope=SAID)
    straight_ones.clear()
    op.clock.later(minutes=50)
    renewed = await op.browser.get(op.request(scope=SAID))
    assert renewed.headers["set-cookie"].startswith("session=")
    op.clock.later(minutes=50)  # more than an hour after the sign-in, less after the last visit
    assert (await op.allow(scope=SAID))["code"]
    assert straight_ones == [True, True]
    op.clock.later(minutes=61)
    late = await op.browser.get(op.request(scope=SAID))
    assert late.headers["location"].startswith("/sign-in?")


async def ended(op: Op) -> None:
    async with op.database.session() as session:
        await end_sessions(session, op.clock(), SignIn.person_id == op.people.owner)
        await session.commit()


async def withdrawn(op: Op) -> None:
    async with op.database.session() as session:
        await withdraw(session, op.clock, op.people.owner, op.client_id)
        await session.commit()


async def narrowed(op: Op) -> None:
    async with op.database.session() as session:
        await narrow(session, op.clock, op.people.owner, op.client_id, ["openid"])
        await session.commit()


async def disabled(op: Op) -> None:
    async with op.database.session() as session:
        await disable(session, op.clock, op.client_id, by="test")
        await session.commit()


async def made_official(op: Op) -> None:
    async with op.database.session() as session:
        held = await session.scalar(select(RoleGrant).limit(1))
        assert held is not None
        session.add(RoleGrant(person_id=op.people.owner, agency_id=held.agency_id, role=held.role))
        await session.commit()


async def deactivated(op: Op) -> None:
    async with op.database.session() as session:
        await session.execute(
            update(Person).where(Person.id == op.people.owner).values(active=False)
        )
        await session.commit()


async def taken_away(op: Op) -> None:
    async with op.database.session() as session:
        await session.execute(update(SignIn).values(device="Firefox / Windows"))
        await session.commit()


async def begun_at_a_ministry(op: Op) -> None:
    """The session came of a ministry's provider, and the role there has ended since."""
    async with op.database.session() as session:
        held = await session.scalar(select(RoleGrant).limit(1))
        sign_in = await session.scalar(select(SignIn).order_by(SignIn.id.desc()).limit(1))
        assert held is not None
        assert sign_in is not None
        provider = TrustedProvider(
            id="01J00000000000000000000000", agency_id=held.agency_id, name={"ja": "省", "en": "M"},
            issuer="https://ministry.example", client_id="x", secret="x", created_at=op.clock(),
        )  # fmt: skip
        session.add(provider)
        await session.flush()
        session.add(ProviderSession(sign_in_id=sign_in.id, provider_id=provider.id, subject="x"))
        await session.commit()


@pytest.mark.parametrize(
    ("change", "location", "status"),
    [
        (ended, "/sign-in?", 303),
        (deactivated, "/sign-in?", 303),
        (taken_away, "/sign-in?", 303),
        (withdrawn, "", 200),
        (narrowed, "", 200),
        (disabled, "", 400),
        (made_official, CALLBACK, 303),
        (begun_at_a_ministry, "/sign-in?", 303),
    ],
    ids=lambda told: getattr(told, "__name__", ""),
)
async def test_what_changed_a_moment_ago_is_known(
    known: Op, straight_ones: list[bool], change: Any, location: str, status: int
) -> None:
    await change(known)
    answer = await known.browser.get(known.request(scope=SAID))
    assert straight_ones == [False]
    assert answer.status_code == status
    assert answer.headers.get("location", "").startswith(location)


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "login"},
        {"prompt": "consent"},
        {"max_age": "0"},
        {"acr_values": "urn:unknown"},
        {"scope": "openid organisation"},
        {"scope": "profile"},
        {"code_challenge": None},
        {"redirect_uri": "https://elsewhere.example/"},
        {"client_id": "nobody"},
        {"response_type": "token"},
        {"request_uri": "urn:ietf:params:oauth:request_uri:x"},
    ],
    ids=str,
)
async def test_what_is_not_plain_goes_the_ordinary_way(
    known: Op, straight_ones: list[bool], changes: dict[str, str | None]
) -> None:
    known.clock.later(seconds=5)
    await known.browser.get(known.request(**{"scope": SAID, **changes}))
    assert straight_ones == [False]


async def test_those_who_come_together_get_each_their_own(
    known: Op, straight_ones: list[bool]
) -> None:
    address = known.request(scope=SAID)
    async with AsyncClient(transport=ASGITransport(known.app), base_url=ADDRESS) as other:
        stranger = other.get(address)
        answers = await asyncio.gather(*(known.browser.get(address) for _ in range(3)), stranger)
    assert straight_ones.count(True) == 3
    assert answers[3].headers["location"].startswith("/sign-in?")
    codes = {answer.headers["location"] for answer in answers[:3]}
    assert len(codes) == 3
    async with known.database.reading() as session:
        entries = await journal.entries(session, f"person:{known.people.owner}")
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.action for entry in entries[-3:]] == ["signed_in_at_service"] * 3


async def test_what_fails_on_the_way_is_left_to_the_ordinary_one(
    known: Op, straight_ones: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(door, "straight_on", failing)
    assert (await known.allow(scope=SAID))["code"]
    monkeypatch.setattr(door, "AT_ONCE", 0)
    assert (await known.allow(scope=SAID))["code"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_whoever_ends_a_session_or_withdraws_waits_for_the_code_under_way(
    known: Op, straight_ones: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = known.database
    kept: list[str] = []
    real, address = straight._grant, database.url.set(drivername="postgresql")
    rows = ("sign_in WHERE ended_at IS NULL", "oidc_consent", "person WHERE active")

    def watched(*told: Any) -> Grant:
        for row in rows:
            with psycopg.connect(address.render_as_string(hide_password=False)) as other:
                try:
                    query = f"SELECT 1 FROM {row} FOR NO KEY UPDATE NOWAIT"
                    other.execute(query.encode())
                except psycopg.errors.LockNotAvailable:
                    kept.append(row)
        return real(*told)

    monkeypatch.setattr(straight, "_grant", watched)
    assert (await known.allow(scope=SAID))["code"]
    assert (straight_ones, kept) == ([True], list(rows))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("held", ["sign_in", "oidc_consent", "person"])
async def test_whoever_is_being_changed_goes_the_ordinary_way(
    known: Op, straight_ones: list[bool], held: str
) -> None:
    address = known.database.url.set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as other:
        other.execute(f"SELECT 1 FROM {held} FOR UPDATE".encode())
        asked = asyncio.create_task(known.browser.get(known.request(scope=SAID)))
        while not straight_ones:
            await asyncio.sleep(0.01)
        assert straight_ones == [False]
        other.rollback()
    assert "code=" in (await asked).headers["location"]
