"""Texts that imported packages need and their sources lack (定型文), in the package's language."""

import tomllib
from functools import lru_cache
from pathlib import Path

from madoguchi.kernel.language import Text


def phrase(key: str, label: Text, **values: object) -> Text:
    """A phrase in the languages of `label`; a map among the values is one text a language."""
    found: Text = {}
    for language, text in label.items():
        template = _phrases()[key].get(language) or _phrases()[key]["en"]
        for name, value in {"label": text, **values}.items():
            shown = value.get(language, "") if isinstance(value, dict) else value
            template = template.replace("{" + name + "}", str(shown))
        found[language] = template
    return found


@lru_cache(maxsize=1)
def _phrases() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "phrases.toml").read_text("utf-8"))
