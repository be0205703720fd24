"""The parser (構文解析): tokens to syntax tree, by a table of operators (Pratt; DMN 10.3.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum
from typing import Any

from . import syntax
from .faults import fault
from .lexer import Token, unescaped
from .reader import Reader
from .syntax import INPUT, Node, walk
from .temporal import temporal
from .types import ANY, Type
from .values import DECIMAL128

LONGEST_CHAIN = 200
Level = IntEnum(  # how tightly an operator binds
    "Level", "LOOSE OR AND COMPARISON ADDITION PRODUCT POWER NEGATION INSTANCE POSTFIX"
)
COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
NO_CONDITION = frozenset(("", *") ] } , .. : . and or then else return".split()))
CONSTANTS = {"true": True, "false": False, "null": None}


class Parser(Reader):
    """Reads one text."""

    def whole_expression(self) -> Node:
        """Parse the whole text as one expression."""
        return self.whole(self.expression())

    def whole_unary_tests(self) -> Node:
        """Parse the whole text as the unary tests of a cell: true of ``?`` or not."""
        if self.texts == ["-", ""]:
            return syntax.Literal(True)
        if self.texts[:2] == ["not", "("]:
            self.pos = 2
            tests = self.tests()
            if self.texts[self.pos :] == [")", ""]:
                return syntax.Call(syntax.Name("not"), (syntax.In(syntax.Name(INPUT), tests),))
            self.pos = 0
        return self.whole(syntax.In(syntax.Name(INPUT), self.tests()))

    def whole(self, node: Node) -> Node:
        """Make sure that nothing follows."""
        if self.token.kind != "end":
            raise self.wrong("end")
        return node

    def expression(self, lowest: int = Level.LOOSE) -> Node:
        """Parse an expression whose operators bind at least as tightly as ``lowest``."""
        self.deeper()
        node = self.extended(self.first(), lowest)
        self.depth -= 1
        return node

    def after(self, word: str, lowest: int = Level.LOOSE) -> Node:
        """Parse the expression that follows a word."""
        self.expect(word)
        return self.expression(lowest)

    def first(self) -> Node:
        """Parse a literal, a name, or what a word, a sign or a bracket begins."""
        token = self.token
        if token.kind == "word":
            fixed = token.text in PREFIX or token.text in CONSTANTS
            if not fixed or self.known_name(self.frames)[0] > 1:
                return syntax.Name(self.name(), at=token.at)
        read = PREFIX.get(token.text, Parser.literal if token.kind in VALUES else None)
        if read is None:
            raise self.wrong("expression")
        return read(self, self.advance())

    def extended(self, node: Node, lowest: int) -> Node:
        """Parse the operators that follow a part and bind at least as tightly as ``lowest``."""
        tightest: int = Level.POSTFIX
        for _ in range(LONGEST_CHAIN):
            token = self.token
            binds, read = INFIX.get(token.text, (0, None))
            if read is None or not lowest <= binds <= tightest:
                return node
            if token.text == "[" and self.texts[self.pos + 1] in NO_CONDITION:
                return node
            self.advance()
            node, tightest = read(self, node, token), binds
        raise self.too_large()

    def literal(self, token: Token) -> Node:
        """Read a constant; a number that decimal128 cannot hold is null."""
        value = VALUES[token.kind](token.text)
        if value is None and token.kind == "at":
            self.faults.append(fault(self.source, token.at, "literal", what=token.text))
        return syntax.Literal(value, at=token.at)

    # ── operators ────────────────────────────────────────────────────────────────────────────

    def operation(self, left: Node, token: Token) -> Node:
        """Parse the right side of a comparison or calculation; those alike group from the left."""
        kind = syntax.Comparison if token.text in COMPARISONS else syntax.Arithmetic
        return kind(token.text, left, self.expression(INFIX[token.text][0] + 1), at=token.at)

    def logic(self, left: Node, token: Token) -> Node:
        """Parse all further operands of ``and`` or ``or``."""
        lowest = INFIX[token.text][0] + 1
        operands = [left, self.expression(lowest)]
        while self.accept(token.text):
            operands.append(self.expression(lowest))
        return syntax.Logic(token.text, tuple(operands), at=token.at)

    def between(self, left: Node, token: Token) -> Node:
        """Parse what follows ``between``."""
        low, high = self.expression(Level.ADDITION), self.after("and", Level.ADDITION)
        return syntax.Between(left, low, high, at=token.at)

    def instance(self, left: Node, token: Token) -> Node:
        """Parse the type after ``instance of``."""
        self.expect("of")
        return syntax.InstanceOf(left, *self.type_reference(), at=token.at)

    def path(self, left: Node, token: Token) -> Node:
        """Parse the name after a dot."""
        at = self.token.at
        return syntax.Path(left, self.name(member=True), at=at)

    def filter(self, left: Node, opening: Token) -> Node:
        """Parse the condition in brackets; in it the entries of the items are names."""
        with self.scope(*self.members) as own:
            own.add("item")
            condition = self.expression()
        self.close(opening, "]")
        return syntax.Filter(left, condition, at=opening.at)

    def call(self, function: Node, opening: Token) -> Node:
        """Parse the arguments of a call, by position or by name."""

        def argument() -> tuple[Token, str | None, Node]:
            return self.token, self.key() if self.key_words() else None, self.expression()

        arguments = self.listed(opening, ")", argument)
        names = tuple(name for _, name, _ in arguments if name is not None)
        if names and len(names) < len(arguments):
            raise self.wrong("parameter name", next(t for t, name, _ in arguments if name is None))
        at = function.at if isinstance(function, syntax.Name) else opening.at
        return syntax.Call(function, tuple(node for _, _, node in arguments), names or None, at=at)

    # ── words ────────────────────────────────────────────────────────────────────────────────

    def loop(self, token: Token) -> Node:
        """Parse what follows ``for``, ``some`` or ``every``."""
        with self.scope():
            iterations = self.separated(self.iteration)
            if token.text == "for":
                return syntax.For(iterations, self.after("return"), at=token.at)
            return syntax.Quantified(token.text, iterations, self.after("satisfies"), at=token.at)

    def iteration(self) -> syntax.Iteration:
        """Parse ``name in domain`` or ``name in domain..end``; what follows knows the name."""
        at, name = self.token.at, self.new_name("in")
        domain = self.after("in")
        end = self.expression() if self.accept("..") else None
        self.frames[-1].add(name)
        return syntax.Iteration(name, domain, end, at=at)

    def function(self, token: Token) -> Node:
        """Parse what follows ``function``."""
        opening = self.token
        self.expect("(")
        parameters = self.listed(opening, ")", self.parameter)
        external = self.accept("external")
        with self.scope() as own:
            for name, _ in parameters:
                own.add(name)
            body = self.expression()
        return syntax.Function(parameters, None if external else body, at=token.at)

    def parameter(self) -> tuple[str, Type]:
        """Parse ``name`` or ``name: type``."""
        name = self.new_name(":", ",", ")")
        return name, (self.type_reference()[0] if self.accept(":") else None) or ANY

    # ── brackets ─────────────────────────────────────────────────────────────────────────────

    def closed(self, opening: Token, node: Node) -> Node:
        """Parse what follows a part in parentheses: the end of a range, or of the parenthesis."""
        if self.token.text == "..":
            return self.range(opening, node)
        self.close(opening, ")")
        return node

    def bracket(self, opening: Token) -> Node:
        """Parse ``[ … ]``: a list or a range."""
        items = () if self.token.text == "]" else self.separated(self.expression)
        if len(items) == 1 and self.token.text == "..":
            return self.range(opening, items[0])
        self.close(opening, "]")
        return syntax.ListOf(items, at=opening.at)

    def range(self, opening: Token, low: Node) -> Node:
        """Parse the end of a range whose low end is read."""
        high = self.after("..", Level.ADDITION)
        closing = self.advance()
        if closing.text not in ("]", ")", "["):
            raise self.wrong("]", closing)
        return syntax.RangeOf(low, high, opening.text == "[", closing.text == "]", at=opening.at)

    def context(self, opening: Token) -> Node:
        """Parse ``{key: value, …}``; each entry knows those before it."""
        with self.scope():
            return syntax.ContextOf(self.listed(opening, "}", self.entry), at=opening.at)

    def entry(self) -> tuple[str, Node]:
        """Parse one entry of a context."""
        key, value = self.key(), self.expression()
        self.frames[-1].add(key)
        self.members[-1].add(key)
        return key, value

    # ── tests ────────────────────────────────────────────────────────────────────────────────

    def membership(self, left: Node, token: Token) -> Node:
        """Parse what follows ``in``: one test, or several in parentheses."""
        opening = self.token
        if not self.accept("("):
            return syntax.In(left, (holding(self.test(Level.ADDITION)),), at=token.at)
        tests = self.separated(self.test)
        if len(tests) > 1:
            self.close(opening, ")")
        else:  # a value in parentheses may go on, as (1..5) or (a)[1] do
            tests = (self.extended(self.closed(opening, tests[0]), Level.POSTFIX),)
        return syntax.In(left, tuple(map(holding, tests)), at=token.at)

    def tests(self) -> tuple[Node, ...]:
        """Parse tests with commas between them."""
        return tuple(map(holding, self.separated(self.test)))

    def test(self, lowest: int = Level.LOOSE) -> Node:
        """Parse one positive unary test; a bare one after ``in`` ends before a comparison."""
        token = self.token
        if token.text not in COMPARISONS:
            return self.expression(lowest)
        self.advance()
        return syntax.Test(token.text, self.expression(Level.ADDITION), at=token.at)


def holding(test: Node) -> Node:
    """Mark a test that speaks of ``?`` itself."""
    asks = any(isinstance(part, syntax.Name) and part.name == INPUT for part in walk(test))
    return syntax.Holds(test, at=test.at) if asks and not isinstance(test, syntax.Test) else test


def number(text: str) -> Decimal | None:
    """Read a number; None where decimal128 cannot hold it."""
    try:
        return DECIMAL128.create_decimal(text)
    except ArithmeticError:
        return None


VALUES: dict[str, Callable[[str], Any]] = {
    "word": CONSTANTS.__getitem__,
    "number": number,
    "string": unescaped,
    "at": lambda text: temporal(unescaped(text[1:])),
}
PREFIX: dict[str, Callable[[Parser, Token], Node]] = {
    "-": lambda p, t: syntax.Negation(p.expression(Level.NEGATION), at=t.at),
    "(": lambda p, t: p.closed(t, p.test()),
    "[": Parser.bracket,
    "]": lambda p, t: p.range(t, p.expression()),
    "{": Parser.context,
    "if": lambda p, t: syntax.If(p.expression(), p.after("then"), p.after("else"), at=t.at),
    "for": Parser.loop,
    "some": Parser.loop,
    "every": Parser.loop,
    "function": Parser.function,
}
INFIX: dict[str, tuple[Level, Callable[[Parser, Node, Token], Node]]] = {
    "or": (Level.OR, Parser.logic),
    "and": (Level.AND, Parser.logic),
    "between": (Level.COMPARISON, Parser.between),
    "in": (Level.COMPARISON, Parser.membership),
    **dict.fromkeys(COMPARISONS, (Level.COMPARISON, Parser.operation)),
    **dict.fromkeys("+-", (Level.ADDITION, Parser.operation)),
    **dict.fromkeys("*/", (Level.PRODUCT, Parser.operation)),
    "**": (Level.POWER, Parser.operation),
    "instance": (Level.INSTANCE, Parser.instance),
    ".": (Level.POSTFIX, Parser.path),
    "[": (Level.POSTFIX, Parser.filter),
    "(": (Level.POSTFIX, Parser.call),
}
