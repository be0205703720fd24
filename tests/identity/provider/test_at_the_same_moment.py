"""A sign-out, a withdrawal or a narrowing at the very moment something is granted is not passed over."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import Select, func, select

from madoguchi.identity.ending import end_sessions
from madoguchi.identity.models import SignIn
from madoguchi.identity.provider import device, device_pages, door
from madoguchi.identity.provider.authorising import pages
from madoguchi.identity.provider.connected import withdraw
from madoguchi.identity.provider.granting import refresh
from madoguchi.identity.provider.granting.asking import Asking
from madoguchi.identity.provider.granting.using import Given
from madoguchi.identity.provider.models import Consent, Grant
from madoguchi.kernel.database import Database
from madoguchi.kernel.errors import DomainError
from tests.identity.provider.test_device import begun, poll, say  # noqa: F401
from tests.identity.provider.world import Op

SAID = "openid profile"


async def signed_out(op: Op) -> None:
    async with op.database.session() as session:
        await end_sessions(session, op.clock(), SignIn.person_id == op.people.owner)
        await session.commit()


async def taken_back(op: Op) -> None:
    async with op.database.session() as session:
        await withdraw(session, op.clock, op.people.owner, op.client_id)
        await session.commit()


def right_after(
    patch: pytest.MonkeyPatch, module: Any, name: str, then: Callable[[], Awaitable[None]]
) -> None:
    """Let something happen as soon as the module has called this, once."""
    real, waiting = getattr(module, name), [then]

    async def called(*told: Any, **named: Any) -> Any:
        found = await real(*told, **named)
        if waiting:
            await waiting.pop()()
        return found

    patch.setattr(module, name, called)


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody goes straight on: tests/identity/provider/test_straight.py has those who do."""

    async def nobody(*_: object) -> None:
        return None

    monkeypatch.setattr(door, "straight_on", nobody)


async def grants(op: Op) -> int:
    async with op.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Grant)) or 0


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.usefixtures("ordinary")
async def test_who_is_signed_out_beside_a_grant_signs_in_again(
    op: Op, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    await op.sign_in()
    await op.allow(scope=SAID)
    before = await grants(op)
    right_after(monkeypatch, pages, "standing_of", lambda: signed_out(op))
    data = {"decision": "allow"} if method == "POST" else None
    answer = await op.browser.request(method, op.request(scope=SAID), data=data)
    assert answer.headers["location"] == op.request(scope=SAID)
    again = await op.browser.get(answer.headers["location"])
    assert again.headers["location"].startswith("/sign-in?")
    assert await grants(op) == before


@pytest.mark.usefixtures("ordinary")
async def test_a_consent_taken_back_beside_a_grant_is_asked_for_again(
    op: Op, monkeypatch: pytest.MonkeyPatch
) -> None:
    await op.sign_in()
    await op.allow(scope=SAID)
    before = await grants(op)
    right_after(monkeypatch, pages, "standing_of", lambda: taken_back(op))
    answer = await op.browser.get(op.request(scope=SAID))
    assert answer.headers["location"] == op.request(scope=SAID)
    assert (await op.browser.get(answer.headers["location"])).status_code == 200
    assert await grants(op) == before


async def held(database: Database, row: Select[Any]) -> bool:
    """Whether another transaction keeps this row from being changed."""
    async with database.session() as session:
        try:
            await session.execute(row.with_for_update(nowait=True))
        except DomainError as fault:
            return fault.code == "database_busy"
    return False


@pytest.fixture
def postgres(database: Database) -> Database:
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    return database


async def test_a_device_is_not_signed_in_by_who_was_signed_out(
    op: Op,
    begun: dict[str, Any],  # noqa: F811
    postgres: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await op.sign_in()
    right_after(monkeypatch, device_pages, "standing_of", lambda: signed_out(op))
    assert (await say(op, begun)).status_code == 200  # asked again, and then to sign in
    assert (await say(op, begun)).headers["location"].startswith("/sign-in")
    assert (await poll(op, begun)).json()["error"] == "authorization_pending"
    assert await grants(op) == 0


async def test_of_two_answers_to_one_device_the_later_gives_nothing(
    op: Op,
    begun: dict[str, Any],  # noqa: F811
    postgres: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await op.sign_in()

    async def first() -> None:
        assert (await say(op, begun)).status_code == 303

    right_after(monkeypatch, device, "waiting", first)
    assert (await say(op, begun)).status_code == 422
    assert await grants(op) == 1
    assert (await poll(op, begun)).json()["id_token"]


@pytest.mark.usefixtures("ordinary")
async def test_whoever_ends_a_session_waits_for_the_grant_under_way(
    op: Op, postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await op.sign_in()
    await op.allow(scope=SAID)
    kept: list[bool] = []

    async def look() -> None:
        kept.append(await held(postgres, select(SignIn.id).where(SignIn.ended_at.is_(None))))
        kept.append(await held(postgres, select(Consent.client_id)))

    right_after(monkeypatch, pages, "give_code", look)
    assert (await op.allow(scope=SAID))["code"]
    assert kept == [True, True]


async def test_whoever_narrows_waits_for_the_refresh_under_way(
    op: Op, postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes = ["openid", "email", "offline_access"]
    op.client_id, op.secret = await op.register(
        profile="gbizid", grant_types=["authorization_code", "refresh_token"], scopes=scopes
    )
    await op.sign_in()
    plain = {"code_challenge": None, "code_challenge_method": None}
    code = (await op.allow(scope=" ".join(scopes), **plain))["code"]
    token = (await op.exchange(code, code_verifier=None)).json()["refresh_token"]
    kept: list[bool] = []
    real, address = refresh._turned, postgres.url.set(drivername="postgresql")

    def turned(asking: Asking, grant: Grant) -> Given:
        """The decision, with a look at the row it is made of."""
        with psycopg.connect(address.render_as_string(hide_password=False)) as other:
            try:
                other.execute(
                    "SELECT 1 FROM oidc_grant WHERE id = %s FOR UPDATE NOWAIT", [grant.id]
                )
                kept.append(False)
            except psycopg.errors.LockNotAvailable:
                kept.append(True)
        return real(asking, grant)

    monkeypatch.setattr(refresh, "_turned", turned)
    answer = await op.token({"grant_type": "refresh_token", "refresh_token": token})
    assert answer.status_code == 200, answer.text
    assert kept == [True]


async def families(op: Op, count: int) -> list[str]:
    """The refresh tokens of several sign-ins of one person."""
    await op.sign_in()
    given = []
    for _ in range(count):
        code = (await op.allow(scope="openid offline_access"))["code"]
        given.append((await op.exchange(code)).json()["refresh_token"])
    return given


async def refreshed(op: Op, token: str) -> dict[str, Any]:
    answer = await op.token({"grant_type": "refresh_token", "refresh_token": token})
    return dict(answer.json())


async def test_families_refreshed_together_are_each_their_own(op: Op) -> None:
    tokens = await families(op, 3)
    shown = [*tokens, tokens[1]]  # one is shown twice at the same moment
    answers = await asyncio.gather(*(refreshed(op, token) for token in shown))
    assert sum("access_token" in answer for answer in (answers[1], answers[3])) == 1
    for answer, grant in ((answers[0], tokens[0]), (answers[2], tokens[2])):
        following = answer["refresh_token"]
        assert following.partition(".")[0] == grant.partition(".")[0]
        assert "access_token" in await refreshed(op, following)
    winner = next(a for a in (answers[1], answers[3]) if "access_token" in a)
    assert (await refreshed(op, winner["refresh_token"]))["error"] == "invalid_grant"


async def test_a_family_somebody_holds_is_waited_for_and_stops_no_other(
    op: Op, postgres: Database
) -> None:
    tokens = await families(op, 3)
    held_id = tokens[1].partition(".")[0]
    async with postgres.session() as session:
        await session.scalar(select(Grant.id).where(Grant.id == held_id).with_for_update())
        asked = [asyncio.create_task(refreshed(op, token)) for token in tokens]
        free = await asyncio.gather(asked[0], asked[2])
        late = await refreshed(op, free[0]["refresh_token"])  # nor does it stop the next group
        assert not asked[1].done()
        await session.rollback()
    assert all("access_token" in answer for answer in (*free, late, await asked[1]))
