"""Pure rules of payments: numbers, and what arriving money does to a request."""

import hashlib

COLLECTING_AGENCY = "00999"  # 収納機関番号, five digits; 00999 is not in use: simulated
NOTICE_LENGTH = 16  # 納付番号 of national revenue
CONFIRMATION_LENGTH = 6  # 確認番号


def notice_number(id: str) -> str:
    """The notice number (納付番号) of a payment: 15 digits drawn from its id and a check digit."""
    drawn = int.from_bytes(hashlib.sha256(f"notice:{id}".encode()).digest()[:8]) % 10**15
    digits = f"{drawn:015}"
    return digits + luhn_digit(digits)


def is_notice_number(text: str) -> bool:
    """Whether text is 16 digits of which the last is the right check digit."""
    plain = text.isascii() and text.isdigit() and len(text) == NOTICE_LENGTH
    return plain and luhn_digit(text[:-1]) == text[-1]


def luhn_digit(digits: str) -> str:
    """The check digit of ISO/IEC 7812-1 Annex B: finds every single wrong digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def after_clearing(state: str, asked: int, arrived: int) -> tuple[str, int]:
    """The state after money arrived, and how much of it nobody owed. No yen is lost from sight.

    The right amount pays a request that is open or had a mismatch; any other is excess (過誤納).
    """
    if state in ("requested", "mismatched"):
        return ("paid", 0) if asked == arrived else ("mismatched", arrived)
    return state, arrived
