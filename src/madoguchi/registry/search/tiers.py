"""What somebody typed, as questions of falling closeness: the very name first, a part of it later."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tantivy import Query

from madoguchi.kernel.japanese import corporate_number_check_digit
from madoguchi.registry.corporations.names import fold_name, name_key
from madoguchi.registry.search.addresses import (
    fold_address,
    looks_like_address,
    split_prefecture,
)
from madoguchi.registry.search.asked import Match
from madoguchi.registry.search.grams import START, clean, whole_of
from madoguchi.registry.search.queries import all_of, any_of, contains, equals, in_name, nothing

MOST_WORDS = 6
_MOST_CUT = 4  # a name and an address are seldom written in more pieces
_KATAKANA = re.compile("[ァ-ヺー]+")
_NUMBER = re.compile(r"T?(\d{12,13})", re.IGNORECASE)


@dataclass(frozen=True)
class Tier:
    """Those who fit one way. `score` orders the ways, more is closer."""

    score: float
    match: Match
    query: Query


def by_text(typed: str) -> list[Tier]:
    """The ways to fit what was typed: a number, a name, an address, a name and an address.

    The closest first; who fits several ways is found by the first.
    """
    text = clean(typed)
    words = text.split()[:MOST_WORDS]
    tiers = [*_number(text), *by_name(text)]
    for near, far in _cuts(words):
        place = in_address(far)
        tiers += [
            Tier(tier.score - 0.5, tier.match, all_of(tier.query, place)) for tier in by_name(near)
        ]
    if len(words) > 1:
        tiers.append(Tier(40, "part", all_of(*(in_name(fold_name(word)) for word in words))))
    if looks_like_address(text):
        tiers.append(Tier(10, "address", in_address(text)))
    return sorted(tiers, key=lambda tier: -tier.score)


def by_name(typed: str) -> list[Tier]:
    """The ways to fit a name or a part of it, with or without its legal form, the closest first."""
    text = clean(typed)
    key, literal = name_key(text), fold_name(text)
    if not key.core:
        return []
    whole, core = whole_of(key), key.core
    formed = equals("form", key.form) if key.form else None

    def so_formed(query: Query) -> Query:
        return query if formed is None else all_of(query, formed)

    tiers = [
        Tier(100, "exact", equals("whole", whole)),
        Tier(90, "core", so_formed(equals("core", core))),
        Tier(80, "former", any_of(equals("former_key", past) for past in {whole, core})),
        Tier(60, "part", so_formed(contains("name", START + core))),
        Tier(50, "part", any_of([in_name(literal), so_formed(in_name(core))])),
        Tier(30, "former", contains("former", core)),
    ]
    if formed is not None:
        tiers.append(Tier(45, "core", equals("core", core)))
    if _KATAKANA.fullmatch(core):
        tiers += [
            Tier(70, "kana", equals("kana_key", core)),
            Tier(35, "kana", contains("kana", core)),
        ]
    if core.isascii():
        tiers += [
            Tier(65, "english", equals("english_key", core)),
            Tier(33, "english", contains("english", core)),
        ]
    return sorted(tiers, key=lambda tier: -tier.score)


def in_address(typed: str) -> Query:
    """Those at an address, of which any part may be typed, its prefecture first."""
    code, rest = split_prefecture(unicodedata.normalize("NFKC", clean(typed)))
    folded = fold_address(rest)
    here = [equals("prefecture", code)] if code else []
    if folded:
        here.append(contains("address", folded))
    return all_of(*here) if here else nothing()


def _number(text: str) -> Iterator[Tier]:
    """A corporate number, also as T… of invoices; twelve digits are the company's number (会社法人等番号)."""
    plain = re.sub(r"[\s\-‐−ー]", "", unicodedata.normalize("NFKC", text))
    found = _NUMBER.fullmatch(plain)
    if found is None or not found[1].isascii():
        return
    digits = found[1]
    if len(digits) == 12:
        digits = f"{corporate_number_check_digit(digits)}{digits}"
    yield Tier(200, "number", equals("number", digits))


def _cuts(words: list[str]) -> Iterator[tuple[str, str]]:
    """Name and address, or address and name, at each of the spaces."""
    if len(words) > _MOST_CUT:
        return
    for end, _ in pairwise(range(1, len(words) + 1)):
        first, second = " ".join(words[:end]), " ".join(words[end:])
        yield first, second
        yield second, first
