"""What goes wrong around a filing: two windows, two clicks, stale copies, other people's things."""

import asyncio
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select

from madoguchi.cases.models import Case
from madoguchi.procedures.package.given import changed
from tests.bad_input.desk_top import Spread, complaints, spread
from tests.cases.filing.office import PDF, Office, controls

NOTICE = "high-pressure-gas-notice"


async def pages_of(table: Spread) -> list[str]:
    return [f"/drafts/{table.draft}/pages/{page.id}" for page in table.package.pages]


async def attach_all(table: Spread) -> None:
    verdict = (await table.client.get(f"/api/v1/drafts/{table.draft}/verdict")).json()
    for key, state in verdict["attachments"].items():
        if state["state"] == "required":
            answer = await table.client.post(
                f"/drafts/{table.draft}/attachments/{key}",
                files={key: ("図面.pdf", PDF, "application/pdf")},
            )
            assert answer.status_code == 303, answer.text


async def cases(office: Office) -> int:
    async with office.counter.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Case)) or 0


async def test_two_windows_editing_one_page_keep_both_inputs(office: Office) -> None:
    table = await spread(office, NOTICE)
    url = f"/drafts/{table.draft}/pages/{table.package.page_of('/contact_name').id}"  # type: ignore[union-attr]
    one, two = controls(await table.client.get(url)), controls(await table.client.get(url))
    one["/contact_name"], two["/contact_name"] = ["窓の一"], ["窓の二"]
    first = await table.client.post(url, data={**one, "do": "next"})
    assert first.status_code == 303
    second = await table.client.post(url, data={**two, "do": "next"})
    assert second.status_code == 409
    assert "窓の一" in second.text
    assert "窓の二" in second.text
    assert (await table.kept())["contact_name"] == "窓の一", "nothing is overwritten unasked"


async def test_what_was_saved_while_typing_never_undoes_what_was_sent(office: Office) -> None:
    """Requests overtake each other: an older one that arrives last must not win."""
    table = await spread(office, NOTICE)
    url = f"/drafts/{table.draft}/pages/{table.package.page_of('/contact_name').id}"  # type: ignore[union-attr]
    window = controls(await table.client.get(url))
    while_typing = {**window, "/contact_name": ["書きかけ"]}
    sent = {**window, "/contact_name": ["書き終えた"], "do": ["next"]}
    assert (await table.client.post(f"{url}/recompute", data=while_typing)).status_code == 200
    assert (await table.client.post(url, data=sent)).status_code == 303
    assert (await table.client.post(f"{url}/recompute", data=while_typing)).status_code == 200
    assert (await table.kept())["contact_name"] == "書き終えた"
    again = {**sent, "/contact_name": ["戻って直した"]}
    assert (await table.client.post(url, data=again)).status_code == 303, "its own window may go on"


async def test_filing_twice_files_once(office: Office) -> None:
    table = await spread(office, NOTICE)
    await attach_all(table)
    answers = await asyncio.gather(
        *(table.client.post(f"/drafts/{table.draft}/file") for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {303}, [a.text[:300] for a in answers]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await cases(office) == 1


async def test_a_stale_revision_is_refused(office: Office) -> None:
    table = await spread(office, NOTICE)
    url = f"/api/v1/drafts/{table.draft}"
    etag = (await table.client.get(url)).headers["etag"]
    body = {"entered": changed(table.entered, {"contact_name": "新しい"}), "attached": {}}
    first = await table.client.put(url, json=body, headers={"If-Match": etag})
    assert first.status_code == 200, first.text
    second = await table.client.put(url, json=body, headers={"If-Match": etag})
    assert second.status_code in (409, 412)
    assert second.json()["code"]


async def test_a_session_that_ended_while_editing_loses_nothing(office: Office) -> None:
    table = await spread(office, NOTICE)
    url = (await pages_of(table))[0]
    async with AsyncClient(
        transport=ASGITransport(office.app), base_url="http://testserver"
    ) as nobody:
        answer = await nobody.post(url, data={"/contact_name": "あとで", "do": "next"})
    assert answer.status_code in (303, 401, 403)
    assert await table.kept() == table.entered


@pytest.mark.parametrize("who", ["other", "examiner", "public"])
async def test_other_peoples_drafts_and_cases_are_not_there(office: Office, who: str) -> None:
    table = await spread(office, NOTICE)
    await attach_all(table)
    filed = await table.client.post(f"/drafts/{table.draft}/file")
    case = filed.headers["location"].split("/")[2]
    again = await spread_again(table)
    if who == "other":
        await office.add_person("other")
    client = await office.client(who)
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/drafts/{again}", {}),
        ("POST", f"/drafts/{again}/file", {}),
        ("POST", f"/drafts/{again}/delete", {}),
        ("GET", f"/api/v1/drafts/{again}", {}),
        ("PUT", f"/api/v1/drafts/{again}", {"json": {"entered": {}, "attached": {}}}),
    ]
    if who != "examiner":
        tries += [
            ("GET", f"/cases/{case}", {}),
            ("GET", f"/cases/{case}/receipt.pdf", {}),
            ("POST", f"/cases/{case}/copy", {}),
            ("GET", f"/api/v1/cases/{case}", {}),
            ("GET", f"/desk/cases/{case}", {}),
        ]
    for method, url, options in tries:
        answer = await client.request(method, url, **options)
        assert answer.status_code in (401, 403, 404, 428) or "/sign-in" in answer.headers.get(
            "location", ""
        ), f"{who} {method} {url}: {answer.status_code}"


async def spread_again(table: Spread) -> str:
    answer = await table.client.post(f"/procedures/{table.package.id}/start", data={"new": "1"})
    return answer.headers["location"].rpartition("/")[2]


async def test_the_number_of_another_company_is_refused(office: Office) -> None:
    table = await spread(office, NOTICE)
    entered = changed(table.entered, {"/applicant/number": "5999903000001"})
    verdict = (await table.validate(entered)).json()
    assert any(e["pointer"].startswith("/applicant") for e in verdict["errors"]), verdict["errors"]


async def test_a_replay_files_once_and_another_body_under_the_key_is_refused(
    office: Office,
) -> None:
    table = await spread(office, NOTICE)
    url = f"/api/v1/procedures/{table.package.id}/filings"
    ids = {}
    for key in (await table.validate(table.entered)).json()["attachments"]:
        stored = await table.client.post(
            "/api/v1/files", files={"file": ("図面.pdf", PDF, "application/pdf")}
        )
        assert stored.status_code == 201, stored.text
        ids[key] = [stored.json()["id"]]
    body = {"data": table.entered, "attached": ids}
    headers = {"Idempotency-Key": "replay-test-0001"}
    first = await table.client.post(url, json=body, headers=headers)
    assert first.status_code == 201, first.text
    second = await table.client.post(url, json=body, headers=headers)
    assert second.json() == first.json()
    assert await cases(office) == 1
    other = {**body, "data": changed(table.entered, {"contact_name": "別人"})}
    assert (await table.client.post(url, json=other, headers=headers)).status_code in (409, 422)


async def test_a_person_without_the_role_cannot_decide(office: Office) -> None:
    table = await spread(office, NOTICE)
    await attach_all(table)
    filed = await table.client.post(f"/drafts/{table.draft}/file")
    case = filed.headers["location"].split("/")[2]
    for who in ("applicant", "approver", "manager", "elsewhere"):
        client = await office.client(who)
        answer = await client.post(f"/desk/cases/{case}/actions/confirm", data={})
        assert answer.status_code in (403, 404, 409), f"{who}: {answer.status_code}"
    async with office.counter.database.reading() as session:
        found = await session.get(Case, case)
        assert found is not None
        assert found.state == "filed"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_table_of_a_thousand_rows(office: Office) -> None:
    table = await spread(office, NOTICE)
    table_name = next(f.name for f in table.package.fields.values() if f.type == "table")
    row = table.entered[table_name][0]
    many = [{**row, "row": f"r{number}"} for number in range(1000)]
    verdict = await table.validate({**table.entered, table_name: many})
    assert verdict.status_code == 200
    page = table.package.page_of(f"/{table_name}")
    assert page is not None
    shown = controls(await table.client.get(f"/drafts/{table.draft}/pages/{page.id}"))
    sent = {k: v for k, v in shown.items() if not k.startswith((f"/{table_name}/", "row:"))}
    sent[f"row:/{table_name}"] = [item["row"] for item in many]
    for item in many:
        for name, value in item.items():
            if name != "row" and isinstance(value, str | int | float | bool):
                text = str(value).lower() if isinstance(value, bool) else str(value)
                sent[f"/{table_name}/{item['row']}/{name}"] = [text]
    answer = await table.client.post(
        f"/drafts/{table.draft}/pages/{page.id}", data={**sent, "do": ["next"]}
    )
    assert answer.status_code in (303, 422)
    assert len((await table.kept())[table_name]) == 1000
    by_api = {error["code"] for error in verdict.json()["errors"] if table_name in error["pointer"]}
    assert bool(by_api) == bool(complaints(answer))


async def test_exports_disarm_formulas(office: Office) -> None:
    table = await spread(office, NOTICE)
    await attach_all(table)
    async with office.counter.database.session() as session:
        from madoguchi.cases.models import Draft

        draft = await session.get(Draft, table.draft)
        assert draft is not None
        draft.entered = {**draft.entered, "site_name": "=cmd|'/C calc'!A0"}
        await session.commit()
    filed = await table.client.post(f"/drafts/{table.draft}/file")
    assert filed.status_code == 303, filed.text
    manager = await office.client("manager")
    for url in ("/desk/manager.csv?table=states", "/procedures.csv"):
        answer = await manager.get(url)
        assert answer.status_code == 200
        for line in answer.text.splitlines():
            for cell in line.split(","):
                assert not cell.strip('"').startswith(("=", "+", "@")), line
