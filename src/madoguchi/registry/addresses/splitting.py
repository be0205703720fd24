"""Splitting an address: the numbers behind a town (丁目, 番地, 号) and the building behind them."""

import re
from dataclasses import dataclass

from madoguchi.kernel.japanese.kanji_numbers import read_number
from madoguchi.kernel.japanese.prefectures import PREFECTURES
from madoguchi.registry.addresses.folding import plain

_N = "([0-9]{1,5}|[〇一二三四五六七八九十百千]{1,7})"
_NUMBERS = re.compile(
    rf"[\s-]*(?:{_N}\s*丁目)?[\s-]*"
    rf"(?:{_N}\s*(?:番地|番|-|の(?=[0-9])|号|(?![0-9])))?[\s-]*"
    rf"(?:の?{_N}\s*(?:号|番|-|の(?=[0-9])|(?![0-9])))?[\s-]*"
    rf"(?:の?{_N}(?:号室|号)?(?![0-9]))?"
)
_KYOTO = re.compile("^.{1,40}?(?:上る|上ル|下る|下ル|東入る?|東入ル|西入る?|西入ル)")
_TOKYO = re.compile("^(?:東京|大阪|京都)(?=市|都|府)")


@dataclass(frozen=True)
class Numbers:
    """What stands behind a town, as plain digits; "" for what is not told."""

    chome: str
    block: str
    number: str
    building: str


def split_prefecture(address: str) -> tuple[str, str]:
    """The prefecture an address begins with ("" without one), and the rest."""
    for name in PREFECTURES:
        if address.startswith(name):
            return name, address[len(name) :].lstrip()
    return "", address


def without_streets(rest: str) -> str:
    """An address in Kyoto without its street names (通り名): 烏丸通御池上る二条殿町 is in 二条殿町."""
    found = rest
    while (match := _KYOTO.match(found)) is not None:
        found = found[match.end() :].lstrip("、, 　")
    return found


def split_numbers(rest: str) -> Numbers:
    """The numbers and the building behind a town.

    With three numbers and no 丁目 the first is the 丁目 (1-2-3); with two they are 番 and 号.
    """
    text = plain(rest)
    match = _NUMBERS.match(text)
    if match is None:
        return Numbers("", "", "", text)
    chome, first, second, third = (_arabic(value) for value in match.groups())
    building = text[match.end() :].strip(" 、,-")
    if not chome and third and not building and "号" not in match[0]:
        return Numbers(first, second, third, building)
    if third:
        building = f"{third} {building}".strip() if chome else building
        if not chome:
            chome, first, second = first, second, third
    return Numbers(chome, first, second, building)


def _arabic(text: str | None) -> str:
    if not text:
        return ""
    value = read_number(text)
    return text if value is None else str(value)
