"""Reading names (名前の読み取り): known ones with spaces and signs, new ones, keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

from .lexer import KEYWORDS, spaced, tokens_of, unescaped
from .names import Frame, frame_of, is_plain_word, longest, member_names
from .type_parser import TypeReader
from .types import Type

INPUT = "?"


class NameReader(TypeReader):
    """Knows the names visible: built-ins and the like, and those of a scope."""

    def __init__(
        self,
        source: str,
        names: Iterable[str] = (),
        scope: Mapping[str, Type] | None = None,
        types: Mapping[str, Type] | None = None,
    ) -> None:
        super().__init__(source, tokens_of(source), types or {})
        self.known = scope or {}
        self.frames: list[Frame] = [frame_of((*names, *self.known))]
        self.depth = 0
        self.asks_input = False

    @cached_property
    def members(self) -> Frame:
        """The names of entries at any depth of the scope; few texts ask for them."""
        return frame_of(member_names(self.known))

    @contextmanager
    def scope(self, *names: str, frame: Frame | None = None) -> Iterator[None]:
        """Make names known while a part is parsed."""
        self.frames.append(frame_of(names))
        if frame is not None:
            self.frames.append(frame)
        yield
        del self.frames[-1 if frame is None else -2 :]

    def known_name(self) -> bool:
        """Tell whether a known name of several words begins here, keyword or not."""
        return longest(self.frames, self.tokens, self.pos) > 1

    def name(self, member: bool = False) -> str:
        """Parse a name: the longest known one, or else all the words that stand together."""
        frames = [self.members] if member else self.frames
        count = longest(frames, self.tokens, self.pos)
        if count == 0:
            if self.token.kind != "word" or (self.token.text in KEYWORDS and not member):
                raise self.wrong("name")
            count = 1
        while is_plain_word(self.tokens[self.pos + count]):
            count += 1
        name = self.take_name(count)
        self.asks_input = self.asks_input or name == INPUT
        return name

    def declared_name(self, *stops: str) -> str:
        """Parse a new name, up to one of the stops."""
        count = 0
        while self.tokens[self.pos + count].text not in (*stops, "") and count < 50:
            count += 1
        if not count or self.token.kind != "word":
            raise self.wrong("name")
        return self.take_name(count)

    def key_length(self) -> int:
        """Count the tokens of a key that begins here and is followed by ``:`` (0: none)."""
        count = 0
        token = self.token
        while token.kind in ("word", "number") or token.text in (
            "+",
            "-",
            "*",
            "**",
            "/",
            ".",
            "'",
        ):
            count += 1
            token = self.tokens[self.pos + count]
        return count if count and token.text == ":" and self.token.kind == "word" else 0

    def key(self) -> str:
        """Parse the key of a context entry or named argument."""
        if self.token.kind == "string":
            return unescaped(self.advance().text)
        count = self.key_length()
        if not count:
            raise self.wrong("name")
        return self.take_name(count)

    def take_name(self, count: int) -> str:
        """Consume tokens as one name."""
        first, last = self.tokens[self.pos], self.tokens[self.pos + count - 1]
        self.pos += count
        return spaced(self.source[first.at : last.end])
