"""Languages of a form besides those of the site (様式の言語): which is shown, which are offered."""

from dataclasses import dataclass

from babel import Locale, UnknownLocaleError

from madoguchi.kernel.language import LANGUAGES
from madoguchi.procedures.service import Package


@dataclass(frozen=True)
class Speech:
    """The language a form is shown in: `tag` where it is not the page's, `offered` to choose from.

    `language` is for answers as texts.
    """

    language: str
    tag: str | None
    offered: tuple[tuple[str, str], ...]


def speech_of(package: Package, language: str, wanted: str) -> Speech:
    """What of a package's languages a page in `language` shows where `wanted` was asked for."""
    spoken = package.spec.languages
    shown = next((la for la in (wanted, language, "en") if la in spoken), spoken[0])
    further = len(spoken) > 1 and not set(spoken) <= set(LANGUAGES)
    return Speech(
        shown if wanted in spoken else language,
        shown if shown != language else None,
        tuple((la, _own_name(la)) for la in spoken) if further else (),
    )


def _own_name(language: str) -> str:
    try:
        return str(Locale.parse(language, sep="-").get_display_name(language) or language)
    except (UnknownLocaleError, ValueError):
        return language
