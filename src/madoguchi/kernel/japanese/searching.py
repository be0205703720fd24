"""Making Japanese findable: one key for all ways to write a name, and pairs of characters."""

import re
import unicodedata

from madoguchi.kernel.japanese.kana import hiragana_to_katakana
from madoguchi.kernel.japanese.normalising import fold

_DROPPED = re.compile("[\\s・･·]")
_LONG_VOWEL = re.compile("(?<=[ァ-ヺー])[-―—]")


def search_key(text: str) -> str:
    """The form in which names are compared: NFKC, upper case, katakana, no spaces, no ・.

    The corporate number service of the National Tax Agency compares names in the same way.
    """
    folded = unicodedata.normalize("NFKC", fold(text))
    key = hiragana_to_katakana(_DROPPED.sub("", folded)).upper()
    return _LONG_VOWEL.sub("ー", key)


def bigrams(text: str) -> list[str]:
    """The distinct pairs of neighbouring characters of search_key(text), in order.

    A single character gives itself; an empty text gives nothing.
    """
    key = search_key(text)
    if len(key) < 2:
        return [key] if key else []
    return list(dict.fromkeys(key[place : place + 2] for place in range(len(key) - 1)))
