"""Official acts on an entry: proposed, approved, told, kept; by those who may, once, and in step."""

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from madoguchi.cases.desk.act import FormRefused
from madoguchi.cases.errors import CaseError
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.acts.acting import Shown, approve_act, do_act, drop_act
from madoguchi.cases.registers.acts.opening import entry_at_desk
from madoguchi.cases.registers.models import EntryAct, EntryLetter
from madoguchi.cases.registers.service import current
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.messages.models import Message
from madoguchi.registry.service import facts_of
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import Counter
from tests.cases.registers.test_registers import NAME, registered

HEARD = {
    "notified_on": "2026-05-10",
    "heard_on": "2026-05-20",
    "reason": "法第11条第1号に当たるため。",
}
SUSPENSION = {**HEARD, "effective_on": "2026-06-10", "until": "2026-07-09"}


async def entered(counter: Counter) -> str:
    """A registration of 1 May; its entry. It is then 1 June."""
    counter.at(date(2026, 5, 1))
    await registered(counter)
    counter.at(date(2026, 6, 1))
    async with counter.database.reading() as session:
        found = await session.scalar(select(RegisterEntry.entry_id))
    assert found is not None
    return found


async def do(
    counter: Counter, who: str, entry: str, name: str, form: Mapping[str, Any], **shown: Any
) -> EntryAct:
    async with counter.database.session() as session:
        actor = counter.people[who]
        row = await do_act(session, actor, entry, name, form, Shown(**shown), counter.clock)
        await session.commit()
        return row


async def approve(counter: Counter, who: str, act: str) -> EntryAct:
    async with counter.database.session() as session:
        row = await approve_act(session, counter.people[who], act, "", counter.clock)
        await session.commit()
        return row


async def drop(counter: Counter, who: str, act: str, comment: str) -> EntryAct:
    async with counter.database.session() as session:
        row = await drop_act(session, counter.people[who], act, comment, counter.clock)
        await session.commit()
        return row


async def stands(counter: Counter, entry: str) -> list[tuple[date, str]]:
    async with counter.database.session() as session:
        _, spans = await current(session, entry)
    return [(span.valid_from, span.status) for span in spans]


async def refusal(work: Any) -> tuple[str, int]:
    with pytest.raises(DomainError) as refused:
        await work
    return refused.value.code, refused.value.status


async def test_a_suspension_is_proposed_heard_approved_told_and_lifted(counter: Counter) -> None:
    entry = await entered(counter)
    with pytest.raises(FormRefused) as refused:
        await do(counter, "examiner", entry, "suspend", {"effective_on": "2026-06-10"})
    assert {fault.pointer for fault in refused.value.faults} == {
        "/form/reason",
        "/form/notified_on",
        "/form/heard_on",
        "/form/until",
    }
    row = await do(counter, "examiner", entry, "suspend", SUSPENSION)
    assert row.state == "proposed"
    assert await stands(counter, entry) == [(date(2026, 5, 1), "valid")], "nothing yet"
    assert await refusal(approve(counter, "examiner", row.id)) == ("not_found", 404)
    assert await refusal(approve(counter, "elsewhere", row.id)) == ("not_found", 404)
    assert await refusal(do(counter, "examiner", entry, "cancel", HEARD)) == ("act-waiting", 409)
    done = await approve(counter, "approver", row.id)
    assert (done.state, done.decided_by) == ("done", counter.people["approver"].id)
    assert await stands(counter, entry) == [
        (date(2026, 5, 1), "valid"),
        (date(2026, 6, 10), "suspended"),
        (date(2026, 7, 10), "valid"),
    ]
    again = await approve(counter, "approver", row.id)
    assert again.id == row.id, "the second of two clicks"
    assert await refusal(approve(counter, "second", row.id)) == ("act-decided", 409)
    async with counter.database.reading() as session:
        letters = list(await session.scalars(select(EntryLetter)))
        told = list(
            await session.scalars(select(Message).where(Message.dedupe_key == f"act:{row.id}"))
        )
        history = await journal.entries(session, f"register:{entry}")
    assert [letter.subject for letter in letters] == [f"act:{row.id}"]
    assert "令和8年7月9日" in letters[0].html
    assert "法第11条第1号" in letters[0].html
    assert len(told) == 1
    assert "2026-07-09" in told[0].body["en"]
    assert [item.action for item in history] == ["entered", "act_proposed", "suspended"]
    counter.at(date(2026, 6, 20))
    lifted = {"effective_on": "2026-06-25", "reason": "改善されたため。"}
    assert (await do(counter, "approver", entry, "resume", lifted)).state == "done"
    assert (await stands(counter, entry))[2] == (date(2026, 6, 25), "valid")


async def test_a_cancellation_ends_entry_and_fact_and_is_final(counter: Counter) -> None:
    entry = await entered(counter)
    past = {**HEARD, "effective_on": "2026-05-25"}
    with pytest.raises(FormRefused):
        await do(counter, "examiner", entry, "cancel", past)
    row = await do(counter, "examiner", entry, "cancel", {**HEARD, "effective_on": "2026-06-01"})
    counter.at(date(2026, 6, 5))
    done = await approve(counter, "approver", row.id)
    assert done.effective_on == date(2026, 6, 5), "not before it was decided"
    assert await stands(counter, entry) == [
        (date(2026, 5, 1), "valid"),
        (date(2026, 6, 5), "cancelled"),
    ]
    async with counter.database.reading() as session:
        facts = [
            (await facts_of(session, counter.organisation, day)).get("gasoline_registration")
            for day in (date(2026, 6, 4), date(2026, 6, 5))
        ]
    assert facts[0] is not None
    assert facts[1] is None or facts[1].value is None
    form = {"effective_on": "2026-06-05", "reason": "x"}
    assert await refusal(do(counter, "approver", entry, "lapse", form)) == ("guard", 409)


async def test_who_returns_a_proposal_says_why_and_who_made_it_withdraws(counter: Counter) -> None:
    entry = await entered(counter)
    row = await do(counter, "examiner", entry, "suspend", SUSPENSION)
    assert await refusal(drop(counter, "approver", row.id, " ")) == ("no-comment", 422)
    assert (await drop(counter, "approver", row.id, "期間が長すぎます。")).state == "returned"
    assert await refusal(approve(counter, "approver", row.id)) == ("act-decided", 409)
    row = await do(counter, "second", entry, "suspend", SUSPENSION)
    assert await refusal(approve(counter, "second", row.id)) == ("same-person", 403)
    assert await refusal(drop(counter, "examiner", row.id, "x")) == ("not_found", 404)
    assert (await drop(counter, "second", row.id, "")).state == "withdrawn"
    assert await stands(counter, entry) == [(date(2026, 5, 1), "valid")]


async def test_a_correction_changes_what_was_changed_and_keeps_what_it_said(
    counter: Counter,
) -> None:
    entry = await entered(counter)
    async with counter.database.reading() as session:
        opened = await entry_at_desk(session, counter.people["approver"], entry, date(2026, 6, 1))
    said = opened.now.columns
    form = {
        "effective_on": "2026-05-15",
        "past_reason": "登録のときの誤記のため。",
        "reason": "誤記の訂正",
        "column_name": "株式会社山田石油",
    }
    kept = {f"column_{n}": v for n, v in said.items() if isinstance(v, str) and n != "name"}
    with pytest.raises(FormRefused):
        await do(counter, "approver", entry, "change", {**form, "column_nothing": "x"})
    row = await do(counter, "approver", entry, "change", {**kept, **form}, stamp=opened.stamp)
    async with counter.database.session() as session:
        rows, spans = await current(session, entry)
        before = list(
            await session.scalars(
                select(RegisterEntry).where(RegisterEntry.superseded_at.is_not(None))
            )
        )
    assert [span.columns["name"] for span in spans] == [said["name"], "株式会社山田石油"]
    changed = {n for n in said if said[n] != rows[-1].columns[n]}
    assert changed == {"name"} | {
        n for n, v in said.items() if not isinstance(v, str) and rows[-1].columns[n] != v
    }
    assert rows[-1].reason == "誤記の訂正"
    assert [version.columns["name"] for version in before] == [said["name"]]
    stale = do(counter, "approver", entry, "change", {**form, "column_name": "y"}, stamp=row.stamp)
    assert await refusal(stale) == ("entry-changed", 409)


async def test_two_officials_at_once_and_a_double_click_act_once(counter: Counter) -> None:
    entry = await entered(counter)
    async with counter.database.reading() as session:
        actor = counter.people["approver"]
        stamp = (await entry_at_desk(session, actor, entry, jst_date(counter.now))).stamp
    form = {"effective_on": "2026-06-01", "reason": "解散のため。"}
    results = await asyncio.gather(
        do(counter, "approver", entry, "lapse", form, stamp=stamp, token="a"),
        do(counter, "second", entry, "lapse", form, stamp=stamp, token="b"),
        return_exceptions=True,
    )
    failed = [result for result in results if isinstance(result, BaseException)]
    assert [type(result) for result in failed] == [CaseError]
    who, token = ("approver", "a") if isinstance(results[1], BaseException) else ("second", "b")
    first = next(result for result in results if isinstance(result, EntryAct))
    again = await do(counter, who, entry, "lapse", form, stamp=stamp, token=token)
    assert again.id == first.id
    assert await stands(counter, entry) == [
        (date(2026, 5, 1), "valid"),
        (date(2026, 6, 1), "lapsed"),
    ]


async def test_pages_and_api_of_an_entry(counter: Counter, tmp_path: Path) -> None:
    entry = await entered(counter)
    app = app_of(counter, tmp_path)
    path = f"/desk/entries/{entry}"
    async with signed_in(app, counter, "elsewhere") as other:
        for address in (path, f"{path}/acts/lapse", f"/api/v1{path}", "/desk/entries/x"):
            assert (await other.get(address)).status_code == 404
        assert (await other.post(f"/api/v1{path}/acts/lapse", json={})).status_code == 404
    async with signed_in(app, counter, "applicant") as holder:
        assert (await holder.get(path)).status_code in (403, 404)
    async with signed_in(app, counter, "examiner") as desk:
        told = (await desk.get(f"/api/v1{path}")).json()
        assert [item["name"] for item in told["offered"]] == ["suspend", "cancel"]
        assert told["spans"][0]["status"] == "valid"
        page = await desk.get(path)
        assert "効力の停止" in page.text
        assert (await desk.get(f"{path}/acts/lapse")).status_code == 404
        assert "誰も" not in (await desk.get(f"{path}/acts/suspend")).text
        bad = await desk.post(f"/api/v1{path}/acts/suspend", json={"form": {"effective_on": 7}})
        assert bad.status_code == 422
        pointers = {error["pointer"] for error in bad.json()["errors"]}
        assert {"#/form/effective_on", "#/form/reason"} <= pointers
        for step, data in (("check", {"/form/effective_on": "昨日"}), ("do", {})):
            answer = await desk.post(f"{path}/acts/suspend", data={"step": step, **data})
            assert answer.status_code == 422
        assert (
            "昨日" in (await desk.post(f"{path}/acts/suspend", data={"/form/reason": "昨日"})).text
        )
        typed = {f"/form/{name}": value for name, value in SUSPENSION.items()}
        check = await desk.post(f"{path}/acts/suspend", data=typed)
        assert check.status_code == 200
        assert "停止中" in check.text, "what it would be"
        sent = {**typed, "step": "do", "token": "t", "stamp": told["stamp"]}
        for _ in range(2):
            done = await desk.post(f"{path}/acts/suspend", data=sent)
            assert done.status_code == 303
        stale = {**sent, "token": "u", "stamp": "x" * 32}
        refused = await desk.post(f"{path}/acts/suspend", data=stale)
        assert refused.status_code == 409
        assert HEARD["reason"] in refused.text, "nothing typed is lost"
        act = (await desk.get(f"/api/v1{path}")).json()["acts"][0]
        proposals = await desk.get("/desk/entry-acts")
        assert told["number"] in proposals.text
    async with signed_in(app, counter, "approver") as chief:
        assert "承認して行う" in (await chief.get(path)).text
        empty = await chief.post(f"/desk/entry-acts/{act['id']}/drop", data={"entry": entry})
        assert empty.status_code == 422
        data = {"entry": entry}
        assert (
            await chief.post(f"/desk/entry-acts/{act['id']}/approve", data=data)
        ).status_code == 303
        assert (await chief.post("/api/v1/desk/entry-acts/x/approve", json={})).status_code == 404
    number = told["number"]
    recorded = counter.now
    counter.at(date(2026, 6, 10))
    async with signed_in(app, counter, None) as public:
        page = await public.get(f"/registers/{NAME}/{number}")
        assert "停止中" in page.text
        assert HEARD["reason"] not in page.text, "reasons are for the holder and officials"
        listed = (await public.get(f"/api/v1/registers/{NAME}")).json()
        assert [item["status"] for item in listed["items"]] == ["suspended"]
        before = recorded.replace(hour=0).isoformat()
        params = {"on": "2026-06-10", "known_at": before}
        earlier = (await public.get(f"/api/v1/registers/{NAME}", params=params)).json()
        assert [item["status"] for item in earlier["items"]] == ["valid"], "as it was known then"
        page = await public.get(f"/registers/{NAME}/{number}?known_at=2026-05-31&on=2026-06-10")
        assert "停止中" not in page.text
        for odd in ("known_at=きのう", "known_at=9999-12-31", "on=%00&known_at=2026-06-01T25:00"):
            answer = await public.get(f"/registers/{NAME}?{odd}")
            assert answer.status_code in (200, 400), odd
        assert (await public.get(f"/registers/{NAME}/{number}?on=0001-01-01")).status_code == 200
