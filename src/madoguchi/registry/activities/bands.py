"""The bands (範囲) in which gBizINFO searches figures of workplaces: A to D."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple


class Bands(NamedTuple):
    """Upper ends of the bands, lowest first; `within`: a figure equal to an end is still inside."""

    ends: tuple[int, ...]
    within: bool


BANDS: Mapping[str, Bands] = {
    "average_continuous_service_years": Bands((5, 10, 20), within=True),
    "average_age": Bands((30, 45, 60), within=True),
    "month_average_predetermined_overtime_hours": Bands((20, 40), within=False),
    "female_workers_proportion": Bands((20, 40, 60), within=True),
}
"""A –5 years, B 6–10, C 11–20, D 21– and so on; overtime A < 20 h, B < 40 h, C from 40 h."""


def band_of(field: str, figure: Decimal) -> int:
    """The place of the band a figure falls in, from 1 (A). Between 5 and 6 years it is B."""
    bands = BANDS[field]
    return 1 + sum(figure > end or (figure == end and not bands.within) for end in bands.ends)


def place_of(letter: str) -> int:
    """The place of a band by its letter: "A" is 1. ValueError for no letter A to D."""
    if letter not in ("A", "B", "C", "D"):
        raise ValueError(f"no band: {letter[:20]!r}")
    return ord(letter) - ord("A") + 1
