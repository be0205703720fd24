"""Agents at work: proposing on the pages, filing, being seen, and stopped the moment it ends."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from madoguchi.cases.access import own_draft
from madoguchi.cases.desk.timeline import events
from madoguchi.cases.errors import CaseError
from madoguchi.cases.models import Case
from madoguchi.identity import service as identity
from madoguchi.identity.delegation.models import Mandate
from madoguchi.kernel import journal
from madoguchi.messages.models import Message
from madoguchi.procedures import service as procedures
from tests.cases.filing.office import Office, controls
from tests.cases.filing.test_after import file_one

FIRM_NUMBER = "5999903000001"


async def parties(office: Office) -> None:
    """A representative of the applicant's organisation, and one of a firm of scriveners."""
    await office.publish_trial()
    counter = office.counter
    await office.add_person("代表 太郎", counter.organisation)
    firm = await office.add_person("代書 花子")
    async with counter.database.session() as session:
        for who in ("代表 太郎", "代書 花子"):
            actor = counter.people[who]
            await identity.add_member(session, actor.id, actor.organisation, "representative")
        found = await identity.organisation(session, firm.organisation)
        found.corporate_number = FIRM_NUMBER
        await session.commit()


async def answered(client, page, **answers) -> object:
    sent = {**controls(page), **answers}
    return await client.post("/delegations/new", data=sent)


async def offered(office: Office) -> str:
    """Walk the steps; the path of the mandate."""
    client = await office.client("代表 太郎")
    page = await client.get("/delegations/new")
    for step, wrong, right in (
        ("/agent", "123", FIRM_NUMBER),
        ("/scope", "", "some"),
    ):
        assert (await answered(client, page, **{step: wrong})).status_code == 422
        page = await answered(client, page, **{step: right, "/procedures": ["trial"]})
        assert page.status_code == 200, page.text
    page = await answered(client, page)  # powers: both, as they are
    assert (await answered(client, page, **{"/valid_to": "きのう"})).status_code == 422
    page = await answered(client, page, **{"/valid_to": "令和9年3月31日"})
    assert "代書 花子株式会社" in page.text
    # A change goes back to the check, with everything else kept.
    changed = await answered(client, page, go="powers")
    page = await answered(client, changed)
    assert "令和9年3月31日" in page.text
    done = await answered(client, page)
    assert done.status_code == 303, done.text
    return str(done.headers["location"])


async def test_offered_accepted_used_seen_and_ended(office: Office) -> None:
    await parties(office)
    counter = office.counter
    path = await offered(office)
    firm, principal = await office.client("代書 花子"), await office.client("代表 太郎")
    stranger = await office.client("applicant")
    assert "返事を待っています" in (await firm.get("/delegations")).text
    assert (await firm.post(f"{path}/answer", data={})).status_code == 422
    for client in (principal, stranger):
        done = await client.post(f"{path}/answer", data={"/decision": "accept"})
        assert done.status_code == 403
    done = await firm.post(f"{path}/answer", data={"/decision": "accept"})
    assert done.status_code == 303
    # The firm's representative files for its client; everybody reads who did.
    agent = replace(
        counter.people["代書 花子"],
        organisation=counter.organisation,
        agent=True,
        own_organisation=counter.people["代書 花子"].organisation,
    )
    counter.people["agent"] = agent
    case_id = await file_one(office, "agent")
    mandate = path.rpartition("/")[2]
    async with counter.database.reading() as session:
        entry = (await journal.entries(session, f"case:{case_id}"))[0]
        told = list(await session.scalars(select(Message.dedupe_key)))
    assert (entry.payload or {})["mandate"] == mandate
    assert f"agent-filed:{case_id}" in told
    seen = (await principal.get("/organisation/activity?who=agents")).text
    assert "代書 花子株式会社 代書 花子（株式会社山田酸素の代理）" in seen
    said = "代書 花子株式会社 代書 花子（株式会社山田酸素の代理）"
    assert said in (await principal.get(f"/cases/{case_id}")).text  # the applicant's timeline
    for language, words in (
        ("ja", said),
        ("en", "代書 花子株式会社 代書 花子 on behalf of 株式会社山田酸素"),
    ):
        async with counter.database.reading() as session:
            found = await journal.entries(session, f"case:{case_id}")
            case = await session.get_one(Case, case_id)
            package = await procedures.package(session, case.digest)
        told_officials = [
            event.by for event in events(package, found, language, case.organisation_name)
        ]
        assert words in told_officials
    file = await principal.get("/organisation/activity.csv?who=agents")
    assert mandate in file.text
    assert "株式会社山田酸素" in (await firm.get("/account/activity")).text
    assert case_id not in (await firm.get("/organisation/activity")).text
    # Ended with a draft open and a token in hand: nothing of it works any more.
    client = await office.client("agent")
    draft = (await client.post(f"/cases/{case_id}/copy")).headers["location"]
    assert (await principal.get(f"{path}/end")).status_code == 200
    assert (await principal.post(f"{path}/end")).status_code == 303
    for answer in (
        await client.get(f"/cases/{case_id}"),
        await client.post(f"/api/v1{draft}/file"),
        await client.get("/api/v1/cases"),
    ):
        assert answer.status_code == 401
    assert (await firm.get(f"/cases/{case_id}")).status_code == 404
    assert (await firm.get(draft)).status_code == 404
    assert "委任者が終わらせた" in (await firm.get(path)).text


async def test_a_mandate_withdrawn_between_reading_and_doing_stops_the_act(office: Office) -> None:
    await parties(office)
    counter = office.counter
    async with counter.database.session() as session:
        given = await identity.give_mandate(
            session,
            counter.clock,
            principal_id=counter.organisation,
            agent_organisation_id=counter.people["代書 花子"].organisation,
            by="test",
        )
        await session.commit()
    draft_id = await office.start("applicant")
    async with counter.database.reading() as session:
        agent = await identity.actor_of_person(
            session,
            counter.people["代書 花子"].id,
            identity.Shown(counter.organisation),
            "ja",
            counter.clock(),
        )
    assert agent is not None
    async with counter.database.session() as session:
        await own_draft(session, agent, draft_id, lock=True)
    async with counter.database.session() as session:
        await identity.revoke_mandate(session, counter.clock, given.id, by="test")
        await session.commit()
    async with counter.database.session() as session:
        with pytest.raises(CaseError) as refused:
            await own_draft(session, agent, draft_id, lock=True)
    assert (refused.value.code, refused.value.status) == ("no_mandate", 403)


async def test_who_may_only_look_neither_files_nor_gets_letters(office: Office) -> None:
    await parties(office)
    counter = office.counter
    case_id = await file_one(office)
    draft_id = await office.start("applicant")
    async with counter.database.session() as session:
        given = await identity.give_mandate(
            session,
            counter.clock,
            principal_id=counter.organisation,
            agent_organisation_id=counter.people["代書 花子"].organisation,
            powers=(),
            by="test",
        )
        await session.commit()
    firm = await office.client("代書 花子")
    assert (await firm.get(f"/cases/{case_id}")).status_code == 200
    assert (await firm.get(f"/drafts/{draft_id}")).status_code == 404
    said = await firm.post(f"/cases/{case_id}/messages", data={"body": "こんにちは"})
    assert said.status_code in (403, 404)
    async with counter.database.reading() as session:
        assert (await session.get_one(Mandate, given.id)).powers == []
