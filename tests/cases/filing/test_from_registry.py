"""A corporation filled in from its number: with source and day, and plainly told where it fails."""

import re

from httpx import AsyncClient

from tests.cases.filing.office import Office, fill
from tests.registry.corporations.records import number
from tests.registry.programs.site import add_corporations


async def pages_of(client: AsyncClient, draft: str) -> list[str]:
    """The addresses of a draft's pages."""
    tasks = (await client.get(f"/drafts/{draft}")).text
    return list(dict.fromkeys(re.findall(rf"/drafts/{draft}/pages/[a-z_0-9-]+", tasks)))


async def test_a_corporation_is_filled_in_from_its_number(office: Office) -> None:
    await add_corporations(office.counter.database)
    await office.publish_folder("renewable/plan-certification")
    client = await office.client("applicant")
    draft = await office.start("applicant", "renewable-plan-certification")
    url = ""
    for page in await pages_of(client, draft):
        if "/applicant/number" in (await client.get(page)).text:
            url = page

    answer = await fill(client, url, {"/applicant/number": number(1)}, do="registry:/applicant")
    assert answer.status_code == 303, answer.text
    shown = (await client.get(url)).text
    assert 'value="株式会社みなと化学"' in shown
    assert 'value="東京都千代田区霞が関１丁目３番１号"' in shown
    assert "法人番号から入力しました" in shown
    assert "国税庁法人番号公表サイト" in shown.split("<form", 1)[1]

    for typed, told in (
        ("1234567890123", "法人番号から入力できませんでした"),
        (number(9), "この法人番号の法人は登録されていません"),
        (number(4), "この法人番号は取り消されています"),
    ):
        await fill(client, url, {"/applicant/number": typed}, do="registry:/applicant")
        shown = (await client.get(url)).text
        assert told in shown
        assert f'value="{typed}"' in shown
        assert 'value="株式会社みなと化学"' in shown  # what stood there stays

    await fill(client, url, {"/applicant/number": number(2)}, do="registry:/applicant")
    shown = (await client.get(url)).text
    assert "2026-05-01に閉鎖されています" in shown
    assert "株式会社みなと化学 → 青葉商事株式会社" in shown


async def test_a_button_for_what_is_no_corporation_changes_nothing(office: Office) -> None:
    await office.publish_folder("renewable/plan-certification")
    client = await office.client("applicant")
    draft = await office.start("applicant", "renewable-plan-certification")
    page = (await pages_of(client, draft))[0]
    for pointer in ("", "/", "/nothing", "/applicant/number", "//", "/%00"):
        answer = await fill(client, page, {}, do=f"registry:{pointer}")
        assert answer.status_code == 303
