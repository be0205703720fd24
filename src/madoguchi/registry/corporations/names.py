"""One key for all ways to write a company's name, and its legal form (法人格) taken out.

The order of the steps matters: widths and compatibility forms, variation selectors, hyphens, spaces
and middle dots, case, kana, variant characters (異体字), then the legal form. Keys are for finding:
what is stored and shown is the name as registered.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import regex

from madoguchi.kernel.japanese import hiragana_to_katakana

_VARIANTS = Path(__file__).with_name("variants.txt")

FORMS = (
    "株式会社 有限会社 合同会社 合資会社 合名会社 一般社団法人 一般財団法人 公益社団法人 公益財団法人 "
    "社団法人 財団法人 医療法人社団 医療法人財団 社会医療法人 医療法人 社会福祉法人 学校法人 宗教法人 "
    "特定非営利活動法人 農事組合法人 管理組合法人 税理士法人 社会保険労務士法人 弁護士法人 行政書士法人 "
    "司法書士法人 監査法人 弁理士法人 土地家屋調査士法人 特定目的会社 相互会社 投資法人 独立行政法人 "
    "地方独立行政法人 国立大学法人 協同組合 企業組合 労働組合 信用金庫 商工会 健康保険組合 土地改良区"
).split()
_ABBREVIATED = {
    "(株)": "株式会社",
    "(有)": "有限会社",
    "(同)": "合同会社",
    "(資)": "合資会社",
    "(名)": "合名会社",
    "(一社)": "一般社団法人",
    "(一財)": "一般財団法人",
    "(公社)": "公益社団法人",
    "(公財)": "公益財団法人",
    "(社)": "社団法人",
    "(財)": "財団法人",
    "(医)": "医療法人",
    "(福)": "社会福祉法人",
    "(学)": "学校法人",
    "(宗)": "宗教法人",
    "(特非)": "特定非営利活動法人",
    "(農)": "農事組合法人",
    "(独)": "独立行政法人",
    "NPO法人": "特定非営利活動法人",
}
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u200b-\u200d\ufeff]")
_DROPPED = regex.compile(r"[\p{M}\s・･·‧•∙,，、。.'’`\"“”「」『』]")
_HYPHENS = re.compile("[-‐‑‒–—―−﹣－]")
_LONG = re.compile("(?<=[ァ-ヺ])[-ー]+")
_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_VOICED_V = (("ヴア", "バ"), ("ヴイ", "ビ"), ("ヴエ", "ベ"), ("ヴオ", "ボ"), ("ヴ", "ブ"))


class NameKey(NamedTuple):
    """How a name is compared: `core` without its form; `form` and where it stood: before, after, ""."""

    core: str
    form: str
    place: str


def name_key(name: str) -> NameKey:
    """The key of a name as registered or as somebody typed it; an unknown form stays in the core."""
    return _key(name.strip())


def fold_name(text: str) -> str:
    """Every way to write these characters as one, the legal form left in: for parts of names."""
    folded = unicodedata.normalize("NFKC", _SELECTORS.sub("", text))
    folded = unicodedata.normalize("NFKC", folded.casefold())  # a fold may leave what composes
    folded = _HYPHENS.sub("-", _DROPPED.sub("", folded))
    folded = folded.translate(_plain_characters())
    if "ヴ" in folded:
        for written, plain in _VOICED_V:
            folded = folded.replace(written, plain)
    # 桧 and 檜 are one name, サーバー and サーバ too: long vowels are as often left out as written.
    return _LONG.sub("", folded)


def _key(name: str) -> NameKey:
    folded = unicodedata.normalize("NFKC", name)
    for short, form in _ABBREVIATED.items():
        folded = folded.replace(short, form)
    text = fold_name(folded)
    for form in folded_forms():
        if text.startswith(form) and len(text) > len(form):
            return NameKey(text[len(form) :], form, "before")
        if text.endswith(form) and len(text) > len(form):
            return NameKey(text[: -len(form)], form, "after")
    return NameKey(text, "", "")


@cache
def folded_forms() -> tuple[str, ...]:
    """The legal forms as they stand in keys. Longest first: 一般社団法人 is not 社団法人."""
    return tuple(sorted((fold_name(form) for form in FORMS), key=len, reverse=True))


@cache
def _plain_characters() -> dict[int, str]:
    """What each character becomes: katakana for hiragana, large for small, the everyday form."""
    kana = (chr(code) for code in range(0x3041, 0x3100))
    table = {ord(sign): hiragana_to_katakana(sign).translate(_SMALL) for sign in kana}
    return table | _variants()


@cache
def _variants() -> dict[int, str]:
    table: dict[int, str] = {}
    for line in _VARIANTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        for word in line.split():
            table |= {ord(variant): word[0] for variant in word[1:]}
    return table
