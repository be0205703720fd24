"""Succession and the day of effect: an alcohol licence passes on, from the day the law says."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from madoguchi.cases.errors import CaseError
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.obligations.entries import entry_changed
from madoguchi.cases.obligations.models import Obligation
from madoguchi.cases.registers import service
from madoguchi.cases.registers.holding import entries_held
from madoguchi.cases.registers.looking_up import entries_asked
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.cases.registers.standing import Holder, pass_on, resume, suspend
from madoguchi.identity import service as identity
from madoguchi.identity.rules import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.canonical import plain
from madoguchi.kernel.jobs import JobContext
from madoguchi.messages.models import Message
from madoguchi.procedures import service as procedures
from madoguchi.procedures.package.load import load_folder
from madoguchi.procedures.package.source import read_yaml
from madoguchi.procedures.service import ENTRY
from madoguchi.registry.service import facts_of, record_fact
from tests.cases.desk.counter import KANTO, PACKAGES, Counter, publish

REGISTER = "alcohol-manufacturers"


def alcohol(name: str) -> procedures.Package:
    package = load_folder(PACKAGES / "alcohol" / name / "v1", "manufacture").package
    assert package is not None
    return package


async def licensed(counter: Counter, holder: str) -> RegisterEntry:
    """A licence entered for an organisation on 1 April 2026."""
    async with counter.database.session() as session:
        change = Change("x", counter.now, date(2026, 4, 1))
        columns = {"name": "神奈川アルコール株式会社", "starts_on": date(2026, 5, 1)}
        entry = await service.enter(
            session,
            Registration(
                register=REGISTER,
                number="関東-00007",
                agency_id=KANTO,
                organisation_id=holder,
                organisation_name="神奈川アルコール株式会社",
                columns=columns,
                public=["name"],
                labels={"title": {"ja": "製造事業者名簿"}, "columns": []},
            ),
            change,
        )
        await record_fact(
            session,
            holder,
            "alcohol_manufacture_licence",
            entry.number,
            source={"ja": "x"},
            source_key="case:x",
            as_of=date(2026, 4, 1),
            at=counter.now,
        )
        await session.commit()
        return entry


async def predecessor(counter: Counter) -> str:
    async with counter.database.session() as session:
        found = await identity.add_organisation(
            session,
            counter.clock,
            name="神奈川アルコール株式会社",
            corporate_number="3010001098765",
            address={"prefecture": "神奈川県", "city": "横浜市", "street": "1-1"},
            representative_title="代表取締役",
            representative_name="佐藤 一郎",
        )
        await session.commit()
        return found.id


async def filed(counter: Counter, **change: object) -> str:
    """The notice of succession by the counter's applicant; its case."""
    package = alcohol("succession")
    entered = plain(read_yaml(package.files["tests/ok.yaml"], "ok.yaml").data)
    entered["applicant"] = {**entered["applicant"], "number": "7000012050002"}
    return await counter.file_as(package, {**entered, **change})


async def test_a_licence_passes_on_with_its_number_and_what_is_owed(counter: Counter) -> None:
    counter.at(date(2026, 4, 1))
    former = await predecessor(counter)
    entry = await licensed(counter, former)
    async with counter.database.session() as session:
        await publish(session, alcohol("periodic-report"), counter.clock)
        await session.commit()
    counter.at(date(2026, 7, 1))
    case_id = await filed(counter)
    await counter.act("examiner", case_id, "confirm", {})
    async with counter.database.reading() as session:
        rows = list(
            await session.scalars(
                select(RegisterEntry)
                .where(RegisterEntry.superseded_at.is_(None))
                .order_by(RegisterEntry.valid_from)
            )
        )
        held = {
            (who, day): sorted(await entries_held(session, who, day))
            for who in (former, counter.organisation)
            for day in (date(2026, 6, 20), date(2026, 6, 21))
        }
        before = await entries_held(session, former, date(2026, 7, 1), [entry.entry_id])
        facts = {who: await facts_of(session, who, date(2026, 7, 1)) for who, _ in held}
        told = list(
            await session.scalars(select(Message).where(Message.recipient_organisation == former))
        )
        history = await journal.entries(session, f"register:{entry.entry_id}")
    assert [(row.valid_from, row.organisation_id, row.number) for row in rows] == [
        (date(2026, 4, 1), former, "関東-00007"),
        (date(2026, 6, 21), counter.organisation, "関東-00007"),
    ]
    assert rows[1].columns["name"] == "湘南アルコール株式会社"
    assert rows[1].columns["starts_on"] == rows[0].columns["starts_on"], "the rest stays"
    assert rows[1].case_id == case_id, "the proof is the filing"
    assert held[former, date(2026, 6, 20)] == held[counter.organisation, date(2026, 6, 21)]
    assert held[former, date(2026, 6, 21)] == held[counter.organisation, date(2026, 6, 20)] == []
    assert before[entry.entry_id]["name"] == "神奈川アルコール株式会社", (
        "not the successor's columns"
    )
    name = "alcohol_manufacture_licence"
    assert facts[counter.organisation][name].value == "関東-00007"
    assert name not in facts[former] or facts[former][name].value is None
    assert [message.link for message in told] == [f"/registers/{REGISTER}/関東-00007"]
    assert [item.action for item in history] == ["entered", "succeeded"]
    async with counter.database.session() as session:
        job = ("id", "job", None, 1, session)
        context = JobContext(counter.database, counter.clock, counter.blobs, *job)
        await entry_changed(session, {"entry": entry.entry_id}, context)
        await session.commit()
        owed = list(await session.scalars(select(Obligation)))
    assert owed
    assert {duty.organisation_id for duty in owed} == {counter.organisation}


async def test_a_licence_nobody_knows_or_that_ended_cannot_be_succeeded_to(
    counter: Counter,
) -> None:
    entry = await licensed(counter, await predecessor(counter))
    with pytest.raises(AssertionError, match="licence_number"):
        await filed(counter, licence_number="関東-99999")
    counter.at(date(2026, 7, 1))
    case_id = await filed(counter)
    async with counter.database.session() as session:
        change = Change("x", counter.now, date(2026, 6, 1))
        await service.close(session, entry.entry_id, change, "cancelled")
        await session.commit()
    with pytest.raises(CaseError) as refused:
        await counter.act("examiner", case_id, "confirm", {})
    assert refused.value.code == "entry-closed"
    assert (await counter.case(case_id)).state != "confirmed", "nothing of the act is kept"


async def test_a_new_number_where_the_package_says_so_keeps_the_history(counter: Counter) -> None:
    entry = await licensed(counter, counter.organisation)
    to = Holder(None, "湘南アルコール株式会社", KANTO)
    async with counter.database.session() as session:
        change = Change("x", counter.now, date(2026, 5, 1))
        found, _ = await pass_on(session, entry.entry_id, to, {}, [], change, "関東-00008")
        await session.commit()
    assert (found.entry_id, found.number) == (entry.entry_id, "関東-00008")
    async with counter.database.session() as session:
        later = Change("x", counter.now, date(2026, 6, 1))
        await service.amend(session, entry.entry_id, {"name": "新社名"}, ["name"], later)
        await session.commit()
        rows, spans = await service.current(session, entry.entry_id)
    assert [span.number for span in spans] == ["関東-00007", "関東-00008", "関東-00008"]
    assert len(rows) == 3


async def test_rules_are_told_how_an_entry_stands(counter: Counter) -> None:
    entry = await licensed(counter, counter.organisation)
    async with counter.database.session() as session:
        change = Change("x", counter.now, date(2026, 5, 10))
        await suspend(session, entry.entry_id, change, date(2026, 6, 10))
        await session.commit()
        with pytest.raises(CaseError) as refused:
            await suspend(session, entry.entry_id, change, date(2026, 6, 1))
    assert refused.value.code == "suspended-already"
    days = [date(2026, 5, 9), date(2026, 5, 10), date(2026, 6, 10)]
    asked = {(ENTRY, REGISTER, entry.number, day.isoformat()) for day in days}
    async with counter.database.reading() as session:
        answers = await entries_asked(session, None, asked)
        held = await entries_held(session, counter.organisation, days[1])
    told = {question[3]: answer["status"] for question, answer in answers.items() if answer}  # type: ignore[index]
    assert told == {"2026-05-09": "valid", "2026-05-10": "suspended", "2026-06-10": "valid"}
    assert held[entry.entry_id]["status"] == "suspended", "its holder still has duties"
    async with counter.database.session() as session:
        await resume(session, entry.entry_id, replace(change, on=date(2026, 5, 20)))
        await session.commit()
        with pytest.raises(CaseError) as refused:
            await resume(session, entry.entry_id, replace(change, on=date(2026, 5, 25)))
    assert refused.value.code == "not-suspended"


async def test_an_entry_counts_from_the_day_its_package_says(counter: Counter) -> None:
    """An abolition told on 8 July counts from 1 July, as 法第11条第2項 says."""
    counter.at(date(2026, 4, 1))
    entry = await licensed(counter, counter.organisation)
    counter.at(date(2026, 7, 8))
    package = alcohol("closure")
    entered = plain(read_yaml(package.files["tests/ok.yaml"], "ok.yaml").data)
    case_id = await counter.file_as(package, {**entered, "licence": entry.entry_id})
    await counter.act("examiner", case_id, "confirm", {})
    async with counter.database.session() as session:
        rows, spans = await service.current(session, entry.entry_id)
    assert [(span.valid_from, span.status) for span in spans] == [
        (date(2026, 4, 1), "valid"),
        (date(2026, 7, 1), "closed"),
    ]
    assert {row.recorded_at for row in rows} == {counter.now}


async def test_other_people_do_not_see_more(counter: Counter) -> None:
    """Who holds nothing is told the public columns only."""
    entry = await licensed(counter, counter.organisation)
    question = (ENTRY, REGISTER, entry.number, "2026-05-01")
    stranger: Actor = counter.people["elsewhere"]
    async with counter.database.reading() as session:
        answers = await entries_asked(session, stranger.organisation, {question})
    assert "starts_on" not in str(answers)
