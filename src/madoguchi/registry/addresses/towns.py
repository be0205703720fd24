"""The towns an administrator loaded: reading lists of addresses, finding a town in its city."""

import csv
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import store
from madoguchi.registry.addresses.models import AddressTown

_BATCH = 5_000
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "prefecture": ("prefecture", "都道府県名"),
    "city": ("city", "市区町村名"),
    "town": ("town", "大字町丁目名"),
    "koaza": ("koaza", "小字・通称名"),
    "code": ("code", "市区町村コード"),
    "latitude": ("lat", "緯度"),
    "longitude": ("lng", "経度"),
}
"""The columns of geolonia/japanese-addresses: those of its CSV and of its API."""


class AddressFileError(ValueError):
    """The file is no list of addresses; the message says why."""


async def load_towns(session: AsyncSession, paths: list[Path]) -> int:
    """Replace all towns by those of these files (CSV, CSV.zst, JSON); how many there are now.

    AddressFileError, with nothing changed when the caller then commits nothing.
    """
    rows = {
        (row["prefecture"], row["city"], row["town"], row["koaza"]): row
        for path in paths
        for row in read_towns(path)
    }
    if not rows:
        raise AddressFileError("no addresses in the files")
    await session.execute(delete(AddressTown))
    found = [rows[key] for key in sorted(rows)]
    for start in range(0, len(found), _BATCH):
        await store(session, AddressTown, found[start : start + _BATCH])
    return len(found)


def read_towns(path: Path) -> Iterator[dict[str, Any]]:
    """The towns of a file. AddressFileError for what is none."""
    try:
        text = _text(path)
        if path.suffix == ".json":
            yield from _json(json.loads(text), path)
            return
        reader = csv.DictReader(text.splitlines())
        columns = _columns(reader.fieldnames or ())
        for line, row in enumerate(reader, 2):
            yield _row({name: row.get(column) or "" for name, column in columns.items()}, line)
    except (UnicodeDecodeError, ValueError, csv.Error, OSError) as fault:
        raise AddressFileError(f"{path.name}: {fault}") from fault


def _text(path: Path) -> str:
    if path.suffix == ".zst":
        import pyarrow as arrow

        with arrow.input_stream(str(path), compression="zstd") as file:
            return str(file.read().decode("utf-8-sig"))
    return path.read_text(encoding="utf-8-sig")


def _columns(names: Any) -> dict[str, str]:
    found = {
        name: next((column for column in known if column in names), "")
        for name, known in _HEADERS.items()
    }
    if not (found["prefecture"] and found["city"] and found["town"]):
        raise ValueError("no columns of prefecture, city and town")
    return found


def _json(content: Any, path: Path) -> Iterator[dict[str, Any]]:
    """A file of the API: api/ja/{prefecture}/{city}.json, a list of towns."""
    if not isinstance(content, list):
        raise ValueError("no list of towns")
    for line, item in enumerate(content, 1):
        if not isinstance(item, dict):
            raise ValueError(f"item {line} is no town")
        values = {name: str(item.get(name) or "") for name in _HEADERS}
        values |= {
            "prefecture": path.parent.name,
            "city": path.stem,
            "latitude": str(item.get("lat") or ""),
            "longitude": str(item.get("lng") or ""),
        }
        yield _row(values, line)


def _row(values: dict[str, str], line: int) -> dict[str, Any]:
    if not values["prefecture"] or not values["city"] or len(values["town"]) > 200:
        raise ValueError(f"line {line} is no town")
    return {
        **{name: values[name] for name in ("prefecture", "city", "town", "koaza")},
        "code": values["code"] if len(values["code"]) == 5 else "",
        "latitude": _micro(values["latitude"], 90),
        "longitude": _micro(values["longitude"], 180),
    }


def _micro(text: str, most: int) -> int | None:
    """Millionths of a degree; None for nothing. ValueError for what is no place on earth."""
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as fault:
        raise ValueError(f"no degrees: {text[:20]!r}") from fault
    if not value.is_finite() or abs(value) > most:
        raise ValueError(f"no degrees: {text[:20]!r}")
    return int((value * 1_000_000).to_integral_value())


async def cities(session: AsyncSession) -> list[tuple[str, str]]:
    """Every (prefecture, city) that has towns."""
    rows = await session.execute(select(AddressTown.prefecture, AddressTown.city).distinct())
    return [(prefecture, city) for prefecture, city in rows]


async def towns_of(session: AsyncSession, prefecture: str, city: str) -> list[AddressTown]:
    """The towns of a city."""
    query = select(AddressTown).where(
        AddressTown.prefecture == prefecture, AddressTown.city == city
    )
    return list(await session.scalars(query))
