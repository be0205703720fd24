"""A small survey file, and an application with only the catalogue's pages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from madoguchi.kernel.clock import fixed_clock
from madoguchi.procedures import catalogue
from madoguchi.procedures.catalogue import api, pages
from madoguchi.procedures.catalogue.survey import ALL_TEXT, COLUMNS, COUNT_COLUMNS, RATE_COLUMN
from madoguchi.web.edge import install

NOW = datetime(2026, 4, 1, 1, 30, tzinfo=UTC)


def survey_row(**given: Any) -> dict[str, Any]:
    """A row of the survey; Japanese column names given by keyword."""
    row: dict[str, Any] = dict.fromkeys(ALL_TEXT)
    row |= dict.fromkeys(COUNT_COLUMNS, 0) | {RATE_COLUMN: 0.0}
    row |= {
        "手続ID": "1",
        "所管府省庁": "経済産業省",
        "手続名": "手続",
        "法令名": "試験法",
        "手続類型": "1 申請等",
        "実施府省庁": "経済産業省",
        "オンライン化の実施状況": "1 実施済",
    }
    return row | given


ROWS = [
    survey_row(
        手続ID="10",
        手続名="高圧ガスの製造の許可の申請",
        法令名="高圧ガス保安法",
        法令番号="昭和二十六年法律第二百四号",
        根拠条項号="第5条第1項",
        総手続件数=300,
        オンライン手続件数=200,
        非オンライン手続件数=100,
        申請に関連する士業="行政書士",
        オンライン化率=66.66999816894531,
        事務区分="1 自治事務",
        申請を提出する機関="都道府県庁; 経済産業省 産業保安監督部",
        **{
            "手続が行われるイベント(法人)": "新しい事業の開始",
            "手数料等の納付有無": "2 手数料等有り",
            "手数料等の納付方法": "1-1 行政機関の窓口; 2-3 クレジットカード払い",
            "処理期間(オンライン)": "１月",
        },
    ),
    survey_row(
        手続ID="11",
        手続名="製造の開始の届出",
        法令名="高圧ガス保安法",
        根拠条項号="第21条",
        総手続件数=900,
    ),
    survey_row(
        手続ID="12",
        手続名="許可の取消しの通知",
        法令名="高圧ガス保安法",
        手続類型="2-2 申請等に基づかない処分通知等",
        総手続件数=50,
        オンライン化の実施状況="2 未実施",
    ),
    survey_row(
        手続ID="P13",
        所管府省庁="総務省",
        実施府省庁="総務省; 法務省",
        手続名="転入の届出\n（世帯主）",
        法令名="住民基本台帳法",
        総手続件数=4_000_000,
        オンライン化の実施状況="2 未実施",
        **{"手続が行われるイベント(個人)": "引越し; その他イベント(個人)"},
    ),
    survey_row(
        手続ID="DP14",
        所管府省庁="外務省",
        実施府省庁="外務省",
        手続名="一般旅券の発給の申請",
        法令名="旅券法",
        総手続件数=2_800_000,
    ),
    survey_row(手続ID="15", 手続名="=HYPERLINK(1)の 届出", 法令名="ＡＢＣ規則", 総手続件数=1),
]


def write_survey(path: Path, rows: list[dict[str, Any]]) -> Path:
    types = dict.fromkeys(ALL_TEXT, pa.large_string())
    types |= dict.fromkeys(COUNT_COLUMNS, pa.uint32()) | {RATE_COLUMN: pa.float32()}
    schema = pa.schema([(column, types[column]) for column in COLUMNS])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    return write_survey(tmp_path / "survey.parquet", ROWS)


@pytest.fixture
async def filled(database: Any, survey: Path) -> Any:
    """A database holding the small survey."""
    from madoguchi.procedures.catalogue import importer

    await importer.import_survey(database, survey)
    return database


@dataclass(frozen=True)
class Settings:
    secret_key: str = "a secret for tests"
    demo: bool = False
    base_url: str = ""
    address: str = "http://testserver"
    max_body: int = 1_000_000
    max_upload: int = 4_000_000
    at_once: int = 32
    grace_minutes: int = 120


@pytest.fixture
def client(filled: Any) -> AsyncClient:
    app = FastAPI()
    app.state.settings = Settings()
    app.state.clock = fixed_clock(NOW)
    app.state.database = filled
    install(app, [catalogue])
    app.include_router(pages.router)
    app.include_router(api.router)
    return AsyncClient(transport=ASGITransport(app), base_url="http://testserver")
