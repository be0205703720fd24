"""A certification round from its opening to one decision on all its cases, on both databases."""

import re
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from madoguchi.cases.desk.together import TogetherRefused, act_together, candidates, groups
from madoguchi.cases.errors import CaseError
from madoguchi.cases.models import Case
from madoguchi.kernel import journal
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import Counter
from tests.cases.desk.test_pages import hidden
from tests.procedures.packages import package

ROUND = package(
    "data:\n  plan: {type: text, label: {ja: 計画, en: Plan}, required: true}\n"
    "rounds:\n  - {id: first, title: {ja: 第1回, en: Round 1}, opens: 2026-06-01, closes: 2026-07-31, decides: 2026-10-15}\n",
    pattern="certification",
    agency="pref-14",
)


async def proposed(counter: Counter, count: int) -> list[str]:
    """So many cases of the round, each proposed for certification."""
    counter.at(date(2026, 6, 2))
    ids = [await counter.file_as(ROUND, {"plan": f"第{n}案"}) for n in range(count)]
    for case_id in ids:
        await counter.act("examiner", case_id, "start_examination")
        await counter.act("examiner", case_id, "propose_certification", {"conditions": "なし"})
    return ids


async def together(
    counter: Counter, who: str, ids: list[str], token: str | None = None
) -> list[Case]:
    async with counter.database.session() as session:
        actor = counter.people[who]
        found = await candidates(
            session,
            actor,
            ROUND.digest,
            "approving_certification",
            "first",
            "approve_certification",
            counter.now,
        )
        seen = {item.case.id: item.content_hash for item in found if item.case.id in ids}
        seen |= dict.fromkeys(set(ids) - seen.keys(), "sha256:none")
        done = await act_together(
            session, actor, seen, "approve_certification", {}, token, counter.clock
        )
        await session.commit()
        return done


async def states(counter: Counter, ids: list[str]) -> set[str]:
    return {(await counter.case(case_id)).state for case_id in ids}


async def test_filings_are_taken_in_the_window_only(counter: Counter) -> None:
    counter.at(date(2026, 5, 31), hour=23)
    with pytest.raises(CaseError) as early:
        await counter.file_as(ROUND, {"plan": "甲"})
    assert early.value.code == "window_closed"
    assert "2026年6月1日" in early.value.message["ja"]
    counter.at(date(2026, 6, 1), hour=0)
    case_id = await counter.file_as(ROUND, {"plan": "甲"})
    assert (await counter.case(case_id)).round_id == "first"
    counter.at(date(2026, 8, 1), hour=0)
    with pytest.raises(CaseError):
        await counter.file_as(ROUND, {"plan": "乙"})
    await counter.act("examiner", case_id, "start_examination")
    await counter.act(
        "examiner", case_id, "request_correction", {"points": ["/plan"], "reason": "直す"}
    )
    await counter.resubmit(case_id, {"plan": "丙"})  # a correction is no new filing
    assert (await counter.case(case_id)).state == "examining"


async def test_a_round_is_decided_in_one_act(counter: Counter) -> None:
    ids = await proposed(counter, 3)
    with pytest.raises(TogetherRefused) as early:
        await together(counter, "approver", ids)
    assert set(early.value.refusals) == set(ids)
    assert await states(counter, ids) == {"approving_certification"}
    counter.at(date(2026, 10, 15))
    done = await together(counter, "approver", ids, token="one-showing")
    assert len(done) == 3
    assert await states(counter, ids) == {"certified"}
    async with counter.database.reading() as session:
        for case_id in ids:
            last = (await journal.entries(session, f"case:{case_id}"))[-1]
            assert (last.action, last.actor) == (
                "approve_certification",
                counter.people["approver"].id,
            )


async def test_one_that_cannot_be_done_stops_all(counter: Counter) -> None:
    ids = await proposed(counter, 3)
    counter.at(date(2026, 10, 15))
    await counter.act("approver", ids[1], "send_back", {"comment": "見直す"})
    with pytest.raises(TogetherRefused) as refused:
        await together(counter, "approver", ids)
    assert list(refused.value.refusals) == [ids[1]]
    assert await states(counter, [ids[0], ids[2]]) == {"approving_certification"}
    assert len(await together(counter, "approver", [ids[0], ids[2]])) == 2


async def test_the_second_of_two_clicks_does_nothing(counter: Counter) -> None:
    ids = await proposed(counter, 2)
    counter.at(date(2026, 10, 15))
    async with counter.database.session() as session:
        actor = counter.people["approver"]
        found = await candidates(
            session,
            actor,
            ROUND.digest,
            "approving_certification",
            "first",
            "approve_certification",
            counter.now,
        )
        seen = {item.case.id: item.content_hash for item in found}
    for _ in range(2):
        async with counter.database.session() as session:
            await act_together(
                session, actor, seen, "approve_certification", {}, "t", counter.clock
            )
            await session.commit()
    async with counter.database.reading() as session:
        for case_id in ids:
            actions = [e.action for e in await journal.entries(session, f"case:{case_id}")]
            assert actions.count("approve_certification") == 1


async def test_what_is_open_to_whom(counter: Counter) -> None:
    ids = await proposed(counter, 2)
    async with counter.database.reading() as session:
        found = await groups(session, counter.people["approver"], "trial")
        assert [(g.round_id, g.state, g.count) for g in found] == [
            ("first", "approving_certification", 2)
        ]
        assert await groups(session, counter.people["elsewhere"], "trial") == []
        for_others = await candidates(
            session,
            counter.people["elsewhere"],
            ROUND.digest,
            "approving_certification",
            "first",
            "approve_certification",
            counter.now,
        )
        assert for_others == []
    counter.at(date(2026, 10, 15))
    with pytest.raises(TogetherRefused) as refused:
        await together(counter, "elsewhere", ids)
    assert {text["ja"] for text in refused.value.refusals.values()}
    with pytest.raises(CaseError):
        await together(counter, "approver", [])


@pytest.fixture
def app(counter: Counter, tmp_path: Path) -> FastAPI:
    return app_of(counter, tmp_path)


async def test_by_clicking_and_by_program(app: FastAPI, counter: Counter) -> None:
    ids = await proposed(counter, 3)
    counter.at(date(2026, 10, 15))
    async with signed_in(app, counter, "approver") as approver:
        overview = await approver.get("/desk/together/trial")
        assert "第1回" in overview.text
        query = f"?version={ROUND.digest}&state=approving_certification&round=first"
        where = f"/desk/together/trial/approve_certification{query}"
        page = await approver.get(where)
        assert page.status_code == 200
        assert page.text.count(" checked") == 3
        stale = await approver.post(where, data={**hidden(page), "case": f"{ids[0]}:sha256:old"})
        assert stale.status_code == 409
        values = re.findall(r'name="case" value="([^"]+)"', page.text)
        done = await approver.post(where, data={**hidden(page), "case": values[:2]})
        assert done.status_code == 303, done.text
        left = (await approver.get(f"/api/v1/desk/cases/{ids[2]}")).json()
        bound = next(
            a["content_hash"] for a in left["actions"] if a["name"] == "approve_certification"
        )
        sent = await approver.post(
            "/api/v1/desk/actions/approve_certification",
            json={"cases": [{"id": ids[2], "content_hash": bound}]},
        )
        assert sent.json() == {"states": {ids[2]: "certified"}}
        again = await approver.post(
            "/api/v1/desk/actions/approve_certification",
            json={"cases": [{"id": ids[2], "content_hash": bound}]},
        )
        assert again.status_code == 409
        assert again.json()["errors"][0]["case"] == ids[2]
        assert (await approver.get("/desk/together/nothing")).status_code == 404
        assert (await approver.get("/desk/together/trial/fly?version=x&state=y")).status_code == 404
    async with signed_in(app, counter, None) as public:
        assert "第1回" in (await public.get("/procedures/trial")).text
    async with counter.database.reading() as session:
        count = await session.scalar(select(func.count()).where(Case.state == "certified"))
        assert count == 3
