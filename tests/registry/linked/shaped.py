"""A registry in which the queries once published for gBizINFO have answers worth checking."""

from datetime import date
from typing import Any

from madoguchi.kernel.database import Database
from madoguchi.registry.activities.vocabulary import read_row
from tests.registry.activities.made import AT, activity
from tests.registry.corporations.records import incoming, number
from tests.registry.programs.site import add_corporations

SABAE = {"prefecture": "福井県", "city": "鯖江市", "prefecture_code": "18", "city_code": "207"}
CORPORATIONS = [
    incoming(1, name="株式会社みなと化学", kana="ミナトカガク", sequence=1),
    incoming(2, name="みなと眼鏡株式会社", kana="ミナトガンキョウ", sequence=2, process="21",
             closed="2026-05-01", cause="01", street="西山町１３番１号", **SABAE),
    incoming(3, name="みなと検索除外株式会社", kana="ミナト", sequence=3, hidden="1"),
    incoming(4, name="みなととりけし株式会社", kana="ミナト", sequence=4, process="99"),
    incoming(5, name="みなと\"銀行\"\\合同会社", kana="ミナトギンコウ", sequence=5, kind="305"),
    incoming(6, name="みなと市", kana="", sequence=6, kind="201", process="11"),
    incoming(7, name="越前レンズ株式会社", kana="エチゼンレンズ", sequence=7, updated="2026-06-03",
             street="西山町１３番１号", **SABAE),
    incoming(8, name="ＭＩＮＡＴＯ株式会社", kana="ミナト", sequence=8, street="西山町１３番２号",
             **SABAE),
    incoming(9, name="外国みなと", kana="ガイコクミナト", sequence=9, kind="401", prefecture="", city="",
             prefecture_code="", city_code="", street="", postal_code=""),
]  # fmt: skip
FIGURES = {1: (900, 45, 3_000), 2: (500, 75, 900), 5: (1_000, -20, 5_000), 7: (None, 10, 700)}
"""Net sales, net income, total assets of those that told figures."""

FOUNDED = {("certification", 1): "1954-03-01", ("procurement", 1): "1955-01-01",
           ("procurement", 2): "1988-07-15", ("subsidy", 7): "2001-12-24"}  # fmt: skip
SUBSIDIES = 130


async def fill(database: Database) -> None:
    """Corporations, subsidies that fill two pages, finance side by side, days of founding."""
    await add_corporations(database, *CORPORATIONS)
    async with database.session() as session:
        for place in range(SUBSIDIES):
            serial = (1, 2, 7)[place % 3]
            odd: dict[str, Any] = {"note": "中小企業枠"} if place % 5 == 0 else {}
            session.add(
                activity(
                    serial, "subsidy", key=f"s{place}", day=date(2025, 4, 1 + place % 28),
                    amount=None if place % 7 == 0 else 1_000 * place, target="設備" if place % 4 else "",
                    department="環境省" if place % 2 else "",
                    data={"title": f"省エネ補助金第{place}号", **odd},
                )
            )  # fmt: skip
        for serial, (sales, income, assets) in FIGURES.items():
            period = {
                "period": "当期",
                "net_sales_summary_of_business_results": sales,
                "net_income_loss_summary_of_business_results": income,
                "total_assets_summary_of_business_results": assets,
                "ordinary_income_loss_summary_of_business_results": income * 2,
                "number_of_employees": serial * 10,
            }
            data = {"fiscal_year_cover_page": "第10期", "management_index": [period]}
            session.add(activity(serial, "finance", key=f"{number(serial)}_f", data=data))
        for (kind, serial), day in FOUNDED.items():
            read = read_row(kind, columns(serial, day))
            session.add(
                activity(
                    serial, kind, key=f"{kind}{serial}", data=read.data, amount=77, department=""
                )
            )
        session.add(activity(3, "procurement", key="hidden", data={"title": "秘密"}))
        session.add(activity(5, "procurement", key="gone", withdrawn_at=AT, data={"title": "無効"}))
        await session.commit()


def columns(serial: int, founded: str) -> dict[str, str]:
    """A row of a file in the vocabulary edition, with columns REST has no field for."""
    return {
        "ID-識別値": number(serial), "名称-種別": "商号又は名称", "名称-表記": f"ファイルの名称{serial}",
        "連絡先-種別": "代表", "連絡先-電話番号": "0776-00-0000", "連絡先-FAX番号": "",
        "関連組織-役割": "共同", "関連組織-名称": "乙組合", "住所-表記": "福井県鯖江市", "代表者-役割": "代表取締役",
        "代表者-表示用種別": "表示用", "代表者-表示用氏名": "港 一郎", "設立日": founded, "資本金-数値": "30,000,000",
        "資本金-通貨": "円", "資本金-通貨コード": "JPY", "関連人員-人数": "120", "更新日時": "2026-06-01",
        "システム名": "統一資格", "業種コード": "E", "事業内容": "眼鏡枠の製造", "営業エリア-表記": "北陸",
        "決算情報-金額": "1200.5", "法人活動-活動名称": "清掃", "法人活動-部門": "会計課",
        "法人活動-状況名称": "完了", "法人活動-期間開始日時": "2026-04-01T00:00:00",
        "法人活動-期間終了日時": "2027-03-31", "資格-表記": "A", "備考-種別": "随意", "補助金-採択日": "2026-02-03",
        "書類情報-提出日": "no day",
    }  # fmt: skip
