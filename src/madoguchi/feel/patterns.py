"""Regular expressions (正規表現) as XPath 3.1 has them, written anew for Python, in bounded time.

A pattern that cannot backtrack for long over the text at hand runs on ``re``; any other on
``regex``, which knows all that XPath asks for and gives up after a while.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import Any, TypeVar

import regex

from .meter import ALLOWANCE, spend
from .values import LONGEST_STRING

T = TypeVar("T")

LONGEST = 1_000
MOST_WAYS = 20_000  # to match that may be tried without looking at the clock
PATIENCE = 0.2  # seconds
COMPILING = 100  # steps
INITIAL = r"A-Za-z_:\u00C0-\u02FF\u0370-\u1FFF\u3001-\uD7FF\uF900-\uFFFD"
CLASSES = {  # what XML Schema understands by its escapes, as it stands between [ and ]
    "d": r"\d",
    "s": r" \t\n\r",
    "w": r"\p{L}\p{M}\p{N}\p{S}",
    "i": INITIAL,
    "c": INITIAL + r"\-.0-9\u00B7\u0300-\u036F",
}
SPACE = re.compile(r"(\\\S|\[(?:\\.|\[[^\]]*\]|[^\]])*\])|[ \t\n\r]+")  # outside of sets: no group
ESCAPE = r"""\\(?:(?P<class>[dDsSwWiIcC])|(?P<char>[nrt\\|.?*+(){}\[\]^$-])
    |[pP]\{(?:(?P<category>[LMNPZSC][a-z]?)|Is(?P<block>[A-Za-z0-9-]+))\})"""
TOKEN = re.compile(
    rf"""(?P<repeat>(?:[*+?]|\{{(?P<exact>\d{{1,4}})(?P<open>,\d{{0,4}})?\}})\??(?![*+?{{]))
    |(?P<group>\((?:\?:)?)|(?P<close>\))|(?P<either>\|)|(?P<end>[\^$])|(?P<any>\.)|(?P<set>\[)
    |{ESCAPE}|\\(?P<back>[1-9]\d*)|(?P<plain>[^\\{{}}\]*+?])""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
MEMBER = re.compile(rf"{ESCAPE}|(?P<plain>[^\\\[\]])", re.VERBOSE | re.ASCII | re.DOTALL)


class PatternError(ValueError):
    """The pattern is not one that XPath allows, or takes too long."""


class Translator:
    """Reads a pattern from left to right; brackets and numbers are checked by the engine.

    The ways to match a text are at most its length to the ``power``, unless one is ``nested``: a
    repetition within another. A ``modern`` pattern needs what only ``regex`` has.
    """

    def __init__(self, source: str) -> None:
        self.source, self.at, self.groups = source, 0, 0
        self.power, self.nested, self.modern = 1, False, False

    def take(self, tokens: re.Pattern[str]) -> re.Match[str]:
        """Take the next token."""
        match = tokens.match(self.source, self.at)
        if match is None:
            raise PatternError(self.source)
        self.at = match.end()
        return match

    def whole(self, flags: str) -> str:
        """Translate the pattern."""
        written = [""]
        while self.at < len(self.source):
            match = self.take(TOKEN)
            kind, text = match.lastgroup, match[0]
            match kind:
                case "repeat" if written[-1] in ("", "(", "(?:", "|"):
                    raise PatternError(self.source)
                case "repeat":
                    self.power += not match["exact"] or bool(match["open"])
                    self.nested = self.nested or (written[-1] == ")" and text[0] != "?")
                case "group":
                    self.groups += text == "("
                case "either":
                    self.power += 1
                case "set":
                    text = self.char_set()
                case "any":
                    text = r"[\s\S]" if "s" in flags else r"[^\n\r]"
                case "end":
                    text = r"(?:\Z)" if text == "$" and "m" not in flags else f"(?:{text})"
                case "back":
                    while int(text[1:]) > self.groups and len(text) > 2:  # then digits follow it
                        text, self.at = text[:-1], self.at - 1
                    text = f"(?:{text})"
                case "close":
                    pass
                case _:
                    text = self.characters(match, inside=False)
            written.append(text)
        return "".join(written)

    def characters(self, match: re.Match[str], inside: bool) -> str:
        """Translate a character, or an escape that stands for some; ``inside`` of a set."""
        kind, text = match.lastgroup, match[0]
        if kind == "class":
            letters, negation = CLASSES[text[1].lower()], "^" if text[1].isupper() else ""
            self.modern = self.modern or r"\p" in letters or bool(inside and negation)
            return letters if inside and not negation else f"[{negation}{letters}]"
        if kind in ("category", "block"):
            self.modern = True
            return rf"\{text[1]}{{{match['category'] or 'Block=' + match['block']}}}"
        return text if text in (r"\n", r"\r", r"\t") else re.escape(text[-1])

    def char_set(self) -> str:
        """Translate a set after its ``[``; what ``-[…]`` at its end takes away is taken away."""
        negation = "^" if self.taken("^") else ""
        items = self.item()
        while not self.taken("]"):
            if self.taken("-["):
                self.modern = True
                items, negation = f"[{negation}{items}]--{self.char_set()}", ""
                if not self.taken("]"):
                    raise PatternError(self.source)
                break
            items += self.item()
        return f"[{negation}{items}]"

    def item(self) -> str:
        """Translate a member of a set, or a range of them."""
        low = self.characters(self.take(MEMBER), inside=True)
        if self.source.startswith(("-[", "-]"), self.at) or not self.taken("-"):
            return low
        return f"{low}-{self.characters(self.take(MEMBER), inside=True)}"

    def taken(self, text: str) -> bool:
        """Take this very text if it comes next."""
        found = self.source.startswith(text, self.at)
        self.at += len(text) * found
        return found


class Pattern:
    """A compiled pattern (正規表現)."""

    def __init__(self, pattern: str, flags: str) -> None:
        if len(pattern) > LONGEST or set(flags) - set("smixq"):
            raise PatternError(pattern)
        spend(COMPILING)
        work = Translator(SPACE.sub(r"\1", pattern) if "x" in flags else pattern)
        text = re.escape(pattern) if "q" in flags else work.whole(flags)
        options = re.MULTILINE * ("m" in flags) | re.IGNORECASE * ("i" in flags)
        try:
            self.patient: Any = regex.compile("(?-f)" + text, regex.V1 | int(options))
            self.quick: Any = self.patient if work.modern else re.compile(text, options)
        except (re.error, regex.error, RecursionError, OverflowError):
            raise PatternError(pattern) from None
        self.nested = work.nested
        most = MOST_WAYS ** (1 / work.power) - 1
        self.longest = -1 if work.nested else most  # of the texts that quick is safe with

    def run(self, text: str, use: Callable[[Any, dict[str, float]], T]) -> T:
        """Use the engine that suits a text; raises PatternError when it takes too long."""
        if len(text) <= self.longest:
            return use(self.quick, {})
        spend(1)
        start = perf_counter()
        try:
            return use(self.patient, {"timeout": PATIENCE})
        except TimeoutError:
            raise PatternError(text) from None
        finally:
            spend(int((perf_counter() - start) * ALLOWANCE))


compiled = lru_cache(maxsize=500)(Pattern)


def matches(text: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether the pattern is found in the text."""
    found = compiled(pattern, flags or "")
    if len(text) <= found.longest:
        return found.quick.search(text) is not None
    return found.run(text, lambda engine, limit: engine.search(text, **limit) is not None)


def replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    """Replace each match, ``$1`` being its first group; null when the pattern matches nothing."""
    if matches("", pattern, flags):
        return None
    left = LONGEST_STRING

    def put(match: Any) -> str:
        nonlocal left
        filling = replacement if "q" in (flags or "") else filled(replacement, match)
        left -= len(filling)
        if left < 0:
            raise PatternError(replacement)
        return filling

    found = compiled(pattern, flags or "")
    return found.run(text, lambda engine, limit: str(engine.sub(put, text, **limit)))


def filled(replacement: str, found: Any) -> str:
    """Fill the groups into a replacement; ``\\$`` is a dollar sign."""
    groups = (found[0], *found.groups(default=""))

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        digits = match[2]
        while len(digits) > 1 and int(digits) >= len(groups):
            digits = digits[:-1]
        group = groups[int(digits)] if int(digits) < len(groups) else ""
        return group + match[2][len(digits) :]

    return re.sub(r"\\([\\$])|\$([0-9]+)", value, replacement)


def split(text: str, pattern: str) -> list[str]:
    """Split the text at each match that is not empty."""

    def parts(engine: Any, limit: dict[str, float]) -> list[str]:
        found, at = [], 0
        for match in engine.finditer(text, **limit):
            if match.end() > match.start():
                found.append(text[at : match.start()])
                at = match.end()
        return [*found, text[at:]]

    return compiled(pattern, "").run(text, parts)
