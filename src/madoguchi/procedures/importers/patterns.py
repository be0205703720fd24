"""Regular expressions of foreign forms (正規表現): anchored as ours are, and only those that are safe."""

import re

from madoguchi.kernel.language import Text
from madoguchi.procedures.importers.losses import Losses

LONGEST = 500
_ANY = r"[\s\S]*"


def pattern_keys(
    pattern: object, label: Text, path: tuple[str, ...], losses: Losses, hint: Text | None = None
) -> dict[str, object]:
    """The keys `pattern` and `pattern_hint`; none, and told, when it cannot be used."""
    if not isinstance(pattern, str) or not pattern:
        return {}
    where = ".".join(path)
    try:
        whole = anchored(pattern)
        re.compile(whole)
    except (re.error, ValueError, RecursionError, OverflowError) as fault:
        losses.lost(where, "pattern", f"cannot be used: {fault}", pattern)
        return {}
    shown = hint or dict.fromkeys(label, pattern)
    return {"pattern": whole, "pattern_hint": shown}


def anchored(pattern: str) -> str:
    """The pattern as one that must fit the whole text. Raises ValueError for a dangerous one."""
    if len(pattern) > LONGEST:
        raise ValueError("it is too long")
    if _explosive(pattern):
        raise ValueError("a text could keep it busy for ever")
    inner, before, after = pattern, _ANY, _ANY
    if "|" not in _outside_groups(pattern):
        if inner.startswith("^"):
            inner, before = inner[1:], ""
        if inner.endswith("$") and not inner.endswith(r"\$"):
            inner, after = inner[:-1], ""
    else:
        inner = f"(?:{inner})"
    if inner.startswith(".*"):
        before = ""
    if inner.endswith(".*"):
        after = ""
    return before + inner + after


def _outside_groups(pattern: str) -> str:
    """The parts of a pattern outside brackets and parentheses."""
    kept, depth, in_class, escaped = [], 0, False, False
    for character in pattern:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif depth == 0:
            kept.append(character)
    return "".join(kept)


# A repeated group that ends in a repetition of its own, such as (a+)+ or (\w*\s*)*.
# One that begins with a sign of its own, (\.\w+)*, can be read in one way only.
_NESTED = re.compile(
    r"\((?!(?:\?:)?(?:\\[^\w]|[-,:/@ ]))(?:[^()\\]|\\.)*(?:[*+]|\{\d+,\}|\{\d+,\d{2,}\})\)"
    r"(?:[*+]|\{\d+,\}|\{\d+,\d{2,}\})"
)


def _explosive(pattern: str) -> bool:
    return _NESTED.search(pattern) is not None
