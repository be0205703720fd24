"""What must hold of every text and value: printing, logic, and that nothing crashes or hangs."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi import feel
from madoguchi.feel.expression import parse
from madoguchi.feel.printer import printed

SCOPE = {
    "a": feel.NUMBER,
    "b": feel.NUMBER,
    "ok": feel.BOOLEAN,
    "氏名": feel.STRING,
    "day": feel.DATE,
    "rows": feel.ListType(feel.ContextType({"n": feel.NUMBER, "unit price": feel.NUMBER})),
    "site": feel.ContextType(
        {
            "area": feel.NUMBER,
            "owners": feel.ListType(feel.ContextType({"share": feel.NUMBER})),
        }
    ),
    "matrix": feel.ListType(feel.ListType(feel.NUMBER)),
}
whole = st.integers(-3, 5)  # as they come from JSON: not yet decimals
numbers = st.decimals(
    allow_nan=False, allow_infinity=False, places=2, min_value=-999, max_value=999
)
dates = st.dates(date(1900, 1, 1), date(2100, 1, 1))
contexts = st.fixed_dictionaries(
    {
        "a": st.none() | numbers | st.integers(),
        "b": st.none() | numbers,
        "ok": st.none() | st.booleans(),
        "氏名": st.none() | st.text(max_size=5),
        "day": st.none() | dates,
        "rows": st.none()
        | st.lists(
            st.fixed_dictionaries({"n": st.none() | numbers, "unit price": numbers}), max_size=3
        ),
    }
)
nested = st.fixed_dictionaries(
    {
        "site": st.none()
        | st.fixed_dictionaries(
            {
                "area": st.none() | whole,
                "owners": st.none()
                | st.lists(st.fixed_dictionaries({"share": st.none() | whole}), max_size=3),
            }
        ),
        "matrix": st.none() | st.lists(st.lists(st.none() | whole, max_size=3), max_size=3),
    }
)
nested_texts = st.sampled_from(
    [
        "site.area > 1",
        "sum(site.owners.share) > 2",
        "count(site.owners) = 2",
        "count(site.owners[share > 1]) = 1",
        "site.owners[share > 1].share[1] = 3",
        "site.owners[1].share + 1 = 2",
        "site.owners[1] = {share: 1}",
        "site.owners = [{share: 1}]",
        "list contains(site.owners.share, 1)",
        "list contains(site.owners, {share: 1})",
        "count(distinct values(site.owners)) > 1",
        "some o in site.owners satisfies o.share = 2",
        "every o in site.owners satisfies o = {share: 2}",
        "for o in site.owners return o.share * 2",
        "for o in site.owners return o",
        "matrix[1][1] = 1",
        "matrix[1] = [1]",
        "matrix = [[1], [2, 3]]",
        "sum(matrix[1]) > 2",
        "for r in matrix return sum(r)",
        "for r in matrix, x in r return x + 1",
        "flatten(matrix)",
        "matrix[count(item) > 1]",
        "matrix[1][item > 1]",
        "{m: matrix, s: site}.m[1][1] = 1",
        "{o: site.owners}.o.share",
        "if site.area > 1 then site.owners else []",
        "[site.owners, matrix]",
        "sort(site.owners, function(a, b) a.share < b.share)[1].share",
        "max(matrix[1]) - min(matrix[1])",
        "site instance of context<area: number>",
        'get value(site, "area") = 1',
        "string(matrix)",
        "flatten([1, 2])[if matrix = [[1], [2, 3]] then item > 1 else false]",
        "for f in (for r in matrix return function(x) x + count(r)) return f(1)",
        "for a in 1..2, r in matrix return count(r) * a",
    ]
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.decimals()
    | dates
    | st.timedeltas()
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.times(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)

number_texts = st.sampled_from(
    ["a", "b", "1", "2.5", "count(rows)", "rows[1].n", "sum(rows.unit price)"]
)
number_texts = st.recursive(
    number_texts,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner)
        | st.builds("(if {} > {} then {} else {})".format, inner, inner, inner, inner)
        | st.builds("-{}".format, inner)
        | st.builds("abs({})".format, inner)
        | st.builds("max([{}, {}])".format, inner, inner)
    ),
    max_leaves=6,
)
atoms = (
    st.builds(
        "{} {} {}".format,
        number_texts,
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        number_texts,
    )
    | st.builds("{} in ({}, > {}, [1..5))".format, number_texts, number_texts, number_texts)
    | st.builds("{} between {} and 3".format, number_texts, number_texts)
    | st.builds("some r in rows satisfies r.n > {}".format, number_texts)
    | st.builds("count(rows[n > {}]) = 1".format, number_texts)
    | st.sampled_from(["ok", "ok = null", '氏名 = "山"', 'day > @"2020-01-01"', "day.year = 2000"])
)


def either(atoms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Combine conditions."""
    return st.recursive(
        atoms,
        lambda inner: (
            st.builds("({}) and ({})".format, inner, inner)
            | st.builds("({}) or ({})".format, inner, inner)
            | st.builds("not({})".format, inner)
            | st.builds("if {} then {} else {}".format, inner, inner, inner)
        ),
        max_leaves=5,
    )


conditions = either(atoms)
fragments = st.lists(
    st.sampled_from(
        '( ) [ ] { } in for x return if then else 1 "a" and or .. , : a . - + ** @"P1D" function(x) '
        "some satisfies not( < = instance of list< > sum( ? null between every number rows[ n".split()
    ),
    max_size=15,
).map(" ".join)


@given(conditions, contexts)
def test_printing_and_parsing_again_changes_nothing(text: str, context: dict[str, Any]) -> None:
    node, _ = parse(text, SCOPE)
    again = printed(node)
    assert printed(parse(again, SCOPE)[0]) == again
    assert feel.compile(again)(context) == feel.compile(text)(context)


@given(conditions, contexts)
def test_types_make_rules_faster_not_different(text: str, context: dict[str, Any]) -> None:
    typed = feel.compile(text, SCOPE, strict=False)(context)
    assert typed == feel.compile(text)(context)
    assert typed in (True, False, None)


@given(nested_texts, nested)
def test_nested_data_are_read_alike_with_and_without_types(
    text: str, context: dict[str, Any]
) -> None:
    typed = feel.compile(text, SCOPE)(context)
    assert typed == feel.compile(text)(context)
    assert not holds_raw_numbers(typed)


def holds_raw_numbers(value: Any) -> bool:
    if isinstance(value, (list, dict)):
        return any(map(holds_raw_numbers, value.values() if isinstance(value, dict) else value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@given(conditions, contexts)
def test_explanations_agree_with_the_rule(text: str, context: dict[str, Any]) -> None:
    rule = feel.compile(text, SCOPE, strict=False)
    found = feel.explain(rule, context)
    assert found.value is rule(context)
    assert all(r.outcome in (True, False, None) for r in found.reasons)
    assert set(found.missing) <= {(n,) for n in SCOPE} | rule.references


complete = st.fixed_dictionaries(
    {
        "a": numbers,
        "b": numbers,
        "ok": st.booleans(),
        "氏名": st.just("山") | st.text(max_size=3),
        "day": dates,
        "rows": st.lists(
            st.fixed_dictionaries({"n": numbers, "unit price": numbers}), min_size=1, max_size=2
        ),
    }
)
on_absence = st.sampled_from(
    [
        "ok != null",
        "rows = null",
        "count(rows) > 1",
        "every r in rows satisfies r.n > a",
        "rows.n[1] > 2",
        "(if ok then a else b) > 2",
        "a instance of number",
        "b in [a..5]",
        "a in (< b, > 3)",
        "list contains(rows.n, a)",
        "null or a > 3",
        "min(a, b) > 2",
        "[a, b][item > 1] = [a]",
        "{x: a}.x > b",
        "(for r in rows return r.n > 1) = [true]",
    ]
)


@given(either(conditions | on_absence), contexts, complete, st.booleans())
def test_what_is_not_named_as_missing_changes_nothing(
    text: str, context: dict[str, Any], complete: dict[str, Any], typed: bool
) -> None:
    rule = feel.compile(text, SCOPE if typed else None, strict=False)
    found = feel.explain(rule, context)
    given = {name: filled(context.get(name), (name,), complete, found.missing) for name in complete}
    assert rule(given) is found.value


def filled(value: Any, path: tuple[str, ...], complete: Any, missing: Any) -> Any:
    """Give every absent datum its value, those named as missing left out."""
    if isinstance(value, list):
        return [filled(item, path, complete, missing) for item in value]
    if isinstance(value, dict):
        return {n: filled(v, (*path, n), complete, missing) for n, v in value.items()}
    if value is not None or any(named[: len(path)] == path for named in missing):
        return value
    found = complete
    for name in path:
        found = (found[0] if isinstance(found, list) else found)[name]
    return found


@given(conditions, st.dictionaries(st.sampled_from(list(SCOPE)), anything))
def test_no_data_makes_a_rule_raise(text: str, context: dict[str, Any]) -> None:
    assert feel.compile(text, SCOPE, strict=False)(context) in (True, False, None)
    feel.compile(text)(context)


def faults_or_call(
    make: Callable[[str], feel.Expression], text: str, context: dict[str, Any]
) -> tuple[feel.Fault, ...]:
    try:
        made = make(text)
    except feel.FeelError as error:
        return error.faults or (feel.Fault(0, 0, "none", {}),)
    made(context)
    return ()


@settings(max_examples=300)
@given(fragments | st.text(max_size=30), st.dictionaries(st.sampled_from(list(SCOPE)), anything))
def test_no_text_makes_anything_but_a_feel_error(text: str, context: dict[str, Any]) -> None:
    feel.check(text, SCOPE)
    for make in (feel.compile, feel.compile_unary):
        faults = faults_or_call(make, text, context)
        assert all(f.line >= 1 and f.column >= 1 and f.message["ja"] for f in faults)


truth = st.sampled_from([True, False, None])


@given(truth, truth)
def test_logic_is_kleenes(p: bool | None, q: bool | None) -> None:
    order = {False: 0, None: 1, True: 2}
    context = {"p": p, "q": q}
    assert feel.compile("p and q")(context) is min(p, q, key=order.__getitem__)
    assert feel.compile("p or q")(context) is max(p, q, key=order.__getitem__)
    assert feel.compile("not(p)")(context) is (None if p is None else not p)
    assert feel.compile("p = q")(context) is (p is q)


@given(numbers, numbers)
def test_arithmetic_is_exact(a: Decimal, b: Decimal) -> None:
    scope = {"a": feel.NUMBER, "b": feel.NUMBER}
    for op, value in (("+", a + b), ("-", a - b), ("*", a * b)):
        assert feel.compile(f"a {op} b", scope)({"a": a, "b": b}) == value
    assert feel.compile("a < b", scope)({"a": a, "b": b}) is (a < b)


@given(st.dates(), st.integers(-4000, 4000))
def test_days_added_are_days_between(day: date, days: int) -> None:
    context = {"day": day, "length": timedelta(days=days)}
    assert feel.compile("(day + length) - day")(context) == timedelta(days=days)
    assert feel.compile("day + length - length")(context) == day
