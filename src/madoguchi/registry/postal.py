"""Postal codes (郵便番号): Japan Post's file KEN_ALL, and the few shipped for a first start."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.registry.models import PostalCode

_SHIPPED = Path(__file__).with_name("postal_codes.csv")
_NOT_A_TOWN = re.compile("以下に掲載がない場合|の次に番地がくる場合|の次に.*番地がくる場合")
_BRACKETS = re.compile("（.*?）|（.*$|\\(.*?\\)")
_BATCH = 2_000

Place = tuple[str, str, str, str]


class PostalFileError(ValueError):
    """The file is not KEN_ALL; the message names the line."""


async def load_postal_codes(session: AsyncSession, path: Path) -> int:
    """Replace the table by the content of KEN_ALL.CSV or utf_ken_all.csv; how many places.

    Shift_JIS or UTF-8, found out by reading. Raises PostalFileError, having changed nothing, for a
    file that does not hold at least one line of its 15 columns.
    """
    places = sorted(set(read_ken_all(_decoded(path.read_bytes()))))
    if not places:
        raise PostalFileError("the file holds no postal codes")
    await session.execute(delete(PostalCode))
    await _insert(session, places)
    return len(places)


async def load_shipped_postal_codes(session: AsyncSession) -> int:
    """Fill an empty table with the shipped sample (prefectural capitals and other large places).

    Chosen from addresses the National Tax Agency publishes; load KEN_ALL for all of Japan.
    """
    if await session.scalar(select(func.count()).select_from(PostalCode)):
        return 0
    with _SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    await _insert(
        session, [(code, prefecture, city, town) for code, prefecture, city, town in rows]
    )
    return len(rows)


def read_ken_all(text: str) -> Iterator[Place]:
    """Places (code, prefecture, city, town) of a KEN_ALL file's text, its quirks taken out.

    Long town names run over several lines with an open bracket; notes stand in brackets. No towns
    are "以下に掲載がない場合" and the like, and "利島村一円" (all of it); 一円 itself is one.
    """
    for code, prefecture, city, town in _joined(csv.reader(io.StringIO(text))):
        yield code, prefecture, city, town_name(town)


def town_name(town: str) -> str:
    """The town as it stands in an address; "" when the code is for the rest of a city."""
    if _NOT_A_TOWN.search(town):
        return ""
    bare = _BRACKETS.sub("", town).strip("　 ")
    return "" if bare != "一円" and bare.endswith("一円") else bare


def _joined(lines: Iterable[list[str]]) -> Iterator[Place]:
    open_place: Place | None = None
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        if len(line) != 15 or not re.fullmatch("[0-9]{7}", line[2]):
            raise PostalFileError(f"line {number} is not one of KEN_ALL")
        code, prefecture, city, town = line[2], line[6], line[7], line[8]
        if open_place is not None and open_place[0] == code:
            town = open_place[3] + town
        open_place = (code, prefecture, city, town)
        if town.count("（") <= town.count("）"):
            yield open_place
            open_place = None
    if open_place is not None:
        yield open_place


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PostalFileError("neither UTF-8 nor Shift_JIS")


async def _insert(session: AsyncSession, places: list[Place]) -> None:
    for start in range(0, len(places), _BATCH):
        batch = places[start : start + _BATCH]
        await session.execute(
            insert(PostalCode),
            [
                {"code": code, "prefecture": prefecture, "city": city, "street": town}
                for code, prefecture, city, town in batch
            ],
        )
