"""From evidence to a probability, after Fellegi and Sunter (1969), with the commonness of the name.

Every item weighs how much more often it agrees so among descriptions of one corporation (`m`) than
among two chosen at random (`u`). A name that 760 shrines bear says 760 times less than a name of
one. What belongs to nobody in the record competes with the candidates, so that the only candidate
is not thereby the right one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from madoguchi.registry.matching.evidence import Evidence

Decision = Literal["link", "possible", "none"]

LINK = 0.95
POSSIBLE = 0.02
MISSING = 0.03
"""Descriptions whose corporation the record does not hold."""

_NAME_M = {
    "same": 0.93,
    "moved": 0.01,
    "form": 0.0005,
    "former": 0.03,
    "kana": 0.003,
    "similar": 0.015,
    "other": 0.012,
}
_SIMILAR_U = 2e-5
_KANA_U = 5e-6
_PLACE = {  # m, u; u is measured on the record of 2,220,526 corporations
    "lot": (0.78, 3.6e-5),
    "block": (0.05, 9.0e-5),
    "town": (0.05, 2.7e-4),
    "city": (0.05, 5.2e-3),
    "prefecture": (0.04, 9.1e-2),
    "elsewhere": (0.03, 9.0e-1),
    "unknown": (1.0, 1.0),
}
_FORMER_PLACE = 0.3
"""An address the corporation has left speaks for it nearly as well."""
_ENGLISH = {True: 0.6 / 1e-6, False: 0.4, None: 1.0}
_POSTAL = {True: 3.0, False: 0.5, None: 1.0}
"""Little beyond the address, which it repeats."""
_CLOSED = {True: 0.12 / 0.19, False: 0.88 / 0.81}
_LINKABLE = ("same", "moved", "former", "kana")
"""Names that are only alike stand at one address too often: a company and its daughters."""


@dataclass(frozen=True)
class Weighed:
    """The probability that a candidate is meant, and what may be done with it."""

    probability: float
    decision: Decision


def odds(evidence: Evidence, sharing: int, corporations: int) -> float:
    """How much likelier the evidence is for the one meant than for one by chance, times its prior.

    `sharing`: how many of all `corporations` bear the name's core; at least 1.
    """
    if evidence.name in ("same", "moved", "form", "former"):
        name = _NAME_M[evidence.name] / (max(sharing, 1) / corporations)
    elif evidence.name == "kana":
        name = _NAME_M["kana"] / _KANA_U
    elif evidence.name == "similar":
        name = _NAME_M["similar"] / _SIMILAR_U
    else:
        name = _NAME_M["other"]
    m, u = _PLACE[evidence.place]
    place = m / u * (_FORMER_PLACE if evidence.former_place else 1.0)
    others = _ENGLISH[evidence.english] * _POSTAL[evidence.postal_code] * _CLOSED[evidence.closed]
    return name * place * others / corporations


def weigh(found: Sequence[tuple[Evidence, int]], corporations: int) -> list[Weighed]:
    """Each candidate's probability, in their order; together with "none of them" they make 1.

    A link needs LINK, a name that is the same, and something beside it that agrees: names alone
    never link, nor do addresses alone.
    """
    weights = [odds(evidence, sharing, corporations) for evidence, sharing in found]
    whole = sum(weights) * (1 - MISSING) + MISSING
    return [
        _decided(weight * (1 - MISSING) / whole, evidence)
        for weight, (evidence, _sharing) in zip(weights, found, strict=True)
    ]


def _decided(probability: float, evidence: Evidence) -> Weighed:
    if probability >= LINK and evidence.name in _LINKABLE and _beside_name(evidence):
        return Weighed(probability, "link")
    return Weighed(probability, "possible" if probability >= POSSIBLE else "none")


def _beside_name(evidence: Evidence) -> bool:
    return evidence.place in ("lot", "block", "town", "city") or evidence.english is True
