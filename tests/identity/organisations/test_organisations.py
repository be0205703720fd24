"""Within an organisation: branches, who manages whom, what each may file, programs with keys."""

import re

from httpx import AsyncClient
from sqlalchemy import select

from madoguchi.identity.models import AccessToken, Membership, Organisation, Person
from madoguchi.identity.organisations.branches import branch_names
from madoguchi.identity.organisations.rules import in_order, procedures_of, scope_of
from madoguchi.identity.provider.gbizid.fields import Account, userinfo
from madoguchi.identity.rules import Actor, limits_of, may_file_for
from madoguchi.identity.service import Shown, actor_of_person, add_member, holders_of_tokens
from madoguchi.identity.service.actors import token_hash
from madoguchi.identity.service.members import members_of
from tests.identity.account.site import Device, Site, make_site, sign_in_strongly, use_passkey
from tests.identity.account.test_inviting import company

BRANCHES, PROGRAMS = "/organisation/branches", "/organisation/programs"


def test_scopes_trees_and_limits() -> None:
    parents = {"east": None, "plant": "east", "west": None}
    assert scope_of("staff", "east", parents) is None
    chief = scope_of("administrator", "east", parents)
    assert chief
    assert chief.manages("staff", "plant")
    assert not chief.manages("staff", "west")
    assert not chief.manages("staff", None)
    assert not chief.manages("representative", "plant")
    rows = [("b", None, "東"), ("c", "b", "横浜"), ("a", None, "西")]
    assert in_order(rows) == [("b", 1), ("c", 2), ("a", 1)]
    assert procedures_of(" ｘ\n") is None
    assert procedures_of("gas-a, gas-b\ngas-a") == ["gas-a", "gas-b"]
    actor = Actor("p", "x", "applicant", "o", limits=frozenset({"gas"}))
    assert may_file_for(actor, "o", "gas")
    assert not may_file_for(actor, "o", "other")
    assert limits_of(actor) == {"gas"}


async def staffed(
    site: Site, boss: AsyncClient, device: Device | None = None
) -> tuple[str, dict[str, str]]:
    """A company, its boss signed in, two members."""
    people = {name: await site.person(f"{name}@example.jp") for name in ("boss", "chief", "staff")}
    organisation = await company(site, people["boss"])
    async with site.database.session() as session:
        for name in ("chief", "staff"):
            await add_member(session, people[name], organisation)
        await session.commit()
    await sign_in_strongly(site, boss, "boss@example.jp", device)
    return organisation, people


async def branch(site: Site, boss: AsyncClient, name: str, parent: str = "") -> str:
    made = await boss.post(BRANCHES, data={"/name": name, "/address": "", "/parent": parent})
    assert made.status_code == 303
    page = (await boss.get(BRANCHES)).text
    (found,) = re.findall(rf'<option value="(\w{{26}})"[^>]*>(?:[^<]* ＞ )?{name}<', page) or [""]
    return str(found)


async def test_an_administrator_manages_their_branch_and_those_below_only(database):
    site = make_site(database)
    async with site.visitor() as boss, site.visitor() as chief, site.visitor() as staff:
        organisation, people = await staffed(site, boss)
        east = await branch(site, boss, "東日本支社")
        plant = await branch(site, boss, "横浜工場", east)
        west = await branch(site, boss, "西日本支社")
        deep = {"/name": "第1課", "/parent": plant}
        assert (await boss.post(BRANCHES, data=deep)).status_code == 303
        for wrong in ({"/name": " "}, {"/name": "x", "/parent": "nonsense"}):
            assert (await boss.post(BRANCHES, data=wrong)).status_code == 422
        chosen = {"/role": "administrator", "/branch": east}
        member = f"/organisation/members/{people['chief']}"
        for wrong in ({"/role": "representative"}, {"/branch": "x"}, {"/procedures": "手続"}):
            assert (await boss.post(member, data={**chosen, **wrong})).status_code == 422
        assert (await boss.post(member, data=chosen)).status_code == 303
        await boss.post(
            f"/organisation/members/{people['staff']}",
            data={"/role": "staff", "/branch": plant, "/procedures": "gas-a"},
        )
        await sign_in_strongly(site, chief, "chief@example.jp")
        await sign_in_strongly(site, staff, "staff@example.jp")
        # Their own branch and below: yes. Beside it, above it, themselves, the boss: no.
        page = (await chief.get("/organisation")).text
        assert people["staff"] in page
        lower = f"/organisation/members/{people['staff']}"
        assert (await chief.get(lower)).status_code == 200
        moved = {"/role": "staff", "/branch": west}
        assert (await chief.post(lower, data=moved)).status_code == 422
        assert (await chief.post(lower, data={**moved, "/branch": ""})).status_code == 422
        assert (await chief.post(member, data=chosen)).status_code in (403, 404)
        raised = await chief.post(f"/organisation/members/{people['boss']}", data=chosen)
        assert raised.status_code == 404
        removed = await chief.post(f"/organisation/members/{people['boss']}/remove")
        assert removed.status_code == 403
        beside = {"/name": "大阪", "/parent": west}
        assert (await chief.post(BRANCHES, data=beside)).status_code == 422
        for path in (PROGRAMS, "/organisation/close"):
            assert (await chief.get(path)).status_code == 403
        assert (await staff.get("/organisation")).status_code == 403
        assert (await staff.get(BRANCHES)).status_code == 403
        # Whom they invite belongs to their branch.
        await chief.post("/organisation/invitations", data={"/address": "new@example.jp"})
        await site.person("new@example.jp")
        async with site.visitor() as new:
            await sign_in_strongly(site, new, "new@example.jp")
            invited = [body for to, _, body in await site.letters() if to == "new@example.jp"]
            path = re.search(r"http://testserver(/invitations/\S+)", invited[0])
            assert path
            assert (await new.post(path[1])).status_code == 303
            joined = (await new.get("/who")).json()["id"]
        assert (await boss.post(f"{BRANCHES}/{plant}/remove")).status_code == 422
        assert (await boss.post(f"{BRANCHES}/{west}/remove")).status_code == 303
    async with site.database.reading() as session:
        held = await session.get_one(Membership, (joined, organisation))
        assert (held.role, held.branch_id) == ("staff", east)
        limited = await session.get_one(Membership, (people["staff"], organisation))
        names = tuple(await branch_names(session, limited.branch_id))
        actor = await actor_of_person(
            session, people["staff"], Shown(organisation), "ja", site.clock()
        )
        assert actor
        assert (
            may_file_for(actor, organisation, "gas-a"),
            may_file_for(actor, organisation, "b"),
        ) == (
            True,
            False,
        )
        told = userinfo(
            Account(
                "1",
                "c",
                await session.get_one(Person, people["chief"]),
                await session.get_one(Organisation, organisation),
                "administrator",
                branches=names,
            ),
            {"role"},
        )["role"]
    assert [level["branch_name"] for level in told["applies_to"]["levels"]] == [
        "株式会社みなと化学",
        "東日本支社",
        "横浜工場",
    ]
    assert told["permission"] == [{"role": "jp_gbizid_administrator"}]


async def test_a_program_acts_for_the_organisation_with_keys_of_its_own(database):
    site, device = make_site(database), Device()
    async with site.visitor() as boss, site.visitor() as software:
        organisation, _ = await staffed(site, boss, device)
        for wrong in ({"/name": " "}, {"/name": "x", "/procedures": "手続"}):
            assert (await boss.post(PROGRAMS, data=wrong)).status_code == 422
        given = {"/name": "届出システム", "/procedures": "gas-a"}
        made = await boss.post(PROGRAMS, data=given)
        path = made.headers["location"]
        program = path.rpartition("/")[2]
        keys = []
        assert (await boss.post(f"{path}/keys", data={"/days": "0"})).status_code == 422
        for _ in range(2):
            page = (await boss.post(f"{path}/keys", data={"/days": "30"})).text
            keys += re.findall(r'value="(mdg_[\w-]+)"', page)
        assert len(keys) == 2
        assert (await boss.post(f"{path}/keys", data={"/days": "30"})).status_code == 422
        assert keys[0] not in (await boss.get(path)).text

        def bearer(key: str) -> dict[str, str]:
            return {"authorization": f"Bearer {key}"}

        me = (await software.get("/api/v1/me", headers=bearer(keys[0]))).json()
        assert (me["id"], me["name"]) == (program, "届出システム")
        assert me["acting_for"]["id"] == organisation
        # It makes no keys, manages nobody, and is told nothing.
        token = await software.post("/api/v1/tokens", json={"label": "x"}, headers=bearer(keys[0]))
        assert token.status_code == 403
        for page in ("/organisation", PROGRAMS):
            assert (await software.get(page, headers=bearer(keys[0]))).status_code == 403
        async with site.database.reading() as session:
            found = await holders_of_tokens(
                session, [token_hash(key) for key in keys], "ja", site.clock()
            )
            assert {holder.actor.limits for holder in found.values()} == {frozenset({"gas-a"})}
            told = (await members_of(session, [organisation]))[organisation]
            assert program not in {person.id for person in told}
            kept = (await session.scalars(select(AccessToken.sha256))).all()
        assert set(kept) == {token_hash(key) for key in keys}
        assert "届出システム" not in (await boss.get("/organisation")).text
        # One key is exchanged for another; another organisation's are none of one's business.
        async with site.database.reading() as session:
            first = await session.scalar(
                select(AccessToken.id).where(AccessToken.sha256 == token_hash(keys[0]))
            )
        assert (await boss.post(f"{path}/keys/{first}/revoke")).status_code == 303
        assert (await boss.post(f"{path}/keys/{first}/revoke")).status_code == 404
        assert (await software.get("/api/v1/me", headers=bearer(keys[0]))).status_code == 401
        assert (await software.get("/api/v1/me", headers=bearer(keys[1]))).status_code == 200
        other = await site.person("other@example.jp")
        await company(site, other, "別の会社")
        async with site.visitor() as stranger:
            await sign_in_strongly(site, stranger, "other@example.jp")
            for act in ("keys", "end"):
                answer = await stranger.post(f"{path}/{act}", data={"/days": "30"})
                assert answer.status_code == 404
        site.clock.wait(days=31)
        assert (await software.get("/api/v1/me", headers=bearer(keys[1]))).status_code == 401
        await use_passkey(boss, device)
        page = (await boss.post(f"{path}/keys", data={"/days": "30"})).text
        keys += re.findall(r'value="(mdg_[\w-]+)"', page)
        assert (await boss.post(f"{path}/end")).status_code == 303
        assert (await software.get("/api/v1/me", headers=bearer(keys[-1]))).status_code == 401
    async with site.database.reading() as session:
        assert (await session.get_one(Person, program)).name == "届出システム"


async def test_who_has_limits_gives_no_more_than_they_have_and_invites_nobody(database):
    site = make_site(database)
    async with site.visitor() as boss, site.visitor() as chief:
        _, people = await staffed(site, boss)
        member, other = (f"/organisation/members/{people[name]}" for name in ("chief", "staff"))
        limited = {"/role": "administrator", "/branch": "", "/procedures": "gas-a"}
        assert (await boss.post(member, data=limited)).status_code == 303
        free = (await boss.post(PROGRAMS, data={"/name": "会計"})).headers["location"]
        await sign_in_strongly(site, chief, "chief@example.jp")
        for given, status in (("", 422), ("gas-a, gas-b", 422), ("gas-a", 303)):
            chosen = {"/role": "staff", "/branch": "", "/procedures": given}
            assert (await chief.post(other, data=chosen)).status_code == status
            program = {"/name": "届出", "/procedures": given}
            assert (await chief.post(PROGRAMS, data=program)).status_code == status
        assert (await chief.post(f"{free}/keys", data={"/days": "30"})).status_code == 422
        invited = await chief.post("/organisation/invitations", data={"/address": "x@example.jp"})
        assert invited.status_code == 403
        assert "/organisation/invitations" not in (await chief.get("/organisation")).text


async def test_invitations_and_tokens_end_with_who_made_them(database):
    site = make_site(database)
    async with site.visitor() as boss, site.visitor() as chief, site.visitor() as new:
        organisation, people = await staffed(site, boss)
        member = f"/organisation/members/{people['chief']}"
        chosen = {"/role": "administrator", "/branch": ""}
        await boss.post(member, data=chosen)
        await sign_in_strongly(site, chief, "chief@example.jp")
        token = (await chief.post("/api/v1/tokens", json={"label": "x"})).json()["token"]
        await chief.post("/organisation/invitations", data={"/address": "new@example.jp"})
        letters = [body for to, _, body in await site.letters() if to == "new@example.jp"]
        path = re.search(r"http://testserver(/invitations/\S+)", letters[0])
        assert path
        await site.person("new@example.jp")
        await sign_in_strongly(site, new, "new@example.jp")
        await boss.post(member, data={**chosen, "/procedures": "gas-a"})
        assert (await new.post(path[1])).status_code == 404  # they could not invite any more
        await boss.post(member, data=chosen)
        assert (await boss.post(f"{member}/remove")).status_code == 303
        async with site.database.session() as session:  # taken on again: nothing old revives
            await add_member(session, people["chief"], organisation, "administrator")
            await session.commit()
        assert (await new.post(path[1])).status_code == 404
        bearer = {"authorization": f"Bearer {token}"}
        assert (await new.get("/api/v1/me", headers=bearer)).status_code == 401
