"""An address as it was written, split and placed: the use case other modules call."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.registry.addresses.folding import fold_place, plain
from madoguchi.registry.addresses.models import AddressTown
from madoguchi.registry.addresses.splitting import (
    Numbers,
    split_numbers,
    split_prefecture,
    without_streets,
)
from madoguchi.registry.addresses.towns import cities, towns_of

LONGEST = 300
NOTHING_BEHIND = Numbers("", "", "", "")
_COUNTY = re.compile("^.{1,6}?郡")
_CHOME = re.compile("^(.*?)([0-9]+)丁目$")


class Level(IntEnum):
    """How far an address was found: nothing, prefecture, city, town, small section (小字)."""

    NOTHING = 0
    PREFECTURE = 1
    CITY = 2
    TOWN = 3
    KOAZA = 4


@dataclass(frozen=True)
class Address:
    """An address in its parts, under the names the state uses; "" for what is not told.

    `town` is as in the list that was loaded. Degrees are of the middle of the town, not of the
    building; None below the level of a town.
    """

    written: str
    level: Level
    prefecture: str = ""
    city: str = ""
    code: str = ""
    town: str = ""
    koaza: str = ""
    numbers: Numbers = NOTHING_BEHIND
    latitude: Decimal | None = None
    longitude: Decimal | None = None

    def gif(self) -> dict[str, Any]:
        """As the GIF's Address (政府相互運用性フレームワーク 433 住所)."""
        numbers = [self.numbers.chome, self.numbers.block, self.numbers.number]
        return {
            "localGovernmentCode": self.code,
            "prefecture": self.prefecture,
            "cityAndCounty": self.city,
            "streetAddress": self.town + self.koaza,
            "cityBlock": "-".join(part for part in numbers if part),
            "buildingNameEtc": self.numbers.building,
            "fullAddress": self.written,
            "latitude": None if self.latitude is None else str(self.latitude),
            "longitude": None if self.longitude is None else str(self.longitude),
            "matchLevel": self.level.name.lower(),
        }


async def locate(session: AsyncSession, written: str) -> Address:
    """Find an address as somebody wrote it. What is not found stays in `numbers.building`."""
    text = plain(written[:LONGEST])
    prefecture, rest = split_prefecture(text)
    city = _city(await cities(session), prefecture, rest)
    if city is None:
        level = Level.PREFECTURE if prefecture else Level.NOTHING
        return Address(written, level, prefecture, numbers=Numbers("", "", "", rest))
    (prefecture, name), rest = city
    towns = await towns_of(session, prefecture, name)
    code = next((town.code for town in towns if town.code), "")
    town, behind = _town(towns, rest)
    if town is None and prefecture == "京都府":
        town, behind = _town(towns, without_streets(rest))
    if town is None:
        return Address(written, Level.CITY, prefecture, name, code, numbers=split_numbers(rest))
    return Address(
        written,
        Level.KOAZA if town.koaza else Level.TOWN,
        prefecture,
        name,
        code,
        town.town,
        town.koaza,
        split_numbers(behind),
        _degrees(town.latitude),
        _degrees(town.longitude),
    )


async def middle_of_town(
    session: AsyncSession, prefecture: str, city: str, street: str
) -> tuple[str, Decimal, Decimal] | None:
    """Town (with its small section), latitude and longitude of a registered address.

    Degrees (WGS 84) are of the middle of the town. None where the list knows no such town or place.
    """
    rest = plain(street[:LONGEST])
    towns = await towns_of(session, prefecture, city)
    town, _ = _town(towns, rest)
    if town is None and prefecture == "京都府":
        town, _ = _town(towns, without_streets(rest))
    if town is None:
        return None
    latitude, longitude = _degrees(town.latitude), _degrees(town.longitude)
    if latitude is None or longitude is None:
        return None
    return town.town + town.koaza, latitude, longitude


def _city(
    known: Iterable[tuple[str, str]], prefecture: str, rest: str
) -> tuple[tuple[str, str], str] | None:
    """The city an address begins with, the longest; its county (郡) may be left out.

    None also when several prefectures have a city of that name and none was told.
    """
    found: dict[int, set[tuple[str, str]]] = {}
    for place in known:
        if prefecture and place[0] != prefecture:
            continue
        for name in {place[1], _COUNTY.sub("", place[1])}:
            end = _prefix(rest, fold_place(name)) if name[0] == rest[:1] else 0
            if end:
                found.setdefault(end, set()).add(place)
    if not found:
        return None
    end = max(found)
    if len(found[end]) > 1:
        return None
    return found[end].pop(), rest[end:].lstrip()


def _town(towns: Sequence[AddressTown], rest: str) -> tuple[AddressTown | None, str]:
    """The town, or section of it, an address begins with, the longest; and what stands behind it."""
    keys: dict[str, AddressTown] = {}
    short: dict[str, AddressTown] = {}
    for town in towns:
        key = fold_place(town.town + town.koaza)
        keys.setdefault(key, town)
        if (match := _CHOME.match(key)) is not None:
            short.setdefault(match[1] + match[2], town)
    longest = max(map(len, keys), default=0) + 10
    for end in range(min(len(rest), longest), 0, -1):
        key = fold_place(rest[:end])
        if key in keys and not (rest[end - 1].isdigit() and rest[end : end + 1].isdigit()):
            return keys[key], rest[end:]
        # 霞が関1-3-1 is in 霞が関一丁目; 霞が関10 is not.
        if key in short and re.match(r"[-\s]|の[0-9]|$", rest[end:]):
            return short[key], rest[end:]
    return None, rest


def _prefix(text: str, key: str) -> int:
    """How many characters of a text make up a key; 0 when it does not begin with it."""
    for end in range(1, min(len(text), len(key) + 4) + 1):
        if fold_place(text[:end]) == key:
            return end
    return 0


def _degrees(millionths: int | None) -> Decimal | None:
    return None if millionths is None else Decimal(millionths) / 1_000_000
