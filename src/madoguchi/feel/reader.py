"""Reading names and types (名前と型の読み取り): what the parser of expressions builds on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

from .faults import Fault, FeelError, fault, is_full_width, unknown_name
from .lexer import KEYWORDS, Token, spaced, tokens_of, unescaped
from .names import LONGEST_NAME, Names, known_names, member_names
from .texts import TEXTS
from .types import ANY, TYPES, ContextType, FunctionType, ListType, RangeType, Type

DEEPEST = 64
IN_KEYS = frozenset("+ - * ** / . '".split())
T = TypeVar("T")


class Reader:
    """Walks the tokens of a text, knowing the names of a scope and of types."""

    def __init__(
        self,
        source: str,
        names: Iterable[str] = (),
        scope: Mapping[str, Type] | None = None,
        types: Mapping[str, Type] | None = None,
    ) -> None:
        self.source = source
        self.tokens = tokens_of(source)
        self.texts = [token.text for token in self.tokens]
        self.pos = self.depth = 0
        self.faults: list[Fault] = []
        self.types = {**TYPES, **(types or {})}
        self.known = scope or {}
        self.frames = [known_names(frozenset((*names, *self.known)))]

    # ── tokens ───────────────────────────────────────────────────────────────────────────────

    @property
    def token(self) -> Token:
        """The token not yet consumed."""
        return self.tokens[self.pos]

    def advance(self) -> Token:
        """Consume one token; the end stays."""
        token = self.token
        self.pos += token.kind != "end"
        return token

    def accept(self, text: str) -> bool:
        """Consume this very token if it stands here."""
        found = self.token.text == text
        self.pos += found
        return found

    def expect(self, text: str) -> None:
        """Consume this very token."""
        if not self.accept(text):
            raise self.wrong(text)

    def close(self, opening: Token, text: str) -> None:
        """Consume the closing bracket of ``opening``."""
        if self.token.kind == "end":
            raise FeelError([fault(self.source, opening.at, "unclosed", what=opening.text)])
        self.expect(text)

    def separated(self, read: Callable[[], T]) -> tuple[T, ...]:
        """Read one part or more, with commas between them."""
        found = [read()]
        while self.accept(","):
            found.append(read())
        return tuple(found)

    def listed(self, opening: Token, closing: str, read: Callable[[], T]) -> tuple[T, ...]:
        """Read any number of parts, with commas between them, and the closing bracket."""
        found = () if self.token.text == closing else self.separated(read)
        self.close(opening, closing)
        return found

    def wrong(self, wanted: str, token: Token | None = None) -> FeelError:
        """Say that something else should stand here."""
        for near in self.tokens[max(self.pos - 1, 0) : self.pos + 1]:
            if near.kind == "word" and is_full_width(near.text):
                return FeelError([unknown_name(self.source, near.at, near.text, ())])
        token = token or self.token
        found, part = (
            TEXTS["parts"].get(text, {"ja": f"「{text}」", "en": f"“{text}”"})
            for text in (token.text[:40] or "end", wanted)
        )
        return FeelError([fault(self.source, token.at, "syntax", found=found, wanted=part)])

    def too_large(self) -> FeelError:
        """Say that the text is nested too deeply or goes on too long."""
        return FeelError([fault(self.source, self.token.at, "too-large")])

    def deeper(self) -> None:
        """Count nesting, so that hostile texts end in a fault and not in a crash."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.too_large()

    # ── names ────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def members(self) -> list[Names]:
        """The names of entries at any depth of the scope, and of the text's own contexts."""
        return [known_names(member_names(self.known)), Names()]

    @contextmanager
    def scope(self, *frames: Names) -> Iterator[Names]:
        """Make names known while a part is parsed; gives a frame to add more to."""
        depth = len(self.frames)
        self.frames += (own := Names(), *frames)
        yield own
        del self.frames[depth:]

    def known_name(self, frames: list[Names]) -> tuple[int, str]:
        """Find the longest known name that begins here, and its number of words."""
        return max(frame.longest(self.texts, self.pos) for frame in frames)

    def name(self, member: bool = False) -> str:
        """Parse a name: the longest known one, or else all the words that stand together."""
        known, name = self.known_name(self.members if member else self.frames)
        if not known and not (self.is_plain(self.token) or (member and self.token.kind == "word")):
            raise self.wrong("name")
        count = max(known, 1)
        while self.is_plain(self.tokens[self.pos + count]):
            count += 1
        written = self.take(count)
        return name if count == known else written

    def is_plain(self, token: Token) -> bool:
        """Tell whether a token is a word that can only be part of a name."""
        return token.kind == "word" and token.text not in KEYWORDS

    def new_name(self, *stops: str) -> str:
        """Parse a name that is declared here, up to one of the stops."""
        count = 0
        while self.texts[self.pos + count] not in (*stops, "") and count < LONGEST_NAME:
            count += 1
        if not count or self.token.kind != "word":
            raise self.wrong("name")
        return self.take(count)

    def key_words(self) -> int:
        """Count the words of a key that begins here and is followed by ``:`` (0: none)."""
        end = self.pos
        while self.tokens[end].kind in ("word", "number") or self.texts[end] in IN_KEYS:
            end += 1
        return end - self.pos if self.token.kind == "word" and self.texts[end] == ":" else 0

    def key(self) -> str:
        """Parse the key of a context entry or named argument, and the ``:`` after it."""
        count = self.key_words()
        if not count and self.token.kind != "string":
            raise self.wrong("name")
        key = self.take(count) if count else unescaped(self.advance().text)
        self.expect(":")
        return key

    def take(self, count: int) -> str:
        """Consume tokens as one name."""
        first, self.pos = self.token, self.pos + count
        last = self.tokens[self.pos - 1]
        return first.text if first is last else spaced(self.source[first.at : last.end])

    # ── types ────────────────────────────────────────────────────────────────────────────────

    def type_reference(self) -> tuple[Type | None, str]:
        """Read a type; give it (None when unknown) and its name as written."""
        start = self.token
        kind = self.type()
        name = spaced(self.source[start.at : self.tokens[self.pos - 1].end])
        if kind is None:
            self.faults.append(fault(self.source, start.at, "unknown-type", name=name))
        return kind, name

    def type(self) -> Type | None:
        """Read a type: a name, or list, range, context or function with its parts in ``< >``."""
        self.deeper()
        if self.token.kind != "word":
            raise self.wrong("name")
        name = self.type_name()
        kind = self.types.get(name)
        if self.token.text == "<" and name in ("list", "range", "context", "function"):
            kind = self.type_of_parts(name)
        self.depth -= 1
        return kind

    def type_name(self) -> str:
        """Read the words of a type's name; one not known may have dots."""
        count, name = known_names(frozenset(self.types)).longest(self.texts, self.pos)
        if count:
            self.pos += count
            return name
        end = self.pos + 1
        while self.texts[end] == "." and self.tokens[end + 1].kind == "word":
            end += 2
        return self.take(end - self.pos)

    def type_of_parts(self, name: str) -> Type | None:
        """Read ``<part, …>``, and the ``-> type`` of a function."""
        keys: list[str] = []

        def part() -> Type | None:
            keys.append(self.key() if name == "context" else f"p{len(keys) + 1}")
            return self.type()

        parts = self.listed(self.advance(), ">", part)
        if name == "function":
            self.expect("->")
        returns = self.type() if name == "function" else ANY
        kinds = [kind for kind in parts if kind is not None]
        if returns is None or len(kinds) < len(parts):
            return None
        if name == "context":
            return ContextType(dict(zip(keys, kinds, strict=True)))
        if name == "function":
            return FunctionType(params=tuple(zip(keys, kinds, strict=True)), returns=returns)
        if len(kinds) != 1:
            raise self.wrong("name")
        return ListType(kinds[0]) if name == "list" else RangeType(kinds[0])
