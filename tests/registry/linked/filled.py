"""A small registry as linked data: corporations, one activity of each kind, a generation."""

from datetime import date
from pathlib import Path
from typing import Any

from madoguchi.kernel.database import Database
from madoguchi.registry.linked.snapshot import Made, make_snapshot
from tests.registry.activities.made import activity
from tests.registry.corporations.records import incoming
from tests.registry.programs.site import ACTIVITIES, add_corporations

CORPORATIONS = [
    incoming(1, name="株式会社みなと化学", kana="ミナトカガク", sequence=1),
    incoming(2, name="青葉商事株式会社", kana="アオバショウジ", sequence=2, process="21",
             closed="2026-05-01", cause="01", prefecture="福井県", city="鯖江市",
             prefecture_code="18", city_code="207", street="西山町１３番１号"),
    incoming(3, name="検索除外株式会社", sequence=3, hidden="1"),
    incoming(4, name="株式会社とりけし", sequence=4, process="99"),
    incoming(5, name="みなと\"銀行\"\\合同会社", kana="ミナトギンコウ", sequence=5, kind="305"),
    incoming(6, name="みなと市", kana="ミナトシ", sequence=6, kind="201", process="11"),
]  # fmt: skip


async def fill(database: Database) -> None:
    """The corporations and activities, without a generation."""
    await add_corporations(database, *CORPORATIONS)
    async with database.session() as session:
        for place, row in enumerate(ACTIVITIES):
            data: dict[str, Any] = row["data"]
            session.add(
                activity(
                    1, row["kind"], key=f"2026 key|{place}", data=data, source="csv:x.csv",
                    amount=row.get("amount"), day=date(2026, 3, 1),
                )
            )  # fmt: skip
        session.add(
            activity(2, "procurement", key="b1", data={"title": "パソコン"}, amount=7_000_000)
        )
        session.add(activity(3, "procurement", key="c1", data={"title": "秘密"}, amount=9))
        await session.commit()


async def generation(database: Database, root: Path, codes: Path | None = None) -> Made:
    """Fill the database and make a generation of it."""
    await fill(database)
    return await make_snapshot(database, root, codes=codes)
