"""Texts of activities: as they are searched, and what in them is no text."""

import html
import re
import unicodedata

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffd]|[\ud800-\udfff]")
_TAG = re.compile("</?[A-Za-z][A-Za-z0-9]*(?:\\s[^<>]{0,500})?/?>")
_SPACES = re.compile(r"\s+")


def searched(text: str) -> str:
    """The form in which titles are kept and looked for: plain width, small letters.

    Nothing is left of text that no database keeps.
    """
    return plain(text).lower()


def plain(text: str) -> str:
    """A text in characters of their plain width, without markup and control characters."""
    clean = _CONTROL.sub(" ", unmarked(text))
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", clean)).strip()


def unmarked(text: str) -> str:
    """A text without HTML; 「A<B」 and names in angle brackets stay."""
    if "<" not in text and "&" not in text:
        return text
    return _TAG.sub(" ", html.unescape(text))


def has_markup(text: str) -> bool:
    """Whether HTML stands in a text."""
    return unmarked(text) != text


def has_control(text: str) -> bool:
    """Whether control characters, lone surrogates or replaced characters stand in a text."""
    return _CONTROL.search(text) is not None
