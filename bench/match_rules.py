"""A thousand conditions of support programmes, after the kinds that real ones have.

Shares follow the 1,112 programmes of Mirasapo plus (2023) where these say something in fields: six
in ten name prefectures, one in fourteen industries; the rest is modelled on what their texts ask:
small and medium enterprises by law, small-scale ones, sales that fell, years since foundation.
"""

import random

from bench.companies import INDUSTRIES, PREFECTURES

TODAY = "2026-10-01"
SERVICES = '["G", "L", "N", "O", "P", "Q", "R"]'
# 中小企業基本法 第2条: by industry, capital or employees.
SMALL_AND_MEDIUM = (
    '(if section = "I" and industry < "56" then capital <= 100000000 or employees <= 100'
    ' else if section = "I" or section = "M" then capital <= 50000000 or employees <= 50'
    f" else if section in {SERVICES} then capital <= 50000000 or employees <= 100"
    " else capital <= 300000000 or employees <= 300)"
)
SMALL_SCALE = (
    f'(if section in {SERVICES} or section in ["I", "M"] then employees <= 5 else employees <= 20)'
)


def listed(values: list[str]) -> str:
    """A list of texts in FEEL."""
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def condition(dice: random.Random) -> str:
    """One programme's condition."""
    parts = ["active"]
    if dice.random() < 0.45:
        size = dice.choice(
            [
                SMALL_AND_MEDIUM,
                SMALL_AND_MEDIUM,
                SMALL_SCALE,
                f"employees <= {dice.choice([20, 50, 100, 300, 999, 1000])}",
                f"capital <= {dice.choice([30, 50, 100, 300, 1000])}000000",
                f"employees between {dice.choice([1, 5, 10])} and {dice.choice([20, 50, 300])}",
            ]
        )
        parts.append(size)
    if dice.random() < 0.6:
        prefecture = dice.choice(list(PREFECTURES))
        kind = dice.random()
        if kind < 0.55:
            parts.append(f'prefecture = "{prefecture}"')
        elif kind < 0.8:
            cities = [f"{prefecture}{101 + dice.randrange(60)}" for _ in range(dice.randint(1, 6))]
            parts.append(f"city in {listed(cities)}")
        elif kind < 0.9:
            parts.append(f'starts with(city, "{prefecture}1") and city != "{prefecture}101"')
        else:
            parts.append(
                f"prefecture in {listed(dice.sample(list(PREFECTURES), dice.randint(2, 8)))}"
            )
    if dice.random() < 0.3:
        chosen = dice.sample(list(INDUSTRIES), dice.randint(1, 5))
        divisions = " ".join(INDUSTRIES[section][1] for section in chosen).split()
        picked = dice.sample(divisions, min(len(divisions), dice.randint(1, 8)))
        parts.append(
            dice.choice(
                [
                    f"section in {listed(chosen)}",
                    f"not(section in {listed(chosen)})",
                    f"industry in {listed(picked)}",
                ]
            )
        )
    if dice.random() < 0.25:
        years = dice.choice([1, 3, 5, 7, 10, 20])
        parts.append(
            dice.choice(
                [
                    f'founded + duration("P{years}Y") >= @"{TODAY}"',
                    f'years and months duration(founded, @"{TODAY}").years >= {years}',
                    f'founded >= @"{2026 - years}-04-01"',
                ]
            )
        )
    if dice.random() < 0.15:
        percent = dice.choice([5, 10, 15, 20, 30, 50])
        parts.append(f"(sales before - sales) / sales before * 100 >= {percent}")
    if dice.random() < 0.2:
        kinds = dice.choice(
            [["301", "302", "303", "304", "305"], ["301", "302", "305"], ["399", "499"], ["401"]]
        )
        parts.append(f"kind in {listed(kinds)}")
    if dice.random() < 0.1:
        parts.append(f"(certified or sales < {dice.choice([10, 50, 100])}000000)")
    if dice.random() < 0.05:
        parts.append(f"not(capital >= {dice.choice([500, 1000])}000000 or employees > 2000)")
    return " and ".join(parts)


def conditions(count: int) -> list[str]:
    """Distinct conditions, the same ones every time."""
    dice, found = random.Random(20261001), dict[str, None]()
    while len(found) < count:
        found[condition(dice)] = None
    return list(found)
