"""Identifiers (識別子): sortable ids for rows, arrival numbers (到達番号) for people.

Ids are UUID version 7 (RFC 9562) in 26 characters of Crockford's base32: they sort by time of
making, carry 74 random bits and contain neither I, L, O nor U.
"""

import hashlib
import secrets
import threading
import time
from datetime import datetime, timedelta

from madoguchi.kernel.clock import as_jst

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
ID_LENGTH = 26

_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]  # two characters are ten bits
_lock = threading.Lock()
_last = (0, 0)  # (milliseconds, 74 random bits) of the id made last in this process


def new_id() -> str:
    """A new id: UUIDv7, 26 characters. Ids made by one process strictly ascend."""
    global _last
    with _lock:
        now, previous = time.time_ns() // 1_000_000, _last
        if now > previous[0]:
            _last = (now, secrets.randbits(73))
        else:  # same millisecond, or the clock went back: count on from the last id
            step = previous[1] + 1 + secrets.randbits(32)
            _last = (previous[0] + (step >> 74), step & ((1 << 74) - 1))
        milliseconds, random = _last
    high, low = random >> 62, random & ((1 << 62) - 1)
    return _encode(milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low, ID_LENGTH)


def is_id(text: str) -> bool:
    """Whether text is an id as new_id makes them (upper case, version 7, RFC 9562 variant)."""
    if len(text) != ID_LENGTH or any(character not in VALUES for character in text):
        return False
    number = _decode(text)
    return number < 1 << 128 and number >> 76 & 0xF == 0x7 and number >> 62 & 0b11 == 0b10


def arrival_number(at: datetime, id: str) -> str:
    """The arrival number (到達番号) of filing `id` that arrived `at`.

    `20260401-8R2K-M4TX-0QJ9-F`: the day in Japan, twelve characters (the millisecond of that day,
    then 33 bits of a hash of the id, so numbers of one day sort by arrival), a check character.
    """
    arrived = as_jst(at)
    midnight = arrived.replace(hour=0, minute=0, second=0, microsecond=0)
    millisecond = (arrived - midnight) // timedelta(milliseconds=1)
    bits = int.from_bytes(hashlib.sha256(id.encode()).digest()[:5]) >> 7
    day, body = f"{arrived:%Y%m%d}", _encode(millisecond << 33 | bits, 12)
    return "-".join((day, body[:4], body[4:8], body[8:], check_character(day + body)))


def read_arrival_number(text: str) -> str | None:
    """The arrival number in its proper form, or None when it is not one.

    Accepts lower case, missing or other separators, and I, L, O written for 1, 1, 0. The check
    character finds every single wrong character and every two exchanged ones.
    """
    bare = "".join(character for character in text.upper() if character.isalnum())
    bare = bare.translate(_MISREAD)
    if len(bare) != 21 or any(character not in VALUES for character in bare):
        return None
    if not bare[:8].isdigit() or check_character(bare[:-1]) != bare[-1]:
        return None
    return "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20]))


def check_character(text: str) -> str:
    """The check character of text over ALPHABET: a polynomial code over GF(32), x^5 + x^2 + 1.

    2 generates the field's 31 non-zero elements, so up to 30 characters every position has its
    own weight: that is why all exchanges of two characters are found, not only of neighbours.
    """
    remainder = 0
    for character in text:
        remainder = _double(remainder) ^ VALUES[character]
    return ALPHABET[_double(remainder)]


def _double(value: int) -> int:
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _encode(number: int, length: int) -> str:
    """In base32, an even length."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])


def _decode(text: str) -> int:
    number = 0
    for character in text:
        number = number << 5 | VALUES[character]
    return number
