"""String built-ins (文字列の関数), DMN 10.3.4.3."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .. import patterns
from ..meter import spend
from .registry import builtin


@builtin("substring(string: string, start position: number, length?: number) -> string")
def substring(string: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """Take characters from a position counted from 1, or from the end when negative."""
    first = int(start)
    if first == 0 or abs(first) > len(string):
        return None
    begin = first - 1 if first > 0 else len(string) + first
    if length is None:
        return string[begin:]
    return string[begin : begin + int(length)] if length >= 1 else None


@builtin("string length(string: string) -> number")
def string_length(string: str) -> Decimal:
    """Count characters (code points)."""
    return Decimal(len(string))


@builtin("upper case(string: string) -> string")
def upper_case(string: str) -> str:
    """Put into capitals."""
    return string.upper()


@builtin("lower case(string: string) -> string")
def lower_case(string: str) -> str:
    """Put into small letters."""
    return string.lower()


@builtin("substring before(string: string, match: string) -> string")
def substring_before(string: str, match: str) -> str:
    """Take what stands before a match; "" when there is none."""
    return string.partition(match)[0] if match and match in string else ""


@builtin("substring after(string: string, match: string) -> string")
def substring_after(string: str, match: str) -> str:
    """Take what stands after a match; "" when there is none."""
    return string.partition(match)[2] if match else string


@builtin("contains(string: string, match: string) -> boolean")
def contains(string: str, match: str) -> bool:
    """Tell whether a string contains another."""
    return match in string


@builtin("starts with(string: string, match: string) -> boolean")
def starts_with(string: str, match: str) -> bool:
    """Tell whether a string starts with another."""
    return string.startswith(match)


@builtin("ends with(string: string, match: string) -> boolean")
def ends_with(string: str, match: str) -> bool:
    """Tell whether a string ends with another."""
    return string.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string?) -> boolean")
def matches(text: str, pattern: str, flags: str | None = None) -> bool | None:
    """Tell whether a regular expression (XPath's) is found in a string."""
    return patterns.matches(text, pattern, flags or "")


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string?) -> string")
def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    """Replace what a regular expression finds; ``$1`` is its first group."""
    return patterns.replace(text, pattern, replacement, flags or "")


@builtin("split(string: string, delimiter: string) -> list<string>")
def split(string: str, delimiter: str) -> list[str] | None:
    """Split at each match of a regular expression."""
    return patterns.split(string, delimiter)


@builtin(
    "string join(list: list<string>, delimiter?: string?, prefix?: string?, suffix?: string?)"
    " -> string"
)
def string_join(
    items: list[Any],
    delimiter: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> str:
    """Join strings, leaving out nulls."""
    strings = [item for item in items if item is not None]
    spend(sum(map(len, strings)) // 16 + len(strings) * len(delimiter or "") // 16)
    joined = (delimiter or "").join(strings)
    return (prefix or "") + joined + (suffix or "")
