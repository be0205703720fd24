"""JsonLogic to trees (JsonLogic の読取): the operators that forms use."""

from collections.abc import Mapping
from functools import reduce

from madoguchi.procedures.importers import expression as tree
from madoguchi.procedures.importers.expression import Expression, Untranslatable, constant

DEEPEST = 40


def read(rule: object, row: str = "near", depth: int = 0) -> Expression:
    """The tree of a rule; `row` is where its answers stand. Raises Untranslatable."""
    if depth > DEEPEST:
        raise Untranslatable("a rule nested too deeply")
    if not isinstance(rule, Mapping):
        return constant(rule)
    if len(rule) != 1:
        raise Untranslatable("a rule that is not one operator")
    operator, raw = next(iter(rule.items()))
    given = raw if isinstance(raw, list) else [raw]
    if operator == "var":
        return _answer(given, row)
    if operator in ("some", "all") and len(given) == 2:
        table = read(given[0], row, depth + 1)
        if not isinstance(table, tree.Ref):
            raise Untranslatable(f"“{operator}” over something else than rows")
        holds = read(given[1], "item'", depth + 1)
        return tree.Each("some" if operator == "some" else "every", "item'", table, holds)
    if operator == "in" and len(given) == 2 and isinstance(given[1], list):
        return tree.Member(read(given[0], row, depth + 1), tuple(map(constant, given[1])))
    return _operator(str(operator), [read(part, row, depth + 1) for part in given])


def _answer(given: list[object], row: str) -> Expression:
    name = given[0] if given else ""
    if not isinstance(name, str):
        raise Untranslatable("an answer named by a number")
    steps = tuple(step for step in name.split(".") if step)
    if steps[:1] in (("data",), ("row",)):
        return tree.Ref(steps[1:], steps[0])
    return tree.Ref(steps, row)


def _operator(operator: str, parts: list[Expression]) -> Expression:
    match operator, parts:
        case _, [left, right] if operator in tree.COMPARISONS:
            return tree.script_compared(operator, left, right)
        case "<" | "<=", [low, middle, high]:
            return tree.All(
                (tree.Compare(operator, low, middle), tree.Compare(operator, middle, high))
            )
        case "and", [_, *_]:
            return tree.All(tuple(parts))
        case "or", [_, *_]:
            return tree.AnyOf(tuple(parts))
        case "!", [part]:
            return tree.Not(part)
        case "!!", [part]:
            return tree.Not(tree.Not(part))
        case "if" | "?:", [condition, yes, no]:
            return tree.Choose(condition, yes, no)
        case "+", [part]:
            return tree.Apply("number", (part,))
        case "+" | "-" | "*" | "/", [_, _, *_]:
            return reduce(lambda left, right: tree.Arithmetic(operator, left, right), parts)
        case "in", [item, tree.Ref() as among]:
            return tree.Member(item, among)
    raise Untranslatable(f"the operator “{operator}”")
