"""What the components of Form.io's dialects are in our terms (部品の対照): dialect.toml, and lists."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

from madoguchi.kernel.language import Text, pick

_NOT_COUNTRIES = frozenset("EU EZ QO UN XA XB ZZ".split())


@lru_cache(maxsize=1)
def dialect() -> Mapping[str, Mapping[str, Any]]:
    """Component type → what it is."""
    return tomllib.loads((Path(__file__).parent / "dialect.toml").read_text("utf-8"))


def said(text: Mapping[str, str], language: str) -> Text:
    """A text of the dialect in the form's language, in English where it is not known."""
    return {language: text.get(language) or pick(text, "en")}


@lru_cache(maxsize=40)
def known_list(name: str, language: str) -> Mapping[str, Text]:
    """Countries by ISO 3166 or currencies by ISO 4217, as the Unicode CLDR names them."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    if name == "countries":
        found = {
            code: str(text)
            for code, text in locale.territories.items()
            if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
        }
    else:
        # Currencies in use have names in the plural too.
        found = {
            code: f"{text} ({code})" for code, text in locale.currencies.items() if code.isalpha()
        }
    ordered = sorted(found.items(), key=lambda item: item[1].casefold())
    return {code: {language: text} for code, text in ordered}
