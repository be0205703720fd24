"""Filing in bulk: the same verdict as the API, each row once whatever happens, for clients too."""

import asyncio
import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select

from madoguchi.cases.bulk import filing, service
from madoguchi.cases.bulk.models import BulkFiling
from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.errors import CaseError
from madoguchi.cases.models import Case, Draft
from madoguchi.identity import service as identity
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import Job
from madoguchi.kernel.journal import Entry, Unplaced, verify
from madoguchi.messages.models import Message
from madoguchi.payments.models import PaymentRequest
from tests.cases.bulk.sending import (
    FILES,
    bulk_of,
    cases,
    drain,
    entry,
    file,
    rows_of,
    send,
    worker,
    zipped,
)
from tests.cases.bulk.test_files import TRIED
from tests.cases.filing.office import PDF, TRIAL, TRIAL_WITHOUT_FEE, Office
from tests.cases.filing.test_api import DATA
from tests.cases.kept import comparable, rows

# Of a procedure with a fee each row is filed alone, of one without many together.
BOTH_WAYS = pytest.mark.parametrize(
    "procedure", [TRIAL.read_text(encoding="utf-8"), TRIAL_WITHOUT_FEE], ids=["alone", "together"]
)


async def test_good_rows_become_cases_and_bad_ones_say_what_is_wrong(office: Office) -> None:
    await office.publish_trial()
    wrong = {"amount": "たくさん", "started": "2020-01-01", "kind": "その他の何か"}
    sent = [
        entry("A"),
        entry("B", **wrong),
        entry("C", files={"plan": ["ない.pdf"], "certificate": ["証明書.pdf"]}),
        entry("D", equipment=[{"row": "r1", "name": "槽", "volume": "x"}]),
        entry("E", amount=2_000_000),
    ]
    bulk_id = await send(office, zipped(TRIED, sent))
    await drain(office)
    bulk = await bulk_of(office, bulk_id)
    assert (bulk.state, bulk.total, bulk.good, bulk.faulty, bulk.warned) == ("checked", 5, 2, 3, 1)
    assert bulk.fees == [
        {"label": {"ja": "手数料", "en": "Fee"}, "due": "filing", "count": 2, "amount": 24000}
    ]
    assert await cases(office) == 0, "nothing is filed before it is asked for"
    rows = await rows_of(office, bulk_id)
    assert [row.state for row in rows] == ["good", "fault", "fault", "fault", "good"]
    # Exactly the verdict of the API.
    client = await office.client("applicant")
    body = {"data": {**DATA, **wrong}, "attached": {}}
    verdict = (await client.post("/api/v1/procedures/trial/validate", json=body)).json()
    said = {(f["pointer"], f["code"]) for f in verdict["errors"] + verdict["warnings"]}
    assert {(f["pointer"], f["code"]) for f in rows[1].faults} == {
        fault for fault in said if not fault[0].startswith("/attachments/")
    }
    assert [(f["pointer"], f["code"]) for f in rows[2].faults] == [
        ("/attachments/plan", "file-in-zip")
    ]
    assert [f["pointer"] for f in rows[3].faults] == ["/equipment/r1/volume"]
    await file(office, bulk_id)
    await file(office, bulk_id)  # pressed twice
    await drain(office)
    bulk = await bulk_of(office, bulk_id)
    assert (bulk.state, bulk.good, bulk.faulty, bulk.filed) == ("done", 0, 3, 2)
    filed = [row for row in await rows_of(office, bulk_id) if row.state == "filed"]
    assert all(row.entered == {} and row.attached == {} for row in filed)
    async with office.counter.database.reading() as session:
        found = list(await session.scalars(select(Case).order_by(Case.arrival_number)))
        fees = list(await session.scalars(select(PaymentRequest.amount)))
        entries = await journal.entries(session, f"bulk:{bulk_id}")
    assert {case.arrival_number for case in found} == {row.arrival_number for row in filed}
    assert found[0].attached["plan"][0]["name"] == "計画.pdf"
    assert found[0].data["total"] == "12.5"
    assert fees == [12000, 12000]
    assert [e.action for e in entries] == ["bulk_received", "bulk_filing_asked", "bulk_filed"]
    receipt = await client.get(f"/cases/{filed[0].case_id}/receipt")
    assert receipt.status_code == 200


@BOTH_WAYS
async def test_the_same_file_again_files_nothing_and_a_mended_one_only_the_rest(
    office: Office,
    procedure: str,
) -> None:
    await office.publish_trial(procedure)
    sent = [entry("A"), entry("X", other="y"), entry("Y", other="y"), entry("B", amount="x")]
    first = await send(office, zipped(TRIED, sent))
    await drain(office)
    rows = await rows_of(office, first)
    assert [row.warned for row in rows] == [False, False, True, False], "equal rows are pointed out"
    await file(office, first)
    await drain(office)
    assert await cases(office) == 3
    again = await send(office, zipped(TRIED, sent, kind="csv"))
    await drain(office)
    bulk = await bulk_of(office, again)
    assert (bulk.already, bulk.good, bulk.faulty) == (3, 0, 1)
    before = {row.arrival_number for row in await rows_of(office, first)}
    assert {row.arrival_number for row in await rows_of(office, again)} == before
    with pytest.raises(CaseError) as fault:
        await file(office, again)
    assert fault.value.code == "nothing_to_file"
    mended = await send(office, zipped(TRIED, [*sent[:3], entry("B", amount="１，０００円")]))
    await drain(office)
    await file(office, mended)
    await drain(office)
    bulk = await bulk_of(office, mended)
    assert (bulk.already, bulk.filed, await cases(office)) == (3, 1, 4)


@BOTH_WAYS
async def test_two_uploads_of_one_file_checked_side_by_side_file_once(
    office: Office, procedure: str
) -> None:
    await office.publish_trial(procedure)
    content = zipped(TRIED, [entry("A"), entry("B")])
    both = [await send(office, content), await send(office, content)]
    await drain(office)
    for bulk_id in both:
        assert (await bulk_of(office, bulk_id)).good == 2
        await file(office, bulk_id)
    await asyncio.gather(*(worker(office).drain() for _ in range(2)))
    await drain(office)
    assert await cases(office) == 2
    found = [await bulk_of(office, bulk_id) for bulk_id in both]
    assert sorted((bulk.state, bulk.filed + bulk.already) for bulk in found) == [("done", 2)] * 2
    assert sum(bulk.filed for bulk in found) == 2


@pytest.mark.parametrize("who", ["applicant", "代理 人子"])
async def test_what_is_filed_together_is_what_is_filed_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    await office.publish_trial(TRIAL_WITHOUT_FEE)
    client = "" if who == "applicant" else "7000012050002"
    if client:
        await mandated(office, who)
    content = zipped(TRIED, [entry("A", client), entry("B", client)])
    bulk_id = await send(office, content, who=who)
    await drain(office)
    await file(office, bulk_id, who)
    monkeypatch.setattr(filing, "AT_ONCE", 1)
    together = filing._arrived

    async def never(*_: Any) -> None:
        return None

    seen = []
    for way in (never, together):
        monkeypatch.setattr(filing, "_arrived", way)
        before = {
            table: {repr(inspect(r).identity) for r in await rows(office, table)} for table in KEPT
        }
        assert await filing._file_some(await payload_of(office, bulk_id), hand(office))
        made = {
            table: [
                r
                for r in await rows(office, table)
                if repr(inspect(r).identity) not in before[table]
            ]
            for table in KEPT
        }
        [case] = made[Case]
        own = {case.id: "CASE", case.arrival_number: "NUMBER"}
        own |= {message.id: f"MESSAGE {place}" for place, message in enumerate(made[Message])}
        seen.append({table: [comparable(r, own) for r in made[table]] for table in KEPT})
        assert all(verify(found) for found in made[Entry])
    assert seen[0] == seen[1]
    many = 2 if client else 1  # messages, and a mail about each: the principal is told, too
    assert [len(found) for found in seen[1].values()] == [1, 1, 1, 1, many, many]
    first, second = (comparable(row, {}) for row in await rows_of(office, bulk_id))
    differs = {name for name in first if first[name] != second[name]}
    assert differs == {"number", "line", "warned", "faults"}
    assert len(await rows(office, Draft)) == 1  # the ordinary way makes one


KEPT = (Case, FilingKey, Entry, Unplaced, Message, Job)


async def mandated(office: Office, who: str) -> None:
    """A new agent with a mandate of the office's organisation."""
    agent = await office.add_person(who)
    async with office.counter.database.session() as session:
        await identity.give_mandate(
            session,
            office.counter.clock,
            principal_id=office.counter.organisation,
            agent_person_id=agent.id,
            procedures=[],
            by="test",
        )
        await session.commit()


async def payload_of(office: Office, bulk_id: str) -> dict[str, Any]:
    return {"bulk": bulk_id, "run": (await bulk_of(office, bulk_id)).run}


def hand(office: Office) -> Any:
    """What a job of bulk filing is given to work with."""
    given, context = worker(office), type("Context", (), {})()
    context.database, context.clock, context.blobs = given.database, given.clock, given.blobs
    return context


@BOTH_WAYS
async def test_a_crash_midway_goes_on_where_it_stopped(
    office: Office, procedure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.publish_trial(procedure)
    monkeypatch.setattr(filing, "AT_ONCE", 2)
    monkeypatch.setattr(filing, "TURN_SECONDS", 60)
    bulk_id = await send(office, zipped(TRIED, [entry(str(n)) for n in range(7)]))
    await drain(office)
    await file(office, bulk_id)
    whole, calls = filing._file_row, 0

    async def dies(*given: Any) -> str:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise ConnectionResetError("the power went")
        return await whole(*given)

    monkeypatch.setattr(filing, "_file_row", dies)
    await drain(office)
    assert await cases(office) == 2, "the transaction that broke off left nothing"
    assert (await bulk_of(office, bulk_id)).filed == 2
    monkeypatch.setattr(filing, "_file_row", whole)
    office.counter.now += timedelta(minutes=2)
    # Two workers at once: the one that comes back, and the one that took over.
    payload = await payload_of(office, bulk_id)

    async def another() -> None:
        while await filing._file_some(payload, hand(office)):
            pass

    await asyncio.gather(worker(office).drain(), another())
    bulk = await bulk_of(office, bulk_id)
    assert (bulk.state, bulk.filed, await cases(office)) == ("done", 7, 7)
    assert len({row.arrival_number for row in await rows_of(office, bulk_id)}) == 7


@BOTH_WAYS
async def test_a_row_that_breaks_the_engine_stops_nobody_else(
    office: Office, procedure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.publish_trial(procedure)
    sent = [entry("A"), entry("B", other="ここで壊れる"), entry("C")]
    bulk_id = await send(office, zipped(TRIED, sent))
    await drain(office)
    await file(office, bulk_id)
    whole = filing.draft_of

    def breaks(package: Any, actor: Any, entered: Any, *given: Any) -> Any:
        if entered["other"] == "ここで壊れる":
            raise KeyError("a fault of ours")
        return whole(package, actor, entered, *given)

    monkeypatch.setattr(filing, "draft_of", breaks)
    await drain(office)
    bulk = await bulk_of(office, bulk_id)
    assert (bulk.state, bulk.filed, bulk.faulty, await cases(office)) == ("done", 2, 1, 2)
    assert (await rows_of(office, bulk_id))[1].faults[0]["code"] == "fault-of-ours"


async def test_an_agent_files_for_clients_with_a_mandate_only(office: Office) -> None:
    await office.publish_trial()
    counter = office.counter
    agent = await office.add_person("代理 人子")
    stranger, elsewhere = "1234567890123", "5999903000001"
    async with counter.database.session() as session:
        other = await identity.add_organisation(
            session, counter.clock, name="他人株式会社", corporate_number=elsewhere
        )
        for principal, limits in ((other.id, ["another"]), (counter.organisation, [])):
            given = await identity.give_mandate(
                session,
                counter.clock,
                principal_id=principal,
                agent_person_id=agent.id,
                procedures=limits,
                by="test",
            )
        await session.commit()
    sent = [
        entry("client", client="７００００１２０５０００２"),
        entry("stranger", client=stranger),
        entry("other procedure", client=elsewhere),
        entry("nonsense", client="山田さん"),
    ]
    bulk_id = await send(office, zipped(TRIED, sent), who="代理 人子")
    await drain(office)
    rows = await rows_of(office, bulk_id)
    assert [row.state for row in rows] == ["good", "fault", "fault", "fault"]
    told = {str(row.faults[0]["message"]) for row in rows[1:]}
    assert len(told) == 1, "nobody learns which numbers are known here"
    assert all(row.organisation_name == "" for row in rows[1:])
    await file(office, bulk_id, who="代理 人子")
    await drain(office)
    async with counter.database.reading() as session:
        found = list(await session.scalars(select(Case).order_by(Case.id)))
    assert [case.organisation_id for case in found] == [counter.organisation]
    assert found[0].agent_organisation_id == agent.id
    assert "代理 人子" in str(found[0].agent_name)
    with pytest.raises(CaseError) as fault:
        await file(office, bulk_id)  # another person's
    assert fault.value.status == 404
    # Checked and queued while the mandate held; ended before its turn came.
    late = await send(
        office, zipped(TRIED, [entry("late", client="7000012050002")]), who="代理 人子"
    )
    await drain(office)
    await file(office, late, who="代理 人子")
    async with counter.database.session() as session:
        await identity.revoke_mandate(session, counter.clock, given.id, by="test")
        await session.commit()
    await drain(office)
    assert [row.state for row in await rows_of(office, late)] == ["fault"]
    assert await cases(office) == 1


async def test_a_key_of_one_firm_files_by_its_mandate_only(office: Office) -> None:
    """Two firms of one person hold mandates of one client: for `trial` only the second one's."""
    await office.publish_trial()
    counter = office.counter
    agent = await office.add_person("代理 人子")
    async with counter.database.session() as session:
        other = await identity.add_organisation(session, counter.clock, name="第二事務所")
        await identity.add_member(session, agent.id, other.id)
        for firm, procedures in ((agent.organisation, ["another"]), (other.id, ["trial"])):
            await identity.give_mandate(
                session,
                counter.clock,
                principal_id=counter.organisation,
                agent_organisation_id=firm,
                procedures=procedures,
                by="test",
            )
        await session.commit()
    row = {"data": DATA, "client": "7000012050002", "key": "A"}
    states, tokens = {}, {}
    for firm in (agent.organisation, other.id):
        async with counter.database.session() as session:
            key, text = await identity.issue_token(
                session, counter.clock, replace(agent, organisation=firm), "key"
            )
            await session.commit()
        tokens[firm] = key.id
        client = await office.client("public")
        sent = await client.post(
            "/api/v1/bulk",
            json={"procedure_id": "trial", "filings": [row]},
            headers={"authorization": f"Bearer {text}"},
        )
        assert sent.status_code == 202, sent.text
        await drain(office)
        found = (await rows_of(office, sent.json()["id"]))[0]
        states[firm] = {fault["code"] for fault in found.faults}
        last = sent.json()["id"]
    assert "no-mandate" in states[agent.organisation]
    assert "no-mandate" not in states[other.id]
    # A key that was taken back since files nothing more, even what it had checked.
    async with counter.database.session() as session:
        await identity.revoke_token(session, counter.clock, agent, tokens[other.id])
        bulk = await session.get_one(BulkFiling, last)
        shown = identity.shown_of(bulk.shown)
        assert (shown.token, shown.through) == (tokens[other.id], other.id)
        sender = replace(agent, organisation=other.id, token=shown.token, shown=shown)
        await service.check_again(session, sender, last, counter.clock)
        await session.commit()
    await drain(office)
    assert (await rows_of(office, last))[0].faults[0]["code"] == "no-mandate"


async def test_one_factor_sets_nothing_going(office: Office) -> None:
    """An upload made with two factors is neither filed nor checked again with one."""
    await office.publish_trial()
    bulk_id = await send(office, zipped(TRIED, [entry("A")]))
    await drain(office)
    counter = office.counter
    weak = replace(counter.people["applicant"], organisation=None, confined=True)
    run = (await bulk_of(office, bulk_id)).run
    async with counter.database.session() as session:
        for doing in (
            service.start_filing(session, weak, bulk_id, run, counter.clock),
            service.check_again(session, weak, bulk_id, counter.clock),
        ):
            with pytest.raises(CaseError) as fault:
                await doing
            assert fault.value.code == "needs_second_factor"


async def test_a_new_version_between_check_and_filing_is_said_and_checked_again(
    office: Office,
) -> None:
    await office.publish_trial()
    bulk_id = await send(office, zipped(TRIED, [entry("A"), entry("B")]))
    await drain(office)
    changed = TRIAL.read_text().replace("from: 2026-04-01", "from: 2026-05-01")
    changed = changed.replace("must: amount < 1000000, severity: warning", "must: amount < 100")
    before = (await bulk_of(office, bulk_id)).run
    await office.publish_trial(changed, "v2")
    counter = office.counter
    actor = counter.people["applicant"]
    async with counter.database.session() as session:
        with pytest.raises(CaseError) as fault:
            await service.start_filing(session, actor, bulk_id, before, counter.clock)
    assert fault.value.code == "other_version"
    async with counter.database.session() as session:  # the version changes while it goes on
        bulk = await session.get_one(BulkFiling, bulk_id)
        bulk.state = "filing"
        await session.commit()
    async with counter.database.session() as session:
        await filing.enqueue(
            session, filing.FILE_JOB, {"bulk": bulk_id, "run": before}, key="by hand"
        )
        await session.commit()
    await drain(office)
    bulk = await bulk_of(office, bulk_id)
    assert (bulk.state, bulk.problem) == ("stopped", filing.NEW_VERSION)
    assert await cases(office) == 0
    async with counter.database.session() as session:
        await service.check_again(session, actor, bulk_id, counter.clock)
        await session.commit()
    await drain(office)
    bulk = await bulk_of(office, bulk_id)
    assert (bulk.state, bulk.good, bulk.faulty) == ("checked", 0, 2)
    assert bulk.run > before


async def test_stopping_keeps_what_is_filed_and_the_rest_can_follow(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.publish_trial()
    monkeypatch.setattr(filing, "AT_ONCE", 1)
    counter = office.counter
    actor = counter.people["applicant"]
    bulk_id = await send(office, zipped(TRIED, [entry(str(n)) for n in range(3)]))
    await drain(office)
    await file(office, bulk_id)
    payload = {"bulk": bulk_id, "run": (await bulk_of(office, bulk_id)).run}
    hand = worker(office)
    context: Any = type("Context", (), {"blobs": hand.blobs})()
    context.database, context.clock = hand.database, hand.clock
    assert await filing._file_some(payload, context)
    async with counter.database.session() as session:
        await service.stop(session, actor, bulk_id, counter.clock)
        await session.commit()
    await drain(office)
    bulk = await bulk_of(office, bulk_id)
    assert (bulk.state, bulk.filed, bulk.good) == ("stopped", 1, 2)
    await file(office, bulk_id)
    await drain(office)
    assert await cases(office) == 3
    # What was never filed is forgotten after a while; what was stays known.
    counter.now += service.KEPT + timedelta(days=1)
    await drain(office)
    assert all(row.arrival_number for row in await rows_of(office, bulk_id))


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({"計画.pdf": PDF, "証明書.pdf": PDF, "x/図面.csv": b"a,b"}, ["type_not_accepted"]),
        ({"a/計画.pdf": PDF, "b/計画.pdf": PDF, "証明書.pdf": PDF}, ["file-in-zip"]),
        ({"a/計画.PDF": PDF, "証明書.pdf": PDF}, []),
    ],
)
async def test_attachments_in_the_zip(office: Office, files: dict[str, bytes], codes: Any) -> None:
    await office.publish_trial()
    named = {**FILES, **({"plan": ["図面.csv"]} if "x/図面.csv" in files else {})}
    bulk_id = await send(
        office, zipped(TRIED, [entry("A", files=named), entry("B", files=named)], files=files)
    )
    await drain(office)
    for row in await rows_of(office, bulk_id):
        assert [f["code"] for f in row.faults if f["severity"] == "error"] == codes


async def test_a_file_that_cannot_be_read_says_why(office: Office) -> None:
    await office.publish_trial()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("添付/計画.pdf", PDF)
    for content, name, word in (
        (out.getvalue(), "a.zip", "シート"),
        ("何か,別の\n1,2\n".encode(), "a.csv", "見出し"),
    ):
        bulk_id = await send(office, content, name)
        await drain(office)
        bulk = await bulk_of(office, bulk_id)
        assert bulk.state == "failed"
        assert word in (bulk.problem or {})["ja"]
