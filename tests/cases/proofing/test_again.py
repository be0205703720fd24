"""A proof that ages and is put in doubt: who is told, what stops, what stays, and how it ends."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from madoguchi.cases.proofing.watching import Told, doubt_of, look
from madoguchi.identity.account.proving import known_of
from madoguchi.identity.account.representing import make_prime
from madoguchi.identity.models import Organisation, Verification
from madoguchi.identity.reproof.rules import lapses
from madoguchi.identity.reproof.service import tell_due
from madoguchi.identity.service import actor_of_person, add_member, holders_of_tokens
from madoguchi.identity.service.actors import token_hash
from madoguchi.identity.shown import Shown
from madoguchi.kernel.jobs.models import Job
from madoguchi.registry.activities.models import Detail
from madoguchi.registry.corporations.models import Corporation
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

OWNER, STAFF = "taro@example.jp", "staff@example.jp"
RECORD = {
    "process": "01", "corrected": False, "name_image": "", "kind": "301", "prefecture": "神奈川県",
    "city": "横浜市中区", "street": "海岸通1", "address_image": "", "prefecture_code": "14",
    "city_code": "104", "postal_code": "2310002", "abroad": "", "abroad_image": "",
    "close_cause": "", "successor": "", "change_cause": "", "english_name": "",
    "english_prefecture": "", "english_city": "", "english_abroad": "", "kana": "", "hidden": False,
}  # fmt: skip


async def company(site: Site, months: int = 3) -> tuple[str, str, str]:
    """A company with a proved representative and a member: ids of it and of both.

    The proof is good for three months only: cookies are signed by the real clock, which must not be
    behind that of the test.
    """
    people = [await site.person(address) for address in (OWNER, STAFF)]
    for person in people:
        await secure(site, person, totp=True)
    async with site.database.session() as session:
        known = await known_of(session, people[0])
        assert known
        made = await make_prime(
            session,
            site.clock,
            known,
            number=NUMBER,
            name="みなと",
            title="代表取締役",
            by="x",
            months=months,
        )
        await add_member(session, people[1], made.id)
        await session.commit()
    return made.id, people[0], people[1]


async def recorded(site: Site, day: int, **changed: object) -> None:
    """What the National Tax Agency publishes of it on a day."""
    async with site.database.session() as session:
        values = {**RECORD, "name": "株式会社みなと", **changed}
        await session.merge(
            Corporation(number=NUMBER, updated_on=date(2026, 1, day), sequence=1, **values)
        )
        await session.commit()


async def looked(site: Site) -> int:
    async with site.database.session() as session:
        found = await look(session, site.clock())
        await session.commit()
    return found


async def told(site: Site) -> int:
    async with site.database.session() as session:
        found = await tell_due(session, site.clock())
        await session.commit()
    return found


async def subjects(site: Site) -> list[str]:
    """What representatives were told, oldest first."""
    async with site.database.reading() as session:
        jobs = await session.scalars(
            select(Job).where(Job.name == "messages.tell").order_by(Job.id)
        )
        return [
            job.payload["subject"]["ja"]
            for job in jobs
            if job.payload["dedupe_key"].startswith("reproof:")
        ]


async def test_a_proof_comes_due_lapses_and_is_renewed(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, owner, _ = await company(site)
    await official(site)
    async with site.database.reading() as session:
        proof = await session.get_one(Verification, (owner, organisation))
        due = proof.due_at
        assert due is not None
        assert (await session.get_one(Organisation, organisation)).proof_due_at == due
    assert await told(site) == 0
    for days, before in ((60, None), (30, None), (7, None), (0, "due"), (-90, "lapsed")):
        site.clock.now = due - timedelta(days=days)
        assert await told(site) == 1
        assert await told(site) == 0  # once each
        if before:
            assert f"proof_{before}" in await actions(site, owner)
    assert len(await subjects(site)) == 5
    invite = {"/address": "new@example.jp"}
    async with site.visitor() as visitor, site.visitor() as member, site.visitor() as desk:
        # Due: its representative is asked; the member goes on.
        site.clock.now = due
        await enter(site, visitor, OWNER)
        assert "再確認が必要" in (await visitor.get("/account")).text
        assert (await visitor.get("/api/v1/me/proof")).json()["state"] == "due"
        assert (await visitor.post("/organisation/invitations", data=invite)).status_code == 403
        offer = {"agent": "a@example.jp", "procedures": [], "powers": ["file"]}
        refused = await visitor.post(
            "/api/v1/mandates", json=offer, headers={"Idempotency-Key": "offer-0001"}
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed")
        assert (await visitor.get("/organisation")).status_code == 200  # reading goes on
        # Renewed by certificate; the form begins with what is known.
        page = await visitor.get("/representative?return=/drafts/1")
        assert NUMBER in page.text
        assert 'href="/drafts/1"' in page.text
        assert "//evil" not in (await visitor.get("/representative?return=//evil.example")).text
        assert (await ask(visitor)).status_code == 303
        await enter(site, desk, "admin@meti.example.jp")
        listed = (await desk.get("/desk/representatives/again")).text
        assert "港 太郎" in listed
        assert "確認から時間がたちました" in listed
        grant = f"/desk/representatives/{await waiting_id(desk)}"
        assert (await desk.post(grant, data={"decision": "grant"})).status_code == 303
        assert (await visitor.get("/api/v1/me/proof")).json()["state"] == "current"
        assert (await visitor.post("/organisation/invitations", data=invite)).status_code == 303
        again = await desk.get("/desk/representatives/again")
        assert "確認から時間がたちました" not in again.text
        assert (await member.get("/desk/representatives/again")).status_code == 303  # not signed in
        await enter(site, member, STAFF)
        assert (await member.get("/desk/representatives/again")).status_code == 403
        assert (await member.get("/api/v1/me/proof")).status_code == 404
    async with site.database.reading() as session:
        proof = await session.get_one(Verification, (owner, organisation))
        assert proof.due_at is not None
        assert proof.due_at > due
        assert (proof.doubt, proof.told) == ("", "")


async def test_while_it_is_due_nothing_binds_the_organisation(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, owner, staff = await company(site)
    async with site.visitor() as visitor:
        await enter(site, visitor, OWNER)
        made = await visitor.post("/organisation/programs", data={"/name": "会計"})
        program = made.headers["location"]
        acts = [
            ("/organisation/branches", {"/name": "横浜"}),
            ("/organisation/programs", {"/name": "別の会計"}),
            (f"{program}/keys", {"/days": "30"}),
            (f"/organisation/members/{staff}", {"/role": "administrator", "/branch": ""}),
            ("/organisation/invitations", {"/address": "new@example.jp"}),
        ]
        for path, data in acts:
            assert (await visitor.post(path, data=data)).status_code in (200, 303), path
        webhook = {"label": "x", "url": "https://hook.example.jp/", "events": []}
        kept = await visitor.post("/api/v1/webhooks", json=webhook)
        assert kept.status_code == 201, kept.text
        async with site.database.reading() as session:
            due = (await session.get_one(Verification, (owner, organisation))).due_at
        assert due is not None
        site.clock.now = due
        await enter(site, visitor, OWNER)
        for path, data in acts:
            refused = await visitor.post(path, data=data)
            assert refused.status_code == 403, path
            assert 'href="/representative"' in refused.text
        for method, path in (("POST", ""), ("PUT", f"/{kept.json()['id']}")):
            refused = await visitor.request(method, f"/api/v1/webhooks{path}", json=webhook)
            assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed"), method
        # What ends something is not kept waiting.
        assert (await visitor.post("/organisation/programs/keys/revoke")).status_code == 303
        assert (await visitor.post(f"{program}/end")).status_code == 303
        gone = await visitor.delete(f"/api/v1/webhooks/{kept.json()['id']}")
        assert gone.status_code == 204


async def test_a_step_of_several_is_given_back_after_a_fresh_proof(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    await company(site)
    async with site.visitor() as visitor:
        await enter(site, visitor, OWNER)
        site.clock.wait(minutes=16)
        typed = {
            "at": "period", "kind": "offer", "/agent": "agent@example.jp", "/scope": "all",
            "/powers": "file", "/valid_from": "", "/valid_to": "令和9年3月31日",
        }  # fmt: skip
        asked = await visitor.post("/delegations/new", data=typed)
        assert asked.headers["location"] == "/sign-in/again?return=/delegations/new"
        await enter(site, visitor, OWNER)
        page = (await visitor.get("/delegations/new")).text
        assert "入力した内容を戻しました" in page
        for name, value in typed.items():
            assert f'name="{name}"' in page, name
            assert f'value="{value}"' in page, value
        checked = await visitor.post("/delegations/new", data=typed)
        assert checked.status_code == 200
        assert "agent@example.jp" in checked.text


async def test_lapsed_everybody_only_reads(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, owner, staff = await company(site)
    async with site.visitor() as member:
        await enter(site, member, STAFF)
        token = (await member.post("/api/v1/tokens", json={"label": "会計", "days": 365})).json()
    hashes = [token_hash(token["token"])]
    async with site.database.reading() as session:
        due = (await session.get_one(Verification, (owner, organisation))).due_at
        assert due is not None
        for moment, plain, stopped in (
            (due - timedelta(seconds=1), 1, set()),
            (due, 0, set()),  # looked at more closely, and let through
            (lapses(due), 0, {organisation}),
        ):
            assert len(await holders_of_tokens(session, hashes, "ja", moment)) == plain
            actor = await actor_of_person(session, staff, Shown(organisation), "ja", moment)
            assert actor is not None
            assert actor.resting == stopped
        actor = await actor_of_person(session, owner, Shown(organisation), "ja", due)
        assert actor is not None
        assert actor.resting == {organisation}
    site.clock.now = lapses(due)
    bearer = {"authorization": f"Bearer {token['token']}"}
    async with site.visitor() as program:
        me = await program.get("/api/v1/me", headers=bearer)
        assert me.json()["acting_for"]["id"] == organisation
        assert (await program.get("/api/v1/cases", headers=bearer)).status_code == 200


async def test_another_representative_keeps_it_going(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, owner, staff = await company(site)
    second = await site.person("second@example.jp")
    await secure(site, second, totp=True)
    async with site.database.session() as session:
        known = await known_of(session, second)
        assert known
        await make_prime(
            session, site.clock, known, number=NUMBER, name="みなと", title="取締役", by="x"
        )
        await session.commit()
    async with site.database.reading() as session:
        own = await session.get_one(Verification, (owner, organisation))
        found = await session.get_one(Organisation, organisation)
        assert own.due_at is not None
        assert found.proof_due_at is not None
        assert found.proof_due_at > own.due_at
        late = lapses(own.due_at)
        for person, stopped in ((owner, {organisation}), (second, set()), (staff, set())):
            actor = await actor_of_person(session, person, Shown(organisation), "ja", late)
            assert actor is not None
            assert actor.resting == stopped


async def test_the_registry_puts_proofs_in_doubt(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, owner, _ = await company(site)
    assert await looked(site) == 0  # no record yet
    await recorded(site, 1)
    assert await looked(site) == 1
    assert await looked(site) == 0
    assert "proof_doubted" not in await actions(site, owner)
    await recorded(site, 2, postal_code="2310003")
    assert await looked(site) == 1  # seen, and nothing of it matters
    assert "proof_doubted" not in await actions(site, owner)
    await recorded(site, 3, street="海岸通2", change_cause="移転")
    await looked(site)
    async with site.database.reading() as session:
        proof = await session.get_one(Verification, (owner, organisation))
        assert proof.doubt == "moved"
        assert proof.due_at == site.clock() + timedelta(days=30)
    assert (await actions(site, owner)).count("proof_doubted") == 1
    assert "登記に変更があった" in (await subjects(site))[0]
    # The source of details names another representative: due at once.
    async with site.database.session() as session:
        session.add(
            Detail(
                number=NUMBER,
                field="representative_name",
                source="test",
                value="港 二郎",
                as_of=date(2026, 1, 4),
                recorded_at=site.clock() + timedelta(seconds=1),
            )
        )
        await session.commit()
    site.clock.wait(minutes=1)
    await looked(site)
    async with site.database.reading() as session:
        proof = await session.get_one(Verification, (owner, organisation))
        assert (proof.doubt, proof.due_at) == ("succeeded", site.clock())
    # Closed, absorbed by another: the desk sees by whom.
    await recorded(site, 5, closed_on=date(2026, 1, 5), close_cause="11", successor="5999903000001")
    await looked(site)
    await official(site)
    async with site.visitor() as desk, site.visitor() as visitor:
        await enter(site, desk, "admin@meti.example.jp")
        page = (await desk.get("/desk/representatives/again")).text
        assert "登記記録が閉鎖されました" in page
        assert "5999903000001" in page
        await enter(site, visitor, OWNER)
        assert "合併した場合" in (await visitor.get("/representative")).text


BEFORE = Told("株式会社みなと", "神奈川県横浜市中区海岸通1", "港 太郎", False)


@pytest.mark.parametrize(
    ("before", "change", "why"),
    [
        (None, {}, ""),
        (None, {"closed": True}, "closed"),
        (BEFORE, {}, ""),
        (BEFORE, {"address": "神奈川県横浜市中区海岸通１"}, ""),  # the same, written otherwise
        (BEFORE, {"address": "東京都港区芝1"}, "moved"),
        (BEFORE, {"name": "株式会社みなと化学"}, "renamed"),
        (BEFORE, {"representative": "港 二郎"}, "succeeded"),
        (BEFORE, {"representative": ""}, ""),
        (replace(BEFORE, representative="港 一郎"), {}, ""),  # it comes to name who was proved
        (replace(BEFORE, closed=True), {"closed": True}, ""),
        (BEFORE, {"closed": True, "name": "別"}, "closed"),
    ],
)
def test_what_of_a_change_matters(before, change, why):
    assert doubt_of(before, replace(BEFORE, **change), "港　太郎") == why
