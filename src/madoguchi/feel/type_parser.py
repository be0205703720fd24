"""Reading tokens and type names (型名の読み取り): what the parser of expressions builds on."""

from __future__ import annotations

from collections.abc import Mapping

from .faults import Fault, FeelError, fault, is_full_width, unknown_name
from .lexer import Token, spaced
from .types import (
    ANY,
    ANY_FUNCTION,
    NULL,
    SCALARS,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
)

WANTED = {
    "expression": ("式", "an expression"),
    "name": ("名前", "a name"),
    "parameter name": ("引数の名前", "a parameter name"),
    "end": ("式の終わり", "the end of the expression"),
}
TYPE_WORDS = ("date and time", "days and time duration", "years and months duration")
SIMPLE = {
    **SCALARS,
    "day-time duration": SCALARS["days and time duration"],
    "dayTimeDuration": SCALARS["days and time duration"],
    "yearMonthDuration": SCALARS["years and months duration"],
    "dateTime": SCALARS["date and time"],
    "Any": ANY,
    "Null": NULL,
    "list": ListType(),
    "context": ContextType(open=True),
    "range": RangeType(),
    "function": ANY_FUNCTION,
}


class TypeReader:
    """Walks the tokens of a text and reads the types named in it."""

    def __init__(self, source: str, tokens: list[Token], types: Mapping[str, Type]) -> None:
        self.source = source
        self.tokens = tokens
        self.types = types
        self.pos = 0
        self.literal_faults: list[Fault] = []

    @property
    def token(self) -> Token:
        """The token not yet consumed."""
        return self.tokens[self.pos]

    def advance(self) -> Token:
        """Consume one token."""
        token = self.tokens[self.pos]
        if token.kind != "end":
            self.pos += 1
        return token

    def expect(self, text: str) -> Token:
        """Consume this very token."""
        if self.token.text != text or self.token.kind not in ("symbol", "word"):
            raise self.wrong(text)
        return self.advance()

    def close(self, text: str, opening: Token) -> None:
        """Consume the closing bracket of ``opening``."""
        if self.token.kind == "end":
            raise FeelError([fault(self.source, opening.at, "unclosed", what=opening.text)])
        self.expect(text)

    def expect_end(self) -> None:
        """Make sure that nothing follows."""
        if self.token.kind != "end":
            raise self.wrong("end")

    def wrong(self, wanted: str) -> FeelError:
        """Say that something else should stand here."""
        for token in self.tokens[max(self.pos - 1, 0) : self.pos + 1]:
            if token.kind == "word" and is_full_width(token.text):
                return FeelError([unknown_name(self.source, token.at, token.text, ())])
        ja, en = WANTED.get(wanted, (f"「{wanted}」", f"“{wanted}”"))
        found = self.token.text[:40] or "(end)"
        at = self.token.at
        return FeelError([fault(self.source, at, "syntax", found=found, wanted=ja, wanted_en=en)])

    def type_reference(self) -> tuple[Type | None, str]:
        """Read a type; give it (None when unknown) and its name as written."""
        start = self.token
        kind = self.type_here()
        name = spaced(self.source[start.at : self.tokens[self.pos - 1].end])
        if kind is None:
            self.literal_faults.append(fault(self.source, start.at, "unknown-type", name=name))
        return kind, name

    def type_here(self, depth: int = 0) -> Type | None:
        """Read a type: a name, or list, range, context or function with its parts in ``< >``."""
        if self.token.kind != "word" or depth > 20:
            raise self.wrong("name")
        name = self.type_name()
        if self.token.text != "<" or name not in ("list", "range", "context", "function"):
            return self.types.get(name) or SIMPLE.get(name)
        self.advance()
        if name == "context":
            return self.context_type(depth)
        if name == "function":
            return self.function_type(depth)
        of = self.type_here(depth + 1)
        self.expect(">")
        if of is None:
            return None
        return ListType(of) if name == "list" else RangeType(of)

    def type_name(self) -> str:
        """Read the words of a type's name, dots included."""
        for words in (*TYPE_WORDS, *self.types):
            parts = words.split(" ")
            if [t.text for t in self.tokens[self.pos : self.pos + len(parts)]] == parts:
                self.pos += len(parts)
                return words
        name = self.advance().text
        while self.token.text in (".", "-") and self.tokens[self.pos + 1].kind == "word":
            name += self.advance().text + self.advance().text
        return name

    def context_type(self, depth: int) -> Type | None:
        """Read ``name: type, … >``."""
        entries: dict[str, Type] = {}
        known = True
        while self.token.text != ">":
            if entries:
                self.expect(",")
            key = self.advance().text
            self.expect(":")
            kind = self.type_here(depth + 1)
            known = known and kind is not None
            entries[key] = kind or ANY
        self.expect(">")
        return ContextType(entries) if known else None

    def function_type(self, depth: int) -> Type | None:
        """Read ``type, … > -> type``."""
        params: list[Type | None] = []
        while self.token.text != ">":
            if params:
                self.expect(",")
            params.append(self.type_here(depth + 1))
        self.expect(">")
        self.expect("->")
        returns = self.type_here(depth + 1)
        if returns is None or None in params:
            return None
        pairs = tuple((f"p{i}", p or ANY) for i, p in enumerate(params, 1))
        return FunctionType(params=pairs, returns=returns)
