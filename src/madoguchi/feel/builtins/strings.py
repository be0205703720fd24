"""String built-ins (文字列の関数), DMN 10.3.4.3."""

from __future__ import annotations

from decimal import Decimal

from ..meter import spend
from ..patterns import matches, replace, split
from ..runtime import place
from .registry import Functions

upper_case = str.upper


def lower_case(text: str) -> str:
    """Put into small letters, each by itself (a capital sigma at the end of a word too)."""
    return text.replace("Σ", "σ").lower()


def substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """Take characters from a position."""
    begin = place(text, start)
    if length is None:
        return text[begin:]
    return text[begin : begin + int(length)] if length >= 1 else None


def string_join(
    items: list[str | None],
    delimiter: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> str:
    """Join strings, leaving out nulls."""
    strings = [item for item in items if item is not None]
    spend((sum(map(len, strings)) + len(strings) * len(delimiter or "")) // 16)
    return (prefix or "") + (delimiter or "").join(strings) + (suffix or "")


FUNCTIONS: Functions = {
    "substring(string: string, start position: number, length?: number) -> string": substring,
    "string length(string: string) -> number": lambda text: Decimal(len(text)),
    "upper case(string: string) -> string": upper_case,
    "lower case(string: string) -> string": lower_case,
    "substring before(string: string, match: string) -> string": lambda text, match: text[
        : max(text.find(match), 0)
    ],
    "substring after(string: string, match: string) -> string": lambda text, match: (
        text.partition(match)[2] if match else text
    ),
    "contains(string: string, match: string) -> boolean": str.__contains__,
    "starts with(string: string, match: string) -> boolean": str.startswith,
    "ends with(string: string, match: string) -> boolean": str.endswith,
    "matches(input: string, pattern: string, flags?: string?) -> boolean": matches,
    "replace(input: string, pattern: string, replacement: string, flags?: string?) -> string": replace,
    "split(string: string, delimiter: string) -> list<string>": split,
    "string join(list: list<string>, delimiter?: string?, prefix?: string?, suffix?: string?)"
    " -> string": string_join,
}
