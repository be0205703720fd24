"""The pages and the API of the disposal list, of an erased case, and who may use them."""

import json
import re
from datetime import date
from pathlib import Path

import httpx
from sqlalchemy import select

from madoguchi.cases.models import Letter
from madoguchi.cases.retention.models import Erasure
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import Counter
from tests.cases.retention.world import MARK, erased, granted, plant, work

FUTURE = date(2038, 5, 1)
WHY = {"/reason": "満了したため", "/basis": "施行令別表の11の項"}


async def state_of(counter: Counter, id: str) -> str:
    async with counter.database.reading() as session:
        row = await session.get(Erasure, id)
        assert row is not None
        return row.state


def ids_in(page: httpx.Response) -> list[str]:
    return re.findall(r'href="/desk/retention/([0-9A-Z]{26})"', page.text)


async def withdrawn(counter: Counter, folder: Path) -> str:
    """A case that never took effect: its period counts from its closing."""
    case_id = await counter.file("safety/high-pressure-gas-production")
    app = app_of(counter, folder)
    async with signed_in(app, counter, "applicant") as client:
        done = await client.post(f"/api/v1/cases/{case_id}/actions/withdraw", json={"form": {}})
        assert done.status_code == 200, done.text
    assert (await counter.case(case_id)).stage == "done"
    return case_id


async def test_from_the_list_to_the_erased_page(counter: Counter, tmp_path: Path) -> None:
    case_id = await withdrawn(counter, tmp_path)
    kept = await granted(counter)  # a permit without end is never listed by itself
    counter.at(date(2032, 3, 31))
    await due(counter, tmp_path)
    assert await listed(counter) == []
    counter.at(date(2032, 4, 1))  # five years from 1 April 2027
    await due(counter, tmp_path)
    [id] = await listed(counter)
    app = app_of(counter, tmp_path)
    async with signed_in(app, counter, "manager") as client:
        page = await client.get("/desk/retention")
        assert (page.status_code, ids_in(page)) == (200, [id])
        assert (await client.get("/desk/manager")).text.count("/desk/retention") == 1
        nothing = await client.post("/desk/retention", data={"do": "propose", **WHY})
        assert (nothing.status_code, "満了したため" in nothing.text) == (422, True)
        empty = await client.post("/desk/retention", data={"do": "propose", "erasure": id})
        assert (empty.status_code, "理由を入力" in empty.text) == (422, True)
        done = await client.post("/desk/retention", data={"do": "propose", "erasure": id, **WHY})
        assert done.status_code == 303
        own = await client.post(f"/desk/retention/{id}", data={"do": "approve"})
        assert (own.status_code, "起案した人は決裁できません" in own.text) == (422, True)
        assert (await client.get(f"/desk/retention/{id}")).status_code == 200
    assert await state_of(counter, id) == "proposed"
    async with signed_in(app, counter, "records") as client:
        page = await client.get("/desk/retention?view=proposed")
        assert f'value="{id}"' in page.text
        for path in ("/desk/retention", f"/desk/retention/{id}"):  # no button: nothing is decided
            for sent in ({"erasure": id}, {"do": "x", "erasure": id}):
                assert (await client.post(path, data=sent)).status_code == 422
        assert await state_of(counter, id) == "proposed"
        done = await client.post("/desk/retention", data={"do": "approve", "erasure": id})
        assert done.status_code == 303
        await work(counter, tmp_path)
        assert ids_in(await client.get("/desk/retention?view=done")) == [id]
        at_desk = await client.get(f"/desk/cases/{case_id}")
        assert (at_desk.status_code, "内容を消去済み" in at_desk.text) == (200, True)
        assert (await client.get(f"/desk/cases/{case_id}/retention")).status_code == 200
    async with signed_in(app, counter, "applicant") as client:
        page = await client.get(f"/cases/{case_id}")
        assert page.status_code == 200
        assert all(word in page.text for word in ("消去されました", *WHY.values(), "受付票"))
    async with signed_in(app, counter, None) as client:
        log = await client.get("/log")
        assert (log.status_code, "施行令別表の11の項" in log.text) == (200, True)
    assert (await counter.case(kept)).data


async def due(counter: Counter, folder: Path) -> None:
    """Have the work of the present day done."""
    from madoguchi.cases.retention.jobs import look_at_ages

    async with counter.database.session() as session:
        await look_at_ages(session, counter.now)
        await session.commit()
    await work(counter, folder)


async def listed(counter: Counter) -> list[str]:
    async with counter.database.reading() as session:
        return list(await session.scalars(select(Erasure.id).where(Erasure.state == "listed")))


async def test_a_hold_keeps_a_case_until_its_day(counter: Counter, tmp_path: Path) -> None:
    await withdrawn(counter, tmp_path)
    counter.at(date(2032, 4, 2))
    await due(counter, tmp_path)
    [id] = await listed(counter)
    app = app_of(counter, tmp_path)
    async with signed_in(app, counter, "manager") as client:
        hold = {"do": "hold", "/reason": "訴訟のため", "/until": "昨日"}
        wrong = await client.post(f"/desk/retention/{id}", data=hold)
        assert (wrong.status_code, "訴訟のため" in wrong.text) == (422, True)
        past = await client.post(f"/desk/retention/{id}", data=hold | {"/until": "2032-04-01"})
        assert past.status_code == 422
        done = await client.post(f"/desk/retention/{id}", data=hold | {"/until": "2032-04-30"})
        assert done.status_code == 303
        refused = await client.post(f"/desk/retention/{id}", data={"do": "propose", **WHY})
        assert refused.status_code == 422
    counter.at(date(2032, 4, 30))
    await due(counter, tmp_path)
    assert await state_of(counter, id) == "held"
    counter.at(date(2032, 5, 1))
    await due(counter, tmp_path)
    assert await state_of(counter, id) == "listed"


async def test_who_may(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    app = app_of(counter, tmp_path)
    early = {"do": "propose", "/ground": "request", **WHY}
    for who in ("examiner", "approver", "administrator"):
        async with signed_in(app, counter, who) as client:
            assert (await client.get("/desk/retention")).status_code == 403
            assert (await client.post("/desk/retention", data={"do": "x"})).status_code == 403
            assert (await client.get(f"/desk/cases/{case_id}/retention")).status_code == 200
            refused = await client.post(f"/desk/cases/{case_id}/retention", data=early)
            assert refused.status_code == 403
    for who in ("elsewhere", "applicant"):
        async with signed_in(app, counter, who) as client:
            assert (await client.get("/desk/retention")).status_code == 403
            answer = await client.get(f"/desk/cases/{case_id}/retention")
            assert answer.status_code in (403, 404)
    async with signed_in(app, counter, "manager") as client:
        done = await client.post(f"/desk/cases/{case_id}/retention", data=early)
        assert done.status_code == 303
        again = await client.post(f"/desk/cases/{case_id}/retention", data=early)
        assert (again.status_code, "途中" in again.text) == (422, True)
        assert (await client.get("/desk/retention/nonsense")).status_code == 404
        page = await client.get(f"/desk/cases/{case_id}/retention")
        assert "決裁待ち" in page.text


async def test_programs_do_the_same(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    app = app_of(counter, tmp_path)
    why = {"reason": "請求", "basis": "個人情報保護法"}
    async with signed_in(app, counter, "manager") as client:
        api = f"/api/v1/desk/cases/{case_id}"
        assert (await client.post(f"{api}/erasure", json=why)).status_code == 422
        held = await client.post(f"{api}/hold", json={"reason": "開示請求", "until": "2026-12-01"})
        assert (held.status_code, held.json()["state"]) == (200, "held")
        early = why | {"ground": "request"}
        assert (await client.post(f"{api}/erasure", json=early)).status_code == 409
        at = f"/api/v1/desk/erasures/{held.json()['id']}"
        assert (await client.post(f"{at}/release")).json()["state"] == "dropped"
        made = (await client.post(f"{api}/erasure", json=early)).json()
        at = f"/api/v1/desk/erasures/{made['id']}"
        own = await client.post(f"{at}/decision", json={"approve": True})
        assert (own.status_code, own.json()["code"]) == (409, "second_person")
        page = (await client.get("/api/v1/desk/erasures?view=proposed")).json()
        assert [item["id"] for item in page["items"]] == [made["id"]]
    async with signed_in(app, counter, "records") as client:
        done = await client.post(f"{at}/decision", json={"approve": True})
        assert (done.status_code, done.json()["state"]) == (200, "approved")
        await work(counter, tmp_path)
        one = (await client.get(at)).json()
        assert (one["state"], one["counts"]["letters"]) == ("done", 1)


async def test_every_way_to_an_erased_case(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    await work(counter, tmp_path)
    async with counter.database.reading() as session:
        letter = await session.scalar(select(Letter.id).where(Letter.case_id == case_id))
    await erased(counter, case_id, tmp_path)
    app = app_of(counter, tmp_path)
    ours, desk, api = f"/cases/{case_id}", f"/desk/cases/{case_id}", f"/api/v1/cases/{case_id}"
    get = {
        "applicant": {
            ours: 200, f"{ours}/receipt": 303, f"{ours}/receipt.json": 200,
            f"{ours}/receipt.pdf": 410, f"{ours}/copy.pdf": 410,
            f"{ours}/letters/{letter}": 410, f"{ours}/actions/withdraw": 410,
            f"{ours}/tables/gases": None, f"{ours}/files/{'0' * 64}": 404, "/cases": 200, "/": 200,
            api: 200, f"{api}/journal": 200, f"{api}/receipt": 200, "/api/v1/cases": 200,
        },
        "examiner": {
            desk: 200, f"{desk}/version": None, f"{desk}/retention": 200,
            f"{desk}/actions/propose_grant": 410, f"{desk}/registration": None,
            f"{desk}/letters/{letter}": 410, f"{desk}/letters/{letter}?html=1": 410,
            "/desk": 200, "/desk?tab=done": 200, "/desk/manager": 200,
            f"/api/v1/desk/cases/{case_id}": 200, "/api/v1/desk/cases?tab=done": 200,
        },
    }  # fmt: skip
    post = {
        "applicant": {
            f"{ours}/copy": {}, f"{ours}/messages": {"body": MARK}, f"{ours}/correct": {},
            f"{ours}/actions/withdraw": {},
        },
        "examiner": {
            f"{desk}/messages": {"message": MARK}, f"{desk}/notes": {"note": MARK},
            f"{desk}/actions/propose_grant": {}, f"{desk}/assign": {"assignee": "me"},
        },
    }  # fmt: skip
    for who in get:
        async with signed_in(app, counter, who) as client:
            for path, status in get[who].items():
                answer = await client.get(path)
                assert answer.status_code == status or (
                    status is None and answer.status_code < 500
                ), (path, answer.status_code)
                assert MARK not in answer.text, path
            for path, sent in post[who].items():
                refused = await client.post(path, data=sent)
                assert 400 <= refused.status_code < 500, (path, refused.status_code)


async def test_nothing_sent_breaks_it(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    app = app_of(counter, tmp_path)
    page, api = f"/desk/cases/{case_id}/retention", f"/api/v1/desk/cases/{case_id}"
    long, nul = "長" * 5_000, "a\0b"
    forms: list[dict[str, str]] = [
        {}, {"do": "hold"}, {"do": "propose"}, {"do": "x" * 999},
        {"do": "propose", "/ground": "else", "/reason": "x", "/basis": "y"},
        {"do": "propose", "/ground": "request", "/reason": long, "/basis": "y"},
        {"do": "propose", "/ground": "request", "/reason": "x", "/basis": "y", "/file": long},
        {"do": "hold", "/reason": "x", "/until": "9" * 40},
        {"do": "hold", "/reason": "x", "/until": "2026-02-30"},
    ]  # fmt: skip
    bodies: list[object] = [
        None, [], {}, {"reason": 1, "basis": []}, {"reason": nul, "basis": nul, "ground": "request"},
        {"reason": long, "basis": "x", "ground": "request"},
        {"reason": "x", "basis": "y", "ground": "request", "file": "x" * 99},
        {"reason": "\ud800", "basis": "y", "ground": "request"},
    ]  # fmt: skip
    async with signed_in(app, counter, "manager") as client:
        for form in forms:
            answer = await client.post(page, data=form)
            assert answer.status_code == 422, form
        for path in (f"{api}/erasure", f"{api}/hold", "/api/v1/desk/erasures/x/propose"):
            for body in bodies:
                sent = json.dumps(body).encode()
                answer = await client.post(path, content=sent)
                assert 400 <= answer.status_code < 500, (path, body, answer.text)
        for query in ("view=x", "cursor=x", "view=done&cursor=" + "y" * 900, "view=%00"):
            assert (await client.get(f"/desk/retention?{query}")).status_code in (200, 400)
            assert (await client.get(f"/api/v1/desk/erasures?{query}")).status_code in (400, 422)
        for id in ("x", "0" * 26, "%00", "ア"):
            assert (await client.get(f"/desk/retention/{id}")).status_code in (400, 404)
            assert (await client.get(f"/api/v1/desk/erasures/{id}")).status_code in (400, 404)


async def test_a_case_that_lost_one_file(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    await plant(counter, case_id)
    [file] = (await counter.case(case_id)).attached["drawing"]
    app = app_of(counter, tmp_path)
    async with signed_in(app, counter, "manager") as client:
        page = await client.get(f"/desk/cases/{case_id}/retention")
        assert f'value="{file["id"]}"' in page.text
    await erased(counter, case_id, tmp_path, "mistake", file["id"])
    paths = {
        "applicant": (f"/cases/{case_id}", f"/cases/{case_id}/receipt", f"/api/v1/cases/{case_id}",
                      f"/cases/{case_id}/receipt.json", f"/api/v1/cases/{case_id}/journal"),
        "manager": (f"/desk/cases/{case_id}", f"/api/v1/desk/cases/{case_id}",
                    f"/desk/cases/{case_id}/retention"),
    }  # fmt: skip
    for who, addresses in paths.items():
        async with signed_in(app, counter, who) as client:
            for address in addresses:
                answer = await client.get(address)
                assert answer.status_code == 200, (address, answer.text)
                assert file["name"] not in answer.text, address
            if who == "applicant":
                page = await client.get(f"/cases/{case_id}")
                assert all(
                    word in page.text for word in ("提出しました", "ファイルを1つ消去", MARK)
                )
                gone = await client.get(f"/cases/{case_id}/files/{file['sha256']}")
                assert gone.status_code == 404
