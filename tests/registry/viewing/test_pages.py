"""The pages of corporations: found, read, compared; whatever is sent is answered with a page."""

import json
import re
from urllib.parse import quote

import pytest
from httpx import AsyncClient

from madoguchi.kernel.database import Database
from madoguchi.registry.addresses.models import AddressTown
from madoguchi.registry.viewing.words import source_words
from tests.registry.corporations.records import number

ONE = f"/corporations/{number(1)}"


def text_of(html: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", "", html.split("<main", 1)[1]).split())


async def test_the_first_page_shows_ways_in(visitor: AsyncClient) -> None:
    html = (await visitor.get("/corporations")).text
    assert 'href="/corporations?prefecture=13"' in html
    assert "みなと化学株式会社" not in html


async def test_a_part_of_a_name_finds_and_is_marked(visitor: AsyncClient) -> None:
    html = (await visitor.get("/corporations", params={"q": "なと化"})).text
    assert "1件見つかりました" in html
    assert "株式会社み<mark>なと化</mark>学" in html
    assert "名称の一部が合っています" in html
    assert "調達 1件" in html


async def test_filters_count_and_can_be_taken_off(visitor: AsyncClient) -> None:
    html = (await visitor.get("/corporations", params={"status": "closed"})).text
    assert "青葉商事" in html
    assert "みなと化学" not in html.split('id="results"')[1]
    assert "存続（1）" in html  # others may be chosen besides
    html = (await visitor.get("/corporations", params={"q": "みなと", "status": "closed"})).text
    assert "条件を外すと1件あります" in html


async def test_hidden_and_withdrawn_are_not_found(visitor: AsyncClient) -> None:
    for typed in ("検索除外", "とりけし"):
        html = (await visitor.get("/corporations", params={"q": typed})).text
        assert "見つかりませんでした" in html


async def test_a_wrong_number_is_told(visitor: AsyncClient) -> None:
    html = (await visitor.get("/corporations", params={"q": "1234567890123"})).text
    assert "法人番号として読めません" in html


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "あ" * 500,
        "q=%ff%ed%a0%80",
        "q=みなと&after=99.1.0000000000000000",
        "q=みなと&after=" + "9" * 3000,
        "q=a&q=b&kind=301&kind=zzz&city=99999&city=%ff&prefecture=99&status=x&activity=%7f",
        "q=<script>alert(1)</script>&prefecture=13&city=131" + "9" * 40,
    ],
)
async def test_whatever_is_asked_is_answered_with_a_page(visitor: AsyncClient, query: str) -> None:
    answer = await visitor.get(f"/corporations?{quote(query, safe='=&%')}")
    assert answer.status_code in (200, 422)
    assert "<h1" in answer.text
    assert "<script>alert" not in answer.text
    if "ああ" in query:
        assert answer.status_code == 422
        assert "ああああ" in answer.text  # what was typed stays


async def test_no_address_is_a_fault(visitor: AsyncClient) -> None:
    for path in ("?q=%00", "/%00", "/compare?number=%00", f"/{number(1)}?on=%00"):
        answer = await visitor.get(f"/corporations{path}")
        assert answer.status_code in (400, 422)
        assert "<h1" in answer.text


async def test_a_corporation_with_sources_and_days(visitor: AsyncClient) -> None:
    answer = await visitor.get(ONE)
    words = text_of(answer.text)
    assert answer.status_code == 200
    assert "株式会社みなと化学" in words
    assert "試用のための架空の記録（" in words  # the test site is a demo
    assert "30,000,000円" in words
    assert "gBizINFO（経済産業省）" in words
    assert "庁舎清掃" in words
    assert "1,200,000円" in words
    assert "調達と補助金の金額（年別）" in words
    assert "青葉商事株式会社" in words  # it took that one over
    assert 'href="javascript:' not in answer.text
    told = re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
    assert told
    assert json.loads(told[1])["identifier"]["value"] == number(1)


async def test_sources_are_told_in_the_language_of_the_page(visitor: AsyncClient) -> None:
    for path in (ONE, f"/corporations/compare?number={number(1)}&number={number(2)}"):
        words = text_of((await visitor.get(path, headers={"accept-language": "en"})).text)
        assert "gBizINFO (METI), updated" in words
        assert "経済産業省）" not in words
    assert source_words("register:alcohol-makers")["en"] == "A register of this site"
    assert source_words("elsewhere:x") == {"ja": "elsewhere:x", "en": "elsewhere:x"}


async def test_closed_hidden_withdrawn_and_unknown(visitor: AsyncClient) -> None:
    closed = (await visitor.get(f"/corporations/{number(2)}")).text
    assert "2026年5月1日に登記記録が閉鎖されています" in closed
    assert f'href="/corporations/{number(1)}"' in closed
    hidden = (await visitor.get(f"/corporations/{number(3)}")).text
    assert "検索の対象から除かれている法人です" in hidden
    assert "noindex" in hidden
    withdrawn = (await visitor.get(f"/corporations/{number(4)}")).text
    assert "取り消されました" in withdrawn
    assert "とりけし" not in withdrawn
    assert (await visitor.get(f"/corporations/{number(9)}")).status_code == 404
    assert (await visitor.get("/corporations/1234567890123")).status_code == 422


async def test_as_of_a_day(visitor: AsyncClient) -> None:
    early = await visitor.get(ONE, params={"on": "1990-01-01"})
    assert early.status_code == 422
    assert "この日には、まだ記録がありません" in early.text
    assert 'value="1990-01-01"' in early.text
    now = await visitor.get(ONE, params={"on": "令和8年3月1日"})
    assert "2026年3月1日の基本情報" in now.text
    for bad in ("いつか", "99999-99-99", "9" * 500):
        answer = await visitor.get(ONE, params={"on": bad})
        assert answer.status_code == 422


async def test_activities_page_by_page(visitor: AsyncClient) -> None:
    assert "省エネ補助金" in (await visitor.get(f"{ONE}/activities/subsidy")).text
    assert (await visitor.get(f"{ONE}/activities/nothing")).status_code == 404
    assert (await visitor.get(f"{ONE}/activities/subsidy?cursor=AAAA")).status_code == 400
    answer = await visitor.get(f"{ONE}/activities.csv")
    assert answer.text.startswith("\ufeff法人番号,")
    assert "庁舎清掃,2026-03-01,1200000" in answer.text


async def test_comparing(visitor: AsyncClient) -> None:
    path = "/corporations/compare"
    words = text_of((await visitor.get(f"{path}?number={number(1)}&number={number(2)}")).text)
    assert "株式会社みなと化学" in words
    assert "青葉商事株式会社" in words
    both = await visitor.get(f"{path}?number={number(1)}&number={number(2)}")
    assert 'data-beside="2"' in both.text  # side by side on a phone, too
    bad = await visitor.get(f"{path}?number={number(1)}&number=123")
    assert bad.status_code == 422
    assert 'value="123"' in bad.text
    many = "&".join(f"number={number(serial)}" for serial in range(1, 8))
    assert "残りの3法人は表示していません" in (await visitor.get(f"{path}?{many}")).text
    assert (await visitor.get(path)).status_code == 200
    assert 'href="/open-data"' in (await visitor.get("/corporations")).text


async def test_the_middle_of_its_town_is_one_click_away(
    visitor: AsyncClient, database: Database
) -> None:
    assert "maps.gsi.go.jp" not in (await visitor.get(ONE)).text  # no list of towns is loaded
    async with database.session() as session:
        session.add(
            AddressTown(
                prefecture="東京都",
                city="千代田区",
                town="霞が関一丁目",
                koaza="",
                code="13101",
                latitude=35_673_000,
                longitude=139_751_000,
            )
        )
        await session.commit()
    html = (await visitor.get(ONE)).text
    assert 'href="https://maps.gsi.go.jp/#16/35.673/139.751/' in html
    assert "「霞が関一丁目」の中心を示します" in html
    assert not re.search(r'(?:src|data|<image href)="https://', html)  # nothing without a click
    assert 'href="?zoom=15#map"' in html
    for zoom, tile in (("13", "13/7276/3226"), ("15", "15/29104/12904"), ("17", "17/116417/51616")):
        drawn = await visitor.get(ONE, params={"zoom": zoom})
        assert f'src="https://cyberjapandata.gsi.go.jp/xyz/std/{tile}.png" alt=""' in drawn.text
        policy = drawn.headers["content-security-policy"]
        assert "img-src 'self' data: https://cyberjapandata.gsi.go.jp;" in policy
    for wrong in ("", "14", "1e3", "-1", "１５", "9" * 900, "<b>"):
        plain = await visitor.get(ONE, params={"zoom": wrong})
        assert plain.status_code == 200
        assert "<image" not in plain.text
        assert "cyberjapandata" not in plain.headers["content-security-policy"]


async def test_english_pages_name_prefectures_in_english(visitor: AsyncClient) -> None:
    english = {"Accept-Language": "en"}
    front = (await visitor.get("/corporations", headers=english)).text
    assert 'href="/corporations?prefecture=47">Okinawa<' in front
    found = (await visitor.get("/corporations?prefecture=13", headers=english)).text
    assert "Tokyo" in text_of(found)
    assert re.search(
        r"Address in English\s*Tokyo", text_of((await visitor.get(ONE, headers=english)).text)
    )
