"""The tokens of a SPARQL query: enough to know what is a keyword and what stands in a string.

Grammar of SPARQL 1.1, section 19.8. Nothing is decided by looking for words in the text: a keyword in
a string, an IRI, a comment or the local part of a name is none.
"""

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<space>[\s\ufeff]+|\#[^\r\n]*)
  | (?P<string>'''(?:(?:'|'')?(?:[^'\\]|\\.))*'''|\"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\"
      |'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*")
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<variable>[?$][^\W]\w*)
  | (?P<blank>_:[\w.-]+)
  | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<name>(?:[^\W\d_][\w.-]*)?:(?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*
      (?:[\w:-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]))?)
  | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_NAME_ESCAPE = re.compile(r"\\(.)")


class Token(NamedTuple):
    """A token: its kind (the groups of the grammar), its text, where it begins and ends."""

    kind: str
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words

    def is_mark(self, *marks: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind == "mark" and self.text in marks


class Unreadable(ValueError):
    """The text is no query: the message says why, in English."""


def unescaped(query: str) -> str:
    """The query with its codepoint escapes (19.2) resolved, which count before anything is read.

    Unreadable for halves of surrogate pairs, and for escapes that are made by escapes.
    """

    def character(match: re.Match[str]) -> str:
        value = int(match[1] or match[2], 16)
        if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF or value == 0:
            raise Unreadable(f"{match[0]} is no character")
        return chr(value)

    plain = _ESCAPE.sub(character, query)
    if plain != query and _ESCAPE.search(plain):
        raise Unreadable("an escape that is made by an escape")
    return plain


def tokens(query: str) -> list[Token]:
    """The tokens of a query, without spaces and comments."""
    return [
        Token(match.lastgroup or "mark", match[0], match.start(), match.end())
        for match in _TOKEN.finditer(query)
        if match.lastgroup != "space"
    ]


def string_value(text: str) -> str:
    """The characters a string token stands for."""
    quotes = 3 if text[:3] in ("'''", '"""') else 1
    return _NAME_ESCAPE.sub(
        lambda match: _ESCAPED.get(match[1], match[1]), text[quotes : len(text) - quotes]
    )


def string_token(value: str) -> str:
    """A string token that stands for these characters."""
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'.replace("\n", "\\n").replace("\r", "\\r")


class Names:
    """The prefixes a query declares, and what its names stand for."""

    def __init__(self, found: list[Token]) -> None:
        self._prefixes: dict[str, str] = {}
        for word, name, iri in zip(found, found[1:], found[2:], strict=False):
            if word.is_word("PREFIX") and name.kind == "name" and iri.kind == "iri":
                self._prefixes[name.text.removesuffix(":")] = iri.text[1:-1]

    def iri(self, token: Token) -> str:
        """The IRI of an IRI or name token; "" for any other and for an undeclared prefix."""
        if token.kind == "iri":
            return token.text[1:-1]
        if token.kind != "name":
            return ""
        prefix, _, local = token.text.partition(":")
        if prefix not in self._prefixes:
            return ""
        return self._prefixes[prefix] + _NAME_ESCAPE.sub(r"\1", local)
