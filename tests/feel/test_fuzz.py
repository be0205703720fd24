"""Any tree, any text: what is written reads back the same, and nothing crashes or hangs.

A few hundred examples here; for hours of them: ``pytest tests/feel/test_fuzz.py
--hypothesis-profile=long``.
"""

import time
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from madoguchi import feel
from madoguchi.feel import syntax
from madoguchi.feel.builtins import BUILTINS
from madoguchi.feel.expression import parse
from madoguchi.feel.parser import COMPARISONS, holding
from madoguchi.feel.printer import printed
from madoguchi.feel.reader import Reader
from madoguchi.feel.values import DECIMAL128
from tests.feel.test_properties import SCOPE, anything, contexts

LONGEST = 20.0  # seconds on a busy machine; one evaluation is cut off after about one
NAMES = {
    **SCOPE,
    "start date": feel.DATE,
    "x-y": feel.NUMBER,
    "terms and conditions": feel.BOOLEAN,
    "known": feel.FunctionType(params=(("what", feel.STRING),), returns=feel.BOOLEAN),
    "?": feel.NUMBER,
}
TYPES = (
    "number",
    "date and time",
    "list<string>",
    "range<date>",
    "context<n: number, full name: string>",
    "function<number, Any> -> list<boolean>",
    "a.type.unknown",
)

# ── trees ────────────────────────────────────────────────────────────────────────────────────

literals = st.builds(
    syntax.Literal,
    st.none()
    | st.booleans()
    | st.decimals(min_value=0, allow_nan=False, allow_infinity=False).map(DECIMAL128.plus)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.dates(date(1, 1, 1))
    | st.times()
    | st.datetimes()
    | st.timedeltas()
    | st.integers(-9999, 9999).map(feel.YearsMonths),
)
names = st.builds(
    syntax.Name,
    st.sampled_from((*NAMES, "i", "the row", "item", "partial", "unknown thing", "sum")),
)
new_names = st.sampled_from(("i", "the row", "番号"))
members = st.sampled_from(("n", "unit price", "share", "year", "start included", "k", "nothing"))


def some(of: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, min_size=least, max_size=3).map(tuple)


def larger(part: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.Node]:
    """Trees of one more level."""
    comparing = st.sampled_from(sorted(COMPARISONS))
    tests = (part | st.builds(syntax.Test, comparing, part)).map(holding)
    iterations = some(st.builds(syntax.Iteration, new_names, part, st.none() | part))
    functions = names | st.sampled_from(sorted(BUILTINS)).map(syntax.Name) | part
    parameters = some(st.tuples(new_names, st.sampled_from((feel.ANY, feel.NUMBER))), 0)
    kinds = st.sampled_from(TYPES)
    named = st.lists(st.tuples(members, part), min_size=1, max_size=3)
    return st.one_of(
        st.builds(syntax.Path, part, members),
        st.builds(syntax.Filter, part, part),
        st.builds(syntax.Negation, part),
        st.builds(syntax.Arithmetic, st.sampled_from(("+", "-", "*", "/", "**")), part, part),
        st.builds(syntax.Comparison, comparing, part, part),
        st.builds(syntax.Logic, st.sampled_from(("and", "or")), some(part, 2)),
        st.builds(syntax.Between, part, part, part),
        st.builds(syntax.Test, comparing, part),
        st.builds(syntax.In, part, some(tests)),
        st.builds(syntax.If, part, part, part),
        st.builds(syntax.For, iterations, part),
        st.builds(syntax.Quantified, st.sampled_from(("some", "every")), iterations, part),
        st.builds(
            lambda node, kind: syntax.InstanceOf(node, Reader(kind).type(), kind), part, kinds
        ),
        st.builds(syntax.Call, functions, some(part, 0)),
        st.builds(
            lambda f, given: syntax.Call(f, tuple(v for _, v in given), tuple(n for n, _ in given)),
            functions,
            named,
        ),
        st.builds(syntax.Function, parameters, st.none() | part),
        st.builds(syntax.ListOf, some(part, 0)),
        st.builds(syntax.ContextOf, named.map(tuple)),
        st.builds(syntax.RangeOf, part, part, st.booleans(), st.booleans()),
    )


trees = st.recursive(literals | names, larger, max_leaves=14)


def same(left: Any, right: Any) -> bool:
    """Tell whether two trees are alike but for their places; types are compared as written."""
    if isinstance(left, syntax.Node):
        parts = [(getattr(left, n), getattr(right, n, None)) for n in left.__match_args__]
        return type(left) is type(right) and all(same(a, b) for a, b in parts)
    if isinstance(left, tuple):
        alike = isinstance(right, tuple) and len(left) == len(right)
        return alike and all(map(same, left, right))
    return str(left) == str(right) if isinstance(left, feel.Type) else bool(left == right)


@given(trees)
def test_what_is_written_reads_back_the_same(tree: syntax.Node) -> None:
    text = printed(tree)
    assert same(parse(text, NAMES)[0], tree), text


@given(trees, contexts)
def test_any_tree_is_checked_evaluated_and_explained(
    tree: syntax.Node, context: dict[str, Any]
) -> None:
    runs_in_bounds(printed(tree), context)


# ── texts ────────────────────────────────────────────────────────────────────────────────────

words = st.sampled_from(
    '( ) [ ] { } < > = != <= >= + - * / ** , : . .. -> // /* */ " @" \\ ? ! ; \' \n \u3000 ＞ 「 」 '
    "and or if then else for return in some every satisfies between instance of function external "
    "true false null not( sum( date( duration( x i n a ok rows day 氏名 start date terms x-y item "
    'partial list< context< 1 2.5 1e99 .. 0.. @"2026-04-01" @"P1D" "a" rows[ .n } 1.. in('.split(
        " "
    )
)
texts = st.lists(words | st.text(max_size=2), max_size=25).map(" ".join) | st.text(max_size=60)


@given(texts, st.dictionaries(st.sampled_from(list(NAMES)), anything))
def test_any_text_is_read_or_refused(text: str, context: dict[str, Any]) -> None:
    runs_in_bounds(text, context)


def runs_in_bounds(text: str, context: dict[str, Any]) -> None:
    """Do with a text all that can be done: it is refused in words, or works in bounded time."""
    start = time.perf_counter()
    assert all(f.line >= 1 and f.column >= 1 and f.message["ja"] for f in feel.check(text, NAMES))
    for scope in (None, NAMES):
        rule = compiled(text, scope)
        if rule is not None:
            rule(context)
            assert feel.explain(rule, context).value in (True, False, None)
    assert time.perf_counter() - start < LONGEST, text


def compiled(text: str, scope: dict[str, feel.Type] | None) -> feel.Expression | None:
    try:
        return feel.compile(text, scope, strict=False)
    except feel.FeelError:
        return None
