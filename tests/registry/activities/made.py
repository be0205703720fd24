"""Activities, details and corporations made up for tests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.ids import new_id
from madoguchi.registry.activities.models import Activity, Detail
from madoguchi.registry.corporations.loading import take_in
from madoguchi.registry.gbizinfo.fields import VERSION_2
from madoguchi.registry.gbizinfo.showing import section as shown
from madoguchi.registry.whole import Act
from tests.registry.corporations.records import incoming, number

AT = datetime(2026, 11, 1, 3, tzinfo=UTC)


def activity(serial: int, kind: str = "subsidy", **fields: Any) -> Activity:
    """An activity of the corporation `serial`."""
    values: dict[str, Any] = {
        "id": new_id(),
        "number": number(serial),
        "kind": kind,
        "source": "csv:test",
        "key": new_id(),
        "title": "省エネ設備の導入",
        "day": date(2026, 4, 1),
        "amount": 1_000_000,
        "department": "経済産業省",
        "ministry": "17",
        "target": "",
        "data": {},
        "updated_on": date(2026, 6, 1),
        "recorded_at": AT,
        "withdrawn_at": None,
    }
    return Activity(**(values | fields))


def detail(serial: int, field: str, value: Any, figure: int | None = None, **rest: Any) -> Detail:
    """A field known of the corporation `serial`."""
    values: dict[str, Any] = {
        "number": number(serial),
        "field": field,
        "source": "csv:test",
        "value": value,
        "figure": figure,
        "as_of": date(2026, 6, 1),
        "recorded_at": AT,
    }
    return Detail(**(values | rest))


async def corporations(session: AsyncSession, many: int, **hidden: str) -> None:
    """Corporations 1 to `many`; the last one hidden when asked for."""
    rows = [incoming(serial, sequence=serial) for serial in range(1, many)]
    await take_in(session, [*rows, incoming(many, sequence=many, **hidden)])


def section(kind: str, rows: Sequence[Activity]) -> Any:
    """The section gBizINFO's interface (v2) makes of activities, without its key."""
    acts = [
        Act(row.kind, row.source, row.key, row.data, row.day, row.updated_on, row.recorded_at)
        for row in rows
    ]
    (found,) = shown(VERSION_2, kind, acts, metadata=False).values()
    return found
