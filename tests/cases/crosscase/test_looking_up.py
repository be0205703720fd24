"""Rules that look into registers, and filings of the same: both databases, and in packages' tests."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

from httpx import Response

from madoguchi.cases.desk.view import case_view
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.procedures.package.load import load
from madoguchi.procedures.service import check_files
from tests.cases.desk.counter import KANAGAWA
from tests.cases.filing.office import Office, publish_package
from tests.cases.obligations.world import HEAD, World, enter_maker

CHECKED = (
    HEAD.format(id="trial-check", kind="report", title="取引報告")
    + """\
data:
  day: {type: date, label: {ja: 日, en: Day}, required: true}
  partners:
    type: table
    label: {ja: 取引先, en: Partners}
    columns:
      licence: {type: text, label: {ja: 許可番号, en: Licence}}
      named: {type: text, label: {ja: 名称, en: Name}, calculate: 'register_entry("makers", licence).name'}
  substance: {type: text, label: {ja: 物質, en: Substance}}
  known_names: {type: longtext, label: {ja: 該当, en: Known}, calculate: 'string join(entries_by("substances", "structure", substance).name, "、")'}
  officers:
    type: table
    label: {ja: 役員, en: Officers}
    columns:
      name: {type: text, label: {ja: 氏名, en: Name}}
      birth_date: {type: date, label: {ja: 生年月日, en: Born}}
checks:
  - id: partner_active
    on: partners.licence
    must: 'register_entry_on("makers", licence, day).status = "valid"'
    message: {ja: その日に有効な許可番号ではありません。, en: Not a licence in force that day.}
  - id: partner_known
    on: partners.licence
    must: 'register_entry("makers", licence) != null'
    message: {ja: この許可番号はありません。, en: There is no such licence.}
  - id: not_disqualified
    on: officers.name
    must: 'not(disqualified("dispositions", {name: name, birth_date: birth_date}, filed_on - duration("P3Y")))'
    message: {ja: 3年以内に処分を受けています。, en: Disposed of within 3 years.}
duplicates: {key: 'string(day)', on: day}
workflow: {pattern: notice}
tests:
  - name: partners must be known, officers unblemished
    given: {day: 2026-04-10, partners: [{row: a, licence: M-1}, {row: b, licence: M-9}], officers: [{row: c, name: 悪田 一郎, birth_date: 1980-01-02}]}
    registers:
      makers: [{number: M-1, name: 製造者}]
      dispositions: [{name: 悪田一郎, birth_date: 1980-01-02, valid_from: 2025-01-01}]
    expect: {errors: [/partners/b/licence, /officers/c/name], values: {/partners/a/named: 製造者}}
  - {name: filed already, given: {day: 2026-04-10}, duplicate: true, expect: {errors: [day]}}
"""
)


async def open_checked(office: Office) -> None:
    loaded = load({"procedure.yaml": CHECKED}, "v1")
    assert loaded.package is not None, loaded.faults
    async with office.counter.database.session() as session:
        await publish_package(session, loaded.package, office.counter.clock)
        await session.commit()


async def enter(office: Office, register: str, number: str, on: date, **columns: Any) -> str:
    """An entry that is found by every column but those of the public, none of it published."""
    registration = Registration(
        register=register,
        number=number,
        agency_id=KANAGAWA,
        organisation_id=None,
        organisation_name="",
        columns=columns,
        public=["name"] if register == "substances" else [],
        labels={
            "columns": [
                {"name": name, "label": {"ja": name}, "public": False, "key": True}
                for name in columns
            ]
        },
    )
    async with office.counter.database.session() as session:
        change = Change("test", office.counter.now, on)
        entry = await registers.enter(session, registration, change)
        await session.commit()
    return entry.entry_id


async def file(world: World, data: dict[str, Any], who: str = "applicant") -> Response:
    client = await world.office.client(who)
    return await client.post(
        "/api/v1/procedures/trial-check/filings",
        json={"data": data},
        headers={"Idempotency-Key": uuid4().hex},
    )


def pointers(answer: Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return sorted({error["pointer"] for error in answer.json()["errors"]})


def test_a_package_gives_the_answers_in_its_tests() -> None:
    checked = check_files({"procedure.yaml": CHECKED}, "v1")
    assert [str(fault) for fault in checked.faults if fault.severity == "error"] == []
    assert checked.tests == 2


async def test_numbers_are_looked_up_as_of_a_day(world: World) -> None:
    await open_checked(world.office)
    counter = world.office.counter
    other = await enter_maker(world.office, "M-2", None)
    async with counter.database.session() as session:
        change = Change("test", counter.now, date(2026, 4, 15))
        await registers.close(session, other.entry_id, change)
        await session.commit()
    rows = [{"row": n, "licence": n} for n in ("M-1", "M-2", "M-7")]
    late = await file(world, {"day": "2026-04-20", "partners": rows})
    assert pointers(late) == ["#/data/partners/M-2/licence", "#/data/partners/M-7/licence"]
    early = await file(world, {"day": "2026-04-10", "partners": rows})
    assert pointers(early) == ["#/data/partners/M-7/licence"]


async def test_entries_are_found_by_key_and_show_others_only_what_is_public(world: World) -> None:
    await open_checked(world.office)
    await enter(world.office, "substances", "1", date(2025, 1, 1), structure="ABC-D", name="酢酸甲")
    gone = await enter(
        world.office, "substances", "2", date(2025, 1, 1), structure="ABC-D", name="乙"
    )
    counter = world.office.counter
    async with counter.database.session() as session:
        await registers.close(session, gone, Change("test", counter.now, date(2026, 1, 1)))
        await session.commit()
    client = await world.office.client("applicant")
    answer = await client.post(
        "/api/v1/procedures/trial-check/validate",
        json={
            "data": {"day": "2026-04-10", "substance": "ａｂｃ-d", "partners": [{"licence": "M-1"}]}
        },
    )
    assert answer.json()["data"]["known_names"] == "酢酸甲", answer.text


async def test_only_officials_learn_who_is_disqualified(world: World) -> None:
    await open_checked(world.office)
    born = date(1980, 1, 2)
    await enter(
        world.office, "dispositions", "1", date(2025, 3, 1), name="悪田　一郎", birth_date=born
    )
    await enter(
        world.office, "dispositions", "2", date(2020, 3, 1), name="昔 二郎", birth_date=born
    )
    officers = [
        {"row": "same", "name": "悪田一郎", "birth_date": "1980-01-02"},
        {"row": "namesake", "name": "悪田一郎", "birth_date": "1990-01-02"},
        {"row": "unknown", "name": "悪田一郎"},
        {"row": "past", "name": "昔二郎", "birth_date": "1980-01-02"},
    ]
    answer = await file(world, {"day": "2026-04-10", "officers": officers})
    assert answer.status_code == 201, "the filer is not told, and a report is not refused"
    counter = world.office.counter
    async with counter.database.reading() as session:
        seen = await case_view(
            session, counter.people["examiner"], answer.json()["id"], "ja", counter.now
        )
    found = sorted(fault.pointer for fault in seen.judged.verdict.errors)
    assert found == ["/officers/same/name", "/officers/unknown/name"]


async def test_the_same_is_filed_once_also_at_the_same_moment(world: World) -> None:
    await open_checked(world.office)
    answers = await asyncio.gather(*(file(world, {"day": "2026-04-10"}) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[422] * 5]
    case = next(a.json()["id"] for a in answers if a.status_code == 201)
    refused = next(a for a in answers if a.status_code == 422)
    assert pointers(refused) == ["#/data/day"]
    other = await world.office.add_person("乙")
    assert other.organisation is not None
    assert (await file(world, {"day": "2026-04-10"}, who="乙")).status_code == 201
    client = await world.office.client("applicant")
    await client.post(f"/api/v1/cases/{case}/actions/withdraw", json={"form": {}})
    assert (await file(world, {"day": "2026-04-10"})).status_code == 201
