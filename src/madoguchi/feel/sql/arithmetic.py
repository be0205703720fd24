"""Arithmetic in SQL (SQLの計算): exact as far as the digits of the operands allow, else refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from ..syntax import Arithmetic, Negation, Node
from ..types import DATE, DAYS_DURATION, NULL, NUMBER, STRING, YEARS_DURATION
from ..values import DECIMAL128, YearsMonths
from .dialects import SQLITE, Term, as_they_are, day_number, of_one_scale, width

if TYPE_CHECKING:
    from .translate import Translator

ONE_DAY = timedelta(days=1)
FARTHEST, FARTHEST_MONTHS = 1_460_000 * ONE_DAY, 48_000  # what PostgreSQL can add to any date
DIGITS = 34
LENGTHS = (NUMBER, DAYS_DURATION, YEARS_DURATION)


def negation(work: Translator, node: Negation) -> Term:
    """Write a minus sign."""
    if work.type(node) not in LENGTHS:
        raise work.refuse(node, f"-{work.type(node)}")
    term = work.visit(node.operand)
    return Term(f"(-{work.dialect.exact(term, term)})", term.whole, term.scale)


def arithmetic(work: Translator, node: Arithmetic) -> Term:
    """Write a sum, difference, product or quotient."""
    left, right = work.type(node.left), work.type(node.right)
    if left == right and left in LENGTHS and node.op in ("+", "-"):
        return added(work, node, [work.visit(node.left), work.visit(node.right)])
    if (left, right) == (NUMBER, NUMBER) and node.op == "*":
        return multiplied(work, node, work.visit(node.left), work.visit(node.right))
    if (left, right) == (NUMBER, NUMBER) and node.op == "/":
        factor = reciprocal(work, node.right)
        if factor is not None:
            return multiplied(work, node, work.visit(node.left), work.number(node, factor))
    if (left, right, node.op) == (STRING, STRING, "+"):
        return Term(f"({work.visit(node.left).text} || {work.visit(node.right).text})")
    if (left, right, node.op) == (DATE, DATE, "-"):
        return between_days(work, work.visit(node.left), work.visit(node.right))
    if left == DATE and node.op in ("+", "-"):
        return moved(work, node)
    raise work.refuse(node, f"{left} {node.op} {right}")


def added(work: Translator, node: Arithmetic, terms: list[Term]) -> Term:
    """Write a sum or difference of numbers, which may have one digit more than either."""
    whole, scale = width(terms)
    result = checked(work, node, whole + 1, scale)
    texts = of_one_scale(terms) if work.dialect is SQLITE else as_they_are(terms)
    first, second = (work.dialect.exact(Term(text, whole, scale), result) for text in texts)
    return Term(f"({first} {node.op} {second})", result.whole, result.scale)


def multiplied(work: Translator, node: Node, left: Term, right: Term) -> Term:
    """Write a product, which has as many digits as both factors."""
    result = checked(work, node, left.whole + right.whole, left.scale + right.scale)
    first, second = work.dialect.exact(left, result), work.dialect.exact(right, result)
    return Term(f"({first} * {second})", result.whole, result.scale)


def checked(work: Translator, node: Node, whole: int, scale: int) -> Term:
    """Refuse a result that FEEL would round, or the database could not hold."""
    term = Term("", whole, scale)
    if whole + scale > DIGITS:
        raise work.refuse(node, f"{whole + scale} digits")
    work.check_width(node, (term,))
    return term


def reciprocal(work: Translator, node: Node) -> Decimal | None:
    """Give 1/n of a constant when it has an end, as 0.001 of 1000."""
    known = work.constant_value(node)
    if not known or not known[0]:
        return None
    factor = DECIMAL128.divide(Decimal(1), known[0])
    return factor if Fraction(factor) * Fraction(known[0]) == 1 else None


def quotient(work: Translator, node: Node) -> tuple[Term, Term] | None:
    """Give dividend and divisor of ``a / b``, perhaps times 10, 100 …; None for anything else."""
    if work.constant_value(node):
        return None
    match node:
        case Arithmetic("/", left, right) if work.type(left) == work.type(right) == NUMBER:
            if reciprocal(work, right) is None:
                return work.visit(left), work.visit(right)
        case Arithmetic("*", left, right):
            for part, factor in ((left, right), (right, left)):
                known = work.constant_value(factor)
                power = known[0] if known and isinstance(known[0], Decimal) else Decimal(0)
                if power > 0 and power.normalize().as_tuple().digits == (1,):
                    found = quotient(work, part)
                    if found:
                        return multiplied(work, node, found[0], work.number(node, power)), found[1]
    return None


def quotient_compared(
    work: Translator, node: Node, op: str, left: Node, right: Node
) -> Term | None:
    """Compare a quotient without dividing: ``a / b > c`` is ``a > c * b`` where b is positive.

    FEEL compares the quotient rounded to 34 digits. That makes no difference while the quotient
    differs from c, if at all, by more than its last digit: hence the limit on the digits.
    """
    found, other, turned = quotient(work, left), right, False
    if not found:
        found, other, turned = quotient(work, right), left, True
    if not found or op in ("=", "!=") or work.type(other) == NULL:
        return None
    (dividend, divisor), bound = found, work.visit(other)
    if sum(width([bound])) + dividend.scale + sum(width([divisor])) >= DIGITS:
        raise work.refuse(node, "/")
    if turned:
        op = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op]
    sides = [dividend, multiplied(work, node, bound, divisor)]
    first, second = work.aligned(node, sides)
    opposite = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op]
    return Term(
        f"(CASE WHEN {divisor.text} > 0 THEN {first} {op} {second}"
        f" WHEN {divisor.text} < 0 THEN {first} {opposite} {second} END)"
    )


def between_days(work: Translator, later: Term, earlier: Term) -> Term:
    """Write the time between two dates, in seconds."""
    days = (
        map(day_number, (later, earlier)) if work.dialect is SQLITE else (later.text, earlier.text)
    )
    return Term(f"({work.dialect.day_between.format(*days)} * 86400)", 12)


def moved(work: Translator, node: Arithmetic) -> Term:
    """Write a date and a constant duration added to it."""
    known = work.constant_value(node.right)
    length, sign = known[0] if known else None, 1 if node.op == "+" else -1
    day = work.visit(node.left)
    if isinstance(length, timedelta) and abs(length) <= FARTHEST and not length % ONE_DAY:
        return Term(work.dialect.add_days(day, sign * length.days), moved=True)
    if isinstance(length, YearsMonths) and abs(length.months) <= FARTHEST_MONTHS:
        return Term(work.dialect.add_months(day, sign * length.months), moved=True)
    raise work.refuse(node, f"{DATE} {node.op} {work.type(node.right)}")
