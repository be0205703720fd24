"""One key for the ways to write an address: 霞が関1-3-1 is 霞が関１丁目３番１号."""

import re

from madoguchi.kernel.japanese.kanji_numbers import read_number
from madoguchi.kernel.japanese.prefectures import PREFECTURES
from madoguchi.registry.corporations.names import fold_name

_COUNTED = re.compile(r"([〇一二三四五六七八九十百]+)(?=丁目|番地?|号)")
_JOINED = re.compile(r"(?<=\d)(?:丁目ノ?|番地ノ?|番(?!町)|号(?![室棟館])|ノ(?=\d))")
_LOOSE = re.compile(r"-+(?!\d)|(?<!\d)-+")
_SECTION = re.compile(r"大字|(?<=[町村市区])字|小字")
_BETWEEN_KANJI = re.compile(r"(?<=[\u4e00-\u9fff])[ガノケツ](?=[\u4e00-\u9fff])")


def fold_address(text: str) -> str:
    """Every way to write an address as one: widths, numerals, 丁目番号, 大字, ヶ and が. "" for ""."""
    folded = _COUNTED.sub(_number, fold_name(text))
    folded = _BETWEEN_KANJI.sub("ケ", _SECTION.sub("", folded))
    return _LOOSE.sub("", re.sub("-+", "-", _JOINED.sub("-", folded)))


def split_prefecture(text: str) -> tuple[str, str]:
    """The code of the prefecture an address begins with, and the rest: ("13", "千代田区…"), or ("", text)."""
    plain = text.strip()
    for place, name in enumerate(PREFECTURES, 1):
        if plain.startswith(name):
            return f"{place:02}", plain[len(name) :]
    return "", plain


def looks_like_address(text: str) -> bool:
    """Whether somebody who typed this alone means a place: a prefecture and more, a city, 1-3-1."""
    code, rest = split_prefecture(text)
    return bool(code and rest) or bool(_PLACE.search(text))


_PLACE = re.compile(
    r"^.{1,6}[市区町村郡].|丁目|番地|[\u3040-\u9fff][0-90-9]+\s*[-－ー番の]\s*[0-90-9]"
)


def _number(found: re.Match[str]) -> str:
    value = read_number(found[1])
    return found[1] if value is None else str(value)
