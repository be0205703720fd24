"""Figures known of corporations (数値): read from texts, and as ranges are asked of them."""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from madoguchi.registry.activities import columns
from madoguchi.registry.activities.bands import BANDS, band_of
from madoguchi.registry.activities.kinds import FINANCE, WORKPLACE

_LONGEST = 40
_FINANCE = (
    "net_sales_summary_of_business_results",
    "total_assets_summary_of_business_results",
    "net_income_loss_summary_of_business_results",
)
_WORKPLACE = {field: group for group, field in columns.WORKPLACE if field in BANDS}
_YEN = 10**16  # more than all firms of the country have together
BOUNDS: Mapping[str, tuple[int, int]] = {
    "capital_stock": (0, _YEN),
    "employee_number": (0, 10**7),
    "company_size_male": (0, 10**7),
    "company_size_female": (0, 10**7),
    "founding_year": (500, 2200),
    **dict.fromkeys(_FINANCE, (-_YEN, _YEN)),
}
"""Whole numbers, and between what they can be true (金剛組 was founded in 578)."""


def decimal_in(text: str) -> Decimal | None:
    """The number a text writes, in any width, with commas, 円 or △ for minus; None for none."""
    if not text or len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").removesuffix("円")
    if plain[:1] in ("△", "▲"):
        plain = f"-{plain[1:]}"
    if not plain.isascii() or "_" in plain:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _LONGEST else None


def whole_in(text: str) -> int | None:
    """The whole number a text writes; None for none and for one with a fraction."""
    number = decimal_in(text)
    return int(number) if number is not None and number == number.to_integral_value() else None


def figures_of(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the search asks of finance (its newest period) and of workplaces, from a section."""
    if kind == FINANCE:
        newest = (data.get("management_index") or [{}])[0]
        return {name: newest[name] for name in _FINANCE if newest.get(name) is not None}
    if kind == WORKPLACE:
        told = {name: (data.get(group) or {}).get(name) for name, group in _WORKPLACE.items()}
        return {name: value for name, value in told.items() if value not in (None, "")}
    return {}


class ImpossibleFigure(ValueError):
    """A figure that cannot be true, or is none."""


def known_as(field: str, value: Any) -> tuple[Any, int | None]:
    """A detail as it is kept, and its figure for ranges (None: not asked by range).

    ImpossibleFigure for a number that is none or out of `BOUNDS`.
    """
    if field in BOUNDS:
        number = whole_in(str(value))
        least, most = BOUNDS[field]
        if number is None or not least <= number <= most:
            raise ImpossibleFigure(field)
        return number, number
    if field in BANDS:
        exact = decimal_in(str(value))
        if exact is None or not 0 <= exact <= 1_000:
            raise ImpossibleFigure(field)
        return f"{exact:f}", band_of(field, exact)
    return value, None
