"""Pure rules of payments: numbers, and what arriving money does to a request."""

import hashlib
from datetime import date, datetime, timedelta

from madoguchi.kernel.periods import end_of_day

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


def category(fee_id: str) -> str:
    """The category (納付区分) of a fee: ten digits drawn from its id."""
    drawn = int.from_bytes(hashlib.sha256(f"category:{fee_id}".encode()).digest()[:8])
    return f"{drawn % 10**10:010}"


def settle(state: str, asked: int, arrived: int, *, in_time: bool = False) -> tuple[str, str, int]:
    """What arriving money is, the state after it, and how much of it nobody owed.

    exact 一致 pays; short 不足 and over 超過 make a mismatch: the right amount is still to be paid;
    duplicate 重複 came after that; late 期限後 after the request was cancelled. `in_time`: it was
    paid before an expired request expired, only told later: then it counts. No yen is lost from
    sight: what does not pay is excess (過誤納).
    """
    is_open = state in ("requested", "mismatched") or in_time
    if not is_open:
        return ("duplicate" if state == "paid" else "late"), state, arrived
    if asked == arrived:
        return "exact", "paid", 0
    wrong = "short" if arrived < asked else "over"
    return wrong, ("mismatched" if state != "cancelled" else state), arrived


def standing(state: str, *, viewed: bool, expired: bool, refunded: bool) -> str:
    """How a payment stands, in one word: issued, viewed, paid, expired, cancelled, refunded or
    mismatched.
    """
    if state == "requested":
        return "viewed" if viewed else "issued"
    if state == "cancelled":
        return "expired" if expired else "cancelled"
    return "refunded" if refunded else state


def expires_at(due_on: date) -> datetime:
    """When a request expires: a day after the end of the last day, so that what was paid at
    23:59:59 is told before.
    """
    return end_of_day(due_on) + timedelta(days=1)


def paid_in_time(due_on: date | None, paid_at: datetime) -> bool:
    """Whether money was paid by the end of the last day."""
    return due_on is not None and paid_at < end_of_day(due_on)
