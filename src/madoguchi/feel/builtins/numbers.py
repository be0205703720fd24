"""Numeric built-ins (数値の関数), DMN 10.3.4.5."""

from __future__ import annotations

import decimal
from decimal import Context, Decimal
from functools import partial

from ..values import DECIMAL128
from .registry import Functions

LARGEST_SCALE = 6111
WIDE = Context(prec=13_000)
ZERO, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)
ROUNDINGS = {
    "floor(n: number, scale?: number) -> number": decimal.ROUND_FLOOR,
    "ceiling(n: number, scale?: number) -> number": decimal.ROUND_CEILING,
    "round up(n: number, scale: number) -> number": decimal.ROUND_UP,
    "round down(n: number, scale: number) -> number": decimal.ROUND_DOWN,
    "round half up(n: number, scale: number) -> number": decimal.ROUND_HALF_UP,
    "round half down(n: number, scale: number) -> number": decimal.ROUND_HALF_DOWN,
    "decimal(n: number, scale: number) -> number": decimal.ROUND_HALF_EVEN,
}


def rounded(value: Decimal, scale: Decimal = ZERO, *, rounding: str) -> Decimal | None:
    """Round to a number of decimal places."""
    places = int(scale)
    if not -LARGEST_SCALE <= places <= LARGEST_SCALE + 65:
        return None
    return DECIMAL128.plus(value.quantize(ONE.scaleb(-places, WIDE), rounding, WIDE))


def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Give the remainder, which has the sign of the divisor."""
    remainder = DECIMAL128.remainder(dividend, divisor)
    if remainder and (remainder < 0) != (divisor < 0):
        return DECIMAL128.add(remainder, divisor)
    return remainder


FUNCTIONS: Functions = {
    **{usage: partial(rounded, rounding=way) for usage, way in ROUNDINGS.items()},
    "modulo(dividend: number, divisor: number) -> number": modulo,
    "sqrt(number: number) -> number": DECIMAL128.sqrt,
    "log(number: number) -> number": lambda n: DECIMAL128.ln(n) if n > 0 else None,
    "exp(number: number) -> number": DECIMAL128.exp,
    "odd(number: number) -> boolean": lambda n: abs(DECIMAL128.remainder(n, TWO)) == ONE,
    "even(number: number) -> boolean": lambda n: DECIMAL128.remainder(n, TWO) == ZERO,
    "abs(n: number) -> number": Decimal.copy_abs,
    "abs(n: days and time duration) -> days and time duration": abs,
    "abs(n: years and months duration) -> years and months duration": abs,
}
