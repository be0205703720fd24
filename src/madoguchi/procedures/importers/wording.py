"""Comparisons in words (言葉による比較), as the builders of Form.io and XGov name them."""

from madoguchi.procedures.importers.expression import (
    NOTHING,
    Apply,
    Compare,
    Expression,
    Member,
    Not,
    Ref,
    Untranslatable,
    constant,
)

_NEGATED = {
    "isNotEqual": "is",
    "isNotEmpty": "isEmpty",
    "notIncludes": "contains",
    "is not": "is",
    "does not contain": "contains",
    "does not match": "matches",
}
_ORDERS = {
    "lessThan": "<",
    "lessThanOrEqual": "<=",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
    "is less than": "<",
    "is at most": "<=",
    "is more than": ">",
    "is at least": ">=",
}
_LENGTHS = {"is longer than": ">", "is shorter than": "<", "has length": "="}


def compared(answer: Ref, word: str, value: object) -> Expression:
    """An answer compared with a constant. Raises Untranslatable for other words and values."""
    if word in _NEGATED:
        return Not(compared(answer, _NEGATED[word], value))
    if word == "isEmpty" or (word in ("is", "isEqual") and value in (None, "")):
        return Compare("=", answer, NOTHING)
    if word in ("is", "isEqual"):
        return Compare("=", answer, constant(value), loose=True)
    if word in _ORDERS:
        return Compare(_ORDERS[word], answer, constant(value), loose=True)
    if word in _LENGTHS:
        return Compare(_LENGTHS[word], Apply("length", (answer,)), constant(value), loose=True)
    if word in ("includes", "contains"):
        return Member(constant(value), answer)
    if word == "matches":
        return Apply("matches", (answer, constant(value)))
    raise Untranslatable(f"the operator “{word}”")
