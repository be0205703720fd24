"""The desk of accounts: found, signed out, closed by two; everybody concerned is told why."""

from pathlib import Path

from sqlalchemy import select

from madoguchi.identity.models import Membership, Organisation
from madoguchi.identity.overseeing.models import OrganisationClosing
from madoguchi.kernel import journal
from madoguchi.kernel.jobs.models import Job
from tests.cases.proofing.test_again import OWNER, STAFF, company
from tests.cases.proofing.test_proofing import NUMBER, enter, official, whole_site
from tests.identity.account.test_signing_in import actions


async def told(site) -> list[str]:
    async with site.database.reading() as session:
        jobs = await session.scalars(select(Job).where(Job.name == "messages.tell"))
        return [job.payload["subject"]["ja"] for job in jobs]


async def test_only_who_proves_identities_and_found_by_number_or_name(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, owner, _ = await company(site)
    await official(site)
    await official(site, "boss@meti.example.jp", "administrator")
    async with site.visitor() as desk, site.visitor() as boss, site.visitor() as visitor:
        await enter(site, boss, "boss@meti.example.jp")
        await enter(site, visitor, OWNER)
        for path in ("", f"/organisations/{organisation}", f"/people/{owner}"):
            for somebody in (boss, visitor):
                assert (await somebody.get(f"/desk/accounts{path}")).status_code == 403
        refused = await boss.post(f"/desk/accounts/people/{owner}/end-sessions")
        assert refused.status_code == 403
        await enter(site, desk, "admin@meti.example.jp")
        for words in (NUMBER, f"{NUMBER[:1]}-{NUMBER[1:5]}-{NUMBER[5:9]}-{NUMBER[9:]}", "みな"):
            page = await desk.get("/desk/accounts", params={"q": words})
            assert f"/desk/accounts/organisations/{organisation}" in page.text
        for words in (OWNER, "港"):
            page = await desk.get("/desk/accounts", params={"q": words})
            assert f"/desk/accounts/people/{owner}" in page.text
        for words in ("%", "_", "だれでもない"):
            page = await desk.get("/desk/accounts", params={"q": words})
            assert page.status_code == 200
            assert organisation not in page.text
        for path in ("/organisations/x", f"/organisations/{owner}", f"/people/{organisation}"):
            assert (await desk.get(f"/desk/accounts{path}")).status_code == 404


async def test_sessions_of_a_person_and_of_an_organisation_end(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, owner, staff = await company(site)
    await official(site)
    async with site.visitor() as desk, site.visitor() as one, site.visitor() as two:
        await enter(site, one, OWNER)
        await enter(site, two, STAFF)
        token = (await two.post("/api/v1/tokens", json={"label": "会計"})).json()["token"]
        await enter(site, desk, "admin@meti.example.jp")
        person = f"/desk/accounts/people/{owner}/end-sessions"
        assert (await desk.post(person, data={"/reason": " "})).status_code == 422
        assert (await one.get("/api/v1/me")).status_code == 200
        assert (await desk.post(person, data={"/reason": "盗難の届出"})).status_code == 303
        assert (await one.get("/api/v1/me")).status_code == 401
        assert (await two.get("/api/v1/me")).status_code == 200
        everybody = f"/desk/accounts/organisations/{organisation}/end-sessions"
        faulty = await desk.post(everybody, data={"/reason": ""})
        assert faulty.status_code == 422
        assert "reason-end-sessions" in faulty.text
        assert (await desk.post(everybody, data={"/reason": "不正な利用"})).status_code == 303
        assert (await two.get("/api/v1/me")).status_code == 401
        bearer = {"authorization": f"Bearer {token}"}
        assert (await two.get("/api/v1/me", headers=bearer)).status_code == 401
    assert (await actions(site, owner)).count("sessions_ended_by_office") == 2
    assert (await actions(site, staff)).count("sessions_ended_by_office") == 1
    assert "管理者が、あなたのログインをすべて終わらせました" in await told(site)


async def test_two_officials_close_an_organisation(database, tmp_path: Path):
    site = whole_site(database, tmp_path)
    organisation, _, _ = await company(site)
    first = await official(site)
    second = await official(site, "second@meti.example.jp")
    here = f"/desk/accounts/organisations/{organisation}"
    async with site.visitor() as one, site.visitor() as two, site.visitor() as visitor:
        await enter(site, one, "admin@meti.example.jp")
        await enter(site, two, "second@meti.example.jp")
        assert (await two.post(f"{here}/close")).status_code == 404  # nobody asked for it
        assert (await one.post(f"{here}/ask-closing", data={"/reason": ""})).status_code == 422
        reason = {"/reason": "合併により解散した"}
        assert (await one.post(f"{here}/ask-closing", data=reason)).status_code == 303
        assert (await two.post(f"{here}/ask-closing", data=reason)).status_code == 422
        assert (await one.post(f"{here}/close")).status_code == 403
        assert "合併により解散した" in (await two.get(here)).text
        assert (await two.post(f"{here}/withdraw")).status_code == 303
        assert (await one.post(f"{here}/ask-closing", data=reason)).status_code == 303
        assert (await two.post(f"{here}/close")).status_code == 303
        assert (await two.post(f"{here}/close")).status_code == 404
        assert (await one.post(f"{here}/ask-closing", data=reason)).status_code == 422
        await enter(site, visitor, OWNER)
        assert (await visitor.get("/api/v1/me")).json()["acting_for"] is None
    subjects = await told(site)
    assert subjects.count("{organisation}の利用を、窓口が終了しようとしています") == 2
    assert subjects.count("{organisation}の利用を、窓口が終了しました") == 2  # both its people
    async with site.database.reading() as session:
        assert (await session.get_one(Organisation, organisation)).closed_at == site.clock()
        assert (await session.scalars(select(Membership))).all() == []
        kept = list(
            await session.scalars(select(OrganisationClosing).order_by(OrganisationClosing.id))
        )
        assert [(c.asked_by, c.settled_by, c.outcome) for c in kept] == [
            (first, second, "withdrawn"),
            (first, second, "closed"),
        ]
        entries = await journal.entries(session, f"organisation:{organisation}")
        assert [e.action for e in entries if "clos" in e.action] == [
            "closing_asked",
            "closing_withdrawn",
            "closing_asked",
            "organisation_closed",
        ]
