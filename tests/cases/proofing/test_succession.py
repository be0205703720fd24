"""A new representative where there is one: told, answered, decided by two; and nothing else changes."""

import asyncio
import re
from pathlib import Path

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.proofing import service
from madoguchi.cases.proofing.models import RepresentativeProof
from madoguchi.identity.account.models import Account
from madoguchi.identity.account.proving import known_of
from madoguchi.identity.account.representing import make_prime
from madoguchi.identity.models import AccessToken, Membership, Organisation, Verification
from madoguchi.identity.provider.claims import Subject
from madoguchi.identity.provider.gbizid.accounts import account_number
from madoguchi.identity.provider.gbizid.fields import Account as Told
from madoguchi.identity.provider.gbizid.fields import userinfo
from madoguchi.identity.service import Actor, add_member, organisation_by_number
from madoguchi.kernel.journal import Entry
from madoguchi.messages.models import Message
from tests.cases.proofing.test_proofing import (
    NUMBER,
    ask,
    enter,
    official,
    waiting_id,
    whole_site,
)
from tests.identity.account.site import Site
from tests.identity.account.test_signing_in import actions, secure

NEW, OLD = "new@example.jp", "old@example.jp"


async def represented(site: Site) -> tuple[str, str, str]:
    """A company with a representative and a member; somebody who asks to follow them."""
    people = [await site.person(address) for address in (OLD, NEW, "staff@example.jp")]
    for person in people:
        await secure(site, person, totp=True)
    async with site.database.session() as session:
        known = await known_of(session, people[0])
        assert known
        made = await make_prime(
            session, site.clock, known, number=NUMBER, name="みなと", title="代表", by="x"
        )
        await add_member(session, people[2], made.id)
        for person in people:
            await account_number(session, person)
        await session.commit()
    return made.id, people[0], people[1]


async def told(site: Site, person: str) -> dict[str, str]:
    """What a service of the GbizID profile learns of a person: its fields of identity."""
    async with site.database.session() as session:
        organisation = await organisation_by_number(session, NUMBER)
        assert organisation
        held = await session.get(Membership, (person, organisation.id))
        known = await known_of(session, person)
        assert known
        subject = Subject(known.person, organisation if held else None, held.role if held else None)
        account = Told(
            await account_number(session, person),
            "client",
            subject.person,
            subject.organisation,
            subject.role,
        )
        fields = userinfo(account, {"profile"})
    return {name: str(fields[name]) for name in ("sub", "corporate_number", "account_type")}


async def test_without_consent_two_officials_decide_after_the_waiting_time(
    database, tmp_path: Path
):
    site = whole_site(database, tmp_path)
    organisation, old, new = await represented(site)
    await official(site)
    await official(site, "second@meti.example.jp")
    before = {person: await told(site, person) for person in (old, new)}
    async with site.visitor() as visitor, site.visitor() as one, site.visitor() as two:
        async with site.visitor() as former:
            await enter(site, former, OLD)
            token = await former.post("/api/v1/tokens", json={"label": "会計ソフト"})
            assert token.status_code == 201
            await enter(site, visitor, NEW)
            made = await former.post("/organisation/programs", data={"/name": "会計ソフト"})
            page = await former.post(f"{made.headers['location']}/keys", data={"/days": "365"})
            key = re.findall(r'value="(mdg_[\w-]+)"', page.text)[0]
            assert (await ask(visitor, instead="instead")).status_code == 303
            page = await former.get("/organisation/succession")
            assert "交代する" in page.text
            await enter(site, one, "admin@meti.example.jp")
            proof = await waiting_id(one)
            objection = {"answer": "object", "/objection": " "}
            answer = f"/organisation/succession/{proof}"
            assert (await former.post(answer, data=objection)).status_code == 422
            objection["/objection"] = "この人を知りません"
            assert (await former.post(answer, data=objection)).status_code == 303
            assert (await visitor.post(answer, data=objection)).status_code == 403
            page = (await one.get(f"/desk/representatives/{proof}")).text
            assert "この人を知りません" in page
            decide = f"/desk/representatives/{proof}"
            grant = {"decision": "grant"}
            assert (await one.post(decide, data=grant)).status_code == 303
            assert (await one.post(decide, data=grant)).status_code == 403  # the same official
            await enter(site, two, "second@meti.example.jp")
            assert (await two.post(decide, data=grant)).status_code == 409  # too early
            assert (await former.get("/api/v1/me")).json()["acting_for"]["id"] == organisation
        site.clock.wait(hours=73)
        for desk, address in ((one, "admin"), (two, "second")):
            await enter(site, desk, f"{address}@meti.example.jp")
        assert (await two.post(decide, data=grant)).status_code == 303
        async with site.visitor() as former, site.visitor() as staff:
            await enter(site, former, OLD)
            assert (await former.get("/api/v1/me")).json()["acting_for"] is None
            bearer = {"authorization": f"Bearer {token.json()['token']}"}
            assert (await staff.get("/api/v1/me", headers=bearer)).status_code == 401
            await enter(site, staff, "staff@example.jp")
            assert (await staff.get("/api/v1/me")).json()["acting_for"]["id"] == organisation
        await enter(site, visitor, NEW)
        assert (await visitor.get("/api/v1/me")).json()["acting_for"]["id"] == organisation
        await keys_end_soon(site, visitor, {"authorization": f"Bearer {key}"})
    # Services that know them by `sub` and corporate number see the same people and company.
    after = {person: await told(site, person) for person in (old, new)}
    assert [after[person]["sub"] for person in after] == [before[p]["sub"] for p in before]
    assert after[new]["corporate_number"] == before[old]["corporate_number"] == NUMBER
    assert [after[old]["account_type"], after[new]["account_type"]] == ["1", "2"]
    async with site.database.reading() as session:
        assert (await session.scalars(select(Organisation.id))).all() == [organisation]
        assert (await session.get_one(Organisation, organisation)).representative_title
        assert (await session.get_one(Account, old)).level == "entry"
        tokens = await session.scalars(select(AccessToken).where(AccessToken.person_id == old))
        assert all(one.revoked_at for one in tokens)
        titles = [
            message.subject["ja"]
            for message in await session.scalars(
                select(Message).where(Message.recipient_person == old)
            )
        ]
    assert {"代表者の交代・追加の申込みがありました", "代表者としての役割が終わりました"} <= set(
        titles
    )
    assert "representation_ended" in await actions(site, old)


async def keys_end_soon(site: Site, new: AsyncClient, bearer: dict[str, str]) -> None:
    """Who represented it before may know the keys: they go on for a month, or end by one button."""
    programs = "/organisation/programs"
    async with site.visitor() as software:
        assert (await software.get("/api/v1/me", headers=bearer)).status_code == 200
        site.clock.wait(days=29)
        assert (await software.get("/api/v1/me", headers=bearer)).status_code == 200
        site.clock.wait(days=2)
        assert (await software.get("/api/v1/me", headers=bearer)).status_code == 401
        await enter(site, new, NEW)
        made = re.search(rf"{programs}/\w{{26}}", (await new.get(programs)).text)
        assert made
        page = await new.post(f"{made[0]}/keys", data={"/days": "365"})
        key = re.findall(r'value="(mdg_[\w-]+)"', page.text)[0]
        bearer = {"authorization": f"Bearer {key}"}
        assert (await software.get("/api/v1/me", headers=bearer)).status_code == 200
        assert "すべての鍵を終わらせる" in (await new.get(programs)).text
        assert (await new.post(f"{programs}/keys/revoke")).status_code == 303
        assert (await software.get("/api/v1/me", headers=bearer)).status_code == 401
        assert "すべての鍵を終わらせる" not in (await new.get(programs)).text
    async with site.database.reading() as session:
        done = await session.scalars(select(Entry.action).where(Entry.action.contains("keys_")))
        assert list(done) == ["program_keys_limited", "program_keys_revoked"]
        told = await session.scalars(select(Message).where(Message.link == programs))
        assert "30日後まで" in next(iter(told)).body["ja"]


async def test_of_two_proofs_for_one_number_at_once_the_later_has_a_representative_before_it(
    database, tmp_path: Path
):
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    site = whole_site(database, tmp_path)
    desk = Actor(await official(site), "職員", "official")
    for address in (OLD, NEW):
        await secure(site, await site.person(address), totp=True)
        async with site.visitor() as visitor:
            await enter(site, visitor, address)
            await ask(visitor)
    async with site.database.reading() as session:
        first, second = await session.scalars(select(RepresentativeProof.id))

    async def decided(session: AsyncSession, proof: str) -> bool:
        return await service.settle(session, site.clock, desk, proof, grant=True, reason="")

    async with site.database.session() as one, site.database.session() as two:
        assert await decided(one, first)
        later = asyncio.create_task(decided(two, second))
        await asyncio.sleep(0.3)
        assert not later.done()
        await one.commit()
        assert not await later  # a second official has to agree
        await two.commit()
    async with site.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Membership)) == 1


async def test_an_objection_stands_until_who_made_it_takes_it_back(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    _, _, _ = await represented(site)
    second = await site.person("second@example.jp")
    await secure(site, second, totp=True)
    async with site.database.session() as session:
        known = await known_of(session, second)
        assert known
        await make_prime(
            session, site.clock, known, number=NUMBER, name="みなと", title="取締役", by="x"
        )
        await session.commit()
    await official(site)
    async with (
        site.visitor() as visitor, site.visitor() as one, site.visitor() as two, site.visitor() as desk
    ):  # fmt: skip
        await enter(site, visitor, NEW)
        await ask(visitor, instead="also")
        await enter(site, one, OLD)
        await enter(site, two, "second@example.jp")
        await enter(site, desk, "admin@meti.example.jp")
        proof = await waiting_id(desk)
        answer, decide = f"/organisation/succession/{proof}", f"/desk/representatives/{proof}"
        grant = {"decision": "grant"}
        objection = {"answer": "object", "/objection": "この人を知りません"}
        assert (await one.post(answer, data=objection)).status_code == 303
        assert (await two.post(answer, data={"answer": "consent"})).status_code == 409
        assert (await desk.post(decide, data=grant)).status_code == 303  # as the first of two
        assert (await desk.post(decide, data=grant)).status_code == 403
        page = (await desk.get(decide)).text
        assert "この人を知りません" in page
        # A second objection makes the first official's word no weaker; taking one's own back counts.
        assert (await two.post(answer, data=objection)).status_code == 303
        assert (await one.post(answer, data={"answer": "consent"})).status_code == 409
        assert (await two.post(answer, data={"answer": "consent"})).status_code == 303
        assert (await desk.post(decide, data=grant)).status_code == 303
    async with site.database.reading() as session:
        roles = await session.scalars(
            select(Membership.person_id).where(Membership.role == "representative")
        )
        assert len(roles.all()) == 3


async def test_who_is_to_be_proved_again_lets_nobody_in_but_may_object(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, old, _ = await represented(site)
    await official(site)
    async with site.visitor() as visitor, site.visitor() as former, site.visitor() as desk:
        await enter(site, visitor, NEW)
        await ask(visitor, instead="instead")
        async with site.database.session() as session:
            held = await session.get_one(Verification, (old, organisation))
            held.due_at = site.clock()
            await session.commit()
        await enter(site, former, OLD)
        await enter(site, desk, "admin@meti.example.jp")
        answer = f"/organisation/succession/{await waiting_id(desk)}"
        assert (await former.post(answer, data={"answer": "consent"})).status_code == 403
        objection = {"answer": "object", "/objection": "この人を知りません"}
        assert (await former.post(answer, data=objection)).status_code == 303


async def test_with_consent_one_official_is_enough_and_both_represent_it(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, _, new = await represented(site)
    await official(site)
    await official(site, "boss@meti.example.jp", "administrator")
    async with site.visitor() as former, site.visitor() as visitor, site.visitor() as desk:
        await enter(site, visitor, NEW)
        await ask(visitor, instead="also")
        await enter(site, former, OLD)
        await enter(site, desk, "boss@meti.example.jp")
        assert (await desk.get("/desk/representatives")).status_code == 403  # another role
        site.clock.wait(minutes=2)
        await enter(site, desk, "admin@meti.example.jp")
        proof = await waiting_id(desk)
        consent = {"answer": "consent"}
        answer = f"/organisation/succession/{proof}"
        assert (await former.post(answer, data=consent)).status_code == 303
        assert (await visitor.post(answer, data=consent)).status_code == 403
        settled = await desk.post(f"/desk/representatives/{proof}", data={"decision": "grant"})
        assert settled.status_code == 303
        assert (await former.post(answer, data=consent)).status_code == 409
        site.clock.wait(minutes=1)
        for who in (former, visitor):
            me = (await who.get("/api/v1/me")).json()
            assert me["acting_for"]["id"] == organisation
    async with site.database.reading() as session:
        roles = (await session.scalars(select(Membership.role).order_by(Membership.role))).all()
    assert list(roles) == ["representative", "representative", "staff"]
    assert "prime_granted" in await actions(site, new)
