"""Texts as overlapping pairs of characters (バイグラム), so that any part of a name is found.

Japanese has no spaces to cut at, and most of what people type is two to four characters: engines of
three-character pieces find nothing for 増田. A text becomes its pairs in their order; a part of it is
the phrase of the part's pairs. START stands before the name proper, so that beginnings can be asked.
"""

from functools import cache

from madoguchi.registry.corporations.names import NameKey, folded_forms

START = "\ue000"
_BETWEEN = "\ue001"  # of two texts in one field: no phrase reaches across it
_MARKS = str.maketrans("", "", START + _BETWEEN)


def clean(text: str) -> str:
    """Without what no name has: half characters (lone surrogates), NUL, our own marks."""
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return whole.replace("\0", " ").translate(_MARKS)


def grams(text: str) -> list[str]:
    """The overlapping pairs of a text, in their order; none for a single character."""
    return [text[place : place + 2] for place in range(len(text) - 1)]


def spaced(*texts: str) -> str:
    """What is put into a field: the pairs of each text."""
    return f" {_BETWEEN} ".join(" ".join(grams(text)) for text in texts if len(text) > 1)


def whole_of(key: NameKey) -> str:
    """A name in one piece again, as its key has it."""
    return key.form + key.core if key.place == "before" else key.core + key.form


def marked(key: NameKey) -> str:
    """A name in one piece, with the start of the name proper marked: 株式会社*窓口, *窓口株式会社."""
    core = START + key.core
    return key.form + core if key.place == "before" else core + key.form


def parts_of_marked(part: str) -> tuple[str, ...]:
    """How a part of a name may stand in a marked text: 会社窓 also as 会社*窓."""
    ends = _ends_of_forms()
    split = [place for place in range(1, len(part)) if part[:place] in ends]
    return (part, *(part[:place] + START + part[place:] for place in split))


@cache
def _ends_of_forms() -> frozenset[str]:
    return frozenset(form[place:] for form in folded_forms() for place in range(len(form)))
