"""Officials sign in here by their ministry's own provider: two installations, both real."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import pyotp
import pytest
from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import delete, select

from madoguchi import identity
from madoguchi.identity import account, provider, relying
from madoguchi.identity.account.limits import CLIENT
from madoguchi.identity.account.pages import shared
from madoguchi.identity.account.proving import Means, known_of
from madoguchi.identity.account.recovering import reset
from madoguchi.identity.assurance import ACR_1, ACR_2
from madoguchi.identity.errors import IdentityError
from madoguchi.identity.models import RoleGrant, SignIn
from madoguchi.identity.relying import providers
from madoguchi.identity.relying.knowing import Fetched, Knowledge
from madoguchi.identity.relying.models import ProviderLink
from madoguchi.identity.routes import routers
from madoguchi.identity.service import (
    Actor,
    add_member,
    add_organisation,
    current_actor,
    grant_role,
    seed_agencies,
)
from madoguchi.kernel import journal
from madoguchi.kernel.database import Database, create_database
from madoguchi.web.edge import install
from tests.identity.account.site import Moving, Site, sign_in
from tests.identity.account.test_signing_in import SECRET, secure
from tests.identity.provider.world import Op, make_op
from tests.identity.relying.hostile import FOREIGN, Hostile
from tests.web.app import TestSettings

HERE, MINISTRY = "https://madoguchi.example", "https://id.ministry.example"
BACK, OVER = "/sign-in/agency/meti/back", "/sign-in/agency/meti/signed-out"


@dataclass
class Both:
    """This installation, the ministry's (its provider), the official's accounts at both."""

    here: Site
    ministry: Op
    official: str
    there: str

    def window(self, site: str = HERE) -> AsyncClient:
        app = self.here.app if site == HERE else self.ministry.app
        return AsyncClient(transport=ASGITransport(app), base_url=site)

    async def at_ministry(self, *, strong: bool = True) -> AsyncClient:
        """A window signed in at the ministry, with two factors or with a code by mail."""
        window = self.window(MINISTRY)
        desk = Site(self.ministry.database, self.ministry.clock, self.ministry.app)
        await sign_in(
            desk, window, "saburo@ministry.example" if strong else "weak@ministry.example"
        )
        if strong:
            code = pyotp.TOTP(SECRET).at(self.here.clock.now)
            assert (await window.post("/sign-in/second", data={"/code": code})).status_code == 303
        return window

    async def by_account(self) -> AsyncClient:
        """A window signed in here, by the official's own means."""
        window = self.window()
        await sign_in(self.here, window, "saburo@meti.example.jp")
        code = pyotp.TOTP(SECRET).at(self.here.clock.now)
        assert (await window.post("/sign-in/second", data={"/code": code})).status_code == 303
        return window

    async def through(self, window: AsyncClient, there: AsyncClient, path: str, **data: str) -> str:
        """Ask at `path`, answer at the ministry; the address the answer comes to."""
        away = await window.post(path, data={f"/{name}": value for name, value in data.items()})
        assert away.status_code == 200, away.text
        asked = away.headers["refresh"].removeprefix(f"0; url={MINISTRY}")
        answer = await there.get(asked)
        if answer.status_code == 200:
            answer = await there.post(asked, data={"decision": "allow"})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def linked(self) -> None:
        async with self.here.database.session() as session:
            await providers.link(
                session, self.here.clock, "meti", self.there, self.official, by="test"
            )
            await session.commit()

    async def sign_ins(self) -> list[SignIn]:
        async with self.here.database.reading() as session:
            query = select(SignIn).where(SignIn.method == "provider").order_by(SignIn.id)
            return list(await session.scalars(query))

    async def logout_token(self, **changes: Any) -> str:
        """A logout token as the ministry signs it."""
        now, keys = self.here.clock(), self.ministry.provider.keys
        key = keys.signing("ES256", now)
        issuer = Hostile(issuer=MINISTRY, key=key.key, at=int(now.timestamp()))  # type: ignore[arg-type]
        issuer.header = {"kid": key.kid}
        given = {"aud": self.ministry.client_id, "sub": self.there, "sid": None, **changes}
        return issuer.logout_token(**given)


@pytest.fixture
async def both(
    database: Database, templates: dict[str, str], tmp_path: Path
) -> AsyncIterator[Both]:
    """An official who has accounts at both, not linked yet."""
    clock = Moving()
    shutil.copy(templates["sqlite"], tmp_path / "ministry.db")
    their_database = create_database(f"sqlite+aiosqlite:///{tmp_path / 'ministry.db'}")
    ministry = await make_op(
        their_database, tmp_path, address=MINISTRY, clock=clock, redirect_uris=[f"{HERE}{BACK}"]
    )
    app = _installation(database, clock, ministry.app)
    here = Site(database, clock, app)
    official = await here.person("saburo@meti.example.jp")
    await secure(here, official, totp=True)
    desk = Site(their_database, clock, ministry.app)
    there = await desk.person("saburo@ministry.example")
    await secure(desk, there, totp=True)
    await desk.person("weak@ministry.example")
    async with database.session() as session:
        await seed_agencies(session)
        await grant_role(session, clock, official, "meti", "examiner", by="test")
        await providers.add(
            session,
            clock,
            app.state.settings.secret_key,
            {
                "id": "meti",
                "agency": "meti",
                "name": {"ja": "経済産業省ID", "en": "METI ID"},
                "issuer": MINISTRY,
                "client_id": ministry.client_id,
                "secret": ministry.secret,
                "acr_values": [],
                "levels": {ACR_2: ACR_2},
            },
            by="test",
        )
        await session.commit()
    yield Both(here, ministry, official, there)
    await ministry.browser.aclose()
    await their_database.dispose()


def _installation(database: Database, clock: Moving, ministry: FastAPI) -> FastAPI:
    async def fetch(method: str, address: str, headers: Any, body: bytes) -> Fetched:
        async with AsyncClient(transport=ASGITransport(ministry)) as client:
            answer = await client.request(method, address, headers=headers, content=body)
        return Fetched(answer.status_code, answer.content)

    app = FastAPI()
    app.state.settings = TestSettings(demo=False, address=HERE)
    app.state.clock, app.state.database = clock, database
    app.state.relying = Knowledge(fetch)
    install(app, [identity, account, provider, relying])
    for router in routers(app.state.settings):
        app.include_router(router)

    @app.get("/who")
    async def who(actor: Annotated[Actor, Depends(current_actor)]) -> dict[str, Any]:
        return {"id": actor.id, "kind": actor.kind}

    return app


async def kind(window: AsyncClient) -> str:
    return str((await window.get("/who")).json()["kind"])


async def refused(answer: Response, both: Both, why: str) -> None:
    assert answer.status_code in (400, 403), answer.text
    async with both.here.database.reading() as session:
        entries = await session.scalars(
            select(journal.Entry)
            .where(
                journal.Entry.subject == "provider:meti", journal.Entry.action == "answer_refused"
            )
            .order_by(journal.Entry.seq)
        )
        assert list(entries)[-1].payload["why"] == why


async def test_an_official_links_and_signs_in_by_the_ministry(both: Both) -> None:
    there = await both.at_ministry()
    async with both.window() as window:
        # Known at the ministry, by mail address even, but not linked: nobody is let in.
        page = await window.get("/sign-in/agency")
        assert "経済産業省ID" in page.text
        await refused(
            await window.get(await both.through(window, there, "/sign-in/agency", provider="meti")),
            both,
            "not_linked",
        )
    own = await both.by_account()
    linked = await own.get(await both.through(own, there, "/account/providers/meti"))
    assert (linked.status_code, linked.headers["location"]) == (303, "/account/providers")
    assert "連携を解除" in (await own.get("/account/providers")).text
    async with both.window() as window:
        await window.get("/sign-in/account?return=/who")
        back = await both.through(window, there, "/sign-in/agency", provider="meti")
        answer = await window.get(back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/who")
        assert (await window.get("/who")).json() == {"id": both.official, "kind": "official"}
        assert (await window.get(back)).status_code == 400  # the answer works once
        (made,) = await both.sign_ins()
        assert (made.acr, made.authenticated_at) == (ACR_2, both.here.clock.now)
        # A step-up asks the ministry anew, which asks its official anew.
        both.here.clock.wait(minutes=20)
        assert "/sign-in/agency/again" in (await window.get("/sign-in/again?return=/who")).text
        away = await window.post("/sign-in/agency/again")
        asked = away.headers["refresh"].removeprefix(f"0; url={MINISTRY}")
        assert "max_age=0" in asked
        proof = (await there.get(asked)).headers["location"]
        assert proof.startswith("/sign-in?return=/oauth/resume")
        await there.get(proof.replace("/sign-in?", "/sign-in/account?"))
        desk = Site(both.ministry.database, both.ministry.clock, both.ministry.app)
        await sign_in(desk, there, "saburo@ministry.example")
        code = pyotp.TOTP(SECRET).at(both.here.clock.now)
        resumed = (await there.post("/sign-in/second", data={"/code": code})).headers["location"]
        onward = (await there.get(resumed)).headers["refresh"].removeprefix("0; url=")
        back = (await there.get(onward)).headers["location"]
        answer = await window.get(back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/who")
        assert (await both.sign_ins())[-1].authenticated_at == both.here.clock.now
        assert await kind(window) == "official"
    async with both.here.database.reading() as session:
        actions = [e.action for e in await journal.entries(session, f"person:{both.official}")]
    assert "provider_linked" in actions
    removed = await own.post("/account/providers/meti/remove")
    assert removed.headers["location"].startswith("/sign-in/again")  # not fresh any more


async def test_a_provider_opens_the_roles_of_its_agency_and_nothing_else(both: Both) -> None:
    """Roles at other agencies, the firm the official owns, and the means of proof stay shut."""
    await both.linked()
    clock = both.here.clock
    async with both.here.database.session() as session:
        await grant_role(session, clock, both.official, "moj", "approver", by="test")
        await grant_role(session, clock, both.official, "jpo", "examiner", by="test")
        firm = await add_organisation(session, clock, name="審査株式会社")
        await add_member(session, both.official, firm.id, "representative")
        await session.commit()
    window = await both.by_account()
    whole = (await window.get("/api/v1/me")).json()
    assert {role["agency"] for role in whole["roles"]} == {"meti", "jpo", "moj"}
    assert [one["id"] for one in whole["may_act_for"]] == [firm.id]
    there = await both.at_ministry()
    async with both.window() as window:
        await window.get(await both.through(window, there, "/sign-in/agency", provider="meti"))
        me = (await window.get("/api/v1/me")).json()
        assert {role["agency"] for role in me["roles"]} == {"meti", "jpo"}
        assert (me["acting_for"], me["may_act_for"]) == (None, [])
        chosen = await window.post("/act-for", data={"organisation": firm.id})
        assert (await window.get("/api/v1/me")).json()["acting_for"] is None
        assert chosen.status_code == 403
        # Another proof by the ministry would not do: its button is not there.
        answer = await window.post("/account/security/recovery-codes")
        again = answer.headers["location"]
        assert again.startswith("/sign-in/again?return=/account/security&own=1")
        assert "/sign-in/agency/again" not in (await window.get(again)).text
        # The account's own means open the rest of it, in the same browser.
        clock.wait(minutes=2)
        await sign_in(both.here, window, "saburo@meti.example.jp")
        code = pyotp.TOTP(SECRET).at(clock.now)
        assert (await window.post("/sign-in/second", data={"/code": code})).status_code == 303
        assert (await window.get("/api/v1/me")).json()["roles"] == whole["roles"]
        assert (await window.post("/account/security/recovery-codes")).status_code == 200


async def test_a_session_of_a_provider_ends_with_the_role(both: Both) -> None:
    await both.linked()
    there = await both.at_ministry()
    async with both.window() as window:
        await window.get(await both.through(window, there, "/sign-in/agency", provider="meti"))
        assert await kind(window) == "official"
        async with both.here.database.session() as session:
            await session.execute(delete(RoleGrant))
            await session.commit()
        assert await kind(window) == "public"


async def test_a_level_the_configuration_does_not_name_is_the_lowest(both: Both) -> None:
    """The ministry says level 1 for a code by mail; an official never enters with that."""
    weak = await both.at_ministry(strong=False)
    async with both.ministry.database.reading() as session:
        from madoguchi.identity.account.models import Account

        subject = await session.scalar(
            select(Account.person_id).where(Account.address == "weak@ministry.example")
        )
    async with both.here.database.session() as session:
        await providers.link(session, both.here.clock, "meti", str(subject), both.official, by="t")
        await session.commit()
    async with both.window() as window:
        back = await both.through(window, weak, "/sign-in/agency", provider="meti")
        await refused(await window.get(back), both, "too_weak")
        assert await kind(window) == "public"
    assert providers.level_of({"high": ACR_2}, "other") == ACR_1
    assert providers.level_of({"high": "made up"}, "high") == ACR_1
    assert providers.level_of({"high": ACR_2}, None) == ACR_1


async def test_answers_of_other_browsers_providers_and_people_are_refused(both: Both) -> None:
    await both.linked()
    there = await both.at_ministry()
    async with both.window() as victim, both.window() as thief:
        back = await both.through(thief, there, "/sign-in/agency", provider="meti")
        # Login CSRF: the thief's code in the victim's browser, before and after a flow of its own.
        assert (await victim.get(back)).status_code == 400
        await both.through(victim, there, "/sign-in/agency", provider="meti")
        assert (await victim.get(back)).status_code == 400
        # Mix-up: the answer says another issuer, or comes to another provider's address.
        mixed = back.replace("iss=https%3A%2F%2Fid.", "iss=https%3A%2F%2Fevil.")
        assert (await thief.get(back.replace("/meti/", "/other/"))).status_code == 404
        await refused(await thief.get(mixed), both, "answer_of_another_issuer")
        assert await kind(victim) == await kind(thief) == "public"
        # What is asked takes ten minutes at most.
        late = await both.through(thief, there, "/sign-in/agency", provider="meti")
        both.here.clock.wait(minutes=11)
        await refused(await thief.get(late), both, "no_request")
        assert (await thief.post("/sign-in/agency", data={"/provider": "x"})).status_code == 422


async def test_answers_cannot_be_tried_without_end(both: Both, monkeypatch) -> None:
    monkeypatch.setattr(shared, "CLIENT", replace(CLIENT, times=2))
    transport = ASGITransport(both.here.app, client=("8.8.8.8", 1))
    async with AsyncClient(transport=transport, base_url=HERE) as window:
        answers = [await window.get(f"{BACK}?state=x&code={number}") for number in range(3)]
    assert [answer.status_code for answer in answers][2] == 429
    assert 429 not in [answer.status_code for answer in answers[:2]]


async def test_a_link_opens_nothing_once_the_role_has_ended(both: Both) -> None:
    """An official who went to another agency: the earlier one's provider lets nobody in as them."""
    await both.linked()
    there = await both.at_ministry()
    async with both.here.database.session() as session:
        await session.execute(delete(RoleGrant))
        await grant_role(session, both.here.clock, both.official, "moj", "approver", by="test")
        await session.commit()
    async with both.window() as window:
        back = await both.through(window, there, "/sign-in/agency", provider="meti")
        await refused(await window.get(back), both, "no_official")
        assert await kind(window) == "public"
    assert await both.sign_ins() == []


async def test_a_logout_token_ends_what_came_of_the_session_by_other_means_too(both: Both) -> None:
    """By account, then by the ministry, then by account again: one session in one browser."""
    await both.linked()
    there = await both.at_ministry()
    window = await both.by_account()
    await window.get(await both.through(window, there, "/sign-in/agency", provider="meti"))
    both.here.clock.wait(minutes=2)
    await sign_in(both.here, window, "saburo@meti.example.jp")
    code = pyotp.TOTP(SECRET).at(both.here.clock.now)
    await window.post("/sign-in/second", data={"/code": code})
    assert await kind(window) == "official"
    token = await both.logout_token()
    assert (await window.post(OVER, data={"logout_token": token})).status_code == 200
    assert await kind(window) == "public"


async def test_a_link_is_made_by_its_own_person_only(both: Both) -> None:
    there = await both.at_ministry()
    stranger = await both.here.person("stranger@example.jp")
    await secure(both.here, stranger, totp=True)
    async with both.window() as other:
        await sign_in(both.here, other, "stranger@example.jp")
        code = pyotp.TOTP(SECRET).at(both.here.clock.now)
        await other.post("/sign-in/second", data={"/code": code})
        # No official of that agency; and the answer to another person's request.
        assert (await other.post("/account/providers/meti")).status_code == 403
        own = await both.by_account()
        back = await both.through(own, there, "/account/providers/meti")
        assert (await other.get(back)).status_code == 400
        await own.get(back)
    async with both.here.database.session() as session:
        (made,) = await session.scalars(select(ProviderLink))
        assert (made.subject, made.person_id) == (both.there, both.official)
        with pytest.raises(IdentityError) as fault:
            await providers.link(session, both.here.clock, "meti", both.there, stranger, by="t")
    assert fault.value.code == "already_linked"


async def test_a_reset_ends_the_link_too(both: Both) -> None:
    """Who took a mailbox, or left the ministry, keeps no way in by an earlier link."""
    await both.linked()
    for hours, came_to in ((0, "asked"), (25, "done")):
        both.here.clock.wait(hours=hours)
        async with both.here.database.session() as session:
            await session.execute(delete(RoleGrant))  # of officials nothing is reset
            known = await known_of(session, both.official)
            assert known is not None
            means = Means(both.here.database, both.here.clock(), "k", HERE, "ja")
            assert await reset(session, means, known) == came_to
            await session.commit()
    async with both.here.database.reading() as session:
        assert await providers.person_known_as(session, "meti", both.there) is None


async def test_the_ministry_ends_sessions(both: Both) -> None:
    """Back-channel logout: once, fresh, of this provider; nothing else ends anything."""
    await both.linked()
    there = await both.at_ministry()
    async with both.window() as window, both.window() as program:
        await window.get(await both.through(window, there, "/sign-in/agency", provider="meti"))
        assert await kind(window) == "official"
        stolen = await both.logout_token(nonce="n")
        wrong = {
            "id_token": await _id_token(both),
            "nonce": stolen,
            "audience": await both.logout_token(aud="other"),
            "issuer": await both.logout_token(iss="https://evil.example"),
            "event": await both.logout_token(events={}),
            "old": await both.logout_token(iat=int(both.here.clock().timestamp()) - 300),
            "foreign": Hostile(issuer=MINISTRY, key=FOREIGN).logout_token(
                aud=both.ministry.client_id
            ),
            "nothing": "",
        }
        for name, token in wrong.items():
            answer = await program.post(OVER, data={"logout_token": token})
            assert (answer.status_code, name) == (400, name)
            assert answer.headers["cache-control"] == "no-store"
        for other in ("another", "sid-of-somebody-else"):
            token = await both.logout_token(sid=other, jti=other)
            assert (await program.post(OVER, data={"logout_token": token})).status_code == 200
        assert await kind(window) == "official"
        token = await both.logout_token()
        assert (await program.post(OVER, data={"logout_token": token})).status_code == 200
        assert await kind(window) == "public"
        # Signed in again: the same token ends nothing more.
        await window.get(await both.through(window, there, "/sign-in/agency", provider="meti"))
        assert (await program.post(OVER, data={"logout_token": token})).status_code == 400
        assert await kind(window) == "official"
        # A provider that is trusted no longer signs nobody in, and its sessions are over.
        async with both.here.database.session() as session:
            await providers.disable(session, both.here.clock, "meti", by="test")
            await session.commit()
        assert await kind(window) == "public"
        answer = await window.post("/sign-in/agency", data={"/provider": "meti"})
        assert answer.status_code == 422


async def _id_token(both: Both) -> str:
    """An ID token of the ministry for us, as signed by it."""
    now = both.here.clock()
    key = both.ministry.provider.keys.signing("ES256", now)
    issuer = Hostile(issuer=MINISTRY, key=key.key, at=int(now.timestamp()), header={"kid": key.kid})  # type: ignore[arg-type]
    issuer.claims = {"aud": both.ministry.client_id, "sub": both.there}
    return issuer.id_token()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": "Bad id"}, "/id"),
        ({"id": "card"}, "/id"),
        ({"issuer": "https://x.example/?a=1"}, "/issuer"),
        ({"issuer": "javascript:alert(1)"}, "/issuer"),
        ({"client_id": ""}, "/client_id"),
        ({"secret": "{}"}, "/secret"),
        ({"levels": {"high": "urn:other"}}, "/levels"),
    ],
)
async def test_what_may_not_be_trusted(
    database: Database, change: dict[str, Any], pointer: str
) -> None:
    told = {
        "id": "moj", "agency": "meti", "name": {"ja": "x", "en": "x"}, "issuer": MINISTRY,
        "client_id": "c", "secret": "s", "acr_values": [], "levels": {}, **change,
    }  # fmt: skip
    async with database.session() as session:
        await seed_agencies(session)
        with pytest.raises(IdentityError) as fault:
            await providers.add(session, Moving(), "k", told, by="test")
    assert fault.value.pointers == (pointer,)
