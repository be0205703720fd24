"""Comparing what was filed with what the registry holds (登記との照合): pure, with reasons.

Two ways to write one thing are the same: ㈱ and 株式会社, full and half width, 髙 and 高, 丁目番地号
and hyphens. Nothing is corrected; an official looks at what differs.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.japanese import search_key
from madoguchi.kernel.japanese.kanji_numbers import read_number

_FORMS = {
    "(株)": "株式会社",
    "(有)": "有限会社",
    "(同)": "合同会社",
    "(資)": "合資会社",
    "(名)": "合名会社",
}
# Variants (異体字) that people and the registry write differently in names and places.
_VARIANTS = str.maketrans(
    "髙﨑濵濱邊邉齋齊澤嶋嶌廣國櫻瀨淵渕桒桧檜圓眞惠德曻舘槗𠮷ヶ",
    "高崎浜浜辺辺斉斉沢島島広国桜瀬渕渕桑檜檜円真恵徳昇館橋吉ケ",
)
_BLOCK = re.compile("(丁目|番地の|番地|番|号|の(?=[0-9]))")
_NUMBER = re.compile("[〇零一二三四五六七八九十百千]+(?=丁目|番|号|の)")
_HYPHENS = re.compile("[-‐‑–—−ー]+")
_ENDS = re.compile("^-+|-+$")


@dataclass(frozen=True)
class Compared:
    """One item: what was filed, what the registry says, and whether they are one thing."""

    item: str
    filed: str
    registered: str
    same: bool


def name_key(name: str) -> str:
    """The form in which names of companies and people are compared."""
    folded = unicodedata.normalize("NFKC", name).translate(_VARIANTS)
    for short, whole in _FORMS.items():
        folded = folded.replace(short, whole)
    return search_key(folded)


def person_key(name: str) -> str:
    """The form in which names prove who somebody is: only width, case, spaces and old forms of
    characters fold, for a reading shared by two people makes them no one person.
    """
    folded = unicodedata.normalize("NFKC", name).translate(_VARIANTS).casefold()
    return "".join(folded.split())


def address_key(address: str) -> str:
    """The form in which addresses are compared: 一丁目２番３号 and 1-2-3 are one."""
    folded = unicodedata.normalize("NFKC", address).translate(_VARIANTS)
    folded = re.sub(r"\s+", "", folded)
    folded = _NUMBER.sub(lambda found: _digits(found[0]), folded)
    folded = re.sub("(?<=[0-9])" + _BLOCK.pattern, "-", folded)
    folded = re.sub("(?<=[0-9])[-‐‑–—−ー]+(?=[0-9])", "-", folded)
    folded = re.sub("-+(?=[^0-9]|$)", "", _HYPHENS.sub("-", folded))
    return search_key(_ENDS.sub("", folded))


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


_ITEMS = {"name": name_key, "address": address_key, "representative_name": name_key}


def _digits(kanji: str) -> str:
    number = read_number(kanji)
    return kanji if number is None else str(number)
