"""The i-th synthetic corporation: kind, place, name and number as real ones are spread."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import isqrt
from pathlib import Path

from madoguchi.kernel.japanese import corporate_number_check_digit
from madoguchi.kernel.japanese.prefectures import PREFECTURES
from madoguchi.registry.corporations.codes import CLOSED, NEW
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.synthesis.drawing import Draws, Weighted

MOST = 6_000_000
ASSIGNED = date(2015, 10, 5)  # numbers were first given out
AS_OF = date(2026, 8, 21)
_PER_OFFICE = 600_000
_SHARES = Path(__file__).with_name("shares.tsv")
# The registry offices (登記所) by prefecture; their branches 50 to 59 do not exist.
_OFFICES = (
    "43 42 40 37 41 39 38 05 06 07 03 04 01 02 11 23 22 21 09 10 20 08 18 19 16 13 12 14 15 17 "
    "27 28 26 24 25 48 47 50 49 29 30 31 33 32 35 34 36"
).split()
_TYPES = {"301": "01", "302": "02", "303": "03", "304": "03", "305": "03", "399": "05"}
_FORMS = {
    "301": "株式会社",
    "302": "有限会社",
    "303": "合名会社",
    "304": "合資会社",
    "305": "合同会社",
}
_TOWNS = (
    "本町 中央 栄町 東町 西町 南町 北町 新町 旭町 幸町 緑町 大手町 駅前 元町 港町 寿町 錦町 泉町 桜町 "
    "松原 青葉台 若葉町 美咲 大字中原 大字上野 大字小林 城南 宮前 清水 富士見"
).split()
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")  # as the agency writes addresses


@dataclass(frozen=True)
class Shares:
    """How often what occurs among real corporations."""

    kinds: Weighted[tuple[str, str]]
    cities: dict[str, Weighted[tuple[str, str]]]
    heads: Weighted[str]
    tails: Weighted[str]
    names: Weighted[str]
    others: Weighted[str]
    before: dict[str, tuple[int, int]]


def corporation(seed: int, i: int) -> Record:
    """Record i (0 to MOST - 1) of a seed. Its number belongs to an office that does not exist."""
    if not 0 <= i < MOST:
        raise ValueError(f"there are {MOST} synthetic corporations, {i} is none of them")
    draws, known = Draws(seed, i), shares()
    kind, prefecture = known.kinds.draw(draws)
    city, city_name = known.cities[prefecture].draw(draws)
    name, kana = _name(draws, known, kind)
    closed = draws.happens(8)
    days = (AS_OF - ASSIGNED).days
    assigned = ASSIGNED if draws.happens(70) else ASSIGNED + timedelta(draws.below(days))
    updated = max(assigned, AS_OF - timedelta(draws.below(days)))
    return Record(
        number=number_of(i, kind, prefecture),
        updated_on=updated,
        sequence=i + 1,
        process=CLOSED if closed else NEW,
        corrected=False,
        changed_on=updated,
        name=name,
        name_image="",
        kind=kind,
        prefecture=PREFECTURES[int(prefecture) - 1],
        city=city_name,
        street=_street(draws),
        address_image="",
        prefecture_code=prefecture,
        city_code=city,
        postal_code="",
        abroad="",
        abroad_image="",
        closed_on=updated if closed else None,
        close_cause="01" if closed else "",
        successor="",
        change_cause="",
        assigned_on=assigned,
        english_name="",
        english_prefecture="",
        english_city="",
        english_abroad="",
        kana=kana,
        hidden=False,
    )


def number_of(i: int, kind: str, prefecture: str) -> str:
    """A number nobody else has: office and branch, type (種別), place; its check digit is right."""
    branch, place = divmod(i, _PER_OFFICE)
    office = f"{_OFFICES[int(prefecture) - 1]}{50 + branch}"
    digits = f"{office}{_TYPES[kind]}{place + 1_000_000 - _PER_OFFICE:06}"
    return f"{corporate_number_check_digit(digits)}{digits}"


@cache
def shares() -> Shares:
    """What is drawn from. The commonest beginnings and ends are flattened: real names mostly differ."""
    rows = [
        line.split("\t")
        for line in _SHARES.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]

    def of(what: str) -> list[list[str]]:
        return [row[1:] for row in rows if row[0] == what]

    cities: dict[str, list[tuple[int, tuple[str, str]]]] = {}
    for code, many, name in of("city"):
        cities.setdefault(code[:2], []).append((int(many), (code[2:], name)))
    return Shares(
        Weighted((int(many), (kind, prefecture)) for kind, prefecture, many in of("kind")),
        {prefecture: Weighted(found) for prefecture, found in cities.items()},
        Weighted((isqrt(int(many)), text) for many, text in of("head")),
        Weighted((isqrt(int(many)), text) for many, text in of("tail")),
        Weighted((int(many), text) for many, text in of("name")),
        Weighted((int(many), text) for many, text in of("other")),
        {form: (int(before), int(after)) for form, before, after in of("form")},
    )


def _name(draws: Draws, known: Shares, kind: str) -> tuple[str, str]:
    """The name, one in ten a common one; its reading where it is its own."""
    if kind == "399" and draws.happens(10):
        return known.names.draw(draws), ""
    core = known.heads.draw(draws)
    if draws.happens(60):
        core += known.heads.draw(draws)
    core += known.tails.draw(draws)
    form = _FORMS.get(kind) or known.others.draw(draws)
    before, after = known.before.get(form, (1, 0))
    first = draws.below(before + after) < before
    kana = core if all("ァ" <= character <= "ー" for character in core) else ""
    return (form + core if first else core + form), kana


def _street(draws: Draws) -> str:
    town = _TOWNS[draws.below(len(_TOWNS))]
    numbers = [draws.below(most) + 1 for most in (6, 40, 25)]
    if town.startswith("大字"):
        return f"{town}{numbers[1] * 37}番地".translate(_WIDE)
    return f"{town}{numbers[0]}丁目{numbers[1]}番{numbers[2]}号".translate(_WIDE)
