"""Canonical JSON (正規化JSON): one value, one sequence of bytes, so that a hash can name it.

RFC 8785 (JCS) for null, booleans, strings, arrays and objects. Numbers differ on purpose, because
JCS writes every number as a double and public money must not pass through one:

- int: as digits; outside ±(2^53 − 1), where JavaScript would misread it, as a string;
- Decimal: as a string without exponent and without trailing zeros (Decimal("1.50") → "1.5");
- float: refused (TypeError);
- date, time, datetime: ISO 8601 strings; a datetime must have a zone and is written in UTC with Z.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from madoguchi.kernel.clock import as_utc

LARGEST_SAFE_INTEGER = 2**53 - 1
LARGEST_EXPONENT = 400  # beyond it a short number would become a long string

# Written by the C encoder: sorting is by code point, which is that of UTF-16 for all but the keys
# `_beyond` finds.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def canonical_json(value: Any) -> bytes:
    """The canonical form of value in UTF-8.

    Accepts None, bool, int, str, Decimal, date, time, aware datetime, list, tuple and mappings
    with str keys. TypeError for any other type (float among them); ValueError for a Decimal that
    is no finite number, a datetime without zone, a text with half a surrogate pair.
    """
    return canonical_plain(plain(value))


def canonical_plain(value: Any) -> bytes:
    """The canonical form of a value that `plain` gave. ValueError for half a surrogate pair."""
    text = _encode(value)
    if _beyond(text):
        text = _encode_sorted(_in_order(value))
    return text.encode("utf-8")


def sha256_hex(content: bytes) -> str:
    """SHA-256 of content, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest(value: Any) -> str:
    """The name of value by content: "sha256:" and the hash of its canonical JSON."""
    return digest_plain(plain(value))


def digest_plain(value: Any) -> str:
    """The name of a value that `plain` gave."""
    return f"sha256:{sha256_hex(canonical_plain(value))}"


def plain(value: Any) -> Any:
    """The same value in JSON types only (dict, list, str, int, bool, None); canonical form kept.

    canonical_json(plain(x)) == canonical_json(x): what is stored verifies as what was given.
    """
    kind = type(value)  # most values are of these very types, and asking so is four times as fast
    if kind is str or value is None or isinstance(value, bool | str):
        return value
    if kind is dict or isinstance(value, Mapping):
        return {
            key if type(key) is str else _key(key): item if type(item) is str else plain(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, int):
        return int(value) if abs(value) <= LARGEST_SAFE_INTEGER else str(int(value))
    return scalar_text(value)


def scalar_text(value: Any) -> str:
    """How a Decimal, date, time or datetime is written in JSON; TypeError for any other type."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return as_utc(value).astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical JSON form")


def decimal_text(number: Decimal) -> str:
    """Digits of a finite Decimal without exponent and trailing zeros; "0" for every zero."""
    if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError(f"not a number that can be written out: {number}")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"an object key must be a text, not {type(key).__name__}")
    return key


def _beyond(text: str) -> bool:
    """Whether UTF-16 may order keys otherwise: some character is outside the basic plane."""
    return not text.isascii() and len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)


def _in_order(value: Any) -> Any:
    """The same plain value with the keys of its objects in the order of UTF-16 (RFC 8785 3.2.3)."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _in_order(value[key]) for key in keys}
    if isinstance(value, list):
        return [_in_order(item) for item in value]
    return value
