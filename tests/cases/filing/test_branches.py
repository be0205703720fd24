"""Filings divided by branch: members of a branch see and file its own, others all of them."""

from dataclasses import replace

from madoguchi.cases.models import Case, Draft
from madoguchi.identity.models import Membership
from madoguchi.identity.organisations.models import Branch
from madoguchi.identity.service import actor_of_person
from madoguchi.identity.shown import Shown
from madoguchi.kernel.ids import new_id
from tests.cases.filing.office import Office
from tests.cases.filing.test_after import file_one


async def branches(office: Office) -> dict[str, str]:
    """East with a works below it, and west; one member each, and the applicant of none."""
    counter = office.counter
    made: dict[str, str] = {}
    async with counter.database.session() as session:
        for name, parent in (("東支社", None), ("横浜工場", "東支社"), ("西支社", None)):
            made[name] = new_id()
            session.add(
                Branch(
                    id=made[name],
                    organisation_id=counter.organisation,
                    parent_id=made.get(parent or ""),
                    name=name,
                    created_at=counter.clock(),
                )
            )
            await session.flush()
        await session.commit()
    for name, branch in made.items():
        await office.add_person(name, counter.organisation)
        async with counter.database.session() as session:
            actor = counter.people[name]
            held = await session.get_one(Membership, (actor.id, counter.organisation))
            held.branch_id = branch
            await session.commit()
            counter.people[name] = replace(actor, branch=branch)
    return made


async def test_each_branch_has_its_own_filings(office: Office) -> None:
    made = await branches(office)
    filed = {
        who: await file_one(office, who, key=f"branch-{n:04}")
        for n, who in enumerate(("applicant", *made))
    }
    async with office.counter.database.reading() as session:
        for who, case_id in filed.items():
            assert (await session.get_one(Case, case_id)).branch_id == made.get(who)
    seen = {
        "applicant": set(filed),  # of the whole organisation
        "東支社": {"東支社", "横浜工場"},  # and what lies below
        "横浜工場": {"横浜工場"},
        "西支社": {"西支社"},
    }
    for who, theirs in seen.items():
        client = await office.client(who)
        listed = (await client.get("/api/v1/cases")).json()["items"]
        assert {item["id"] for item in listed} == {filed[one] for one in theirs}
        for one, case_id in filed.items():
            status = 200 if one in theirs else 404
            assert (await client.get(f"/cases/{case_id}")).status_code == status, (who, one)
            assert (await client.get(f"/api/v1/cases/{case_id}")).status_code == status
            copied = (await client.post(f"/cases/{case_id}/copy")).status_code
            assert copied == (303 if one in theirs else 404)
    # Drafts are divided the same way: those copied just now.
    async with office.counter.database.reading() as session:
        draft = Draft.__table__
        found = (await session.execute(draft.select().where(draft.c.filed_at.is_(None)))).all()
    west = await office.client("西支社")
    for row in found:
        own = row.branch_id == made["西支社"]
        assert (await west.get(f"/drafts/{row.id}")).status_code == (200 if own else 404)


async def test_who_sees_all_narrows_by_branch(office: Office) -> None:
    made = await branches(office)
    filed = {
        who: await file_one(office, who, key=f"narrow-{n:04}")
        for n, who in enumerate(("applicant", *made))
    }
    client = await office.client("applicant")
    for branch, theirs in (
        (made["東支社"], {"東支社", "横浜工場"}),
        (made["西支社"], {"西支社"}),
        ("-", {"applicant"}),
        (new_id(), set()),
        ("\0" * 26, set()),
    ):
        answer = await client.get("/api/v1/cases", params={"branch": branch})
        assert answer.status_code in (200, 400, 422), answer.text
        if answer.status_code == 200:
            assert {i["id"] for i in answer.json()["items"]} == {filed[one] for one in theirs}
    page = (await client.get("/cases", params={"branch": made["東支社"]})).text
    assert filed["横浜工場"] in page
    assert filed["西支社"] not in page
    assert "東支社 ＞ 横浜工場" in page
    east = (await (await office.client("東支社")).get("/cases")).text
    assert "西支社" not in east
    assert "本社など" not in east


async def test_what_one_filed_oneself_stays_in_sight_after_a_move(office: Office) -> None:
    made = await branches(office)
    case_id = await file_one(office, "西支社")
    counter = office.counter
    mover = counter.people["西支社"]
    async with counter.database.session() as session:
        held = await session.get_one(Membership, (mover.id, counter.organisation))
        held.branch_id = made["東支社"]
        await session.commit()
    client = await office.client("西支社")
    assert (await client.get(f"/cases/{case_id}")).status_code == 200
    assert len((await client.get("/api/v1/cases")).json()["items"]) == 1
    async with counter.database.reading() as session:
        actor = await actor_of_person(
            session, mover.id, Shown(counter.organisation), "ja", counter.clock()
        )
    assert actor is not None
    assert actor.branches == {made["東支社"], made["横浜工場"]}
