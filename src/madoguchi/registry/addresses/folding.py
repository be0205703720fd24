"""One key for all ways to write a place: widths, kanji numerals, ヶ and が, 大字, old characters."""

import re
import unicodedata

from madoguchi.kernel.japanese.kanji_numbers import read_number
from madoguchi.registry.corporations.names import fold_name

_HYPHENS = re.compile("(?<=[0-9])[-‐‑‒–—―−﹣－ーｰ](?=[0-9])")
_KANJI_NUMBER = re.compile("[〇一二三四五六七八九十百千]+(?=丁目|番地|番|号|条|線|区|の[0-9一-十])")
_BETWEEN_KANJI = re.compile("(?<=[々〆一-鿿])[ケガヶケ](?=[々一-鿿])")
_PARTICLE = re.compile("(?<=[々一-鿿])[ノ之](?=[々一-鿿])")
_AZA = re.compile("大字|(?<!文)(?<!十)字(?=.)")


def plain(text: str) -> str:
    """An address in characters of their plain width, hyphens between numbers one sign, trimmed."""
    return _HYPHENS.sub("-", unicodedata.normalize("NFKC", text)).strip()


def fold_place(text: str) -> str:
    """The key of a place's name: 霞が関一丁目, 霞ヶ関１丁目 and 霞ケ関 1 丁目 are one."""
    numbered = _KANJI_NUMBER.sub(_digits, _AZA.sub("", plain(text)))
    folded = fold_name(numbered)
    return _PARTICLE.sub("ノ", _BETWEEN_KANJI.sub("ケ", folded))


def _digits(match: re.Match[str]) -> str:
    value = read_number(match[0])
    return match[0] if value is None else str(value)
