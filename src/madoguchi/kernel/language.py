"""Texts in both languages (日本語と英語): picking one, and catalogues kept in TOML files."""

import logging
import string
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from madoguchi.kernel.errors import fill

Text = dict[str, str]
LANGUAGES = ("ja", "en")

_log = logging.getLogger(__name__)


def pick(text: Mapping[str, str] | str | None, language: str) -> str:
    """The text in `language`, else in Japanese, else in English, else in any language, else "".

    Who reads a third language is served in English before Japanese.
    """
    if text is None or isinstance(text, str):
        return text or ""
    for wanted in (language, *(LANGUAGES if language == LANGUAGES[0] else LANGUAGES[::-1])):
        if text.get(wanted):
            return text[wanted]
    return next((value for value in text.values() if value), "")


class TextsError(ValueError):
    """A catalogue is faulty; the message names the file and the key."""


class Texts:
    """A catalogue of texts: `[greeting] ja="{name}様" en="Dear {name}"` under key "greeting".

    Tables may nest, and one with texts may have more below it: `[form.save]`, `[form.save.hint]`.
    Made once at start; a fault in a file
    (a language missing, a key in two files, placeholders that differ) raises TextsError then.
    """

    def __init__(self, texts: Mapping[str, Text] | None = None) -> None:
        self._texts: dict[str, Text] = dict(texts or {})

    @classmethod
    def load(cls, paths: Iterable[Path]) -> "Texts":
        """Read TOML files into one catalogue. Raises TextsError."""
        found: dict[str, Text] = {}
        for path in paths:
            try:
                tables = tomllib.loads(path.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
                raise TextsError(f"{path}: {fault}") from fault
            for key, text in _entries(tables, ""):
                fault_found = _fault(text)
                if fault_found or key in found:
                    raise TextsError(f"{path}: {key}: {fault_found or 'is defined twice'}")
                found[key] = text
        return cls(found)

    def __contains__(self, key: object) -> bool:
        return key in self._texts

    def keys(self) -> frozenset[str]:
        """Every key of the catalogue."""
        return frozenset(self._texts)

    def text(self, key: str) -> Text:
        """Both languages of a key; KeyError when there is none."""
        return dict(self._texts[key])

    def t(self, key: str, language: str, /, **params: Any) -> str:
        """The text of `key` in `language` with params filled in.

        An unknown key gives the key itself and a warning in the log: a page with one odd label
        serves its reader better than no page.
        """
        text = self._texts.get(key)
        if text is None:
            _log.warning("no text for key %s", key)
            return key
        return fill(pick(text, language), params)


def _entries(table: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, Text]]:
    for name, value in table.items():
        if not isinstance(value, Mapping):
            yield prefix + name, {"": str(value)}
            continue
        text = {str(key): item for key, item in value.items() if isinstance(item, str)}
        if text:
            yield prefix + name, text
        inner = {key: item for key, item in value.items() if not isinstance(item, str)}
        yield from _entries(inner, f"{prefix}{name}.")


def _fault(text: Text) -> str | None:
    missing = [language for language in LANGUAGES if not text.get(language, "").strip()]
    if missing:
        return f"has no text in {', '.join(missing)}"
    try:
        names = {language: _placeholders(text[language]) for language in LANGUAGES}
    except ValueError as fault:
        return f"has a faulty placeholder ({fault})"
    return None if names["ja"] == names["en"] else "has other placeholders in each language"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
