"""Noisy twins (表記ゆれ): a corporation as somebody else's list has it, and which one it truly is.

For trying to tell who is meant (名寄せ): the truth is known, every change is one people make.
"""

import unicodedata
from typing import NamedTuple

from madoguchi.registry.corporations.record import Record
from madoguchi.registry.synthesis.drawing import Draws

_SHORT = {"株式会社": "（株）", "有限会社": "（有）", "合同会社": "（同）"}
_OLD = str.maketrans("辺沢斉広国高崎浜恵真桜島竜鉄円", "邊澤齋廣國髙﨑濱惠眞櫻嶋龍鐵圓")


class Twin(NamedTuple):
    """Who it is, and how it is written."""

    number: str
    name: str
    address: str


def twin(seed: int, i: int, record: Record) -> Twin:
    """Record i as another list has it; one to three things are written otherwise."""
    draws = Draws(seed ^ 0x7717, i)
    name, address = record.name, record.city + record.street
    for _ in range(1 + draws.below(3)):
        name, address = _otherwise(draws.below(7), name, address, record.prefecture)
    return Twin(record.number, name, address)


def _otherwise(way: int, name: str, address: str, prefecture: str) -> tuple[str, str]:
    if way == 0:
        return unicodedata.normalize("NFKC", name), unicodedata.normalize("NFKC", address)
    if way == 1:
        for form, short in _SHORT.items():
            name = name.replace(form, short)
        return name, address
    if way == 2:
        return name.translate(_OLD), address
    if way == 3:
        return name.replace("ー", ""), address
    if way == 4:
        for form in _SHORT:
            name = name.replace(form, f"　{form}　").strip("　")
        return name, address
    if way == 5:
        for counted in ("丁目", "番"):
            address = address.replace(counted, "－")
        return name, address.removesuffix("号").removesuffix("地")
    return name, address if address.startswith(prefecture) else prefecture + address
