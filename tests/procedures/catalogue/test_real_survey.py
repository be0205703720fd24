"""The real survey of Reiwa 6: nothing is lost, and the published totals come out."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from madoguchi.procedures.catalogue import importer, queries, rules, service
from madoguchi.procedures.catalogue.importer import check
from madoguchi.procedures.catalogue.models import CatalogueEntry
from madoguchi.procedures.catalogue.survey import COLUMNS, RATE_COLUMN, to_entry, to_row

FILINGS = {"application", "notification", "report", "declaration"}


@pytest.fixture(scope="module")
def survey(shared_data: Path) -> Path:
    path = shared_data / "procedures/procedures_survey_r6.parquet"
    if not path.is_file():
        pytest.skip(f"the survey is not at {path}")
    return path


@pytest.fixture(scope="module")
def rows(survey: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(survey).to_pylist()
    return rows


def test_all_columns_survive_the_round_trip(survey: Path, rows: list[dict[str, Any]]) -> None:
    assert check(survey) == len(rows) == 75_071
    assert len(COLUMNS) == 39
    for row in rows:
        back = to_row(to_entry(row, {}))
        rate = back.pop(RATE_COLUMN)
        assert abs(float(rate) - row[RATE_COLUMN]) < 1e-4
        assert back == {column: row[column] for column in back}


def test_published_totals_come_out(rows: list[dict[str, Any]]) -> None:
    entries = [to_entry(row, {}) for row in rows]
    count: Counter[str] = Counter()
    yearly: dict[str, int] = defaultdict(int)
    for entry in entries:
        number = rules.code(entry["procedure_type"])
        count[number] += 1
        yearly[number] += entry["yearly"]
    assert count == {
        "1": 36_480,
        "2-1": 12_607,
        "2-2": 15_533,
        "2-3": 2_227,
        "3": 3_194,
        "4": 5_028,
        "": 2,
    }
    assert yearly["1"] == 2_486_433_716
    assert yearly["2-1"] == 1_192_694_637
    assert sum(entry["kind"] in FILINGS for entry in entries) == 36_480
    filings = [entry for entry in entries if entry["kind"] in FILINGS]
    online = Counter(rules.online_state(entry["online_state"]) for entry in filings)
    assert (online["done"], online["not_yet"], online["partly"]) == (22_740, 8_371, 1_279)
    assert Counter(rules.has_fee(entry["fee"]) for entry in filings)[True] == 3_662


async def test_searching_the_whole_survey(database: Any, survey: Path) -> None:
    result = await importer.import_survey(database, survey)
    assert result.count == 75_071
    async with database.reading() as session:
        assert await session.scalar(select(func.count(CatalogueEntry.id))) == 75_071
        counts = await service.tallies(session)
        assert counts["ministry"]["国土交通省"] == 13_645
        assert counts["ministry"]["経済産業省"] == 8_577
        assert sum(counts["kind"][kind] for kind in FILINGS) == 36_480
        for text, first in {
            "パスポート": "一般旅券の発給の申請",
            "引っ越し": "転入",
            "ガソリンスタンド": "揮発油",
            "高圧ガス 製造": "製造",
        }.items():
            listing = await service.search_page(session, service.Query(text))
            assert any(first in card.name["ja"] for card in listing.cards), text
        shelves = await queries.shelves(session)
        assert shelves.entries.rows_with("申請").name.bit_count() == sum(
            "申請" in name for name in shelves.entries._names
        )
