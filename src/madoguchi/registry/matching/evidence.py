"""What speaks for and against a corporation being the one that was described: pure comparisons."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from madoguchi.registry.corporations.names import fold_name, name_key
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.search.addresses import fold_address

NameLevel = Literal["same", "moved", "form", "former", "kana", "similar", "other"]
"""The whole name; its form (法人格) elsewhere or left out; another form; a name it had before; …"""
PlaceLevel = Literal["lot", "block", "town", "city", "prefecture", "elsewhere", "unknown"]

SIMILAR = 0.8
_LEADING_NUMBER = re.compile("[0-9]+")
_LOT = re.compile("[0-9]+(?:-[0-9]+)*")
_COUNTY = re.compile("^.{1,5}?郡(?=.)")


@dataclass(frozen=True)
class Described:
    """What somebody knows of a corporation. Only `name` must be there; "" is not known."""

    name: str
    address: str = ""
    kana: str = ""
    english_name: str = ""
    postal_code: str = ""


@dataclass(frozen=True)
class Evidence:
    """How a description agrees with a record; None: one of the two does not say.

    `former_place`: the address agrees with one the corporation has left. `closed`: it is no more.
    """

    name: NameLevel
    place: PlaceLevel
    former_place: bool
    english: bool | None
    postal_code: bool | None
    closed: bool


def compare(described: Described, records: Sequence[Record]) -> Evidence:
    """A description beside all records of one corporation, newest first (at least one)."""
    now = records[0]
    level, former = _place(described.address, records)
    return Evidence(
        name=_name(described, records),
        place=level,
        former_place=former,
        english=_same(fold_name(described.english_name), fold_name(now.english_name)),
        postal_code=_same(described.postal_code, now.postal_code),
        closed=now.closed_on is not None,
    )


def place_level(address: str, record: Record) -> PlaceLevel:
    """How far an address as written agrees with a record's: to the lot (番地), the block, the town, …

    The prefecture and the county (郡) may be left out, what follows the lot (a building) is ignored.
    """
    if not address or not record.prefecture:
        return "unknown"
    rest = fold_address(address)
    prefecture, city = fold_address(record.prefecture), fold_address(record.city)
    named = rest.startswith(prefecture)
    rest = rest.removeprefix(prefecture)
    bare = _COUNTY.sub("", city)
    if rest.startswith(city):
        rest = rest[len(city) :]
    elif rest.startswith(bare):
        rest = rest[len(bare) :]
    else:
        return "prefecture" if named else "elsewhere"
    return _within_city(rest, fold_address(record.street))


def _within_city(asked: str, held: str) -> PlaceLevel:
    town, number = _split(asked)
    held_town, held_number = _split(held)
    if not town or town != held_town:
        return "city"
    if not number or not held_number:
        return "lot" if number == held_number else "town"
    if number == held_number or (
        number[: len(held_number)] == held_number and len(held_number) > 1
    ):
        return "lot"
    return "block" if number[0] == held_number[0] else "town"


def _split(street: str) -> tuple[str, list[str]]:
    """The town and the numbers behind it: 霞が関1-3-1経産ビル → 霞が関, [1, 3, 1]."""
    street = street.replace("字", "")  # 大字表佐字中道, 表佐中道
    found = _LOT.search(street)
    if found is None:
        return street, []
    return street[: found.start()], _LEADING_NUMBER.findall(found[0])


def _place(address: str, records: Sequence[Record]) -> tuple[PlaceLevel, bool]:
    levels = [place_level(address, record) for record in records]
    if not levels or levels[0] in ("lot", "block", "unknown"):
        return levels[0], False
    if "lot" in levels:
        return "lot", True
    return levels[0], False


def _name(described: Described, records: Sequence[Record]) -> NameLevel:
    asked, now = name_key(described.name), name_key(records[0].name)
    if asked == now:
        return "same"
    if asked.core == now.core:
        # A company, its union and its pension fund share name and address: the form parts them.
        return "moved" if asked.form in ("", now.form) else "form"
    for record in records[1:]:
        past = name_key(record.name)
        if asked.core == past.core and asked.form in ("", past.form):
            return "former"
    kana = fold_name(described.kana) or asked.core
    if kana and kana == fold_name(records[0].kana):
        return "kana"
    if Indel.normalized_similarity(asked.core, now.core) >= SIMILAR or _within(
        asked.core, now.core
    ):
        return "similar"
    return "other"


def _within(one: str, other: str) -> bool:
    """One name is the other with something added: カネコ種苗, カネコ種苗ホールディングス."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 3 and (long.startswith(short) or long.endswith(short))


def _same(one: str, other: str) -> bool | None:
    return one == other if one and other else None
