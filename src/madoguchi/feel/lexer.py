"""The lexer (字句解析): text to tokens, by the character classes of DMN 10.3.1.2."""

from __future__ import annotations

import re
from typing import NamedTuple

from .faults import FeelError, fault

LONGEST_SOURCE = 100_000
KEYWORDS = frozenset(
    "and or if then else for return in some every satisfies between instance function true false"
    " null".split()
)
START = (
    r"?A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
    r"\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
SPACE = r"\s\u0085\u00A0\u1680\u180E\u2000-\u200B\u2028\u2029\u202F\u205F\u3000\uFEFF"
TOKEN = re.compile(
    rf"""(?P<space>[{SPACE}]+|//[^\n]*|/\*.*?\*/)
    |(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<at>@"(?:[^"\\]|\\.)*")
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<word>[{START}][{START}0-9\u00B7\u0300-\u036F\u203F-\u2040]*)
    |(?P<symbol>\.\.|\*\*|<=|>=|!=|->|=(?![=<>])|/(?!\*)|[-+*()\[\]{{}},.:<>'])
    |(?P<wrong>.)""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
SLIPS = {  # of programmers, and of hasty ones
    **{"==": "=", "=>": ">=", "=<": "<="},
    **{"&": "and", "|": "or", "!": "not(…)", "%": "modulo(…, …)", ";": ","},
}
SPACE_RUN = re.compile(rf"[{SPACE}]+")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}


class Token(NamedTuple):
    """A token: its kind (number, string, at, word, symbol, end), text and place."""

    kind: str
    text: str
    at: int
    end: int


def tokens_of(source: str) -> list[Token]:
    """Split the text into tokens, the last of kind ``end``; raise FeelError where it cannot."""
    if len(source) > LONGEST_SOURCE:
        raise FeelError([fault(source[:100], 0, "too-large")])
    tokens = []
    for match in TOKEN.finditer(source):
        kind, at = match.lastgroup or "", match.start()
        if kind == "wrong":
            what = next((slip for slip in SLIPS if source.startswith(slip, at)), source[at])
            code = "unclosed" if what in '"@/' else "character"
            raise FeelError([fault(source, at, code, SLIPS.get(what), what=what)])
        if kind != "space":
            tokens.append(Token(kind, match.group(), at, match.end()))
    return [*tokens, Token("end", "", len(source), len(source))]


def unescaped(quoted: str) -> str:
    """Give the string a literal in quotes stands for; an unknown escape stands for itself."""

    def replace(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code:
            point = int(code, 16)
            return chr(point) if point <= 0x10FFFF else match[0]
        return ESCAPED.get(match[3], match[0])

    text = ESCAPE.sub(replace, quoted[1:-1])
    if any("\ud800" <= c <= "\udfff" for c in text):  # \uD83D\uDC0E: one character as two halves
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def spaced(name: str) -> str:
    """Reduce each run of white space in a name to one space (DMN 10.3.1.5)."""
    return SPACE_RUN.sub(" ", name).strip()
