"""Numbers as people type them: full width, commas, yen signs, △ for minus; never a float."""

import re
from decimal import Decimal

from madoguchi.kernel.japanese.faults import JapaneseInputError
from madoguchi.kernel.japanese.normalising import fold_code

WHOLE_DIGITS = 20
FRACTION_DIGITS = 20
LONGEST = 100  # characters in which a yen sign is looked for
MONEY_DIGITS = 15  # 999 trillion yen; a double in someone's spreadsheet still holds it exactly

# △ and ▲ are accounting's minus; 、 and 。 come from an input method left on.
_MARKS = str.maketrans({"△": "-", "▲": "-", "、": ",", "。": "."})
_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_NUMBER = re.compile(r"([+-]?)(\d[\d,]*|)(?:\.(\d*))?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+", re.ASCII)
_EXPONENT = re.compile(r"[+-]?[\d.,]+[eE][+-]?\d+", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(s?nan\d*|inf(inity)?|∞)", re.IGNORECASE)
_UNIT = re.compile("[〇一二三四五六七八九十百千万億兆]")
_YEN_BEFORE = re.compile(r"([+-]?) *(?:[¥\\]|金) *", re.ASCII)
_YEN_AFTER = re.compile(" *(?:円也?|yen)$", re.IGNORECASE)


def parse_decimal(text: str) -> Decimal:
    """ "１，２３４．５" → Decimal("1234.5"). Commas, if any, must stand every three digits.

    Raises JapaneseInputError: empty, number_format, number_grouping, number_exponent,
    number_not_finite, number_unit (万, 億 and kanji numerals), number_too_long.
    """
    if _PLAIN.fullmatch(text):  # most numbers are plain; the long way understands the others
        return Decimal(text) or Decimal(0)
    typed = fold_code(text.translate(_MARKS))
    if not typed:
        raise JapaneseInputError("empty")
    match = _NUMBER.fullmatch(typed)
    if match is None or not (match[2] or match[3]):
        raise _fault(typed)
    sign, whole, fraction = match[1], match[2], match[3] or ""
    if "," in whole and not _GROUPED.fullmatch(whole):
        raise JapaneseInputError("number_grouping")
    whole = whole.replace(",", "").lstrip("0")
    if len(whole) > WHOLE_DIGITS or len(fraction) > FRACTION_DIGITS:
        raise JapaneseInputError("number_too_long", whole=WHOLE_DIGITS, fraction=FRACTION_DIGITS)
    number = Decimal(f"{sign}{whole or '0'}.{fraction}")
    return number if number else number.copy_abs()  # no negative zero


def parse_integer(text: str) -> int:
    """ "１，２３４" → 1234; "3.0" is 3. Raises as parse_decimal, and integer_fraction."""
    number = parse_decimal(text)
    if number != number.to_integral_value():
        raise JapaneseInputError("integer_fraction")
    return int(number)


def parse_money(text: str) -> int:
    """Whole yen: "￥1,200", "1200円", "金1,200円也", "△500". Raises as parse_decimal.

    万 and 億 are refused (number_unit): "3万5" could mean two amounts. Also money_fraction, and
    number_too_long beyond 15 digits.
    """
    if text.isascii() and text.isdigit() and len(text) <= MONEY_DIGITS:
        return int(text)
    number = parse_decimal(_without_yen(fold_code(text.translate(_MARKS))))
    if number != number.to_integral_value():
        raise JapaneseInputError("money_fraction")
    if abs(number) >= 10**MONEY_DIGITS:
        raise JapaneseInputError("number_too_long", whole=MONEY_DIGITS, fraction=0)
    return int(number)


def _without_yen(typed: str) -> str:
    if len(typed) > LONGEST:
        return typed
    bare = _YEN_AFTER.sub("", typed)
    before = _YEN_BEFORE.match(bare)
    return (before[1] + bare[before.end() :] if before else bare) or typed


def _fault(typed: str) -> JapaneseInputError:
    if _EXPONENT.fullmatch(typed):
        return JapaneseInputError("number_exponent")
    if _NOT_FINITE.fullmatch(typed):
        return JapaneseInputError("number_not_finite")
    unit = _UNIT.search(typed)
    if unit:
        return JapaneseInputError("number_unit", unit=unit[0])
    return JapaneseInputError("number_format")
