"""Comparing what was filed with what the registry holds (登記との照合): pure, with reasons.

Two ways to write one thing are the same: ㈱ and 株式会社, full and half width, 髙 and 高, 丁目番地号
and hyphens. Nothing is corrected; an official looks at what differs.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.registry.corporations.names import name_key
from madoguchi.registry.search.addresses import fold_address

# Variants (異体字) that people and the registry write differently in names of people: fewer than
# those names of companies are searched by.
_VARIANTS = str.maketrans(
    "髙﨑濵濱邊邉齋齊澤嶋嶌廣國櫻瀨淵渕桒桧檜圓眞惠德曻舘槗𠮷ヶ",
    "高崎浜浜辺辺斉斉沢島島広国桜瀬渕渕桑檜檜円真恵徳昇館橋吉ケ",
)


@dataclass(frozen=True)
class Compared:
    """One item: what was filed, what the registry says, and whether they are one thing."""

    item: str
    filed: str
    registered: str
    same: bool


def person_key(name: str) -> str:
    """The form in which names prove who somebody is: only width, case, spaces and old forms of
    characters fold, for a reading shared by two people makes them no one person.
    """
    folded = unicodedata.normalize("NFKC", name).translate(_VARIANTS).casefold()
    return "".join(folded.split())


def compare(filed: Mapping[str, Any], registered: Mapping[str, Any]) -> list[Compared]:
    """Name, address and representative of a filing beside those of the registry.

    Both are values of the type `corporation`; what was not filed is not compared.
    """
    found = []
    for item, key in _ITEMS.items():
        given = str(filed.get(item) or "")
        held = str(registered.get(item) or "")
        if given:
            found.append(Compared(item, given, held, key(given) == key(held)))
    return found


_ITEMS = {"name": name_key, "address": fold_address, "representative_name": name_key}
