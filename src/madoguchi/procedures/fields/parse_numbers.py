"""Typed numbers to Decimal: full width, commas and units are understood, nothing is rounded."""

from decimal import Decimal

from madoguchi.kernel import japanese
from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import Field, InputFault

# Beyond this a number is a slip of the hand or an attack; 34 digits is what rules compute with.
MOST_DIGITS = 20


def decimal(field: Field, raw: object) -> Decimal:
    """A decimal quantity in the field's unit."""
    value = _number(raw, field.spec.unit)
    places = 3 if field.spec.decimals is None else field.spec.decimals
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise InputFault("decimals", decimals=places)
    return value


def integer(field: Field, raw: object) -> Decimal:
    """A whole number."""
    value = _number(raw, field.spec.unit)
    if value != value.to_integral_value():
        raise InputFault("not-integer")
    return value.quantize(Decimal(1))


def money(field: Field, raw: object) -> Decimal:
    """Whole yen; 「円」, 「￥」 and commas may be typed."""
    if isinstance(raw, str):
        return Decimal(japanese.parse_money(raw))
    value = _number(raw, None)
    if value != value.to_integral_value():
        raise InputFault("not-integer")
    return value.quantize(Decimal(1))


def _number(raw: object, unit: Text | None) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise InputFault("not-number")
    if isinstance(raw, str):
        for word in (unit or {}).values():
            raw = raw.rstrip().removesuffix(word)
        value = japanese.parse_decimal(raw)
    else:
        value = Decimal(raw)
    if not value.is_finite():
        raise InputFault("not-number")
    if value.adjusted() >= MOST_DIGITS or len(value.as_tuple().digits) > 2 * MOST_DIGITS:
        raise InputFault("number-too-large")
    return value
