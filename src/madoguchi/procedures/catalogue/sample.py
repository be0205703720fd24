"""The sample (見本): well-known procedures for trying Madoguchi without the survey file."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import Clock, system_clock
from madoguchi.procedures.catalogue.editions import new_edition
from madoguchi.procedures.catalogue.models import CatalogueEntry
from madoguchi.procedures.catalogue.rules import guess_kind
from madoguchi.procedures.catalogue.survey import TEXT_COLUMNS


@cache
def sample_rows() -> tuple[dict[str, Any], ...]:
    """The values of the sample's entries."""
    text = Path(__file__).with_name("sample.toml").read_text(encoding="utf-8")
    return tuple(_complete(row) for row in tomllib.loads(text)["procedure"])


def _complete(given: dict[str, Any]) -> dict[str, Any]:
    yearly, online = given["yearly"], given["yearly_online"]
    return {
        **dict.fromkeys(TEXT_COLUMNS.values()),
        **given,
        "yearly_paper": yearly - online,
        "online_rate": online * 10_000 // yearly if yearly else 0,
        "survey": {},
        "kind": guess_kind(given["procedure_type"], given["name"]),
        "agency": None,
        "source": "sample",
    }


async def load_sample(session: AsyncSession, clock: Clock = system_clock) -> int:
    """Fill the catalogue with the sample and give its size; 0 when it holds a survey already."""
    surveyed = select(func.count()).where(CatalogueEntry.source == "survey")
    if await session.scalar(surveyed):
        return 0
    await session.execute(delete(CatalogueEntry))
    entries = sample_rows()
    await session.execute(insert(CatalogueEntry), list(entries))
    await new_edition(session, "entries", len(entries), "sample.toml", clock)
    return len(entries)
