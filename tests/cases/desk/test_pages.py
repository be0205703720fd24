"""Every page of the desk and the registers, over HTTP and without scripts."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import PERMIT, Counter


@pytest.fixture
def app(counter: Counter, tmp_path: Path) -> FastAPI:
    return app_of(counter, tmp_path)


@pytest.fixture
async def examiner(app: FastAPI, counter: Counter) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(app, counter, "examiner") as client:
        yield client


def hidden(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return dict(pairs)


def no_key_showed_through(page: httpx.Response) -> bool:
    """A text that is missing shows its key."""
    return not re.search(r"cases\.(desk|registers)\.[a-z_.]+", page.text)


async def test_a_case_is_decided_by_clicking(
    app: FastAPI, counter: Counter, examiner: httpx.AsyncClient
) -> None:
    case_id = await counter.file(PERMIT)
    here = f"/desk/cases/{case_id}"
    tray = await examiner.get("/desk?tab=unassigned")
    assert tray.status_code == 200
    assert here in tray.text
    taken = await examiner.post("/desk/assign", data={"take": case_id, "return": "/desk"})
    assert (taken.status_code, taken.headers["location"]) == (303, "/desk")
    assert here in (await examiner.get("/desk")).text
    for action, form in (
        ("start_examination", {}),
        ("propose_grant", {"/form/conditions": "夜間は止めること"}),
    ):
        page = await examiner.get(f"{here}/actions/{action}")
        assert page.status_code == 200
        assert no_key_showed_through(page)
        done = await examiner.post(f"{here}/actions/{action}", data={**hidden(page), **form})
        assert (done.status_code, done.headers["location"]) == (303, here), done.text
    async with signed_in(app, counter, "approver") as approver:
        page = await approver.get(f"{here}/actions/approve_grant")
        assert "夜間は止めること" in page.text
        assert hidden(page)["content_hash"] in page.text
        preview = await approver.get(f"{here}/actions/approve_grant/letters/granted")
        assert "決裁のときに付きます" in preview.text
        assert "sandbox" in preview.headers["content-security-policy"]
        done = await approver.post(f"{here}/actions/approve_grant", data=hidden(page))
        assert done.status_code == 303
        case = await approver.get(here)
        assert "2026神奈川県製許第1号" in case.text
        assert no_key_showed_through(case)
        letter = re.search(rf"{here}/letters/[0-9A-Z]+", case.text)
        assert letter is not None
        shown = await approver.get(letter[0])
        assert "夜間は止めること" in shown.text
    assert (await counter.case(case_id)).state == "granted"


async def test_a_correction_is_asked_for_by_ticking_answers(
    counter: Counter, examiner: httpx.AsyncClient
) -> None:
    case_id = await counter.file(PERMIT)
    where = f"/desk/cases/{case_id}/actions/request_correction"
    page = await examiner.get(where)
    assert 'value="/purpose"' in page.text
    assert 'value="/total_capacity"' not in page.text
    assert 'value="/attachments/layout_drawing"' in page.text
    points = ["/purpose", "/attachments/layout_drawing"]
    refused = await examiner.post(where, data={**hidden(page), "/form/points": points})
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 2
    assert "エラー: " in refused.text
    done = await examiner.post(
        where, data={**hidden(refused), "/form/points": points, "/form/reason": "縮尺がない"}
    )
    assert done.status_code == 303, done.text
    case = await examiner.get(f"/desk/cases/{case_id}")
    assert "縮尺がない" in case.text
    assert "停止中" in case.text


@pytest.mark.parametrize(
    "path",
    [
        "/desk",
        "/desk?tab=due",
        "/desk?tab=done&sort=arrived",
        "/desk?tab=applicant&q=山田",
        "/desk?tab=nonsense&sort=nonsense&state=%F0%9F%98%80&agency=pref-13&procedure=x",
        "/desk?q=20260501-",
        "/desk?q=%25_%5C",
        "/desk/manager",
        "/desk/manager?from=2026-04-01&to=令和8年4月30日&agency=pref-14",
        "/desk/manager?from=hello&to=2026-99-99",
        "/desk/manager.csv?table=paces",
        "/registers",
    ],
)
async def test_pages_open_whatever_the_address_says(
    counter: Counter, examiner: httpx.AsyncClient, path: str
) -> None:
    await counter.file(PERMIT)
    page = await examiner.get(path)
    assert page.status_code == 200
    assert no_key_showed_through(page)
    english = await examiner.get(path, headers={"Accept-Language": "en"})
    assert english.status_code == 200
    assert no_key_showed_through(english)


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (None, "/desk", 303),
        ("applicant", "/desk", 403),
        ("applicant", "/desk/cases/{case}", 403),
        ("elsewhere", "/desk/cases/{case}", 404),
        ("elsewhere", "/desk/cases/{case}/files/{file}", 404),
        ("elsewhere", "/desk/cases/{case}/actions/start_examination", 404),
        ("ministry", "/desk/cases/{case}", 404),
        ("approver", "/desk/cases/{case}/actions/start_examination", 404),
        ("examiner", "/desk/cases/{case}/actions/propose_grant", 200),
        ("examiner", "/desk/cases/{case}/actions/nonsense", 404),
        ("examiner", "/desk/cases/{case}/files/{file}", 200),
        ("examiner", "/desk/cases/{case}/files/%00", 404),
        ("examiner", "/desk/cases/{case}/letters/nonsense", 404),
        ("examiner", "/desk/cases/nonsense", 404),
        ("examiner", "/desk?cursor=nonsense", 400),
        ("examiner", "/desk/admin", 403),
        ("administrator", "/desk/admin", 200),
        (None, "/registers/nonsense", 404),
        (None, "/registers/nonsense/1", 404),
    ],
)
async def test_who_may_open_what(
    app: FastAPI, counter: Counter, who: str | None, path: str, status: int
) -> None:
    case_id = await counter.file(PERMIT)
    file = next(iter((await counter.case(case_id)).attached.values()))[0]["sha256"]
    async with signed_in(app, counter, who) as client:
        page = await client.get(path.format(case=case_id, file=file))
    assert page.status_code in ((status, 400) if "%00" in path else (status,))
    if status == 200:
        assert no_key_showed_through(page)
