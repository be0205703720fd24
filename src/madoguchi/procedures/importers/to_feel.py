"""From trees to FEEL (FEELへの変換): true exactly where the foreign condition is truthy.

What is not answered is undefined there and null here. `holds` gives a rule that is true where the
tree is truthy, or with `wanted` False one that is true where it is falsy; null counts as "no" in
both, so neither is ever made by negating the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from madoguchi.feel import syntax as feel
from madoguchi.procedures.importers import expression as tree
from madoguchi.procedures.importers.expression import Expression, Untranslatable, only_constant
from madoguchi.procedures.importers.feel_nodes import (
    NO,
    NULL,
    ONE,
    YES,
    ZERO,
    always,
    call,
    check_digits,
    conjunction,
    constant_text,
    counted,
    disjunction,
    either_way,
    equals,
    row_name,
)
from madoguchi.procedures.importers.places import Place, Places

_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_FLIPPED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_APPLIED = {"text": "text", "matches": "condition", "digits": "condition"}  # others: numbers
_TRUTHS = {"true": True, "false": False, "yes": True, "no": False}
_HALF = feel.Literal(Decimal("0.5"))


@dataclass(frozen=True)
class Answer:
    """An answer in a rule. `kind` as in places, or "box": whether one box is ticked."""

    node: feel.Node
    kind: str
    place: Place


@dataclass(frozen=True)
class Translator:
    """Turns trees into FEEL for one place of a form; `rows` are the rows looked at by `Each`.

    `unknown` collects answers the form does not have: they are taken as never given.
    """

    places: Places
    at: Place | None
    rows: Mapping[str, Place] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def holds(self, part: Expression, wanted: bool = True) -> feel.Node:
        """A rule that is true where the tree is truthy; with `wanted` False, where it is falsy."""
        match part:
            case tree.Const(value):
                return always((value not in (None, False, "", 0)) == wanted)
            case tree.All(parts) | tree.AnyOf(parts):
                join = conjunction if isinstance(part, tree.All) == wanted else disjunction
                return join([self.holds(p, wanted) for p in parts])
            case tree.Not(inner):
                return self.holds(inner, not wanted)
            case tree.Shown(page):
                return self._never_null(self.places.pages.get(page, YES), wanted)
            case tree.Compare():
                return self._compare(part, wanted)
            case tree.Member():
                return self._member(part, wanted)
            case tree.Each():
                return self._each(part, wanted)
            case tree.ExactlyOne(parts):
                return equals(counted([self.holds(p) for p in parts]), ONE, wanted)
            case tree.Choose(condition, yes, no):
                first = conjunction([self.holds(condition), self.holds(yes, wanted)])
                other = conjunction([self.holds(condition, False), self.holds(no, wanted)])
                return disjunction([first, other])
        return self._truthy(part, wanted)

    def value(self, part: Expression) -> feel.Node:
        """A rule with the tree's value; NaN is null."""
        match part:
            case tree.Const(value):
                return feel.Literal(value)
            case tree.Ref():
                found = self._answer(part)
                return found.node if found is not None else NULL
            case tree.Arithmetic(op, left, right):
                read = self._text if self.kind(part) == "text" else self._number
                return feel.Arithmetic(op, read(left), read(right))
            case tree.Choose(condition, yes, no):
                return feel.If(self.holds(condition), self.value(yes), self.value(no))
            case tree.AnyOf((first, *rest)) if rest and self.kind(part) not in ("condition", "box"):
                other = self.value(rest[0] if len(rest) == 1 else tree.AnyOf(tuple(rest)))
                # `x || 0`: zero and NaN give zero either way.
                zero = isinstance(other, feel.Literal) and other.value == 0
                seen = equals(self.value(first), NULL, False)
                known = seen if zero and self.kind(first) == "number" else self.holds(first)
                return feel.If(known, self.value(first), other)
            case tree.Apply(name, parts):
                return self._apply(name, parts)
        return feel.If(self.holds(part), YES, NO)

    def kind(self, part: Expression) -> str:
        """text, choice, number, boolean, many, date, table, box, condition or null."""
        match part:
            case tree.Const(value):
                kinds = {bool: "boolean", Decimal: "number", str: "text"}
                return kinds.get(type(value), "null")
            case tree.Ref():
                found = self._answer(part)
                return found.kind if found is not None else "null"
            case tree.Arithmetic(op, left, right):
                texts = op == "+" and "text" in (self.kind(left), self.kind(right))
                return "text" if texts else "number"
            case tree.Apply(name, _):
                return _APPLIED.get(name, "number")
            case tree.Choose(_, yes, no):
                return self.kind(no) if self.kind(yes) == "null" else self.kind(yes)
            case tree.AnyOf((first, *_)):
                return self.kind(first)
        return "condition"

    def _answer(self, ref: tree.Ref) -> Answer | None:
        """The answer a reference means; None when the form never has it."""
        try:
            place, rest = self.places.find(ref, self.at, self.rows)
        except KeyError as missing:
            self.unknown.append(str(missing.args[0]))
            return None
        node = self._node(place)
        if not rest or place.kind != "many":
            return Answer(node, place.kind, place)
        if rest[0] not in place.options:
            return None
        return Answer(feel.In(feel.Literal(rest[0]), (node,)), "box", place)

    def _node(self, place: Place) -> feel.Node:
        if place.table is None:
            return feel.Name(place.name)
        for variable, table in reversed(list(self.rows.items())):
            if table is place.table:
                return feel.Path(feel.Name(row_name(variable)), place.name)
        here = self.at.table if self.at is not None else None
        if here is place.table:
            return feel.Name(place.name)
        if here is not None and here.outer is place.table:
            outer = feel.Filter(feel.Name(place.table.name), feel.Name(place.table.row_name))
            return feel.Path(outer, place.name)
        raise Untranslatable(f"“{place.name}” of all rows of “{place.table.name}” at once")

    @staticmethod
    def _never_null(node: feel.Node, wanted: bool) -> feel.Node:
        """A rule that may be null, or one that is true where it is not true."""
        if isinstance(node, feel.Literal):
            return always((node.value is True) == wanted)
        return node if wanted else equals(node, YES, False)

    def _truthy(self, part: Expression, wanted: bool) -> feel.Node:
        """Whether a value counts as true."""
        kind, node = self.kind(part), self.value(part)
        match kind:
            case "null" | "many" | "table":  # an object or a list is always true
                return always((kind != "null") == wanted)
            case "box":
                return either_way(node, wanted)
            case "boolean" | "condition":
                return self._never_null(node, wanted)
        given = equals(node, NULL, not wanted)
        if kind != "number":
            return given
        return (conjunction if wanted else disjunction)([given, equals(node, ZERO, not wanted)])

    def _compare(self, part: tree.Compare, wanted: bool) -> feel.Node:
        left, right, op = part.left, part.right, part.op
        if isinstance(left, tree.Const) and not isinstance(right, tree.Const):
            left, right, op = right, left, _FLIPPED[op]
        kind, other = self.kind(left), self.kind(right)
        # An answer the form does not have is never given.
        left = tree.NOTHING if kind == "null" else left
        right = tree.NOTHING if other == "null" else right
        if op in ("=", "!="):
            return self._equal((op == "=") == wanted, left, right, kind, other, part.loose)
        if "null" in (kind, other):
            return always(not wanted)
        read = self.value if "date" in (kind, other) else self._number
        first, second = read(left), read(right)
        if wanted:
            return feel.Comparison(op, first, second)
        unsure = [node for node in (first, second) if not isinstance(node, feel.Literal)]
        opposite = feel.Comparison(_OPPOSITE[op], first, second)
        return disjunction([*(equals(node, NULL) for node in unsure), opposite])

    def _equal(
        self, same: bool, left: Expression, right: Expression, kind: str, other: str, loose: bool
    ) -> feel.Node:
        if isinstance(left, tree.Const) and isinstance(right, tree.Const):
            return always((left.value == right.value) == same)
        if kind == "null" and other != "null":
            left, right, kind, other = right, left, other, kind
        if other == "null" or (isinstance(right, tree.Const) and right.value == ""):
            if kind in ("null", "box", "many", "table"):
                return always((kind == "null") == same)
            return equals(self.value(left), NULL, same)
        if isinstance(right, tree.Const):
            return self._is(same, left, kind, right, loose)
        if "number" in (kind, other) and kind != other and loose:
            return equals(self._number(left), self._number(right), same)
        alike = {kind, other} <= {"text", "choice"} or kind == other
        if not alike or kind in ("many", "table", "file"):
            raise Untranslatable(f"compares {kind} with {other}")
        return equals(self.value(left), self.value(right), same)

    def _is(
        self, same: bool, left: Expression, kind: str, constant: tree.Const, loose: bool
    ) -> feel.Node:
        """An answer compared with a constant, in the terms of the answer's type."""
        node, value = self.value(left), constant.value
        if kind in ("boolean", "box", "condition"):
            if isinstance(value, str) and loose:
                value = _TRUTHS.get(value, value)
            if not isinstance(value, bool):
                return always(not same)
            if kind == "boolean":
                return node if same and value else equals(node, feel.Literal(value), same)
            return self.holds(left, value == same)
        # Strictly, a text is no number and a number no text.
        if not loose and isinstance(value, str) != (kind == "text") and kind in ("text", "number"):
            return always(not same)
        if kind == "many":
            return either_way(feel.In(feel.Literal(constant_text(value)), (node,)), same)
        if kind in ("choice", "text"):
            return equals(node, feel.Literal(constant_text(value)), same)
        if kind == "number":
            return equals(node, self._number(constant), same)
        raise Untranslatable(f"compares {kind} with {value!r:.40}")

    def _member(self, part: tree.Member, wanted: bool) -> feel.Node:
        if not isinstance(part.items, tuple):
            return self._among(part.item, part.items, wanted)
        kind = self.kind(part.item)
        if kind == "null":
            return always(not wanted)
        if kind == "many":
            options = [self._is(True, part.item, kind, only_constant(i), True) for i in part.items]
            return either_way(disjunction(options), wanted)
        if kind not in ("text", "choice", "number"):
            raise Untranslatable(f"whether {kind} is in a list")
        items = dict.fromkeys(only_constant(item).value for item in part.items)
        if kind == "number":
            values = [feel.Literal(item) for item in items if isinstance(item, Decimal)]
        else:
            values = [feel.Literal(constant_text(item)) for item in items]
        if not values:
            return always(not wanted)
        if len(values) == 1:
            return equals(self.value(part.item), values[0], wanted)
        return either_way(feel.In(self.value(part.item), tuple(values)), wanted)

    def _among(self, item: Expression, items: Expression, wanted: bool) -> feel.Node:
        kind = self.kind(items)
        match kind:
            case "null":
                return always(not wanted)
            case "many" if isinstance(item, tree.Const):
                return self._is(wanted, items, kind, item, True)
            case "many":
                return either_way(feel.In(self.value(item), (self.value(items),)), wanted)
            case "text":
                return self._never_null(
                    call("contains", self.value(items), self._text(item)), wanted
                )
            case "choice":  # one answer where several were expected
                return self._compare(tree.Compare("=", items, item, True), wanted)
        raise Untranslatable(f"whether {kind} contains something")

    def _each(self, part: tree.Each, wanted: bool) -> feel.Node:
        found = self._answer(part.table)
        if found is None:
            return always((part.word == "every") == wanted)
        if found.kind != "table":
            raise Untranslatable(f"{part.word} row of something that is no table")
        rows = {**self.rows, part.row: found.place}
        body = Translator(self.places, self.at, rows, self.unknown).holds(part.holds, wanted)
        if isinstance(body, feel.Literal):
            raise Untranslatable("a condition on rows that is always the same")
        word = "some" if (part.word == "some") == wanted else "every"
        over = (feel.Iteration(row_name(part.row), found.node),)
        rule = feel.Quantified(word, over, body)
        return rule if word == "some" else disjunction([equals(found.node, NULL), rule])

    def _number(self, part: Expression) -> feel.Node:
        kind = self.kind(part)
        if kind == "number":
            return self.value(part)
        if isinstance(part, tree.Const):
            try:
                return feel.Literal(Decimal(str(part.value)))
            except ArithmeticError:
                raise Untranslatable(f"{part.value!r:.40} as a number") from None
        if kind in ("text", "choice"):
            return call("number", self.value(part))
        if kind in ("boolean", "box", "condition"):
            return feel.If(self.holds(part), ONE, ZERO)
        if kind == "null":
            return NULL
        raise Untranslatable(f"{kind} as a number")

    def _text(self, part: Expression) -> feel.Node:
        kind = self.kind(part)
        if isinstance(part, tree.Const):
            return feel.Literal(constant_text(part.value))
        if kind in ("text", "choice"):
            return self.value(part)
        if kind == "number":
            return call("string", self.value(part))
        raise Untranslatable(f"{kind} as text")

    def _apply(self, name: str, parts: tuple[Expression, ...]) -> feel.Node:
        first = parts[0]
        match name:
            case "number":
                return self._number(first)
            case "text":
                return self._text(first)
            case "length":
                kind = self.kind(first)
                if kind not in ("many", "table", "text", "choice"):
                    raise Untranslatable(f"the length of {kind}")
                function = "count" if kind in ("many", "table") else "string length"
                return call(function, self.value(first))
            case "words":
                return call("count", call("split", self._text(first), feel.Literal(r"\s+")))
            case "matches":
                return call("matches", self._text(first), self.value(parts[1]))
            case "digits":
                return check_digits(self._text(first), str(only_constant(parts[1]).value))
            case "round":  # JavaScript rounds halves upwards
                return call("floor", feel.Arithmetic("+", self._number(first), _HALF))
        return call(name, self._number(first))  # abs, floor, ceiling
