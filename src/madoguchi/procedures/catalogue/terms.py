"""The survey's fixed words in English (調査の用語の英訳). Data: terms.toml."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from madoguchi.kernel.language import Text


@cache
def _terms() -> dict[str, str]:
    path = Path(__file__).with_name("terms.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {term: english for table in tables.values() for term, english in table.items()}


@cache
def terms_of(table: str) -> tuple[str, ...]:
    """The words of one table of terms.toml, in its order."""
    path = Path(__file__).with_name("terms.toml")
    return tuple(tomllib.loads(path.read_text(encoding="utf-8"))[table])


def term(word: str) -> Text:
    """A word of the survey in both languages; one without a translation stays Japanese."""
    return {"ja": word, "en": _terms().get(word, word)}


def listed(words: Iterable[str]) -> Text:
    """Words as one text: 「、」 between them, "; " in English."""
    known = [term(word) for word in words]
    return {
        "ja": "、".join(each["ja"] for each in known),
        "en": "; ".join(each["en"] for each in known),
    }
