"""A registry with a few corporations, and its door for programs."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from starlette.middleware import Middleware

from madoguchi.identity.service import add_person
from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.registry import keys
from madoguchi.registry.activities.models import Activity, Detail
from madoguchi.registry.changes import note_changes
from madoguchi.registry.corporations.loading import changed_by, take_in
from madoguchi.registry.door import Door
from madoguchi.registry.keys.admitting import Admission
from madoguchi.registry.keys.models import ApiKey
from madoguchi.registry.keys.service import digest
from madoguchi.web.edge import install
from tests.registry.corporations.records import incoming, number
from tests.web.app import NOW, TestSettings

KEY = "aB3dE6gH9jK2m"
CLOCK = fixed_clock(NOW)


def make_app(database: Database, *, of_key: int = 1_000, of_address: int = 1_000) -> FastAPI:
    app = FastAPI()
    app.state.settings = TestSettings()
    app.state.clock = CLOCK
    app.state.database = database
    app.state.key_admission = Admission(
        CLOCK, of_key=of_key, of_address=of_address, seconds=lambda: 1_000_000.0
    )
    install(app, [keys], doors=[Middleware(Door, state=app.state, trusted_host="testserver")])
    return app


def client(app: FastAPI, **headers: str) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://testserver", headers=headers)


def gbizinfo(app: FastAPI) -> AsyncClient:
    return client(app, **{"X-hojinInfo-api-token": KEY})


async def add_key(database: Database, text: str = KEY) -> str:
    """A key of somebody."""
    async with database.session() as session:
        person = await add_person(session, CLOCK, name="開発 花子")
        key = ApiKey(
            id=new_id(),
            owner=person.id,
            person_id=person.id,
            name="試験",
            start=text[:4],
            sha256=digest(text),
            made_at=NOW,
        )
        session.add(key)
        await session.commit()
    return key.id


async def add_corporations(database: Database, *items: Any) -> None:
    """`items` are records as they arrive; without any, four usual ones."""
    usual = [
        incoming(1, name="株式会社みなと化学", kana="ミナトカガク", sequence=1),
        incoming(2, name="青葉商事株式会社", kana="アオバショウジ", sequence=2, closed="2026-05-01", cause="01", process="21"),
        incoming(3, name="検索除外株式会社", sequence=3, hidden="1"),
        incoming(4, name="株式会社とりけし", sequence=4, process="99"),
    ]  # fmt: skip
    async with database.session() as session:
        merged = await take_in(session, list(items) or usual)
        await note_changes(session, changed_by(merged), NOW)
        await session.commit()


async def add_activities(database: Database, rows: Iterable[dict[str, Any]]) -> None:
    """Activities of number(1) unless they say otherwise."""
    async with database.session() as session:
        for place, row in enumerate(rows):
            values: dict[str, Any] = {
                "id": new_id(),
                "number": number(1),
                "source": "csv:Chotatsujoho_UTF-8.csv",
                "key": f"key-{place}",
                "title": row.get("data", {}).get("title", ""),
                "day": date(2026, 3, 1),
                "amount": None,
                "department": "経済産業省",
                "ministry": "17",
                "target": "",
                "updated_on": date(2026, 6, 2),
                "recorded_at": NOW,
                "withdrawn_at": None,
            }
            session.add(Activity(**(values | row)))
        await session.commit()


async def add_details(database: Database, values: dict[str, Any], at: datetime = NOW) -> None:
    """Details of number(1)."""
    async with database.session() as session:
        for field, value in values.items():
            session.add(
                Detail(
                    number=number(1),
                    field=field,
                    source="csv:Kihonjoho_UTF-8.csv",
                    value=value,
                    figure=value if isinstance(value, int) else None,
                    as_of=date(2026, 1, 31),
                    recorded_at=at,
                )
            )
        await session.commit()


ACTIVITIES: list[dict[str, Any]] = [
    {"kind": "procurement", "data": {"title": "庁舎清掃", "amount": 1200000, "date_of_order": "2026-03-01", "government_departments": "経済産業省", "joint_signatures": ["乙社"], "note": "随意"}, "amount": 1_200_000},
    {"kind": "subsidy", "data": {"title": "省エネ補助金", "amount": "5000000", "date_of_approval": "2025-12-01", "government_departments": "環境省", "subsidy_resource": "一般会計"}, "amount": 5_000_000},
    {"kind": "certification", "data": {"title": "えるぼし認定", "date_of_approval": "2024-04-01", "government_departments": "厚生労働省", "expiration_date": "2030-01-01"}},
    {"kind": "commendation", "data": {"title": "環境大臣表彰", "date_of_commendation": "2023-06-05", "note": "優秀"}},
    {"kind": "patent", "data": {"patent_type": "特許", "application_number": "2017151696", "registration_number": "7000001", "application_date": "2017-11-17", "title": "洗浄剤", "classifications": [{"コード値": "42", "コード名": "類", "日本語": "化学"}]}},
    {"kind": "finance", "data": {"accounting_standards": "JP", "fiscal_year_cover_page": "第10期", "major_shareholders": [{"name_major_shareholders": "港 一郎", "shareholding_ratio": 0.515}], "management_index": [{"period": "当期", "net_sales_summary_of_business_results": 900000000, "net_sales_summary_of_business_results_unit_ref": "JPY"}]}},
    {"kind": "workplace", "data": {"base_infos": {"average_age": 41.5, "average_continuous_service_years_Male": 12.25}, "women_activity_infos": {"female_workers_proportion": 38.1, "female_share_of_manager": 3}, "compatibility_of_childcare_and_work": {"number_of_maternity_leave": 2}}},
    {"kind": "corporation", "data": {"corporation_name": "横浜工場", "corporation_location": "神奈川県横浜市", "insured_number": "120"}},
]  # fmt: skip
DETAILS: dict[str, Any] = {
    "capital_stock": 30_000_000,
    "employee_number": "120",
    "company_url": "https://minato.example.jp/",
    "business_items": ["301", "304"],
    "founding_year": 1954,
    "representative_name": "代表取締役 港 一郎",
}
