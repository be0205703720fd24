"""Compiling filters, loops and functions (繰り返し): each body becomes an inner function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import runtime
from .syntax import Filter, For, Function, Iteration, Quantified
from .types import ANY, NULL, NUMBER, FunctionType, conforms
from .values import reader

if TYPE_CHECKING:
    from .compiler import Compiler


def compile_filter(compiler: Compiler, node: Filter) -> str:
    """Write ``base[condition]``."""
    compiler.loops = True
    out = compiler.out
    base, raw = compiler.visit_raw(node.base), compiler.is_raw(node.base)
    (item,) = compiler.found.declared[node]
    kind = compiler.type(node.condition)
    body, name = out.fresh("f"), out.fresh("v")
    compiler.locals[item] = name
    if conforms(kind, NUMBER) and kind not in (ANY, NULL):
        taken = out.assign("None")
        with out.block(f"def {body}({name}):"):
            out.line(f"return {compiler.visit(node.condition)}")
        out.line(f"{taken} = {out.constant(runtime.at_index)}({base}, {body}(None))")
        if raw:
            out.read(taken, item.type)
        return taken
    with out.block(f"def {body}({name}):"):
        out.line(f"return {compiler.visit(node.condition)}")
    read = reader(item.type) if raw else None
    return compiler.helper(runtime.select, base, body, out.constant(read))


def compile_for(compiler: Compiler, node: For) -> str:
    """Write ``for``: nested inner functions that add to one list."""
    compiler.loops = True
    out = compiler.out
    results = out.assign("[]")
    (partial,) = compiler.found.declared[node]
    compiler.locals[partial] = results
    done = iterate(compiler, node.iterations, lambda: keep(compiler, node, results))
    return out.assign(f"{results} if {done} else None")


def keep(compiler: Compiler, node: For, results: str) -> None:
    """Write the innermost body of a loop."""
    value = compiler.visit(node.body)
    compiler.out.line(f"{compiler.out.constant(runtime.collect)}({results}, {value})")


def iterate(compiler: Compiler, iterations: tuple[Iteration, ...], innermost) -> str:  # type: ignore[no-untyped-def]
    """Write one inner function for each iteration."""
    out = compiler.out
    node, *rest = iterations
    domain = write_domain(compiler, node)
    body, name = enter_body(compiler, node)
    with out.block(f"def {body}({name}):"):
        if compiler.is_raw(node.domain):
            out.read(name, compiler.found.declared[node][0].type)
        if rest:
            out.line(f"return {iterate(compiler, tuple(rest), innermost)}")
        else:
            innermost()
    return compiler.helper(runtime.each, domain, body)


def write_domain(compiler: Compiler, node: Iteration) -> str:
    """Write what an iteration goes through."""
    start = compiler.visit_raw(node.domain)
    if node.end is None:
        return compiler.helper(runtime.domain_of, start)
    return compiler.helper(runtime.steps, start, compiler.visit(node.end))


def enter_body(compiler: Compiler, node: Iteration) -> tuple[str, str]:
    """Name the inner function of an iteration and its parameter."""
    name = compiler.out.fresh("v")
    compiler.locals[compiler.found.declared[node][0]] = name
    return compiler.out.fresh("f"), name


def compile_quantified(compiler: Compiler, node: Quantified) -> str:
    """Write ``some`` and ``every``."""
    compiler.loops = True
    return quantify(compiler, node, node.iterations)


def quantify(compiler: Compiler, node: Quantified, iterations: tuple[Iteration, ...]) -> str:
    """Write one inner function for each iteration of a quantifier."""
    out = compiler.out
    head, *rest = iterations
    domain = write_domain(compiler, head)
    body, name = enter_body(compiler, head)
    with out.block(f"def {body}({name}):"):
        if compiler.is_raw(head.domain):
            out.read(name, compiler.found.declared[head][0].type)
        answer = quantify(compiler, node, tuple(rest)) if rest else compiler.visit(node.condition)
        out.line(f"return {answer}")
    return compiler.helper(runtime.some if node.word == "some" else runtime.every, domain, body)


def compile_function(compiler: Compiler, node: Function) -> str:
    """Write a function literal."""
    compiler.loops = True
    out = compiler.out
    body = out.fresh("f")
    names = [out.fresh("v") for _ in node.parameters]
    for local, name in zip(compiler.found.declared[node], names, strict=True):
        compiler.locals[local] = name
    with out.block(f"def {body}({', '.join(names)}):"):
        out.line(f"return {compiler.visit(node.body) if node.body else 'None'}")
    kind = compiler.type(node)
    kind = kind if isinstance(kind, FunctionType) else FunctionType(params=node.parameters)
    return out.assign(f"{out.constant(runtime.UserFunction)}({out.constant(kind)}, {body})")
