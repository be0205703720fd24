"""Names written otherwise, as people do, with the corporation each of them means."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from madoguchi.registry.corporations.names import name_key

_OLD = dict(zip("辺沢斉広国高崎浜恵真桜島竜鉄円", "邊澤齋廣國髙﨑濱惠眞櫻嶋龍鐵圓", strict=True))
_SHORT = {"株式会社": "(株)", "有限会社": "㈲", "合同会社": "（同）"}


@dataclass(frozen=True)
class Variant:
    """What is typed, in which way it differs, whom it means."""

    way: str
    text: str
    number: str
    core: str


def variants(names: Sequence[tuple[str, str, str]]) -> list[Variant]:
    """Every way that changes something, of each (number, name, kana)."""
    return [
        Variant(way, text, number, name_key(name).core)
        for number, name, kana in names
        for way, write in WAYS.items()
        if (text := write(name, kana)) and text != name
    ]


def _moved(name: str, _: str) -> str:
    """The form on the other side."""
    for form in _SHORT:
        if name.startswith(form):
            return name.removeprefix(form) + form
        if name.endswith(form):
            return form + name.removesuffix(form)
    return ""


def _shortened(name: str, _: str) -> str:
    for form, short in _SHORT.items():
        if form in name:
            return name.replace(form, short)
    return ""


def _spaced(name: str, _: str) -> str:
    for form in _SHORT:
        if form in name:
            return name.replace(form, f" {form} ").strip()
    return ""


def _hiragana(_: str, kana: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in kana)


WAYS: dict[str, Callable[[str, str], str]] = {
    "width": lambda name, _: unicodedata.normalize("NFKC", name),
    "old forms": lambda name, _: "".join(_OLD.get(c, c) for c in name),
    "form moved": _moved,
    "form shortened": _shortened,
    "form with spaces": _spaced,
    "without form": lambda name, _: name_key(name).form and _bare(name),
    "long vowel left out": lambda name, _: name.replace("ー", ""),
    "hiragana": _hiragana,
    "small letters": lambda name, _: unicodedata.normalize("NFKC", name).lower(),
}


def _bare(name: str) -> str:
    for form in _SHORT:
        name = name.replace(form, "")
    return name.strip()
