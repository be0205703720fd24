"""Regular expressions (正規表現) as XPath 3.1 has them, in bounded time.

A pattern that cannot backtrack badly on the text runs on Python's ``re``; any other on a linear
matcher. Only back-references have no linear matcher: they give null where they could run away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..meter import spend
from .linear import Program, compile_program, search
from .syntax import Pattern, PatternError, parse_pattern

LARGEST_COST = 2_000_000
OPTIONS = {"m": re.MULTILINE, "i": re.IGNORECASE}

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Regex:
    """A compiled pattern: for Python's engine, and for the linear one when it can be."""

    python: re.Pattern[str]
    degree: int
    program: Program | None

    def find(self, text: str) -> Iterator[Spans]:
        """Go through the matches: the spans of the whole and of each group (-1, -1 when unset)."""
        if (len(text) + 1) ** min(self.degree + 1, 9) <= LARGEST_COST:
            for match in self.python.finditer(text):
                yield tuple(match.span(i) for i in range(self.python.groups + 1))
            return
        if self.program is None:
            raise PatternError("too costly")
        at = 0
        while at <= len(text):
            spans = search(self.program, text, at)
            if spans is None:
                return
            yield spans
            at = spans[0][1] + (spans[0][1] == spans[0][0])


@lru_cache(maxsize=500)
def regex(pattern: str, flags: str) -> Regex:
    """Compile a pattern; raises PatternError when it or the flags are not XPath's."""
    if set(flags) - set("smixq"):
        raise PatternError("flags")
    parsed = parse_pattern(pattern, flags)
    options = 0
    for flag in flags:
        options |= OPTIONS.get(flag, 0)
    try:
        python = re.compile(parsed.python(), options)
    except (re.error, RecursionError, OverflowError):
        raise PatternError("invalid") from None
    return Regex(python, parsed.degree(), program_of(parsed, options))


def program_of(parsed: Pattern, options: int) -> Program | None:
    """Compile for the linear matcher; None with a back-reference or when it grows too large."""
    try:
        return compile_program(parsed, options)
    except PatternError:
        return None


def matches(text: str, pattern: str, flags: str) -> bool:
    """Tell whether the pattern is found in the text."""
    return next(regex(pattern, flags).find(text), None) is not None


def replace(text: str, pattern: str, replacement: str, flags: str) -> str | None:
    """Replace each match, ``$1`` being its first group; null when the pattern matches nothing."""
    found = regex(pattern, flags)
    if next(found.find(""), None) is not None:
        return None
    parts, at = [], 0
    for spans in found.find(text):
        start, end = spans[0]
        put = replacement if "q" in flags else filled(replacement, text, spans)
        spend(1 + len(put) // 16)
        parts += [text[at:start], put]
        at = end
    return "".join([*parts, text[at:]])


REFERENCE = re.compile(r"\\([\\$])|\$(\d+)")


def filled(replacement: str, text: str, spans: Spans) -> str:
    """Fill the groups into a replacement; ``\\$`` is a dollar sign."""

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        digits = match[2]
        while len(digits) > 1 and int(digits) >= len(spans):
            digits = digits[:-1]
        number = int(digits)
        start, end = spans[number] if number < len(spans) else (0, 0)
        return text[max(start, 0) : max(end, 0)] + match[2][len(digits) :]

    return REFERENCE.sub(value, replacement)


def split(text: str, pattern: str) -> list[str]:
    """Split the text at each match."""
    parts, at = [], 0
    for spans in regex(pattern, "").find(text):
        start, end = spans[0]
        if end > start:
            parts.append(text[at:start])
            at = end
    return [*parts, text[at:]]
