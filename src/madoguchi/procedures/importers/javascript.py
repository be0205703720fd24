"""JavaScript of foreign forms to trees (JavaScript の読取): the part of it that says something plain.

Source text is parsed by tree-sitter and never run. Assignments, `var`, `if`, small functions and
`_.some` over rows are followed; what else there is raises Untranslatable with its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from madoguchi.procedures.importers import expression as tree
from madoguchi.procedures.importers.expression import NOTHING, Expression, Untranslatable, both

MAX_LENGTH = 20_000
_MATHS = {"abs": "abs", "round": "round", "floor": "floor", "ceil": "ceiling"}
# What is compared with the place `indexOf` gives.
_THERE, _NOT_THERE = ("!==-1", "!=-1", ">-1", ">=0"), ("===-1", "==-1", "<0")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


@dataclass(frozen=True)
class Function:
    """A function written in the source: its parameters and the one expression it returns."""

    parameters: tuple[str, ...]
    body: Node


@dataclass
class Reader:
    """Reads one script; `known` are its variables, and the parameters that stand for rows."""

    source: bytes
    known: dict[str, Expression] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    depth: int = 0

    def text(self, node: Node | None) -> str:
        """The source text of a node."""
        return "" if node is None else self.source[node.start_byte : node.end_byte].decode()


def script(text: str, result: str) -> Expression:
    """The value a script gives the variable `result`. Raises Untranslatable."""
    reader, root = _parsed(text)
    for statement in root.named_children:
        if statement.type == "function_declaration":  # known above its place too
            reader.functions[reader.text(statement.child_by_field_name("name"))] = statement
    for statement in root.named_children:
        _statement(reader, statement)
    if result not in reader.known:
        raise Untranslatable(f"the script gives “{result}” no value")
    return reader.known[result]


def expression(text: str) -> Expression:
    """The value of a script that is one expression. Raises Untranslatable."""
    reader, root = _parsed(text)
    if len(root.named_children) != 1 or root.named_children[0].type != "expression_statement":
        raise Untranslatable("not one expression")
    return _value(reader, root.named_children[0].named_children[0])


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Language(tree_sitter_javascript.language()))


def _parsed(text: str) -> tuple[Reader, Node]:
    source = text.encode("utf-8", "replace")
    if len(source) > MAX_LENGTH:
        raise Untranslatable(f"a script longer than {MAX_LENGTH} characters")
    root = _parser().parse(source).root_node
    if root.has_error:
        raise Untranslatable("not valid JavaScript")
    return Reader(source), root


def _statement(reader: Reader, node: Node) -> None:
    match node.type:
        case "comment" | "empty_statement" | "function_declaration":
            return
        case "expression_statement":
            inner = node.named_children[0]
            if inner.type == "assignment_expression":
                _assign(reader, inner)
                return
        case "variable_declaration" | "lexical_declaration":
            for declared in node.named_children:
                value = declared.child_by_field_name("value")
                name = reader.text(declared.child_by_field_name("name"))
                reader.known[name] = _value(reader, value) if value is not None else NOTHING
            return
        case "if_statement":
            _branch(reader, node)
            return
        case "statement_block":
            for statement in node.named_children:
                _statement(reader, statement)
            return
    raise Untranslatable(f"the statement “{reader.text(node):.60}”")


def _assign(reader: Reader, node: Node) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None or left.type != "identifier":
        raise Untranslatable(f"the assignment “{reader.text(node):.60}”")
    reader.known[reader.text(left)] = _value(reader, right)


def _branch(reader: Reader, node: Node) -> None:
    """`if … else …`: what either side assigns becomes a choice."""
    condition = _value(reader, _one(node, "condition"))
    before = dict(reader.known)
    _statement(reader, _one(node, "consequence"))
    yes, reader.known = reader.known, dict(before)
    alternative = node.child_by_field_name("alternative")
    if alternative is not None:
        _statement(reader, alternative.named_children[0])
    no = reader.known
    for name in {**yes, **no}:
        one, other = yes.get(name, NOTHING), no.get(name, NOTHING)
        no[name] = one if one == other else tree.Choose(condition, one, other)


def _function(reader: Reader, node: Node) -> Function:
    """A function of one return. Raises Untranslatable for more."""
    parameters = node.child_by_field_name("parameters")
    single = node.child_by_field_name("parameter")
    names = [single] if single is not None else parameters.named_children if parameters else []
    if any(name.type != "identifier" for name in names):
        raise Untranslatable("a function with unusual parameters")
    body = _one(node, "body")
    if body.type == "statement_block":
        inner = [child for child in body.named_children if child.type != "comment"]
        if len(inner) != 1 or inner[0].type != "return_statement" or not inner[0].named_children:
            raise Untranslatable("a function of several statements")
        body = inner[0].named_children[0]
    return Function(tuple(reader.text(name) for name in names), body)


def _one(node: Node, name: str) -> Node:
    found = node.child_by_field_name(name)
    if found is None:
        raise Untranslatable(f"an incomplete {node.type.replace('_', ' ')}")
    return found


def _value(reader: Reader, node: Node) -> Expression:
    match node.type:
        case "parenthesized_expression":
            return _value(reader, node.named_children[-1])
        case "true" | "false":
            return tree.Const(node.type == "true")
        case "null" | "undefined":
            return NOTHING
        case "number":
            return _number(reader.text(node))
        case "string":
            return tree.Const(_string(reader, node))
        case "template_string" if all(
            c.type != "template_substitution" for c in node.named_children
        ):
            return tree.Const(_string(reader, node))
        case "identifier":
            return _identifier(reader, reader.text(node))
        case "member_expression" | "subscript_expression":
            return _member(reader, node)
        case "unary_expression":
            return _unary(reader, node)
        case "binary_expression":
            return _binary(reader, node)
        case "ternary_expression":
            parts = [
                _value(reader, _one(node, n)) for n in ("condition", "consequence", "alternative")
            ]
            return tree.Choose(*parts)
        case "call_expression":
            return _call(reader, node)
    raise Untranslatable(f"“{reader.text(node):.60}”")


def _number(text: str) -> tree.Const:
    try:
        return tree.Const(Decimal(text.replace("_", "")))
    except InvalidOperation:
        raise Untranslatable(f"the number {text}") from None


def _string(reader: Reader, node: Node) -> str:
    result = []
    for child in node.named_children:
        text = reader.text(child)
        if child.type != "escape_sequence":
            result.append(text)
        elif text[1] in "ux":
            result.append(chr(int(text[2:].strip("{}"), 16)))
        else:
            result.append(_ESCAPES.get(text[1], text[1:].lstrip("\n\r")))
    return "".join(result)


def _identifier(reader: Reader, name: str) -> Expression:
    if name in reader.known:
        return reader.known[name]
    if name in ("data", "row"):
        return tree.Ref((), name)
    if name in ("input", "value"):
        return tree.Ref((), "own")
    if name == "undefined":
        return NOTHING
    raise Untranslatable(f"“{name}”, which only the platform knows")


def _member(reader: Reader, node: Node) -> Expression:
    base = _value(reader, _one(node, "object"))
    if node.type == "subscript_expression":
        index = _value(reader, _one(node, "index"))
        if not isinstance(index, tree.Const) or not isinstance(index.value, str):
            raise Untranslatable(f"“{reader.text(node):.60}”")
        step = index.value
    else:
        step = reader.text(_one(node, "property"))
    if step == "length" and isinstance(base, tree.Ref):
        return tree.Apply("length", (base,))
    if not isinstance(base, tree.Ref):
        raise Untranslatable(f"“{reader.text(node):.60}”")
    return replace(base, steps=(*base.steps, step))


def _unary(reader: Reader, node: Node) -> Expression:
    operator = reader.text(_one(node, "operator"))
    part = _value(reader, _one(node, "argument"))
    if operator == "!":
        return tree.Not(part)
    if operator == "-" and isinstance(part, tree.Const) and isinstance(part.value, Decimal):
        return tree.Const(-part.value)
    if operator == "-":
        return tree.Arithmetic("-", tree.Const(Decimal(0)), part)
    if operator == "+":
        return tree.Apply("number", (part,))
    raise Untranslatable(f"the operator {operator}")


def _binary(reader: Reader, node: Node) -> Expression:
    operator = reader.text(_one(node, "operator"))
    left, right = _one(node, "left"), _one(node, "right")
    if operator in tree.COMPARISONS:
        found = _index_of(reader, left, operator, right)
        if found is not None:
            return found
    first, second = _value(reader, left), _value(reader, right)
    match operator:
        case "&&":
            return both([first, second])
        case "||":
            return tree.AnyOf((first, second))
        case "??":
            return tree.Choose(tree.Compare("!=", first, NOTHING), first, second)
        case "+" | "-" | "*" | "/":
            return tree.Arithmetic(operator, first, second)
    if operator in tree.COMPARISONS:
        return tree.script_compared(operator, first, second)
    raise Untranslatable(f"the operator {operator}")


def _index_of(reader: Reader, left: Node, operator: str, right: Node) -> Expression | None:
    """`list.indexOf(x) !== -1` and its like."""
    if left.type != "call_expression" or reader.text(right).replace(" ", "") not in ("-1", "0"):
        return None
    callee = left.child_by_field_name("function")
    if callee is None or reader.text(callee.child_by_field_name("property")) != "indexOf":
        return None
    sign = operator + reader.text(right).replace(" ", "")
    found = _includes(reader, _one(callee, "object"), _arguments(left))
    return found if sign in _THERE else tree.Not(found) if sign in _NOT_THERE else None


def _arguments(node: Node) -> list[Node]:
    found = node.child_by_field_name("arguments")
    return [] if found is None else [c for c in found.named_children if c.type != "comment"]


def _call(reader: Reader, node: Node) -> Expression:
    callee = _one(node, "function")
    arguments = _arguments(node)
    if callee.type == "identifier":
        return _named(reader, reader.text(callee), arguments)
    if callee.type != "member_expression":
        raise Untranslatable(f"the call “{reader.text(node):.60}”")
    owner, name = _one(callee, "object"), reader.text(_one(callee, "property"))
    match reader.text(owner), name, arguments:
        case "_", "some" | "every", [table, test]:
            return _each(reader, name, table, test)
        case "_", "includes", [items, item]:
            return _includes(reader, items, [item])
        case "_", "isEmpty", [inner]:
            return tree.Not(tree.Apply("length", (_value(reader, inner),)))
        case "Math", function, [inner] if function in _MATHS:
            return tree.Apply(_MATHS[function], (_value(reader, inner),))
        case _, "some" | "every", [test]:
            return _each(reader, name, owner, test)
        case _, "includes", [item]:
            return _includes(reader, owner, [item])
        case _, "toString" | "trim", []:
            return tree.Apply("text", (_value(reader, owner),))
    raise Untranslatable(f"{reader.text(owner)}.{name}(), a function of the platform")


def _named(reader: Reader, name: str, arguments: list[Node]) -> Expression:
    match name, arguments:
        case "Number" | "parseFloat" | "parseInt", [first, *_]:
            return tree.Apply("number", (_value(reader, first),))
        case "String", [first]:
            return tree.Apply("text", (_value(reader, first),))
        case "Boolean", [first]:
            return tree.Not(tree.Not(_value(reader, first)))
    if name not in reader.functions or reader.depth > 10:
        raise Untranslatable(f"{name}(), a function of the platform")
    function = _function(reader, reader.functions[name])
    if len(function.parameters) != len(arguments):
        raise Untranslatable(f"{name}() with {len(arguments)} arguments")
    given = [_value(reader, argument) for argument in arguments]
    inner: Mapping[str, Expression] = dict(zip(function.parameters, given, strict=True))
    return _value(
        replace(reader, known={**reader.known, **inner}, depth=reader.depth + 1), function.body
    )


def _each(reader: Reader, word: str, table: Node, test: Node) -> Expression:
    over = _value(reader, table)
    if not isinstance(over, tree.Ref) or test.type not in ("arrow_function", "function_expression"):
        raise Untranslatable(f"_.{word} over “{reader.text(table):.60}”")
    function = _function(reader, test)
    if len(function.parameters) != 1:
        raise Untranslatable(f"_.{word} with {len(function.parameters)} parameters")
    # Inside, the parameter hides whatever else bears its name; `data` and `row` may be one too.
    name = function.parameters[0]
    row = f"{name}'" if name in ("data", "row") else name
    inside = replace(reader, known={**reader.known, name: tree.Ref((), row)})
    return tree.Each(word, row, over, _value(inside, function.body))


def _includes(reader: Reader, items: Node, arguments: list[Node]) -> Expression:
    if len(arguments) != 1:
        raise Untranslatable("includes() of several values")
    item = _value(reader, arguments[0])
    if items.type == "array":
        return tree.Member(item, tuple(_value(reader, child) for child in items.named_children))
    among = _value(reader, items)
    if not isinstance(among, tree.Ref):
        raise Untranslatable(f"“{reader.text(items):.60}.includes”")
    return tree.Member(item, among)
