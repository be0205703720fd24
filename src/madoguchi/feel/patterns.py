"""Regular expressions (正規表現) as XPath has them, kept from running away."""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LONGEST_PATTERN = 1_000
LARGEST_COST = 10_000_000
FLAGS = {"s": re.DOTALL, "m": re.MULTILINE, "i": re.IGNORECASE, "x": re.VERBOSE}


@lru_cache(maxsize=500)
def compiled(pattern: str, flags: str) -> tuple[re.Pattern[str], int] | None:
    """Compile a pattern; give it with the degree of its worst case, or None when it is invalid."""
    if len(pattern) > LONGEST_PATTERN or set(flags) - set("smixq"):
        return None
    options = 0
    for flag in flags:
        options |= FLAGS.get(flag, 0)
    try:
        text = re.escape(pattern) if "q" in flags else python_syntax(pattern)
        return re.compile(text, options), degree(parser.parse(text, options))
    except (re.error, RecursionError, OverflowError):
        return None


def python_syntax(pattern: str) -> str:
    """Translate the differences between XPath's and Python's syntax; refuse Python's own extras."""
    if "(?" in pattern.replace("(?:", ""):
        raise re.error("not XPath")
    return pattern


def degree(tree: Any) -> int:
    """Estimate the worst case of backtracking: how many open repeats multiply, 100 when nested."""
    total = 0
    for op, argument in tree:
        if op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            inner = degree(argument[2])
            open_ended = argument[1] > 10
            total += 100 if inner and open_ended else inner * min(argument[1], 10) + open_ended
        elif op is codes.SUBPATTERN:
            total += degree(argument[3])
        elif op is codes.BRANCH:
            total += max(degree(branch) for branch in argument[1])
        elif op is codes.GROUPREF:
            total += 1
    return total


def usable(text: str, pattern: str, flags: str) -> re.Pattern[str] | None:
    """Give the compiled pattern when its worst case on this text is bearable."""
    found = compiled(pattern, flags)
    if found is None:
        return None
    cost: int = (len(text) + 1) ** min(found[1] + 1, 20)
    return found[0] if cost <= LARGEST_COST else None


def matches_pattern(text: str, pattern: str, flags: str) -> bool | None:
    """Tell whether the pattern is found in the text."""
    found = usable(text, pattern, flags)
    return None if found is None else found.search(text) is not None


def replace_pattern(text: str, pattern: str, replacement: str, flags: str) -> str | None:
    """Replace each match, ``$1`` being its first group."""
    found = usable(text, pattern, flags)
    if found is None or found.search("") is not None:
        return None
    template = replacement if "q" in flags else replacement.replace("\\$", "\0")
    groups = found.groups

    def put(match: re.Match[str]) -> str:
        filled = re.sub(
            r"\$(\d)",
            lambda m: (match[int(m[1])] or "") if int(m[1]) <= groups else "",
            template,
        )
        return filled.replace("\0", "$")

    return found.sub(put, text)


def split_pattern(text: str, pattern: str) -> list[str] | None:
    """Split the text at each match."""
    found = usable(text, pattern, "")
    if found is None:
        return None
    parts, at = [], 0
    for match in found.finditer(text):
        if match.end() > match.start():
            parts.append(text[at : match.start()])
            at = match.end()
    return [*parts, text[at:]]
