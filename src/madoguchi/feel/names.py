"""Names with spaces and signs (空白を含む名前): the longest known name wins (DMN 10.3.1.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from .faults import FeelError
from .lexer import tokens_of
from .types import ContextType, FunctionType, ListType, Type

LONGEST_NAME = 50  # words, of twenty letters on average


@lru_cache(maxsize=10_000)
def words_of(name: str) -> tuple[str, ...]:
    """Split a name into the texts of its tokens; a name that has none is never matched."""
    try:
        return tuple(token.text for token in tokens_of(name)[:-1])
    except FeelError:
        return ()


class Names:
    """Known names, found by the words they are written with."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.by_words: dict[tuple[str, ...], str] = {}
        self.most: dict[str, int] = {}  # by first word: how many words the longest name has
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make one more name known."""
        words = words_of(name) if len(name) <= 20 * LONGEST_NAME else ()
        if 0 < len(words) <= LONGEST_NAME:
            self.by_words[words] = name
            self.most[words[0]] = max(len(words), self.most.get(words[0], 0))

    def longest(self, texts: Sequence[str], at: int) -> tuple[int, str]:
        """Find the longest name that begins at ``at``, and its number of words (0: there is none)."""
        for count in range(self.most.get(texts[at], 0), 0, -1):
            if name := self.by_words.get(tuple(texts[at : at + count])):
                return count, name
        return 0, ""


@lru_cache(maxsize=128)
def known_names(names: frozenset[str]) -> Names:
    """Index names; a form's rules share one scope of many, which is indexed only once."""
    return Names(names)


def member_names(scope: Mapping[str, Type]) -> frozenset[str]:
    """Collect the names of entries at every depth of a scope."""
    found: set[str] = set()
    pending = list(scope.values())
    for kind in pending:
        if isinstance(kind, ContextType):
            found.update(kind.entries)
            pending.extend(kind.entries.values())
        elif isinstance(kind, (ListType, FunctionType)):
            pending.append(kind.of if isinstance(kind, ListType) else kind.returns)
    return frozenset(found)
