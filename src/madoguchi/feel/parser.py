"""The parser (構文解析): tokens to syntax tree, by precedence climbing (DMN 10.3.1.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from .faults import FeelError, fault
from .lexer import Token, unescaped
from .name_parser import INPUT, NameReader
from .names import add_name
from .syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ContextOf,
    Filter,
    For,
    Function,
    Holds,
    If,
    In,
    InstanceOf,
    Iteration,
    ListOf,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    RangeOf,
    Test,
)
from .temporal import temporal
from .types import ANY, Type
from .values import DECIMAL128

DEEPEST = 64
LONGEST_CHAIN = 200
COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
PRECEDENCE = {"or": 1, "and": 2, "between": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "**": 6}
PRECEDENCE |= dict.fromkeys(COMPARISONS, 3)
COMPARISON, ADDITION = 3, 4
CONSTANTS = {"true": True, "false": False, "null": None}


class Parser(NameReader):
    """Reads one text."""

    # ── whole texts ──────────────────────────────────────────────────────────────────────────

    def whole_expression(self) -> Node:
        """Parse the whole text as one expression."""
        node = self.expression()
        self.expect_end()
        return node

    def whole_unary_tests(self) -> Node:
        """Parse the whole text as the unary tests of a cell: true of ``?`` or not."""
        value = Name(INPUT)
        if self.token.text == "-" and self.tokens[self.pos + 1].kind == "end":
            return Literal(True)
        if self.token.text == "not" and self.tokens[self.pos + 1].text == "(":
            start = self.pos
            self.pos += 2
            tests = self.tests()
            if self.token.text == ")" and self.tokens[self.pos + 1].kind == "end":
                return Call(Name("not"), (In(value, tests),))
            self.pos = start
        tests = self.tests()
        self.expect_end()
        return In(value, tests)

    # ── expressions ──────────────────────────────────────────────────────────────────────────

    def expression(self) -> Node:
        """Parse an expression of any kind."""
        return self.binary(1)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Count nesting, so that hostile texts end in a fault and not in a crash."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise FeelError([fault(self.source, self.token.at, "too-large")])
        yield
        self.depth -= 1

    def binary(self, lowest: int) -> Node:
        """Parse operators that bind at least as tightly as ``lowest``."""
        with self.nested():
            left = self.unary()
            links = 0
            while (binds := PRECEDENCE.get(self.token.text, 0)) >= lowest:
                if self.token.kind == "string":
                    break
                token = self.advance()
                left = self.operation(token, left, binds)
                links += 1
                if links > LONGEST_CHAIN:
                    raise FeelError([fault(self.source, token.at, "too-large")])
            return left

    def operation(self, token: Token, left: Node, binds: int) -> Node:
        """Parse what follows a binary operator."""
        op, at = token.text, token.at
        if op == "=" and self.token.text in ("=", ">", "<"):  # == of programmers, => of hasty ones
            slip = "=" if self.token.text == "=" else f"{self.token.text}="
            found = fault(self.source, at, "character", slip, what=op + self.token.text)
            raise FeelError([found])
        if op == "between":
            low = self.binary(ADDITION)
            self.expect("and")
            return Between(left, low, self.binary(ADDITION), at=at)
        if op == "in":
            return In(left, self.in_tests(), at=at)
        if op in ("and", "or"):
            operands = [left, self.binary(binds + 1)]
            while self.token.text == op and self.token.kind == "word":
                self.advance()
                operands.append(self.binary(binds + 1))
            return Logic(op, tuple(operands), at=at)
        right = self.binary(binds + 1)
        return (Comparison if op in COMPARISONS else Arithmetic)(op, left, right, at=at)

    def unary(self) -> Node:
        """Parse a negation, a textual expression, or a primary with what follows it."""
        token = self.token
        if token.text == "-" and token.kind == "symbol":
            self.advance()
            with self.nested():
                return Negation(self.unary(), at=token.at)
        textual = TEXTUAL.get(token.text) if token.kind == "word" else None
        if textual and not self.known_name():
            self.advance()
            return textual(self, token.at)
        node = self.postfix(self.primary())
        while self.token.text == "instance" and self.tokens[self.pos + 1].text == "of":
            at = self.advance().at
            self.advance()
            kind, name = self.type_reference()
            node = InstanceOf(node, kind, name, at=at)
        return node

    def postfix(self, node: Node) -> Node:
        """Parse paths, filters and invocations after a primary."""
        links = 0
        while self.token.kind == "symbol" and links < LONGEST_CHAIN:
            token = self.token
            if token.text == ".":
                self.advance()
                node = Path(node, self.name(member=True), at=self.tokens[self.pos - 1].at)
            elif token.text == "[" and self.starts_expression(self.tokens[self.pos + 1]):
                self.advance()
                with self.scope("item", frame=self.members):
                    condition = self.expression()
                self.close("]", token)
                node = Filter(node, condition, at=token.at)
            elif token.text == "(":
                node = self.invocation(node)
            else:
                break
            links += 1
        return node

    def invocation(self, function: Node) -> Node:
        """Parse the arguments of a call, by position or by name."""
        opening = self.advance()
        names: list[str] = []
        arguments: list[Node] = []
        while self.token.text != ")":
            if arguments:
                self.expect(",")
            if self.key_length():
                names.append(self.key())
                self.expect(":")
            arguments.append(self.expression())
            if names and len(names) != len(arguments):
                raise self.wrong("parameter name")
            if self.token.text not in (",", ")"):
                self.close(")", opening)
        self.advance()
        at = function.at if isinstance(function, Name) else opening.at
        return Call(function, tuple(arguments), tuple(names) if names else None, at=at)

    # ── primaries ────────────────────────────────────────────────────────────────────────────

    def primary(self) -> Node:
        """Parse a literal, a name, a list, a context, a range or a parenthesis."""
        token = self.token
        if token.kind == "word":
            if token.text in CONSTANTS and not self.known_name():
                self.advance()
                return Literal(CONSTANTS[token.text], at=token.at)
            return Name(self.name(), at=token.at)
        if token.kind == "number":
            self.advance()
            return Literal(self.number(token), at=token.at)
        if token.kind == "string":
            self.advance()
            return Literal(unescaped(token.text), at=token.at)
        if token.kind == "at":
            self.advance()
            value = temporal(unescaped(token.text[1:]))
            if value is None:
                self.literal_faults.append(fault(self.source, token.at, "literal", what=token.text))
            return Literal(value, at=token.at)
        if token.text in ("(", "[", "]"):
            return self.bracket(self.advance())
        if token.text == "{":
            return self.context(self.advance())
        raise self.wrong("expression")

    def number(self, token: Token) -> Decimal | None:
        """Read a number; one that decimal128 cannot hold is null."""
        try:
            return DECIMAL128.create_decimal(token.text)
        except ArithmeticError:
            return None

    def bracket(self, opening: Token) -> Node:
        """Parse ``( … )``, ``[ … ]`` or a range, told apart by the ``..`` inside."""
        if opening.text == "[" and self.token.text == "]":
            self.advance()
            return ListOf((), at=opening.at)
        if opening.text == "(" and self.token.text in COMPARISONS:
            test = self.test()
            self.close(")", opening)
            return test
        first = self.expression()
        if self.token.text == "..":
            self.advance()
            return self.range_from(opening, first)
        if opening.text == "]":
            raise self.wrong("..")
        if opening.text == "(":
            self.close(")", opening)
            return first
        items = [first]
        while self.token.text == ",":
            self.advance()
            items.append(self.expression())
        self.close("]", opening)
        return ListOf(tuple(items), at=opening.at)

    def range_from(self, opening: Token, low: Node) -> Node:
        """Parse the end of a range whose low end is read."""
        high = self.binary(ADDITION)
        if self.token.text not in ("]", ")", "["):
            raise self.wrong("]")
        closing = self.advance().text
        return RangeOf(low, high, opening.text == "[", closing == "]", at=opening.at)

    def context(self, opening: Token) -> Node:
        """Parse ``{key: value, …}``; each entry sees those before it."""
        entries: list[tuple[str, Node]] = []
        with self.scope():
            while self.token.text != "}":
                if entries:
                    self.expect(",")
                key = self.key()
                self.expect(":")
                entries.append((key, self.expression()))
                add_name(self.frames[-1], key)
                add_name(self.members, key)
                if self.token.text not in (",", "}"):
                    self.close("}", opening)
            self.advance()
        return ContextOf(tuple(entries), at=opening.at)

    # ── textual expressions ──────────────────────────────────────────────────────────────────

    def if_(self, at: int) -> Node:
        """Parse what follows ``if``."""
        condition = self.expression()
        self.expect("then")
        yes = self.expression()
        self.expect("else")
        return If(condition, yes, self.expression(), at=at)

    def for_(self, at: int) -> Node:
        """Parse what follows ``for``."""
        with self.scope("partial"):
            iterations = self.iterations()
            self.expect("return")
            return For(iterations, self.expression(), at=at)

    def some(self, at: int) -> Node:
        """Parse what follows ``some``."""
        return self.quantified("some", at)

    def every(self, at: int) -> Node:
        """Parse what follows ``every``."""
        return self.quantified("every", at)

    def quantified(self, word: str, at: int) -> Node:
        """Parse what follows ``some`` or ``every``."""
        with self.scope():
            iterations = self.iterations()
            self.expect("satisfies")
            return Quantified(word, iterations, self.expression(), at=at)

    def iterations(self) -> tuple[Iteration, ...]:
        """Parse ``name in domain, …``; each domain sees the names before it."""
        found: list[Iteration] = []
        while True:
            at = self.token.at
            name = self.declared_name("in")
            self.expect("in")
            domain = self.expression()
            end = None
            if self.token.text == "..":
                self.advance()
                end = self.expression()
            found.append(Iteration(name, domain, end, at=at))
            add_name(self.frames[-1], name)
            if self.token.text != ",":
                return tuple(found)
            self.advance()

    def function(self, at: int) -> Node:
        """Parse what follows ``function``."""
        opening = self.token
        self.expect("(")
        parameters: list[tuple[str, Type]] = []
        while self.token.text != ")":
            if parameters:
                self.expect(",")
            name = self.declared_name(":", ",", ")")
            kind: Type = ANY
            if self.token.text == ":":
                self.advance()
                kind = self.type_reference()[0] or ANY
            parameters.append((name, kind))
            if self.token.text not in (",", ")"):
                self.close(")", opening)
        self.advance()
        external = self.token.text == "external"
        if external:
            self.advance()
        with self.scope(*(name for name, _ in parameters)):
            body = self.expression()
        return Function(tuple(parameters), None if external else body, at=at)

    # ── tests ────────────────────────────────────────────────────────────────────────────────

    def in_tests(self) -> tuple[Node, ...]:
        """Parse what follows ``in``: one test, or several in parentheses."""
        if self.token.text != "(":
            return (self.test(whole=False),)
        start = self.pos
        opening = self.advance()
        tests = self.tests()
        if self.token.text == ")" and len(tests) > 1:
            self.close(")", opening)
            return tests
        self.pos = start  # one test in parentheses may also begin (1..5) or (a)[1]
        return (self.postfix(self.primary()),)

    def tests(self) -> tuple[Node, ...]:
        """Parse positive unary tests separated by commas."""
        tests = [self.test()]
        while self.token.text == ",":
            self.advance()
            tests.append(self.test())
        return tuple(tests)

    def test(self, whole: bool = True) -> Node:
        """Parse one positive unary test; a bare one after ``in`` ends before a comparison."""
        token = self.token
        if token.kind == "symbol" and token.text in COMPARISONS:
            self.advance()
            return Test(token.text, self.binary(ADDITION), at=token.at)
        asked, self.asks_input = self.asks_input, False
        node = self.expression() if whole else self.binary(ADDITION)
        holds, self.asks_input = self.asks_input, asked or self.asks_input
        return Holds(node, at=token.at) if holds else node

    def starts_expression(self, token: Token) -> bool:
        """Tell a filter from the outward bracket that closes a range such as ``]1..5[``."""
        if token.kind == "end" or token.text in (")", "]", "}", ",", "..", ":", "."):
            return False
        return token.kind != "word" or token.text not in ("and", "or", "then", "else", "return")


TEXTUAL: dict[str, Callable[[Parser, int], Node]] = {
    "if": Parser.if_,
    "for": Parser.for_,
    "some": Parser.some,
    "every": Parser.every,
    "function": Parser.function,
}
