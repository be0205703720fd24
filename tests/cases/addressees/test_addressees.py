"""A filing that goes through one office to another (経由・進達), and several that decide together (共管)."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from madoguchi.cases.models import Case
from madoguchi.cases.opinions.answering import answer
from madoguchi.cases.opinions.queries import asked_of_me
from madoguchi.identity import service as identity
from madoguchi.kernel import journal
from madoguchi.kernel.errors import DomainError
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.given import given_by, plain
from madoguchi.procedures.package.load import Place, load, read_files
from tests.cases.collections.test_collections import file
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import CORPORATE_NUMBER, PACKAGES, Counter


async def refusal(counter: Counter, who: str, case: str, action: str) -> int:
    with pytest.raises(DomainError) as refused:
        await counter.act(who, case, action)
    return refused.value.status


async def test_a_notice_arrives_at_the_bureau_and_is_forwarded(
    counter: Counter, tmp_path: Path
) -> None:
    counter.at(date(2027, 2, 1))
    case_id = await file(counter, accept=False)
    case = await counter.case(case_id)
    assert (case.agency_id, case.via_agency_id, case.forward_to) == (
        "bureau-kanto", "bureau-kanto", "meti",
    )  # fmt: skip
    assert case.forward_by == date(2027, 2, 16), "ten open days, the 11th is a holiday"
    arrived = case.arrived_at
    other = replace(counter.people["examiner"], grants=frozenset({("bureau-kinki", "examiner")}))
    counter.people["kinki"] = other
    app = app_of(counter, tmp_path)
    async with signed_in(app, counter, "applicant") as client:
        page = await client.get(f"/cases/{case_id}")
        assert "経済産業省(関東経済産業局 経由)" in page.text
    async with signed_in(app, counter, "examiner") as client:
        page = await client.get(f"/desk/cases/{case_id}")
        assert "進達の目安" in page.text
    assert await refusal(counter, "examiner", case_id, "confirm") == 409
    assert await refusal(counter, "ministry", case_id, "confirm") == 409
    assert await refusal(counter, "kinki", case_id, "forward") == 404
    assert await refusal(counter, "elsewhere", case_id, "forward") == 404

    counter.at(date(2027, 2, 3))
    both = await asyncio.gather(
        counter.act("examiner", case_id, "forward", {"forward_note": "形式は整っている。"}),
        counter.act("examiner", case_id, "forward", {}),
        return_exceptions=True,
    )
    assert sum(isinstance(item, Case) for item in both) == 1, "forwarded once"
    case = await counter.case(case_id)
    assert (case.agency_id, case.forward_to, case.arrived_at) == ("meti", None, arrived)
    assert case.assignee_id is None
    assert await refusal(counter, "examiner", case_id, "confirm") == 404, "no longer theirs"
    async with signed_in(app, counter, "examiner") as client:
        page = await client.get(f"/desk/cases/{case_id}")
        assert page.status_code == 200, "they may go on reading what they forwarded"
        assert "関東経済産業局を経由" in page.text
        for path, data in (("message", {"text": "x"}), ("actions/confirm", {})):
            posted = await client.post(f"/desk/cases/{case_id}/{path}", data=data)
            assert posted.status_code in (403, 404, 405, 409), path
    async with signed_in(app, counter, "elsewhere") as client:
        assert (await client.get(f"/desk/cases/{case_id}")).status_code == 404
    await counter.act("ministry", case_id, "confirm")
    async with counter.database.reading() as session:
        entries = await journal.entries(session, f"case:{case_id}")
    forwarded = next(entry for entry in entries if entry.action == "forward")
    assert forwarded.payload["forwarded"] == {"from": "bureau-kanto", "to": "meti"}
    assert (await counter.case(case_id)).outcome == "accepted"


def substance() -> Package:
    """The package, without the drawing that only a page can attach."""
    place = Place(PACKAGES / "chemicals/new-substance-confirmation/v1", "closed")
    files, _ = read_files(place)
    files["procedure.yaml"] = files["procedure.yaml"].replace(
        "max_mb: 10, required: true", "max_mb: 10"
    )
    found = load(files, "v1").package
    assert found is not None
    return found


async def test_three_ministries_confirm_together(counter: Counter) -> None:
    package = substance()
    async with counter.database.session() as session:
        for agency in ("mhlw", "env"):
            record = identity.shipped_agencies()[agency]
            row = identity.Agency(
                id=agency, kind=record.kind, name=dict(record.name), head=dict(record.head)
            )
            session.add(row)
        await session.commit()
    ministry = counter.people["ministry"]
    health, environment = (
        replace(ministry, grants=frozenset({(agency, "examiner")})) for agency in ("mhlw", "env")
    )
    entered = plain(given_by(package, package.spec.tests[0]))
    entered["applicant"]["number"] = CORPORATE_NUMBER
    case_id = await counter.file_as(package, entered)
    await counter.act("ministry", case_id, "start_examination")
    await counter.act("ministry", case_id, "ask_concurrence")
    await counter.act("ministry", case_id, "propose_grant")
    counter.people["decider"] = replace(
        counter.people["second"], grants=frozenset({("meti", "approver")})
    )
    assert await refusal(counter, "decider", case_id, "approve_grant") == 409
    for official in (health, environment):
        async with counter.database.session() as session:
            ((task, _),) = await asked_of_me(session, official)
            await answer(session, official, task.id, {"stance": "none"}, counter.clock)
            await session.commit()
    await counter.act("decider", case_id, "approve_grant")
    assert (await counter.case(case_id)).outcome == "granted"
