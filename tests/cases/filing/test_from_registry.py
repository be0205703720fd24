"""A corporation filled in from its number: with source and day, and plainly told where it fails."""

import re
from datetime import date

from httpx import AsyncClient
from sqlalchemy import select, update

from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.procedures import service as procedures
from madoguchi.registry.corporations.loading import take_in
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.corporations.record import Incoming
from tests.cases.desk.counter import CORPORATE_NUMBER
from tests.cases.filing.office import Office, controls, fill
from tests.cases.filing.test_journey import complete
from tests.registry.corporations.records import incoming, number
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
    assert "2026年5月1日に閉鎖されています" in shown
    assert "株式会社みなと化学 → 青葉商事株式会社" in shown


async def test_a_button_for_what_is_no_corporation_changes_nothing(office: Office) -> None:
    await office.publish_folder("renewable/plan-certification")
    client = await office.client("applicant")
    draft = await office.start("applicant", "renewable-plan-certification")
    page = (await pages_of(client, draft))[0]
    for pointer in ("", "/", "/nothing", "/applicant/number", "//", "/%00"):
        answer = await fill(client, page, {}, do=f"registry:{pointer}")
        assert answer.status_code == 303


async def _question(office: Office) -> tuple[AsyncClient, str]:
    """An applicant and the page that asks for a corporation, with a registry of four."""
    await add_corporations(office.counter.database)
    await office.publish_folder("renewable/plan-certification")
    client = await office.client("applicant")
    draft = await office.start("applicant", "renewable-plan-certification")
    for page in await pages_of(client, draft):
        if "/applicant/number" in (await client.get(page)).text:
            return client, page
    raise AssertionError


async def typing(client: AsyncClient, url: str, answers: dict[str, str]) -> str:
    """What the questions become while these answers are typed."""
    page = await client.get(url)
    sent = {**controls(page), **{name: [text] for name, text in answers.items()}}
    answer = await client.post(f"{url}/recompute", data=sent)
    assert answer.status_code == 200, answer.text
    return answer.text


NAME, ADDRESS = "株式会社みなと化学", "東京都千代田区霞が関１丁目３番１号"
EMPTY = {"/applicant/name": "", "/applicant/kana": "", "/applicant/address": ""}


async def test_while_typing_what_is_empty_is_filled_in_and_can_be_taken_back(
    office: Office,
) -> None:
    client, url = await _question(office)
    mine = {**EMPTY, "/applicant/name": "わたしの会社"}
    for short in ("", "123", "1234567890123"):
        region = await typing(client, url, {**mine, "/applicant/number": short})
        assert ADDRESS not in region
        assert "入力しました" not in region  # a number that is not complete yet is no fault
    region = await typing(client, url, {**mine, "/applicant/number": number(1)})
    assert f'value="{ADDRESS}"' in region
    assert 'value="わたしの会社"' in region  # what was typed stays
    assert "法人番号から入力しました" in region.split('role="status"')[1]
    assert 'value="take-back:/applicant"' in region

    again = await typing(client, url, {"/applicant/address": ""})
    assert ADDRESS not in again  # the same number fills in once

    await fill(client, url, {}, do="registry:/applicant")
    assert f'value="{NAME}"' in (await client.get(url)).text
    await fill(client, url, {}, do="take-back:/applicant")
    shown = (await client.get(url)).text
    assert 'value="わたしの会社"' in shown
    assert ADDRESS not in shown
    assert f'value="{number(1)}"' in shown
    assert "take-back:" not in shown


async def test_another_number_replaces_what_the_first_filled_in(office: Office) -> None:
    client, url = await _question(office)
    await typing(client, url, {**EMPTY, "/applicant/number": number(1)})
    region = await typing(client, url, {"/applicant/number": number(2)})
    assert 'value="青葉商事株式会社"' in region
    assert NAME not in region
    region = await typing(client, url, {"/applicant/number": number(9)})
    assert "この法人番号の法人は登録されていません" in region
    assert 'value="青葉商事株式会社"' in region


async def test_what_the_account_filled_in_is_replaced_too(office: Office) -> None:
    client, url = await _question(office)
    assert controls(await client.get(url))["/applicant/name"] != [""]  # from the account
    region = await typing(client, url, {"/applicant/number": number(1)})
    assert f'value="{NAME}"' in region
    assert f'value="{ADDRESS}"' in region
    assert "山田 太郎" not in region  # who represents another corporation
    await fill(client, url, {}, do="take-back:/applicant")
    shown = controls(await client.get(url))
    assert shown["/applicant/name"] == ["株式会社山田酸素"]
    assert shown["/applicant/representative_name"] == ["山田 太郎"]


async def test_the_same_number_in_other_signs_keeps_who_represents_it(office: Office) -> None:
    await add_corporations(office.counter.database, own_record())
    client, url = await _own_question(office)
    typed = CORPORATE_NUMBER.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})  # fmt: skip
    region = await typing(client, url, {"/applicant/number": typed})
    assert 'value="山田 太郎"' in region
    await fill(client, url, {"/applicant/number": typed}, do="registry:/applicant")
    assert controls(await client.get(url))["/applicant/representative_name"] == ["山田 太郎"]


async def test_taking_back_what_was_not_filled_in_changes_nothing(office: Office) -> None:
    client, url = await _question(office)
    before = controls(await client.get(url))["/applicant/name"]
    for pointer in ("", "/", "/nothing", "/applicant", "/applicant/name", "/%00"):
        assert (await fill(client, url, {}, do=f"take-back:{pointer}")).status_code == 303
    assert controls(await client.get(url))["/applicant/name"] == before


async def test_a_record_that_changed_since_is_told(office: Office) -> None:
    client, url = await _question(office)
    await fill(client, url, {"/applicant/number": number(1)}, do="registry:/applicant")
    told = "国税庁の公表する記録が変わりました"
    assert told not in (await client.get(url)).text
    async with office.counter.database.session() as session:
        await session.execute(
            update(Corporation)
            .where(Corporation.number == number(1))
            .values(street="虎ノ門２丁目", city="港区", updated_on=date(2030, 1, 1))
        )
        await session.commit()
    shown = (await client.get(url)).text
    assert told in shown
    assert f"{ADDRESS} → 東京都港区虎ノ門２丁目" in shown
    await fill(client, url, {}, do="registry:/applicant")
    shown = (await client.get(url)).text
    assert told not in shown
    assert 'value="東京都港区虎ノ門２丁目"' in shown


def own_record(**fields: str) -> Incoming:
    """The published record of the applicant's own organisation."""
    values = {
        "number": CORPORATE_NUMBER,
        "name": "株式会社新山田酸素",
        "kana": "シンヤマダサンソ",
        "prefecture": "神奈川県",
        "city": "川崎市",
        "street": "１番１号",
        "prefecture_code": "14",
        "city_code": "130",
        "updated": "2026-04-20",
    }
    return incoming(1, **(values | fields))


async def test_the_own_organisation_is_filled_in_from_its_published_record(
    office: Office,
) -> None:
    await add_corporations(office.counter.database, own_record())
    client, url = await _own_question(office)
    shown = await client.get(url)
    assert controls(shown)["/applicant/name"] == ["株式会社新山田酸素"]
    assert controls(shown)["/applicant/address"] == ["神奈川県川崎市１番１号"]
    assert controls(shown)["/applicant/representative_name"] == ["山田 太郎"]
    assert "国税庁法人番号公表サイトより(2026年4月20日時点)" in shown.text
    assert "アカウントの登録情報では「株式会社山田酸素」です" in shown.text
    assert "アカウントの登録情報より" in shown.text  # who represents it is not published
    english = (await client.get(url, headers={"accept-language": "en"})).text
    assert "Corporate Number Publication Site, as of 20 April 2026" in english
    assert "The account says “株式会社山田酸素”" in english

    await fill(client, url, {}, do="take-back:/applicant")
    shown = await client.get(url)
    assert controls(shown)["/applicant/name"] == ["株式会社山田酸素"]
    assert "take-back:" not in shown.text


async def test_without_a_record_the_account_fills_in(office: Office) -> None:
    await add_corporations(office.counter.database)
    client, url = await _own_question(office)
    shown = await client.get(url)
    assert controls(shown)["/applicant/name"] == ["株式会社山田酸素"]
    assert "アカウントの登録情報より" in shown.text
    assert "国税庁法人番号公表サイトより" not in shown.text


async def _own_question(office: Office) -> tuple[AsyncClient, str]:
    await office.publish_folder("renewable/plan-certification")
    client = await office.client("applicant")
    draft = await office.start("applicant", "renewable-plan-certification")
    for page in await pages_of(client, draft):
        if "/applicant/number" in (await client.get(page)).text:
            return client, page
    raise AssertionError


async def test_a_certificate_is_left_out_and_the_office_sees_what_took_its_place(
    office: Office,
) -> None:
    await add_corporations(office.counter.database, own_record())
    await office.publish_trial()
    client = await office.client("applicant")
    draft = await office.start()
    page = (await client.get(f"/drafts/{draft}/pages/who")).text
    assert "株式会社新山田酸素" in page
    assert "国税庁法人番号公表サイトより(2026年4月20日時点)" in page
    assert "代表者の氏名: アカウントの登録情報より" in page
    tasks = (await client.get(f"/drafts/{draft}")).text
    why = "法人登記情報で確認できます。（国税庁法人番号公表サイト、2026年4月20日時点）"
    assert why in tasks

    await take_in_more(office, own_record(closed="2026-04-28", cause="01", process="21", updated="2026-04-30"))  # fmt: skip
    tasks = (await client.get(f"/drafts/{draft}")).text
    assert why not in tasks  # a closed register is looked at


async def take_in_more(office: Office, record: Incoming) -> None:
    async with office.counter.database.session() as session:
        await take_in(session, [record])
        await session.commit()


async def test_a_filed_case_keeps_what_was_published_then(office: Office) -> None:
    counter = office.counter
    await add_corporations(counter.database, own_record())
    await office.publish_trial()
    client = await office.client("applicant")
    draft = await office.start()
    await complete(office, draft)
    filed = await client.post(f"/drafts/{draft}/file")
    assert filed.status_code == 303, filed.text
    async with counter.database.reading() as session:
        case = (await session.scalars(select(Case))).one()
    assert case.data["applicant"]["name"] == "株式会社新山田酸素"
    assert case.provenance["/applicant/name"]["as_of"] == "2026-04-20"

    await take_in_more(office, own_record(name="株式会社のちの山田", updated="2026-04-30"))
    examiner = await office.client("examiner")
    desk = (await examiner.get(f"/desk/cases/{case.id}")).text
    assert "国税庁法人番号公表サイト、2026年4月20日時点" in desk
    assert f'href="/corporations/{CORPORATE_NUMBER}"' in desk
    assert "書き換えあり" not in desk
    async with counter.database.reading() as session:
        package = await procedures.package(session, case.digest)
        judged = await judge_case(session, case, package, counter.now.date())
    assert judged.verdict.data["applicant"] == case.data["applicant"]  # as it was filed
    assert judged.environment.account["organisation"]["name"] == "株式会社のちの山田"


async def _rows(office: Office) -> tuple[AsyncClient, str, list[str]]:
    """A page with a table of corporations that has two rows; their names."""
    await add_corporations(office.counter.database)
    await office.publish_folder("small/sponsorship-name")
    client = await office.client("applicant")
    draft = await office.start("applicant", "sponsorship-name")
    url = f"/drafts/{draft}/pages/organiser"
    for _ in range(2):
        await fill(client, url, {}, do="add:/co_organisers")
    rows = re.findall(r'name="row:/co_organisers" value="(\w+)"', (await client.get(url)).text)
    return client, url, [f"/co_organisers/{row}/organiser" for row in rows]


async def test_a_row_is_filled_in_by_its_button(office: Office) -> None:
    client, url, (first, second) = await _rows(office)
    typed = {f"{first}/number": number(1), f"{second}/name": "二つ目の会社"}
    answer = await fill(client, url, typed, do=f"registry:{first}")
    assert answer.headers["location"].endswith(f"#f-{first[1:].replace('/', '-')}")
    shown = await client.get(url)
    assert controls(shown)[f"{first}/name"] == [NAME]
    assert controls(shown)[f"{first}/address"] == [ADDRESS]
    assert controls(shown)[f"{second}/name"] == ["二つ目の会社"]
    assert "国税庁法人番号公表サイトより(2026年6月1日時点)" in shown.text
    assert shown.text.count("take-back:") == 1

    await fill(client, url, {f"{second}/number": number(9)}, do=f"registry:{second}")
    shown = await client.get(url)
    assert "この法人番号の法人は登録されていません" in shown.text
    assert controls(shown)[f"{second}/name"] == ["二つ目の会社"]

    await fill(client, url, {}, do=f"take-back:{first}")
    shown = await client.get(url)
    assert controls(shown)[f"{first}/name"] == [""]
    assert controls(shown)[f"{first}/number"] == [number(1)]


async def test_rows_are_filled_in_while_their_numbers_are_typed(office: Office) -> None:
    client, url, (first, second) = await _rows(office)
    typed = {f"{first}/number": number(1), f"{second}/number": number(2)}
    region = await typing(client, url, {**typed, f"{second}/name": "わたしの書いた名前"})
    assert region.count(f'value="{ADDRESS}"') == 2
    assert f'value="{NAME}"' in region
    assert 'value="わたしの書いた名前"' in region  # what was typed stays
    again = await typing(client, url, {f"{first}/address": ""})
    assert again.count(f'value="{ADDRESS}"') == 1  # the same number fills in once

    async with office.counter.database.session() as session:
        await session.execute(
            update(Corporation)
            .where(Corporation.number == number(1))
            .values(name="株式会社みなと新化学", updated_on=date(2030, 1, 1))
        )
        await session.commit()
    shown = (await client.get(url)).text
    assert "株式会社みなと化学 → 株式会社みなと新化学" in shown
    assert f'href="#f-{first[1:].replace("/", "-")}"' in shown


async def test_a_button_for_no_corporation_of_a_row_changes_nothing(office: Office) -> None:
    client, url, (first, _) = await _rows(office)
    before = controls(await client.get(url))
    for pointer in ("/co_organisers", first.rpartition("/")[0], f"{first}/number", "/co_organisers/x/organiser", "/income/r1/item"):  # fmt: skip
        for verb in ("registry", "take-back"):
            assert (await fill(client, url, {}, do=f"{verb}:{pointer}")).status_code == 303
    after = controls(await client.get(url))
    assert {k: v for k, v in after.items() if k[0] == "/"} == {
        k: v for k, v in before.items() if k[0] == "/"
    }
