"""Names of fields, pages and packages (名前): from keys or labels, unique, the same at every import."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from madoguchi.feel.lexer import KEYWORDS
from madoguchi.procedures.package.functions import FUNCTIONS
from madoguchi.procedures.package.scope import CASE_SCOPE, SCOPE

LONGEST = 64
FROM_LABEL = 48
# Names the engine or the language takes, and `row`, which every row of a table has.
RESERVED = frozenset({*SCOPE, *CASE_SCOPE, *FUNCTIONS, *KEYWORDS, "row", "item"})
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "å": "a", "Å": "A", "ß": "ss", "đ": "d", "ł": "l"}
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass
class Names:
    """Gives names; `kept` are those an earlier round gave, by the place in the source.

    `taken` are all names in use, so that nobody gets one twice.
    """

    kept: Mapping[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: set(RESERVED))

    def give(self, wanted: str, source: str) -> str:
        """A name like `wanted` for what stands at `source`."""
        kept = self.kept.get(source)
        if kept is not None and kept not in self.taken:
            self.taken.add(kept)
            return kept
        name = numbered(fitting(wanted, source), {*self.taken, *self.kept.values()}, "_")
        self.taken.add(name)
        return name


def numbered(name: str, taken: Set[str], separator: str) -> str:
    """The name, with a number behind it where it is taken."""
    endings = ("", *(f"{separator}{number}" for number in range(2, len(taken) + 3)))
    return next(n for end in endings if (n := name[: LONGEST - len(end)] + end) not in taken)


def slug(text: str, separator: str = "_") -> str:
    """Small letters, digits and separators: "fornavnSøker" → fornavn_soker; "" when none is left."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    words = re.findall("[A-Za-z0-9]+", _HUMP.sub(" ", plain.encode("ascii", "ignore").decode()))
    joined = separator.join(words).lower()
    return f"n_{joined}" if separator == "_" and joined[:1].isdigit() else joined


def key_name(path: tuple[str, ...]) -> str:
    """The name of an answer from its keys, words that repeat those before left out."""
    words: list[str] = []
    for step in path:
        more = slug(step).split("_")
        if words[-len(more) :] != more:
            words += more
    return "_".join(word for word in words if word)


def label_name(label: str) -> str:
    """The name of an answer from its label, cut between words."""
    name = slug(label)
    if len(name) > FROM_LABEL:
        name = name[: FROM_LABEL + 1].rpartition("_")[0]
    return name


def fitting(wanted: str, source: str) -> str:
    """A name that is none of the reserved words and short enough; what is cut is told by a hash."""
    name = wanted.strip("_") or f"n_{digest(source)}"
    if len(name) > LONGEST:
        tail = name[-(LONGEST - 7) :].partition("_")[2] or name[-(LONGEST - 7) :]
        name = f"{tail.lstrip('0123456789_')}_{digest(source)}"
    return f"{name}_" if name in RESERVED else name


def digest(text: str) -> str:
    """Six letters that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def humanised(key: str) -> str:
    """A key as words: "veteranFullName" → "Veteran full name"; texts stay as they are."""
    if not key or " " in key or not re.fullmatch(r"[A-Za-z0-9_:.-]+", key):
        return key
    if re.fullmatch(r"[A-Z0-9]{1,4}", key):
        return key
    words = _HUMP.sub(" ", re.sub(r"[_:.-]+", " ", key)).split()
    shown = [w if w.isupper() and len(w) > 1 and not key.isupper() else w.lower() for w in words]
    text = " ".join(shown)
    return text[:1].upper() + text[1:]
