"""The catalogue's pages, API and download, through HTTP."""

import csv
import io
from typing import Any

import pytest
from httpx import AsyncClient

from madoguchi.procedures.catalogue import service


async def get(client: AsyncClient, path: str, language: str = "ja") -> str:
    response = await client.get(path, headers={"Accept-Language": language})
    assert response.status_code == 200, response.text
    return response.text


async def test_search_page_lists_counts_and_filters(client: AsyncClient) -> None:
    page = await get(client, "/procedures?q=高圧ガス")
    assert "見つかった手続 3 件" in page
    assert page.index("高圧ガスの製造の許可の申請") < page.index("製造の開始の届出")
    assert "標準処理期間：1か月" in page
    assert "経済産業省（3）" in page
    only = await get(client, "/procedures?q=高圧ガス&kind=notification")
    assert "見つかった手続 1 件" in only
    assert "/procedures/c/11" in only
    assert "/procedures/c/10" not in only
    assert 'href="/procedures?q=%E9%AB%98%E5%9C%A7%E3%82%AC%E3%82%B9"' in only


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_every_page_is_complete_in_both_languages(client: AsyncClient, language: str) -> None:
    for path in (
        "/procedures",
        "/procedures?q=引っ越し",
        "/procedures?q=宇宙旅行",
        "/procedures?q=高圧ガス保全法",
        "/procedures?ministry=経済産業省&law=旅券法",
        "/procedures/browse",
        *(f"/procedures/c/{each}" for each in ("10", "11", "12", "P13", "DP14", "15")),
    ):
        page = await get(client, path, language)
        assert "catalogue." not in page, path


async def test_english_reader_gets_english_words_around_japanese_names(client: AsyncClient) -> None:
    page = await get(client, "/procedures/c/10", "en")
    assert "Ministry of Economy, Trade and Industry" in page
    assert "高圧ガスの製造の許可の申請" in page
    assert "Credit card" in page
    assert "1 month" in page


async def test_entry_page_offers_simple_filing(client: AsyncClient) -> None:
    page = await get(client, "/procedures/c/10")
    assert 'action="/procedures/c/10/start"' in page
    assert "オンラインで提出する（簡易申請）" in page
    assert "laws.e-gov.go.jp" in page
    assert "66.67%" in page


async def test_act_of_an_agency_is_explained_and_documents_may_be_sent(client: AsyncClient) -> None:
    page = await get(client, "/procedures/c/12")
    assert "ふつう、あなたから出すものではありません" in page
    assert 'action="/procedures/c/12/start"' in page


async def test_shared_procedure_asks_for_the_ministry(client: AsyncClient) -> None:
    page = await get(client, "/procedures/c/P13")
    assert 'name="ministry"' in page
    assert "法務省" in page


async def test_served_entry_links_to_its_form(client: AsyncClient, filled: Any) -> None:
    async with filled.session() as session:
        await service.index_package(
            session,
            procedure_id="gas",
            digest="sha256:1",
            kind="application",
            title={"ja": "高圧ガス製造許可申請", "en": "Permission to produce high-pressure gas"},
            summary={"ja": "ガスを作る許可", "en": "Permission"},
            catalogue_ids=["10"],
        )
        await session.commit()
    page = await get(client, "/procedures/c/10")
    assert 'href="/procedures/gas"' in page
    assert "/start" not in page
    found = await get(client, "/procedures?q=high-pressure", "en")
    assert "Permission to produce high-pressure gas" in found


@pytest.mark.parametrize(
    "path", ["/procedures/c/999", "/procedures/c/手続", "/procedures/c/" + "9" * 99]
)
async def test_unknown_entry_is_404(client: AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
    api = await client.get(path.replace("/procedures/c/", "/api/v1/catalogue/"))
    assert api.status_code == 404
    assert api.headers["content-type"].startswith("application/problem+json")


HOSTILE = [
    "'\"`;--",
    "%_\\",
    "a\x07b",
    "あ" * 800,
    "😀",
    "AND OR NOT (",
    "*:^",
    "\ue000\u202e",
    "<b>",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_queries_are_answered(client: AsyncClient, text: str) -> None:
    for path in ("/procedures", "/api/v1/catalogue", "/api/v1/catalogue/facets", "/procedures.csv"):
        response = await client.get(path, params={"q": text, "ministry": text[:50]})
        assert response.status_code == 200, (path, text[:20])
        assert "<b>" not in response.text or path != "/procedures"


async def test_api_pages_by_cursor_without_gaps(client: AsyncClient) -> None:
    seen: list[str] = []
    path = "/api/v1/catalogue?limit=2"
    while path:
        response = await client.get(path)
        seen += [item["id"] for item in response.json()["items"]]
        path = response.links.get("next", {}).get("url", "")
    assert seen == ["P13", "DP14", "11", "10", "12", "15"]


async def test_foreign_cursor_is_refused(client: AsyncClient) -> None:
    for cursor in ("x", "AAAA", "%F0%9F%98%80"):
        assert (await client.get(f"/procedures?cursor={cursor}")).status_code == 400
        assert (await client.get(f"/api/v1/catalogue?cursor={cursor}")).status_code == 400


async def test_api_gives_the_surveys_columns(client: AsyncClient) -> None:
    got = (await client.get("/api/v1/catalogue/10")).json()
    assert got["kind"] == "application"
    assert got["survey"]["根拠条項号"] == "第5条第1項"
    assert got["survey"]["オンライン化率"] == "66.67"
    assert got["survey"]["事務区分"] == "1 自治事務"
    assert len(got["survey"]) == 39
    assert got["offices"] == ["都道府県庁", "経済産業省 産業保安監督部"]


async def test_api_facets_count_with_the_other_filters(client: AsyncClient) -> None:
    got = (await client.get("/api/v1/catalogue/facets?ministry=総務省&kind=application")).json()
    assert got["total"] == 0
    assert got["facets"]["kind"] == {"notification": 1}
    assert got["facets"]["ministry"] == {"外務省": 1, "経済産業省": 1}


async def test_download_is_complete_and_harmless_in_a_spreadsheet(client: AsyncClient) -> None:
    response = await client.get("/procedures.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert len(rows) == 7
    names = {row[0]: row[1] for row in rows}
    assert names["15"] == "'=HYPERLINK(1)の 届出"
    assert names["P13"] == "転入の届出 （世帯主）"


async def test_second_page_links_back_to_the_first(client: AsyncClient, filled: Any) -> None:
    page = await get(client, "/procedures?q=の")
    assert 'rel="next"' not in page
    first = (await client.get("/api/v1/catalogue?limit=1")).json()["next"]
    assert 'href="/procedures"' in await get(client, f"/procedures?cursor={first}")
