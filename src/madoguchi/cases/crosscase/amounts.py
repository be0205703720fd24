"""Amounts kept as whole millionths: both databases add them exactly, SQLite has no decimals."""

from decimal import ROUND_HALF_UP, Decimal

MILLION = 1_000_000
LARGEST = 9 * 10**18


def millionths(amount: Decimal) -> int | None:
    """An amount in whole millionths, rounded half up; None when it is too large to be kept."""
    if not amount.is_finite() or abs(amount.adjusted()) > 20:
        return None
    whole = int((amount * MILLION).quantize(Decimal(1), ROUND_HALF_UP))
    return whole if abs(whole) < LARGEST else None


def amount_of(whole: int) -> Decimal:
    """The amount that whole millionths stand for, without zeros at its end."""
    amount = Decimal(int(whole)) / MILLION
    return (
        amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount.normalize()
    )
