"""Reading XPath's regular expressions (正規表現の構文) into a tree, and Python's form of it."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache

LONGEST = 1_000
DEEPEST = 50
LARGEST_REPEAT = 1_000
LITERAL_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
CLASS_ESCAPES = "dDsSwWiIcC"
INITIAL = r"A-Za-z_:\u00C0-\u02FF\u0370-\u1FFF\u3001-\uD7FF\uF900-\uFFFD"
PYTHON_CLASS = {
    "d": r"\d",
    "s": r"\t\n\r ",
    "w": r"\w",
    "i": INITIAL,
    "c": INITIAL + r"\-.0-9\u00B7\u0300-\u036F",
}
BLOCKS = {"BasicLatin": (0, 0x7F), "Latin-1Supplement": (0x80, 0xFF), "Hiragana": (0x3040, 0x309F),
          "Katakana": (0x30A0, 0x30FF), "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
          "Greek": (0x370, 0x3FF), "Cyrillic": (0x400, 0x4FF)}  # fmt: skip


class PatternError(ValueError):
    """The pattern is not one that XPath allows, or would cost too much."""


@dataclass(frozen=True)
class Pattern:
    """A node of a pattern: kind (char, seq, alt, group, repeat, at, ref) and what it needs."""

    kind: str
    parts: tuple[Pattern, ...] = ()
    text: str = ""  # of a char: Python's form of it; of an anchor: ^ or $
    low: int = 0  # of a repeat; of a group or reference: its number
    high: int | None = None
    lazy: bool = False

    def python(self) -> str:
        """Write the pattern as Python's ``re`` has it."""
        inner = [part.python() for part in self.parts]
        match self.kind:
            case "char" | "at":
                return self.text
            case "seq":
                return "".join(inner)
            case "alt":
                return f"(?:{'|'.join(inner)})"
            case "group":
                return f"({inner[0]})"
            case "ref":
                return f"(?:\\{self.low})"
        high = "" if self.high is None else self.high
        return f"(?:{inner[0]}){{{self.low},{high}}}{'?' if self.lazy else ''}"

    def degree(self) -> int:
        """Bound the power of the text's length that backtracking may cost (20: exponential)."""
        inner = [part.degree() for part in self.parts]
        if self.kind == "ref":
            return 1
        if self.kind != "repeat":
            return min(20, max(inner, default=0) if self.kind == "alt" else sum(inner))
        open_ended = self.high is None or self.high > 10
        if inner[0] or self.parts[0].ambiguous():
            return 20 if open_ended else min(20, (inner[0] + 1) * (self.high or 1))
        return int(open_ended)

    def ambiguous(self) -> bool:
        """Tell whether one text may be matched in several ways (then repeating it multiplies)."""
        if self.kind in ("alt", "repeat") and not (self.kind == "repeat" and self.low == self.high):
            return True
        return any(part.ambiguous() for part in self.parts)


def parse_pattern(pattern: str, flags: str) -> Pattern:
    """Read a pattern; raises PatternError."""
    if len(pattern) > LONGEST:
        raise PatternError("too long")
    if "q" in flags:
        return Pattern("seq", tuple(Pattern("char", text=re.escape(c)) for c in pattern))
    reader = _Reader(without_space(pattern) if "x" in flags else pattern, flags)
    found = reader.alternatives(0)
    if reader.at < len(reader.source):
        raise PatternError("unbalanced")
    return found


def without_space(pattern: str) -> str:
    """Remove white space outside character classes, as the flag x asks."""
    kept, depth, escaped = [], 0, False
    for character in pattern:
        if depth or character not in " \t\n\r":
            depth += 0 if escaped else (character == "[") - (character == "]")
            escaped = character == "\\" and not escaped
            kept.append(character)
    return "".join(kept)


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, source: str, flags: str) -> None:
        self.source, self.flags, self.at = source, flags, 0
        self.groups = 0
        self.closed: set[int] = set()

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def take(self) -> str:
        if self.at >= len(self.source):
            raise PatternError("unfinished")
        self.at += 1
        return self.source[self.at - 1]

    def alternatives(self, depth: int) -> Pattern:
        if depth > DEEPEST:
            raise PatternError("nested too deeply")
        branches = [self.sequence(depth)]
        while self.peek() == "|":
            self.take()
            branches.append(self.sequence(depth))
        return branches[0] if len(branches) == 1 else Pattern("alt", tuple(branches))

    def sequence(self, depth: int) -> Pattern:
        parts = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.quantified(self.atom(depth)))
        return Pattern("seq", tuple(parts))

    def quantified(self, atom: Pattern) -> Pattern:
        mark = self.peek()
        if mark not in ("*", "+", "?", "{") or not mark:
            return atom
        self.take()
        bounds: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        low, high = bounds[mark] if mark in bounds else self.count()
        lazy = self.peek() == "?"
        if lazy:
            self.take()
        if self.peek() in ("*", "+", "?", "{") and self.peek():
            raise PatternError("two quantifiers")
        return Pattern("repeat", (atom,), low=low, high=high, lazy=lazy)

    def count(self) -> tuple[int, int | None]:
        match = re.compile(r"(\d+)(,(\d*))?\}", re.ASCII).match(self.source, self.at)
        if match is None:
            raise PatternError("quantifier")
        self.at = match.end()
        low = int(match[1])
        high = low if match[2] is None else int(match[3]) if match[3] else None
        if max(low, high or 0) > LARGEST_REPEAT or (high is not None and high < low):
            raise PatternError("quantifier")
        return low, high

    def atom(self, depth: int) -> Pattern:
        character = self.take()
        match character:
            case "(":
                return self.group(depth)
            case "[":
                return Pattern("char", text=char_class(*self.class_ranges()))
            case "\\":
                return self.escape()
            case ".":
                return Pattern("char", text=r"[\s\S]" if "s" in self.flags else r"[^\n\r]")
            case "^":
                return Pattern("at", text="^")
            case "$":
                return Pattern("at", text="$" if "m" in self.flags else r"\Z")
            case "*" | "+" | "?" | "{" | "}" | "]" | ")":
                raise PatternError("misplaced")
        return Pattern("char", text=re.escape(character))

    def group(self, depth: int) -> Pattern:
        number = 0
        if self.peek() == "?":
            if self.source[self.at : self.at + 2] != "?:":
                raise PatternError("group")
            self.at += 2
        else:
            self.groups += 1
            number = self.groups
        inner = self.alternatives(depth + 1)
        if self.take() != ")":
            raise PatternError("group")
        self.closed.add(number)
        return Pattern("group", (inner,), low=number) if number else Pattern("seq", (inner,))

    def escape(self) -> Pattern:
        character = self.take()
        if character.isdigit():
            number = int(character)
            while self.peek().isdigit() and number * 10 + int(self.peek()) in self.closed:
                number = number * 10 + int(self.take())
            if number not in self.closed or number == 0:
                raise PatternError("reference")
            return Pattern("ref", low=number)
        return Pattern("char", text=char_class(self.escaped_ranges(character)))

    def escaped_ranges(self, character: str) -> Ranges:
        """Give the characters an escape stands for."""
        if character in CLASS_ESCAPES:
            found = ranges_of_class(PYTHON_CLASS[character.lower()])
            return found if character.islower() else complement(found)
        if character in "pP":
            if self.take() != "{":
                raise PatternError("property")
            end = self.source.find("}", self.at)
            name, self.at = self.source[self.at : end], end + 1
            if end < 0:
                raise PatternError("property")
            found = ranges_of_property(name)
            return found if character == "p" else complement(found)
        if character in LITERAL_ESCAPES or character in r"\|.?*+(){}-[]^$":
            point = ord(LITERAL_ESCAPES.get(character, character))
            return ((point, point),)
        raise PatternError("escape")

    def class_ranges(self) -> tuple[Ranges, bool]:
        """Read a character class after its ``[``: its characters, or with True all others.

        What ``-[…]`` at its end takes away is taken away.
        """
        negated = self.peek() == "^"
        if negated:
            self.take()
        found: list[tuple[int, int]] = []
        removed: Ranges = ()
        while True:
            if self.peek() == "]" and found:
                self.take()
                break
            if self.source.startswith("-[", self.at) and found:
                self.at += 2
                removed = resolved(*self.class_ranges())
                if self.take() != "]":
                    raise PatternError("class")
                break
            low = self.class_item()
            if self.peek() == "-" and self.source[self.at + 1 : self.at + 2] not in ("]", "["):
                self.take()
                high = self.class_item()
                if len(low) != 1 or len(high) != 1 or low[0][0] > high[0][1]:
                    raise PatternError("range")
                low = ((low[0][0], high[0][1]),)
            found.extend(low)
        if removed:
            whole = resolved(tuple(found), negated)
            return complement((*complement(whole), *removed)), False
        return tuple(found), negated

    def class_item(self) -> Ranges:
        character = self.take()
        if character == "\\":
            return self.escaped_ranges(self.take())
        if character == "[":
            raise PatternError("class")
        return ((ord(character), ord(character)),)


# ── sets of characters ───────────────────────────────────────────────────────────────────────

Ranges = tuple[tuple[int, int], ...]


def complement(ranges: Ranges) -> Ranges:
    """Give all other characters."""
    result, at = [], 0
    for low, high in sorted(ranges):
        if low > at:
            result.append((at, low - 1))
        at = max(at, high + 1)
    if at <= sys.maxunicode:
        result.append((at, sys.maxunicode))
    return tuple(result)


def resolved(ranges: Ranges, negated: bool) -> Ranges:
    """Give the characters of a class."""
    return complement(ranges) if negated else ranges


def char_class(ranges: Ranges, negated: bool = False) -> str:
    """Write a set of characters as Python's class (a negation is kept: it matters with flag i)."""
    if not ranges:
        return "[^\\s\\S]"
    inside = "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
    return f"[{'^' if negated else ''}{inside}]"


@cache
def ranges_of_class(inside: str) -> Ranges:
    """Give the ranges of what stands inside a Python class."""
    found = re.compile(f"[{inside}]")
    return ranges_where(lambda c: found.match(c) is not None)


@cache
def ranges_of_property(name: str) -> Ranges:
    """Give the ranges of a Unicode category (``Lu``, ``L``) or block (``IsBasicLatin``)."""
    if name.startswith("Is") and name[2:] in BLOCKS:
        return (BLOCKS[name[2:]],)
    if not re.fullmatch(r"[LMNPZSC][a-z]?", name):
        raise PatternError("property")
    return ranges_where(lambda c: unicodedata.category(c).startswith(name))


def ranges_where(belongs) -> Ranges:  # type: ignore[no-untyped-def]
    """Collect the characters for which a test holds."""
    result: list[tuple[int, int]] = []
    start = -1
    for point in range(sys.maxunicode + 2):
        inside = point <= sys.maxunicode and belongs(chr(point))
        if inside and start < 0:
            start = point
        elif not inside and start >= 0:
            result.append((start, point - 1))
            start = -1
    return tuple(result)
