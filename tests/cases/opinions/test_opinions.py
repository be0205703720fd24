"""Opinions from asking to joining: who sees what, who answers, silence, on both databases."""

import asyncio
from datetime import date
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from madoguchi.cases import jobs
from madoguchi.cases.desk.act import FormRefused
from madoguchi.cases.errors import CaseError
from madoguchi.cases.opinions.answering import answer
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.opinions.queries import asked_of_me, open_count, tasks_of
from madoguchi.cases.opinions.withdrawing import withdraw
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import Worker
from madoguchi.messages import service as messages
from madoguchi.procedures.workflow.advance import WorkflowError
from madoguchi.settings import Settings
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import KANTO, TOKYO, Counter
from tests.procedures.packages import package

BODY = """\
data:
  plan: {{type: text, label: {{ja: 計画, en: Plan}}, required: true}}
  secret: {{type: text, label: {{ja: 企業秘密, en: Trade secret}}, required: true}}
attachments:
  drawing: {{label: {{ja: 図面, en: Drawing}}}}
  accounts: {{label: {{ja: 決算書, en: Accounts}}}}
workflow:
  pattern: permission
  states:
    consulting: {{label: {{ja: 意見照会中, en: Consulting}}}}
  opinions:
    neighbours:
      label: {{ja: 隣接都県の意見, en: Opinion of the neighbours}}
      to: '["{tokyo}", "{kanto}"]'
      within: 14 days
      remind: 3 days
      overdue: {overdue}
      sees: [plan, drawing]
      form:
        stance: {{type: choice, label: {{ja: 意見, en: Stance}}, required: true, options: {{none: {{ja: 異議なし, en: No objection}}, against: {{ja: 反対, en: Against}}}}}}
        reasons: {{type: longtext, label: {{ja: 理由, en: Reasons}}, required: 'stance = "against"'}}
  actions:
    consult: {{label: {{ja: 意見を求める, en: Consult}}, by: examiner, from: [examining], to: consulting, effects: [{{opinion: neighbours}}]}}
    consulted: {{label: {{ja: 意見がそろった, en: Consulted}}, by: system, from: [consulting], to: examining, at: case.state_since, guard: opinions.neighbours.joined}}
"""
GIVEN = {"plan": "甲", "secret": "配合比"}


def asking(overdue: str = "wait"):
    return package(BODY.format(tokyo=TOKYO, kanto=KANTO, overdue=overdue), agency="pref-14")


async def work(counter: Counter) -> None:
    await Worker(counter.database, jobs.handlers(Settings()), counter.clock).drain()


async def consulted(counter: Counter, overdue: str = "wait") -> tuple[str, dict[str, OpinionTask]]:
    counter.at(date(2026, 5, 1))
    case_id = await counter.file_as(asking(overdue), GIVEN)
    await counter.act("examiner", case_id, "start_examination")
    await counter.act("examiner", case_id, "consult")
    await work(counter)
    async with counter.database.reading() as session:
        return case_id, {task.agency_id: task for task in await tasks_of(session, case_id)}


async def give(counter: Counter, who: str, task: OpinionTask, **form: str) -> None:
    async with counter.database.session() as session:
        await answer(session, counter.people[who], task.id, form, counter.clock)
        await session.commit()


async def test_two_agencies_answer_and_the_case_goes_on_by_itself(counter: Counter) -> None:
    case_id, tasks = await consulted(counter)
    assert set(tasks) == {TOKYO, KANTO}
    assert (await counter.case(case_id)).state == "consulting"
    await give(counter, "elsewhere", tasks[TOKYO], stance="none")
    await work(counter)
    assert (await counter.case(case_id)).state == "consulting"
    await give(counter, "examiner", tasks[KANTO], stance="against", reasons="水源に近い。")
    await work(counter)
    assert (await counter.case(case_id)).state == "examining"
    async with counter.database.reading() as session:
        entries = await journal.entries(session, f"case:{case_id}")
    assert [entry.action for entry in entries][-3:] == [
        "opinion_answered",
        "opinion_answered",
        "consulted",
    ]
    assert entries[-3].payload["agency"] == TOKYO


async def test_whoever_is_asked_is_told_and_whoever_asked_too(counter: Counter) -> None:
    _, tasks = await consulted(counter)
    async with counter.database.reading() as session:
        reader = messages.Reader(counter.people["elsewhere"].id)
        told = await messages.inbox(session, reader)
        assert [message.link for message in told] == [f"/desk/opinions/{tasks[TOKYO].id}"]
        assert await open_count(session, counter.people["elsewhere"]) == 1
    await give(counter, "elsewhere", tasks[TOKYO], stance="none")
    async with counter.database.reading() as session:
        reader = messages.Reader(counter.people["examiner"].id)
        assert "隣接都県の意見" in (await messages.inbox(session, reader))[0].subject["ja"]
        assert await asked_of_me(session, counter.people["elsewhere"]) == []


async def test_who_may_not_answer(counter: Counter) -> None:
    _, tasks = await consulted(counter)
    for who, task, status in (
        ("approver", TOKYO, 404),  # Kanagawa is not asked
        ("applicant", TOKYO, 404),
        ("manager", KANTO, 404),
        ("approver", KANTO, 403),  # of the agency asked, but examiners answer
    ):
        with pytest.raises(CaseError) as refused:
            await give(counter, who, tasks[task], stance="none")
        assert refused.value.status == status, who
    with pytest.raises(FormRefused) as faulty:
        await give(counter, "elsewhere", tasks[TOKYO], stance="against")
    assert faulty.value.pointers == ("/form/reasons",)


async def test_answering_twice_answers_once(counter: Counter) -> None:
    case_id, tasks = await consulted(counter)

    async def once() -> None:
        await give(counter, "elsewhere", tasks[TOKYO], stance="none")

    await asyncio.gather(once(), once(), return_exceptions=True)
    await once()
    async with counter.database.reading() as session:
        actions = [e.action for e in await journal.entries(session, f"case:{case_id}")]
    assert actions.count("opinion_answered") == 1


async def test_silence_passes_or_waits_as_the_package_says(counter: Counter) -> None:
    case_id, tasks = await consulted(counter, "pass")
    await give(counter, "elsewhere", tasks[TOKYO], stance="none")
    counter.at(date(2026, 5, 15), hour=23)
    await work(counter)
    assert (await counter.case(case_id)).state == "consulting"
    counter.at(date(2026, 5, 16), hour=0)
    await work(counter)
    assert (await counter.case(case_id)).state == "examining"
    async with counter.database.reading() as session:
        states = {task.agency_id: task.state for task in await tasks_of(session, case_id)}
    assert states == {TOKYO: "answered", KANTO: "passed"}
    # What comes late is kept all the same: the examiner may still want to know.
    await give(counter, "examiner", tasks[KANTO], stance="against", reasons="遅れました")
    async with counter.database.reading() as session:
        assert {task.state for task in await tasks_of(session, case_id)} == {"answered"}


async def test_waiting_goes_on_and_both_sides_are_reminded(counter: Counter) -> None:
    case_id, _ = await consulted(counter)
    counter.at(date(2026, 5, 20))
    await work(counter)
    assert (await counter.case(case_id)).state == "consulting"
    async with counter.database.reading() as session:
        reader = messages.Reader(counter.people["elsewhere"].id)
        subjects = [message.subject["en"] for message in await messages.inbox(session, reader)]
    assert [subject.split(":")[0] for subject in subjects] == [
        "Opinion of the neighbours overdue",
        "Opinion of the neighbours due soon",
        "Opinion of the neighbours asked for",
    ]


async def test_who_asked_may_withdraw_and_the_agency_is_told(counter: Counter) -> None:
    case_id, tasks = await consulted(counter)
    for who, status in (("elsewhere", 404), ("applicant", 404), ("approver", 403)):
        with pytest.raises(CaseError) as refused:
            await take_back(counter, who, tasks[TOKYO])
        assert refused.value.status == status, who
    with pytest.raises(CaseError) as refused:
        await take_back(counter, "examiner", tasks[TOKYO], reason=" \n")
    assert refused.value.status == 422
    await take_back(counter, "examiner", tasks[TOKYO])
    await take_back(counter, "examiner", tasks[TOKYO])  # a second click
    with pytest.raises(CaseError) as refused:
        await give(counter, "elsewhere", tasks[TOKYO], stance="none")
    assert refused.value.code == "opinion-closed"
    async with counter.database.reading() as session:
        entries = await journal.entries(session, f"case:{case_id}")
        told = await messages.inbox(session, messages.Reader(counter.people["elsewhere"].id))
        assert await open_count(session, counter.people["elsewhere"]) == 0
    withdrawn = [entry for entry in entries if entry.action == "opinion_withdrawn"]
    assert [entry.payload["reason"] for entry in withdrawn] == ["資料で確かめた"]
    assert "資料で確かめた" in told[0].body["ja"]
    assert (await counter.case(case_id)).state == "consulting"
    # The other agency's answer is now all that is waited for.
    await give(counter, "examiner", tasks[KANTO], stance="none")
    await work(counter)
    assert (await counter.case(case_id)).state == "examining"
    with pytest.raises(CaseError) as refused:
        await take_back(counter, "examiner", tasks[KANTO])
    assert refused.value.status == 409


async def take_back(
    counter: Counter, who: str, task: OpinionTask, reason: str = "資料で確かめた"
) -> None:
    async with counter.database.session() as session:
        await withdraw(session, counter.people[who], task.id, reason, counter.clock)
        await session.commit()


async def test_withdrawing_on_the_page_and_by_program(app: FastAPI, counter: Counter) -> None:
    case_id, tasks = await consulted(counter)
    tokyo, kanto = (f"/desk/opinions/{tasks[place].id}/withdraw" for place in (TOKYO, KANTO))
    async with signed_in(app, counter, "examiner") as asker:
        assert tokyo in (await asker.get(f"/desk/cases/{case_id}")).text
        assert "隣接都県の意見" in (await asker.get(tokyo)).text
        long = "あ" * 1001
        refused = await asker.post(tokyo, data={"reason": long})
        assert refused.status_code == 422
        assert long in refused.text
        assert (await asker.post(tokyo, data={"reason": "<b>不要"})).status_code == 303
        page = (await asker.get(f"/desk/cases/{case_id}")).text
        assert tokyo not in page
        assert "&lt;b&gt;不要" in page
        assert (await asker.post(f"/api/v1{kanto}", json={})).status_code == 422
        done = await asker.post(f"/api/v1{kanto}", json={"reason": "不要"})
        assert done.json()["state"] == "withdrawn"
    async with signed_in(app, counter, "elsewhere") as there:
        assert (await there.get(tokyo)).status_code == 404
        assert (await there.post(f"/api/v1{kanto}", json={"reason": "x"})).status_code == 404
        assert "&lt;b&gt;不要" in (await there.get(f"/desk/opinions/{tasks[TOKYO].id}")).text


async def test_a_case_that_ended_asks_nobody(counter: Counter) -> None:
    case_id, tasks = await consulted(counter)
    async with counter.database.session() as session:
        from madoguchi.cases.filing.acting import act_as_applicant
        from madoguchi.cases.models import Case

        case = await session.get(Case, case_id)
        assert case is not None
        case.state = "examining"  # from where it can be withdrawn
        await session.flush()
        await act_as_applicant(
            session, counter.people["applicant"], counter.clock, case_id, "withdraw", {}
        )
        await session.commit()
    with pytest.raises(CaseError) as refused:
        await give(counter, "elsewhere", tasks[TOKYO], stance="none")
    assert refused.value.code == "opinion-closed"
    async with counter.database.reading() as session:
        assert await open_count(session, counter.people["elsewhere"]) == 0


async def test_nobody_to_ask_is_told(counter: Counter) -> None:
    body = BODY.format(tokyo="pref-00", kanto=KANTO, overdue="wait")
    case_id = await counter.file_as(package(body, agency="pref-14"), GIVEN)
    await counter.act("examiner", case_id, "start_examination")
    with pytest.raises(CaseError) as refused:
        await counter.act("examiner", case_id, "consult")
    assert refused.value.code == "nobody-to-ask"
    assert (await counter.case(case_id)).state == "examining"


async def test_a_guard_waits_for_opinions(counter: Counter) -> None:
    text = BODY.format(tokyo=TOKYO, kanto=KANTO, overdue="wait")
    text += "    propose_grant: {guard: opinions.neighbours.joined}\n"
    case_id = await counter.file_as(package(text, agency="pref-14"), GIVEN)
    await counter.act("examiner", case_id, "start_examination")
    with pytest.raises(WorkflowError):
        await counter.act("examiner", case_id, "propose_grant")


@pytest.fixture
def app(counter: Counter, tmp_path: Path) -> FastAPI:
    return app_of(counter, tmp_path)


async def test_the_pages_show_only_what_may_be_seen(app: FastAPI, counter: Counter) -> None:
    case_id, tasks = await consulted(counter)
    here = f"/desk/opinions/{tasks[TOKYO].id}"
    case = await counter.case(case_id)
    file = case.attached["drawing"][0]["sha256"]
    async with signed_in(app, counter, "elsewhere") as there:
        assert here in (await there.get("/desk/opinions")).text
        assert "/desk/opinions" in (await there.get("/desk")).text
        page = await there.get(here)
        assert page.status_code == 200
        assert "甲" in page.text
        assert "配合比" not in page.text
        assert "企業秘密" not in page.text
        assert (await there.get(f"{here}/files/{file}")).status_code == 200
        assert (await there.get(f"/desk/cases/{case_id}")).status_code == 404
        assert (await there.get(f"/cases/{case_id}/files/{file}")).status_code == 404
        faulty = await there.post(here, data={"/form/stance": "against"})
        assert faulty.status_code == 422
        assert "エラー" in faulty.text
        done = await there.post(here, data={"/form/stance": "against", "/form/reasons": "水源"})
        assert done.status_code == 303
        assert "水源" in (await there.get(here)).text
        assert here in (await there.get("/desk/opinions?tab=done")).text
    async with signed_in(app, counter, "examiner") as asker:
        assert "水源" in (await asker.get(f"/desk/cases/{case_id}")).text
        assert (await asker.get(here)).status_code == 404
    async with signed_in(app, counter, "applicant") as applicant:
        assert "水源" not in (await applicant.get(f"/cases/{case_id}")).text
        assert (await applicant.get(here)).status_code in (403, 404)


async def test_the_same_by_program(app: FastAPI, counter: Counter) -> None:
    case_id, tasks = await consulted(counter)
    base = "/api/v1/desk/opinions"
    async with signed_in(app, counter, "elsewhere") as there:
        listed = (await there.get(base)).json()
        assert [item["id"] for item in listed] == [tasks[TOKYO].id]
        detail = (await there.get(f"{base}/{tasks[TOKYO].id}")).json()
        assert detail["data"] == {"plan": "甲"}
        assert set(detail["attached"]) == {"drawing"}
        refused = await there.post(f"{base}/{tasks[TOKYO].id}/answer", json={"form": {}})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "#/form/stance"
        body = {"form": {"stance": "none"}}
        done = await there.post(f"{base}/{tasks[TOKYO].id}/answer", json=body)
        assert done.json()["state"] == "answered"
        assert (await there.get(f"{base}/{tasks[KANTO].id}")).status_code == 404
    async with signed_in(app, counter, "examiner") as asker:
        assert httpx.codes.is_success(
            (await asker.get(f"/api/v1/desk/cases/{case_id}")).status_code
        )
