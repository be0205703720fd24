"""Kana (かな): between the two syllabaries, and whether a reading (フリガナ) is one."""

import re

from madoguchi.kernel.japanese.faults import JapaneseInputError
from madoguchi.kernel.japanese.normalising import normalise_line

# ぁ–ゖ and ゝゞ have katakana at a distance of 0x60 (ァ–ヶ, ヽヾ).
_TO_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_TO_HIRAGANA = {katakana: hiragana for hiragana, katakana in _TO_KATAKANA.items()}
_KANA = "\u3041-\u3096\u3099-\u309e\u30a1-\u30fa\u30fb-\u30fe"
_IS_KANA = re.compile(f"[{_KANA}][{_KANA} ]*")
_NOT_KANA = re.compile(f"[^{_KANA} ]")
_HYPHEN_AFTER_KANA = re.compile(f"(?<=[{_KANA}])[-―—]")


def hiragana_to_katakana(text: str) -> str:
    """Hiragana replaced by katakana; all other characters stay."""
    return text.translate(_TO_KATAKANA)


def katakana_to_hiragana(text: str) -> str:
    """Katakana replaced by hiragana where there is one (ヷ–ヺ stay); all else stays."""
    return text.translate(_TO_HIRAGANA)


def is_kana(text: str) -> bool:
    """Whether text is full-width kana: hiragana, katakana, ー, ・, iteration marks, spaces."""
    return bool(_IS_KANA.fullmatch(text))


def parse_kana(text: str) -> str:
    """A reading in full-width katakana, from either syllabary and either width.

    A hyphen after kana is the long vowel mark, as many type it. Raises JapaneseInputError
    empty or kana_only (params: characters).
    """
    typed = _HYPHEN_AFTER_KANA.sub("ー", normalise_line(text))
    if not typed:
        raise JapaneseInputError("empty")
    wrong = dict.fromkeys(_NOT_KANA.findall(typed))
    if wrong:
        raise JapaneseInputError("kana_only", characters="".join(wrong)[:20])
    return hiragana_to_katakana(typed)
