"""Compiling filters, loops and functions (繰り返し): loops of Python, their work counted before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from . import runtime, syntax
from .comparison_compiler import write_condition
from .types import ANY, NULL, NUMBER, FunctionType, ListType, conforms
from .values import as_list

if TYPE_CHECKING:
    from .compiler import Compiler

SMALL = 60  # lines of a loop over data that need not be counted as work


@contextmanager
def looping(to: Compiler, name: str, items: str, free: bool) -> Iterator[None]:
    """Write a loop; its work, items times lines, is counted before, unless it is free and small."""
    start, indent = len(to.out.lines), to.out.indent
    with to.out.block(f"for {name} in {items} or ():"):
        to.loops += 1
        yield
        to.loops -= 1
    lines = len(to.out.lines) - start
    to.passes += 1
    if to.loops or lines > SMALL or not free:
        to.metered = True
        to.out.charge(start, indent, f"len({items} or ()) * {1 + lines // 4}")


def write_filter(to: Compiler, node: syntax.Filter) -> str:
    """Write ``base[condition]``."""
    out, base, raw = to.out, to.visit_raw(node.base), to.is_raw(node.base)
    (item,) = to.found.declared[node]
    kind = to.type(node.condition)
    if conforms(kind, NUMBER) and kind not in (ANY, NULL):
        to.locals[item] = "None"
        position = to.visit(node.condition)
        taken = out.attempt(f"{out.named(runtime.at_position)}({base}, {position})", position)
        del to.locals[item]
        if raw:
            out.read(taken, item.type)
        return taken
    kept, items = out.assign("[]"), out.call(as_list, base)
    name = to.locals[item] = out.fresh("v")
    with looping(to, name, items, free=node.base in to.found.origins):
        if raw:
            out.read(name, item.type)
        answer = to.visit(node.condition)
        out.line(f"if {answer} is True: {kept}.append({name})")
        if kind == ANY:  # a position after all
            with out.block(f"if {answer}.__class__ is {out.named(Decimal)}:"):
                taken = out.attempt(f"{out.named(runtime.at_position)}({base}, {answer})")
                out.line(f"{kept} = {taken}")
                out.line("break")
    del to.locals[item]
    return kept


def write_for(to: Compiler, node: syntax.For) -> str:
    """Write ``for``: nested loops that add to one list; null when one has no domain."""
    results = to.out.assign("[]")
    (partial,) = to.found.declared[node]
    to.locals[partial] = results
    with iterating(to, node.iterations, results, "None"):
        to.out.line(f"{results}.append({to.visit(node.body)})")
    del to.locals[partial]
    return results


def write_quantified(to: Compiler, node: syntax.Quantified) -> str:
    """Write ``some`` and ``every``: loops that end when one answer decides."""
    decisive, neutral = ("True", "False") if node.word == "some" else ("False", "True")
    result = to.out.assign(neutral)
    with iterating(to, node.iterations, result, decisive):
        answer = write_condition(to, node.condition)
        with to.out.block(f"if {answer} is not {neutral}:"):
            to.out.line(f"{result} = {answer}")
            to.out.line(f"if {answer} is {decisive}: break")
    return result


@contextmanager
def iterating(
    to: Compiler, iterations: tuple[syntax.Iteration, ...], result: str, ends: str
) -> Iterator[None]:
    """Write nested loops; without a domain ``result`` is None, and when it is ``ends`` all end."""
    out, (head, *rest) = to.out, iterations
    domain = write_domain(to, head)
    out.line(f"if {domain} is None: {result} = None")
    (local,) = to.found.declared[head]
    name = to.locals[local] = out.fresh("v")
    data = head.domain in to.found.origins and head.end is None
    with looping(to, name, domain, free=data):
        if to.is_raw(head.domain):
            out.read(name, local.type)
        if rest:
            with iterating(to, tuple(rest), result, ends):
                yield
            out.line(f"if {result} is {ends}: break")
        else:
            yield
    del to.locals[local]


def write_domain(to: Compiler, node: syntax.Iteration) -> str:
    """Write what an iteration goes through: a list, or None."""
    start = to.visit_raw(node.domain)
    if node.end is not None:
        return to.out.call(runtime.steps, start, to.visit(node.end))
    if isinstance(to.type(node.domain), ListType):
        return start
    return to.out.call(runtime.domain_of, start)


def write_function(to: Compiler, node: syntax.Function) -> str:
    """Write a function literal; what it sees of loops around it is bound when it is made."""
    out, body = to.out, to.out.fresh("f")
    seen = sorted({name for name in to.locals.values() if name[0] in "tv"})
    parameters = to.found.declared[node]
    to.locals |= {local: out.fresh("v") for local in parameters}
    names = [to.locals[local] for local in parameters]
    start, indent = len(out.lines) + 1, out.indent + 1
    with out.block(f"def {body}({', '.join([*names, *(f'{name}={name}' for name in seen)])}):"):
        to.loops += 1
        out.line(f"return {to.visit(node.body) if node.body else 'None'}")
        to.loops -= 1
    to.metered = True
    out.charge(start, indent, str(1 + (len(out.lines) - start) // 4))
    for local in parameters:
        del to.locals[local]
    kind = to.type(node)
    kind = kind if isinstance(kind, FunctionType) else FunctionType(params=node.parameters)
    return out.call(runtime.UserFunction, out.constant(kind), body)
