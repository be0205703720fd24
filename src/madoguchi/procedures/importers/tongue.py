"""The language a form is written in (言語の推定): by its small words, where the form does not say."""

import re
from collections.abc import Iterable
from functools import lru_cache

# Words that hardly any other of these languages has; the commonest of each.
_WORDS = {
    "en": "the of and to your you is are for this what with have please which must will from do enter",
    "cy": "yr y eich chi yn ar wedi gan sydd ydych beth fydd neu ddim hyn pa unrhyw rydych",
    "nb": "og du av er ikke deg det som har skal hva kan ditt eller denne oppgi hvilken velg jeg søker",
    "nn": "og du av er ikkje deg det som har skal kva kan ditt eller denne oppgje kven vel eg søkjer",
    "sv": "och du av är inte dig det som har ska vad kan ditt eller denna ange vilken välj jag ansökan",
    "da": "og du af er ikke dig det som har skal hvad kan dit eller denne angiv hvilken vælg jeg ansøger",
    "de": "und der die das ist nicht ihre sie für bitte wenn mit oder ein eine welche haben auf den wird",
    "fr": "et le la les de des vous votre est pour avec une dans que qui sur veuillez avez êtes ou",
    "nl": "en de het een van uw u is niet voor met op heeft welke bent wat wordt aan of gegevens",
    "es": "y el la los de que su para con una por usted es del en las si tiene está más",
    "it": "e il la di che per con una del sono della gli nel si è le dei o suo indicare",
    "pt": "e o a os de que do da para com uma em não seu sua é por se você dos",
    "fi": "ja on ei tai että jos joka sekä ovat hakija tiedot onko sinun mikä kuin myös voit saat",
}
_JAPANESE = re.compile(r"[\u3041-\u30ff]")
LONGEST = 60_000


def guessed(texts: Iterable[str], default: str = "en") -> str:
    """The BCP 47 tag of the language most of the texts are in."""
    text = " ".join(texts)[:LONGEST].lower()
    if len(_JAPANESE.findall(text)) * 10 > len(text.replace(" ", "")):
        return "ja"
    # Different words count, each once: keys such as "e" or "en" may stand a hundred times.
    counts: dict[str, int] = {}
    for word in set(re.findall(r"[^\W\d_]{2,}", text)):
        for language in _languages().get(word, ()):
            counts[language] = counts.get(language, 0) + 1
    best = max(counts, key=lambda language: counts[language], default=default)
    # A handful of words tells nothing.
    return best if counts.get(best, 0) >= 3 and counts[best] > counts.get(default, 0) else default


@lru_cache(maxsize=1)
def _languages() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _WORDS.items():
        for word in words.split():
            found[word] = (*found.get(word, ()), language)
    return found
