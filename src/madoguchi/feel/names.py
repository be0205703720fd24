"""Names with spaces and signs (空白を含む名前): the longest known name wins (DMN 10.3.1.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from .faults import FeelError
from .lexer import KEYWORDS, Token, tokens_of
from .types import ContextType, FunctionType, ListType, Type

Frame = dict[str, list[tuple[str, ...]]]


@lru_cache(maxsize=10_000)
def words_of(name: str) -> tuple[str, ...]:
    """Split a name into the texts of its tokens; a name that has none is never matched."""
    try:
        return tuple(token.text for token in tokens_of(name)[:-1])
    except FeelError:
        return ()


def frame_of(names: Iterable[str]) -> Frame:
    """Index names by their first word; a frame of one's own, to which names may be added."""
    return dict(_indexed(frozenset(names)))


@lru_cache(maxsize=128)
def _indexed(names: frozenset[str]) -> Frame:
    # A form's rules share one scope of many names: it is indexed once, not once a rule.
    frame: Frame = {}
    for name in names:
        add_name(frame, name)
    return frame


def add_name(frame: Frame, name: str) -> None:
    """Add one name to a frame."""
    words = words_of(name)
    if words:
        frame[words[0]] = [*frame.get(words[0], ()), words]


def longest(frames: Iterable[Frame], tokens: list[Token], at: int) -> int:
    """Count the tokens of the longest known name that begins at ``at`` (0: none does)."""
    best = 0
    first = tokens[at].text
    for frame in frames:
        for words in frame.get(first, ()):
            count = len(words)
            if count > best and all(
                tokens[at + i].text == words[i] for i in range(min(count, len(tokens) - at))
            ):
                best = count if count < len(tokens) - at else best
    return best


def is_plain_word(token: Token) -> bool:
    """Tell whether a token is a word that can only be part of a name."""
    return token.kind == "word" and token.text not in KEYWORDS


def member_names(scope: Mapping[str, Type]) -> set[str]:
    """Collect the names of entries at every depth of a scope."""
    found: set[str] = set()
    pending = list(scope.values())
    while pending:
        kind = pending.pop()
        if isinstance(kind, ContextType):
            found.update(kind.entries)
            pending.extend(kind.entries.values())
        elif isinstance(kind, ListType):
            pending.append(kind.of)
        elif isinstance(kind, FunctionType):
            pending.append(kind.returns)
    return found
