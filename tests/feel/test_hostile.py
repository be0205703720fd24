"""Hostile expressions end: in a value, in null or in a fault, soon and in little memory."""

import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import regex

from madoguchi import feel
from madoguchi.feel import patterns

SECONDS = 15  # of processor time; most take less than one
MEGABYTES = 1_000
BIG = 'string join(for i in 1..60000 return "abcdefghijklmnop")'  # close to the longest text


def with_big(expression: str) -> str:
    """An expression that sees the text ``s`` of nearly a million characters."""
    return f"{{s: {BIG}, r: {expression}}}.r"


def doubling(first: str, step: str, last: str) -> str:
    """A context of sixty entries, each made of the one before twice."""
    entries = [f"x0: {first}", *(f"x{n}: {step.replace('x', f'x{n - 1}')}" for n in range(1, 60))]
    return "{" + ", ".join([*entries, f"r: {last}"]) + "}.r"


NESTING = [
    "(" * 5000,
    "[" * 5000,
    "-" * 5000 + "1",
    "(" * 60 + "1" + ")" * 60,
    "1" + "+1" * 5000,
    "not(" * 3000,
    "if a then " * 300 + "1",
    "if a then 1 else " * 300 + "1",
    "for x in [1] return " * 60 + "x",
    "some x in [1] satisfies " * 60 + "true",
    "a" + ".b" * 5000,
    "x[" * 3000,
    "{a:" * 300,
    "function(x) " * 500 + "x",
    "a in (" * 300,
    "a in (" + ",".join(["[1..2]"] * 3000) + ")",
    '"' + "\\uD83D" * 100 + '"',
    "1" * 90_000,
]
NAME = " ".join("a" * 49)
READING = [
    "a in (" * 60 + "1" + ")" * 60,
    '"' + '\\"' * 45_000,
    "/*" * 45_000,
    "a " * 45_000,
    "[" + ",".join(f"nam{i}" for i in range(9_000)) + "]",
    "{" + ",".join(f"a {i}: a {i - 1}" for i in range(5_000)) + "}",
    f"{{{NAME} b: [" + "a, " * 30_000 + "1]}",
    "1+" * 500_000,
    " and ".join(["(" + "+".join(["a"] * 150) + " > 1)"] * 80),
    "x instance of " + "list<" * 60 + "number" + ">" * 60,
    "{" + ",".join(f"a{i}: 1" for i in range(9_000)) + "}",
]
NUMBERS = [
    "9**9**9**9**9",
    "2 ** 1e6000",
    "1.0000001 ** 1e30",
    "0.5 ** 1e6000",
    "exp(1e9)",
    "log(1e-6143)",
    "1e6144 * 10",
    'number("1e999999999999999999")',
    "modulo(1e6144, 3)",
    "round half up(1e6144, 6176)",
    "decimal(1e-6143, 6111)",
    "string(1e6144)",
    "[1, 2][1e6144]",
    'substring("abc", 1e6000)',
    "for i in 1..99999 return i ** 0.3333333",
    "for i in 1..99999, j in 1..5 return i ** 0.333333",
    "for i in 1..99999 return " + "+".join(["i"] * 3000),
]
LOOPS = [
    "for x in 1..1000000000 return x",
    "for a in 1..1000, b in 1..1000, c in 1..1000 return 1",
    "count(for a in 1..99999 return (for b in 1..99999 return b))",
    "some a in 1..90000, b in 1..90000 satisfies a + b < 0",
    "every a in 1..90000 satisfies some b in 1..90000 satisfies a = b + 90000",
    "for i in 1..60 return concatenate(partial, partial, partial)",
    "for i in 1..5000 return [partial]",
    "for i in 1..300 return sort(1..0)",
    'for d in date("0001-01-01")..date("9999-12-31") return d',
    "sort(for i in 1..90000 return modulo(i * 7919, 90001), function(a, b) a < b)",
    "count(distinct values(for i in 1..90000 return [i]))",
    '[" + "' + ",".join(["count(for i in 1..99999 return i)"] * 500) + "]",
    "[" + ",".join(["count(distinct values(for i in 1..90000 return i))"] * 2000) + "]",
    *(
        f"{{l: for i in 1..90000 return i, r: for i in l return {body}}}.r"
        for body in ("l[item = i]", "sublist(l, 2)", "insert before(l, 1, i)", "sum(l)", "l[i]")
    ),
    'for i in 1..99999 return range("[" + string(i) + "..999999]")',
    'for i in 1..99999 return time("10:00:00@Asia/Tokyo")',
]
RECURSION = [
    "{f: function(g, n) g(g, n + 1) + g(g, n + 1), r: f(f, 0)}.r",
    "{f: function(g) g(g), r: f(f)}.r",
    "{f: function(g, n) if n = 0 then 0 else g(g, n - 1), r: f(f, 5000)}.r",
    "{f: function(g) sort([2, 1], function(a, b) g(g)), r: f(f)}.r",
    "{f: function(g) for i in 1..9 return g(g), r: f(f)}.r",
]
TEXTS = [
    '(for i in 1..60 return if i = 1 then "ab" else partial[-1] + partial[-1])[-1]',
    with_big('for i in 1..90000, j in 1..5 return s + "a" = s + "b"'),
    with_big("for i in 1..90000, j in 1..5 return s = s"),
    with_big("for i in 1..5000 return s + string(i)"),
    with_big("[" + ",".join(f's + "{n}"' for n in range(5000)) + "]"),
    with_big("[" + ",".join(["upper case(s)"] * 5000) + "]"),
    with_big('for i in 1..60000 return contains(s, "zz")'),
    with_big('for i in 1..60000 return count(split(s, "a"))'),
    with_big('replace(s, "a", s)'),
    with_big("string join(for i in 1..9999 return s)"),
    with_big("string(for i in 1..9999 return s)"),
    "string join(for i in 1..90000 return string(1..90000))",
]
PATTERNS = [
    'matches("' + "a" * 5000 + '!", "(a+)+$")',
    'matches("' + "a" * 5000 + '!", "a*a*a*a*a*a*b")',
    'replace("' + "a" * 5000 + '", "(a|aa)+$", "b")',
    'matches("' + "a" * 500 + '", "((a{1,900}){1,900}){1,900}")',
    'matches("a", "' + "(" * 900 + '")',
    'matches("' + "a" * 20 + '", "' + "(a|a)" * 150 + '")',
    "[" + ",".join(['matches("' + "a" * 40 + '!", "(a+)+$")'] * 1000) + "]",
    'for i in 1..99999 return matches(string(i), string(i) + "(a|b)*")',
    'for i in 1..99999 return matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")',
]
SHARING = [
    doubling("[1, 1]", "[x, x]", "x59"),
    doubling("[1, 1]", "[x, x]", "string(x59)"),
    doubling("[1, 1]", "[x, x]", "x59 = x59"),
    doubling("[1, 1]", "[x, x]", "count(flatten(x59))"),
    doubling("{a: 1}", "{a: x, b: x}", "x59"),
    doubling("[1, 1]", "concatenate(x, x)", "count(x59)"),
    doubling('"ab"', "x + x", "string length(x59)"),
    "{c: context(for i in 1..50000 return {key: string(i), value: i}),"
    ' r: for i in 1..50000 return context put(c, "a", i)}.r',
    "{c: context(for i in 1..50000 return {key: string(i), value: i}),"
    " r: context merge(for i in 1..50000 return c)}.r",
    "{c: context(for i in 1..50000 return {key: string(i), value: i}),"
    " r: for i in 1..50000 return get entries(c)}.r",
]
DATES = [
    'date("999999999-12-31") + duration("P1D")',
    'date("-999999999-01-01") - duration("P999999999Y")',
    'date("2020-01-01") + duration("P999999999D") * 1000',
    'duration("P1D") * 1e6000',
    'duration("P1D") / 1e-6000',
    'duration("P1Y") * 1e6000',
    'duration("P' + "9" * 90 + 'Y")',
    '@"P999999999999999Y" * 999999999999999',
    "date(1e6000, 1, 1)",
    "date(2020, 1e6000, 1)",
    "time(1, 1, 1e6000)",
    'years and months duration(date("-999999999-01-01"), date("999999999-01-01"))',
]
HOSTILE = {
    "nesting": NESTING,
    "reading": READING,
    "numbers": NUMBERS,
    "loops": LOOPS,
    "recursion": RECURSION,
    "texts": TEXTS,
    "patterns": PATTERNS,
    "sharing": SHARING,
    "dates": DATES,
}


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Allow the process so much memory more than it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEGABYTES * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=f"{kind}-{n}")
        for kind, all_ in HOSTILE.items()
        for n, text in enumerate(all_)
    ],
)
def test_hostile_expressions_end(text: str) -> None:
    started = time.thread_time()
    for scope in (None, {"a": feel.NUMBER}):
        with suppress(feel.FeelError):
            feel.compile(text, scope, strict=False)({"a": 1})
    assert time.thread_time() - started < SECONDS


def test_data_that_share_parts_or_are_nested_deeply_end() -> None:
    shared: object = [1, 1]
    deep: object = []
    for _ in range(60):
        shared, deep = [shared, shared], [deep]
    for text in ("x", "count(flatten(x))"):
        rule = feel.compile(text, {"x": feel.ListType()}, strict=False)
        for data in (shared, deep):
            started = time.thread_time()
            rule({"x": data})
            feel.compile(text)({"x": data})
            assert time.thread_time() - started < SECONDS


LARGE = [
    ("sum(for r in rows return r.n * 2)", 9_999_900_000),
    ("count(rows[n > 50000])", 49_999),
    ("every r in rows satisfies r.n >= 0", True),
    ("count(distinct values(rows.n))", 100_000),
    ("max(rows.n)", 99_999),
    ("sort(for i in 1..3000 return -i)[1]", -3000),
    ("sum(for i in 1..300, j in 1..300 return 1)", 90_000),
    ('string length(string join(for i in 1..1000 return "0123456789"))', 10_000),
]


@pytest.mark.parametrize(("text", "value"), LARGE)
def test_large_work_is_done(text: str, value: object) -> None:
    scope = {"rows": feel.ListType(feel.ContextType({"n": feel.NUMBER}))}
    rows = [{"n": n} for n in range(100_000)]
    assert feel.compile(text, scope)({"rows": rows}) == value


class Slow:
    """An engine that finds nothing in the time it is given, on a clock of its own."""

    def __init__(self) -> None:
        self.now, self.tried = 0.0, 0

    def compile(self, *pattern: object) -> "Slow":
        return self

    def search(self, text: str, timeout: float) -> None:
        self.now, self.tried = self.now + timeout, self.tried + 1
        raise TimeoutError

    def __getattr__(self, name: str) -> object:
        return getattr(regex, name)


def test_constants_that_take_too_long_end_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow()
    monkeypatch.setattr(patterns, "regex", slow)
    monkeypatch.setattr(patterns, "perf_counter", lambda: slow.now)
    patterns.compiled.cache_clear()
    text = "[" + ",".join(['matches("' + "a" * 40 + '!", "(a+)+$")'] * 1000) + "]"
    found = {fault.code for fault in feel.check(text, {})}
    patterns.compiled.cache_clear()
    assert found == {"too-costly"}
    # The time a pattern takes is taken off the steps there are: a few tries use them up.
    assert slow.tried <= 1 / patterns.PATIENCE + 1
