"""Corporate numbers (法人番号): 13 digits, the first of which checks the others.

法人番号の指定等に関する省令 第2条: check digit = 9 − (Σ Pn × Qn mod 9), n from the right, Q = 1, 2
in turn.
"""

import re

from madoguchi.kernel.japanese.faults import JapaneseInputError
from madoguchi.kernel.japanese.normalising import fold_code

LENGTH = 13
_THIRTEEN_DIGITS = re.compile("[1-9][0-9]{12}")


def corporate_number_check_digit(base: str) -> int:
    """The check digit (1–9) of the twelve digits that follow it. ValueError for other input."""
    if len(base) != LENGTH - 1 or not (base.isascii() and base.isdigit()):
        raise ValueError(f"twelve digits expected: {base!r}")
    digits = [int(digit) for digit in reversed(base)]
    return 9 - (sum(digits[0::2]) + 2 * sum(digits[1::2])) % 9


def is_corporate_number(text: str) -> bool:
    """Whether text is exactly 13 ASCII digits with the right check digit."""
    if not _THIRTEEN_DIGITS.fullmatch(text):
        return False
    return corporate_number_check_digit(text[1:]) == int(text[0])


def parse_corporate_number(text: str) -> str:
    """Thirteen ASCII digits from what was typed: either width, spaces and hyphens dropped.

    Raises JapaneseInputError: empty, corporate_number_format, _length, _check_digit, _invoice
    (a leading T: the invoice number of the consumption tax).
    """
    typed = re.sub("[ \n-]", "", fold_code(text))
    if not typed:
        raise JapaneseInputError("empty")
    if typed[0] in "Tt" and _THIRTEEN_DIGITS.fullmatch(typed[1:]):
        raise JapaneseInputError("corporate_number_invoice")
    if not (typed.isascii() and typed.isdigit()):
        raise JapaneseInputError("corporate_number_format")
    if len(typed) != LENGTH:
        raise JapaneseInputError("corporate_number_length", length=len(typed))
    if not is_corporate_number(typed):
        raise JapaneseInputError("corporate_number_check_digit")
    return typed
