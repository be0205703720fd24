"""Regular expressions: XPath's syntax, and both matchers agree."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi import feel
from madoguchi.feel.patterns.linear import compile_program, search
from madoguchi.feel.patterns.syntax import parse_pattern

pieces = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a)", "(?:ab)", "^", "$", "a|b", "x"])
patterns = st.recursive(
    pieces,
    lambda inner: (
        st.builds("{}{}".format, inner, inner)
        | st.builds("({})".format, inner)
        | st.builds(
            "(?:{}){}".format, inner, st.sampled_from(["?", "*?", "+", "{2}", "{1,3}", "{1,}?"])
        )
        | st.builds("{}|{}".format, inner, inner)
    ),
    max_leaves=5,
)


@given(patterns, st.text("abx\n", max_size=8))
def test_the_linear_matcher_finds_where_python_finds(pattern: str, text: str) -> None:
    # Where a repeated part may be empty, engines differ in how far a match reaches.
    parsed = parse_pattern(pattern, "")
    spans = search(compile_program(parsed, 0), text, 0)
    match = re.compile(parsed.python()).search(text)
    assert (spans is None) == (match is None)
    if spans and match:
        assert spans[0][0] == match.start()


@given(st.sampled_from(["a+b", "(a|x)*b", "a{2,}?", "(a+)(b*)", "x?(ab)+"]), st.text("abx"))
def test_the_linear_matcher_reaches_as_far_as_python(pattern: str, text: str) -> None:
    parsed = parse_pattern(pattern, "")
    spans = search(compile_program(parsed, 0), text, 0)
    match = re.compile(parsed.python()).search(text)
    assert spans == (match and tuple(match.span(i) for i in range(match.re.groups + 1)))


EXAMPLES = [
    (r'matches("123-4567", "^\\d{3}-\\d{4}$")', True),
    (r'matches("さくら", "^\\p{IsHiragana}+$")', True),
    (r'matches("サクラ", "^[\\p{L}-[a-z]]+$")', True),
    (r'matches("a]b", "a\\]b")', True),
    (r'matches("ab", "a b", "x")', True),
    (r'matches("AB", "ab", "i")', True),
    (r'matches("a.b", ".", "q")', True),
    (r'matches("aa", "(a)\\1")', True),
    (r'matches("a", "(?=a)")', None),
    (r'matches("a", "a**")', None),
    (r'matches("a", "[z-a]")', None),
    (r'matches("a", "(")', None),
    (r'matches("a", "a", "k")', None),
    (r'replace("2026-04-01", "(\\d+)-(\\d+)-(\\d+)", "$1/$2/$3")', "2026/04/01"),
    (r'replace("abc", "b", "\\$")', "a$c"),
    (r'replace("abc", "x*", "-")', None),
    (r'split("a, b,c", ",\\s*")', ["a", "b", "c"]),
]


@pytest.mark.parametrize(("text", "value"), EXAMPLES)
def test_examples(text: str, value: object) -> None:
    assert feel.compile(text)({}) == value


def test_a_pattern_that_would_run_away_is_matched_in_linear_time() -> None:
    text = "a" * 3000 + "!"
    assert feel.compile('matches(text, "^(a|a)*$")')({"text": text}) is False
    assert feel.compile('matches(text, "^(a+)+!$")')({"text": text}) is True
