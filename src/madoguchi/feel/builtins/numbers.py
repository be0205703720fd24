"""Numeric built-ins (数値の関数), DMN 10.3.4.5."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)

from ..values import DECIMAL128
from .registry import builtin

LARGEST_SCALE = 6111


def rounded(value: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """Round to a number of decimal places, in the way named."""
    places = int(scale)
    if not -LARGEST_SCALE <= places <= LARGEST_SCALE + 65:
        return None
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return value
    return DECIMAL128.plus(
        value.quantize(Decimal((0, (1,), -places)), rounding, Context(prec=7000))
    )


@builtin("decimal(n: number, scale: number) -> number")
def decimal(n: Decimal, scale: Decimal) -> Decimal | None:
    """Round half to even."""
    return rounded(n, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number) -> number")
def floor(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Round towards minus infinity."""
    return rounded(n, scale, ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number) -> number")
def ceiling(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Round towards plus infinity."""
    return rounded(n, scale, ROUND_CEILING)


@builtin("round up(n: number, scale?: number) -> number")
def round_up(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Round away from zero."""
    return rounded(n, scale, ROUND_UP)


@builtin("round down(n: number, scale?: number) -> number")
def round_down(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Round towards zero (切り捨て)."""
    return rounded(n, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale?: number) -> number")
def round_half_up(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Round to nearest, halves away from zero (四捨五入)."""
    return rounded(n, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale?: number) -> number")
def round_half_down(n: Decimal, scale: Decimal = Decimal(0)) -> Decimal | None:
    """Round to nearest, halves towards zero (五捨六入)."""
    return rounded(n, scale, ROUND_HALF_DOWN)


@builtin("modulo(dividend: number, divisor: number) -> number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Give the remainder, which has the sign of the divisor."""
    remainder = DECIMAL128.remainder(dividend, divisor)
    if remainder and (remainder < 0) != (divisor < 0):
        return DECIMAL128.add(remainder, divisor)
    return remainder


@builtin("sqrt(number: number) -> number")
def sqrt(number: Decimal) -> Decimal:
    """Give the square root; null of a negative number."""
    return DECIMAL128.sqrt(number)


@builtin("log(number: number) -> number")
def log(number: Decimal) -> Decimal | None:
    """Give the natural logarithm; null unless positive."""
    return DECIMAL128.ln(number) if number > 0 else None


@builtin("exp(number: number) -> number")
def exp(number: Decimal) -> Decimal:
    """Give e to a power."""
    return DECIMAL128.exp(number)


@builtin("odd(number: number) -> boolean")
def odd(number: Decimal) -> bool:
    """Tell whether a number is odd."""
    return DECIMAL128.remainder(number, Decimal(2)).copy_abs() == 1


@builtin("even(number: number) -> boolean")
def even(number: Decimal) -> bool:
    """Tell whether a number is even."""
    return DECIMAL128.remainder(number, Decimal(2)) == 0
