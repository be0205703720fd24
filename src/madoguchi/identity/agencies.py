"""The agencies that come with the program, from agencies.toml: their tree and their districts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from madoguchi.kernel.language import Text

FILE = Path(__file__).parent / "agencies.toml"


@dataclass(frozen=True)
class AgencyRecord:
    """Agency (行政機関): who receives filings and decides; `head` signs letters."""

    id: str
    kind: str
    name: Text
    head: Text
    parent: str | None = None
    prefectures: tuple[str, ...] = ()
    aliases: tuple[str, ...] = field(default=())


@cache
def shipped_agencies() -> Mapping[str, AgencyRecord]:
    """Every agency of agencies.toml by id, parents first."""
    tables = tomllib.loads(FILE.read_text(encoding="utf-8"))["agency"]
    return {
        table["id"]: AgencyRecord(
            id=table["id"],
            kind=table["kind"],
            name=table["name"],
            head=table["head"],
            parent=table.get("parent"),
            prefectures=tuple(table.get("prefectures", ())),
            aliases=tuple(table.get("aliases", ())),
        )
        for table in tables
    }


@cache
def _districts() -> Mapping[tuple[str, str], str]:
    return {
        (agency.kind, prefecture): agency.id
        for agency in shipped_agencies().values()
        for prefecture in agency.prefectures
    }


def office_of(kind: str, prefecture: str) -> str | None:
    """The office of a kind in charge there.

    `kind`: "prefecture", "bureau" (METI's regional ones) or "safety" (産業保安監督部).
    `prefecture` is the name with or without 都道府県 at its end (神奈川県, 神奈川); None when there
    is no such office.
    """
    found = _districts()
    candidates = (prefecture, *(prefecture + end for end in ("県", "都", "府", "道")))
    return next((found[kind, name] for name in candidates if (kind, name) in found), None)
