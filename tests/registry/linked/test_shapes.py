"""Queries once published for gBizINFO's SPARQL service: through HTTP, against the database itself.

Numbers of the shapes are those of the collection they were taken from (Q2, Q5, …).
"""

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from madoguchi.kernel.database import Database
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.linked.snapshot import make_snapshot
from tests.registry.corporations.records import number
from tests.registry.linked import shaped
from tests.registry.linked.site import endpoint

PREFIXES = """PREFIX hj: <http://hojin-info.go.jp/ns/domain/biz/1#>
PREFIX ic: <http://imi.go.jp/ns/core/rdf#>
"""
GRAPH = "http://hojin-info.go.jp/graph/"
CODE = "http://imi.go.jp/ns/code_id/code/"
SIX = ("chotatsu", "hojyokin", "hyosho", "todokede", "tokkyo", "zaimu")


class Shaped(NamedTuple):
    """The endpoint, and what its database holds."""

    client: AsyncClient
    corporations: list[Corporation]
    acts: list[Activity]

    async def ask(self, query: str) -> list[tuple[str | None, ...]]:
        """The rows of a query, by GET as JSON and by POST as CSV, which must agree."""
        text = PREFIXES + query
        got = await self.client.get("/sparql", params={"query": text})
        posted = await self.client.post(
            "/sparql", data={"query": text}, headers={"accept": "text/csv"}
        )
        assert (got.status_code, posted.status_code) == (200, 200), got.text
        names = got.json()["head"]["vars"]
        rows = [
            tuple(row[name]["value"] if name in row else None for name in names)
            for row in got.json()["results"]["bindings"]
        ]
        table = list(csv.reader(io.StringIO(posted.text, newline="")))
        assert table[0] == names
        assert Counter(map(tuple, table[1:])) == Counter(
            tuple(item or "" for item in row) for row in rows
        )
        return rows


@pytest.fixture
async def site(database: Database, tmp_path: Path) -> AsyncIterator[Shaped]:
    await shaped.fill(database)
    await make_snapshot(database, tmp_path)
    async with database.session() as session:
        corporations = list(
            await session.scalars(
                select(Corporation).where(
                    Corporation.process != "99", Corporation.hidden.is_(False)
                )
            )
        )
        acts = list(await session.scalars(select(Activity).where(Activity.withdrawn_at.is_(None))))
    shown = {one.number for one in corporations}
    async with endpoint(None, tmp_path) as client:
        yield Shaped(client, corporations, [act for act in acts if act.number in shown])


def _address(one: Corporation) -> str:
    return one.prefecture + one.city + one.street


async def test_q2_seven_optional_blocks(site: Shaped) -> None:
    rows = await site.ask(f"""
    SELECT DISTINCT ?number ?name ?kana ?address ?city ?updated ?system ?process
    FROM <{GRAPH}hojin> WHERE {{
      ?s a hj:法人基本情報型 ; ic:ID/ic:識別値 ?number .
      OPTIONAL {{ ?s ic:名称 _:name . _:name ic:種別 '商号又は名称' . _:name ic:表記 ?name . }}
      OPTIONAL {{ ?s ic:名称 _:kana . _:kana ic:種別 '商号又は名称' . _:kana ic:カナ表記 ?kana . }}
      OPTIONAL {{ ?s ic:住所 _:place . _:place ic:種別 '住所' . _:place ic:表記 ?address . }}
      OPTIONAL {{ ?s ic:住所 _:code . _:code ic:市区町村コード ?city . }}
      OPTIONAL {{ ?s hj:更新日時 _:day . _:day ic:標準型日時 ?updated . }}
      OPTIONAL {{ ?s hj:システム名 _:system . _:system ic:表記 ?system . }}
      OPTIONAL {{ ?s hj:区分 _:sort . _:sort ic:種別 '処理区分' . _:sort ic:表記 ?process . }}
    }} GROUP BY ?number ?name ?kana ?address ?city ?updated ?system ?process""")
    expected = [
        (
            one.number,
            one.name,
            one.kana or None,
            _address(one) or None,
            f"{CODE}jisx0402#{one.prefecture_code}{one.city_code}" if one.city_code else None,
            f"{one.updated_on}T00:00:00",
            None,
            one.process,
        )
        for one in site.corporations
    ]
    assert Counter(rows) == Counter(expected)
    assert len(rows) == 7


async def test_q5_an_exact_address(site: Shaped) -> None:
    address = "福井県鯖江市西山町１３番１号"
    rows = await site.ask(f"""SELECT ?number FROM <{GRAPH}hojin> WHERE {{
      ?s ic:住所/ic:表記 "{address}" ; ic:ID/ic:識別値 ?number }}""")
    assert sorted(rows) == sorted(
        (one.number,) for one in site.corporations if _address(one) == address
    )
    assert len(rows) == 2


async def test_q6_one_by_its_kana_at_a_random_place(site: Shaped) -> None:
    expected = {(one.name, one.kana) for one in site.corporations if one.kana.startswith("ミナト")}
    found = []
    for offset in range(len(expected) + 1):
        found += await site.ask(f"""SELECT ?name ?kana FROM <{GRAPH}hojin> WHERE {{
          ?s a hj:法人基本情報型 ; ic:名称 ?n . ?n ic:表記 ?name ; ic:カナ表記 ?kana
          FILTER(regex(?kana, "^ミナト")) }} LIMIT 1 OFFSET {offset}""")
    assert set(found) == expected
    assert len(found) == len(expected) == 4


Q8_BRANCHES = [
    "OPTIONAL { ?corporation hj:法人活動情報 ?act }",
    "OPTIONAL {{ GRAPH ?g {{ ?act ic:ID/ic:識別値 ?number }} FILTER(?g IN ({})) }}".format(
        ", ".join(f"<{GRAPH}{name}>" for name in SIX)
    ),
    "OPTIONAL {{ {} }}".format(
        " UNION ".join(f"{{ GRAPH <{GRAPH}{name}> {{ ?act ic:ID/ic:識別値 ?number }} }}" for name in SIX)
    ),
]  # fmt: skip


@pytest.mark.parametrize("branch", Q8_BRANCHES)
async def test_q8_a_name_and_activities_counted(site: Shaped, branch: str) -> None:
    named = "\n".join(f"FROM NAMED <{GRAPH}{name}>" for name in SIX)
    rows = await site.ask(f"""
    SELECT ?number ?name ?prefecture ?city ?process (COUNT(DISTINCT ?act) AS ?many)
    FROM <{GRAPH}hojin> {named} WHERE {{
      ?corporation hj:法人基本情報 ?s .
      ?s ic:ID/ic:識別値 ?number ; ic:名称 ?n ; ic:住所 ?a ; hj:区分 ?k .
      ?n ic:種別 "商号又は名称" ; ic:表記 ?name . FILTER(contains(?name, "みなと"))
      ?a ic:種別 "住所" ; ic:都道府県 ?prefecture ; ic:市区町村 ?city .
      ?k ic:種別 "処理区分" ; ic:表記 ?process .
      {branch}
    }} GROUP BY ?number ?name ?prefecture ?city ?process
    ORDER BY DESC(?many) ?number LIMIT 1000""")
    counts = Counter(act.number for act in site.acts)
    expected = sorted(
        (
            (one.number, one.name, one.prefecture, one.city, one.process, str(counts[one.number]))
            for one in site.corporations
            if "みなと" in one.name and one.prefecture
        ),
        key=lambda row: (-int(row[5]), row[0]),
    )
    assert rows == expected
    assert [int(row[5] or 0) > 0 for row in rows] == [True, True, True, False]


async def test_q11_subsidies_by_pages(site: Shaped) -> None:
    found: list[Any] = []
    for offset in (0, 100, 200):
        page = await site.ask(f"""
        SELECT ?s ?day ?title ?amount ?target ?publisher ?note WHERE {{
          GRAPH <{GRAPH}hojyokin> {{ ?s a hj:補助金型 .
            OPTIONAL {{ ?s hj:認定日/ic:標準型日付 ?day }} OPTIONAL {{ ?s hj:活動名称/ic:表記 ?title }}
            OPTIONAL {{ ?s ic:金額/ic:数値 ?amount }} OPTIONAL {{ ?s hj:対象 ?target }}
            OPTIONAL {{ ?s hj:公表組織/ic:名称/ic:表記 ?publisher }}
            OPTIONAL {{ ?s hj:備考/ic:種別 ?note }} }}
        }} OFFSET {offset} LIMIT 100""")
        found += page
    expected = [
        (
            f"http://hojin-info.go.jp/data/ext/{act.number}_{act.key}",
            str(act.day),
            act.data["title"],
            None if act.amount is None else str(act.amount),
            act.target or None,
            act.department or None,
            act.data.get("note"),
        )
        for act in site.acts
        if act.kind == "subsidy"
    ]
    assert Counter(found) == Counter(expected)
    assert len(found) == shaped.SUBSIDIES + 1


async def test_q12_finance_side_by_side(site: Shaped) -> None:
    names = ("売上高", "当期純利益又は当期純損失", "総資産額", "経常利益又は経常損失", "従業員数")
    blocks = "\n".join(
        f"""OPTIONAL {{ ?s hj:数量コレクション/hj:数量 ?q{place} . ?q{place} ic:数値 ?v{place} ;
          hj:指標 "http://hojin-info.go.jp/code/財務情報/{name}"^^ic:コード型 }}"""
        for place, name in enumerate(names)
    )
    rows = await site.ask(f"""
    SELECT ?number ?v0 ?v1 ?v2 ?v3 ?v4 WHERE {{ GRAPH <{GRAPH}zaimu> {{
      ?s a hj:財務型 ; ic:ID/ic:識別値 ?number .
      {blocks} }} }} ORDER BY DESC(?v1 / ?v0) LIMIT 30""")
    by_ratio = sorted(
        shaped.FIGURES.items(),
        key=lambda item: -(item[1][1] / item[1][0]) if item[1][0] else float("inf"),
    )
    assert rows == [
        (
            number(serial),
            None if sales is None else str(sales),
            str(income),
            str(assets),
            str(income * 2),
            str(serial * 10),
        )
        for serial, (sales, income, assets) in by_ratio
    ]


@pytest.mark.parametrize(
    "condition",
    [
        "ic:都道府県 '福井県' ; ic:市区町村 '鯖江市'",
        "ic:都道府県 ?p ; ic:市区町村 ?c . FILTER(contains(?p, '福井') && contains(?c, '鯖江'))",
    ],
)
async def test_q14_the_code_of_a_city(site: Shaped, condition: str) -> None:
    after = "" if "FILTER" in condition else "."
    rows = await site.ask(f"""SELECT ?code WHERE {{
      ?a ic:市区町村コード/ic:識別値 ?code ; {condition} {after} }} LIMIT 1""")
    assert rows == [("18207",)]


async def test_q17_the_day_of_founding_graph_by_graph(site: Shaped) -> None:
    graphs = {"certification": "todokede", "procurement": "chotatsu", "subsidy": "hojyokin"}
    found = {}
    for (kind, serial), day in shaped.FOUNDED.items():
        rows = await site.ask(f"""SELECT ?day FROM <{GRAPH}{graphs[kind]}> WHERE {{
          ?s ic:ID/ic:識別値 "{number(serial)}" ; ic:設立日/ic:標準型日付 ?day }} LIMIT 1""")
        found[(kind, serial)] = rows[0][0]
        assert day == rows[0][0]
    none = await site.ask(f"""SELECT ?day FROM <{GRAPH}todokede> WHERE {{
      ?s ic:ID/ic:識別値 "{number(7)}" ; ic:設立日/ic:標準型日付 ?day }}""")
    assert none == []
    assert len(found) == len(shaped.FOUNDED)


async def test_what_only_the_columns_of_a_file_tell(site: Shaped) -> None:
    rows = await site.ask(f"""
    SELECT ?name ?phone ?fax ?partner ?head ?role ?capital ?people ?system ?area ?result
      ?part ?state ?from ?to ?grade ?chosen ?document
    WHERE {{ GRAPH <{GRAPH}hojyokin> {{
      ?s ic:ID/ic:識別値 "{number(7)}" ; hj:キー情報 "subsidy7" ; ic:名称/ic:表記 ?name .
      ?s ic:連絡先/ic:電話番号 ?phone ; ic:関連組織/ic:組織/ic:名称/ic:表記 ?partner .
      ?s ic:代表者 [ ic:役割 ?role ; ic:構成員/ic:氏名/ic:姓名 ?head ] .
      ?s ic:資本金/ic:数値 ?capital ; ic:関連人員/ic:人数 ?people ; hj:システム名/ic:表記 ?system .
      ?s hj:営業エリア/ic:名称/ic:表記 ?area ; hj:決算情報/ic:金額/ic:数値 ?result ; hj:部門 ?part .
      ?s hj:状況/ic:名称/ic:表記 ?state ; ic:期間/ic:開始日時/ic:標準型日付 ?from ;
         ic:期間/ic:終了日時/ic:標準型日付 ?to ; hj:資格/ic:種別 ?grade ;
         hj:採択日/ic:標準型日付 ?chosen .
      OPTIONAL {{ ?s ic:連絡先/ic:FAX番号 ?fax }} OPTIONAL {{ ?s hj:書類情報 ?document }} }} }}""")
    assert rows == [
        (
            "ファイルの名称7", "0776-00-0000", None, "乙組合", "港 一郎", "代表取締役", "30000000", "120",
            "統一資格", "北陸", "1200.5", "会計課", "完了", "2026-04-01T00:00:00", "2027-03-31T00:00:00",
            "A", "2026-02-03", None,
        )
    ]  # fmt: skip
