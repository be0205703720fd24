"""Corporations made up, and an index of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database
from madoguchi.registry.changes import note_changes
from madoguchi.registry.corporations.loading import changed_by, take_in
from madoguchi.registry.search.serving import serve_from
from madoguchi.registry.search.writing import build
from tests.registry.corporations.records import incoming

AT = datetime(2026, 11, 1, 3, tzinfo=UTC)


async def known(session: AsyncSession, *records: dict[str, Any]) -> None:
    """Corporations, by what is special of each; those after the first have the numbers 2, 3, …"""
    rows = [
        incoming(**({"serial": serial, "sequence": serial} | fields))
        for serial, fields in enumerate(records, 1)
    ]
    merged = await take_in(session, rows)
    await note_changes(session, changed_by(merged), AT)


async def indexed(database: Database, tmp_path: Path, *records: dict[str, Any]) -> Path:
    """The folder of an index of these, searched from now on."""
    async with database.session() as session:
        await known(session, *records)
        await session.commit()
    folder = tmp_path / "registry-index"
    await build(database, folder)
    serve_from(database, folder)
    return folder
