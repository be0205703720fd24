"""Why a value is null (null の理由): the standard asks that an error gives null and is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from . import syntax
from .explain import is_absent, part
from .expression import Expression
from .faults import Fault, fault
from .meter import exhausted, metered
from .printer import printed
from .syntax import Node, children, walk

Context = Mapping[str, object]
LONGEST_TEXT = 100  # of a part that is shown


def null_reasons(expression: Expression, context: Context) -> tuple[Fault, ...]:
    """Say why an expression is null in a context; nothing when it is not, or where null is written.

    Each fault is of the innermost part that gave null: ``absent`` data, data ``unfit`` for their
    type, ``no-result`` for the values there are, or an evaluation that was ``too-costly``.
    """
    with metered():
        if expression(context) is not None:
            return ()
        if exhausted():
            return (fault(expression.source, 0, "too-costly"),)
        return tuple(_reasons(expression, context, expression.node))


def _reasons(expression: Expression, context: Context, node: Node) -> Iterator[Fault]:
    source, analysis = expression.source, expression.analysis
    if part(analysis, node)(context) is not None or isinstance(node, syntax.Literal):
        return
    if isinstance(node, syntax.If):
        condition = part(analysis, node.condition)(context)
        yield from _reasons(expression, context, node.yes if condition is True else node.no)
        return
    inner = [reason for p in _parts(node) for reason in _reasons(expression, context, p)]
    yield from inner
    if inner:
        return
    read = {n: origin for n in walk(node) if (origin := analysis.origins.get(n))}
    absent = {origin: n for n, origin in read.items() if is_absent(context, origin)}
    for origin, n in absent.items():
        yield fault(source, n.at, "absent", name=".".join(origin))
    if not absent and isinstance(node, (syntax.Name, syntax.Path)) and node in read:
        name, kind = ".".join(read[node]), analysis.types[node]
        yield fault(source, node.at, "unfit", name=name, type=kind)
    elif not absent:
        yield fault(source, node.at, "no-result", text=printed(node)[:LONGEST_TEXT])


def _parts(node: Node) -> Iterable[Node]:
    """Give the parts of a node that can be evaluated outside of it."""
    match node:
        case syntax.For(iterations=(first, *_)) | syntax.Quantified(iterations=(first, *_)):
            return [end for end in (first.domain, first.end) if end]
        case syntax.Filter(base=base):
            return [base]
        case syntax.Function() | syntax.ContextOf():
            return []
    return children(node)
