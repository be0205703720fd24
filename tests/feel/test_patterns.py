"""Regular expressions: XPath's syntax, whichever engine runs them, and never for long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi import feel
from madoguchi.feel.patterns import PatternError, compiled

pieces = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", "(a)", "(?:ab)", "^", "$", "a|b", "x", r"\d", r"[\dx]"]
)
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


@given(patterns, st.text("abx\n1", max_size=8))
def test_both_engines_find_the_same(pattern: str, text: str) -> None:
    found = compiled(pattern, "")
    fast, patient = found.quick.search(text), found.patient.search(text)
    assert (fast and fast.span()) == (patient and patient.span())


@given(st.text("ab[](){}*+?|^$.\\-,1dp:=<&~ Lu", max_size=12), st.sampled_from(["", "i", "x"]))
def test_any_text_is_a_pattern_or_refused(pattern: str, flags: str) -> None:
    try:
        compiled(pattern, flags)
    except PatternError:
        return
    assert "(?" not in pattern.replace("(?:", "").replace("\\(", "")


EXAMPLES = [
    (r'matches("123-4567", "^\\d{3}-\\d{4}$")', True),
    (r'matches("さくら", "^\\p{IsHiragana}+$")', True),
    (r'matches("サクラ", "^[\\p{L}-[a-z]]+$")', True),
    (r'matches("a]b", "a\\]b")', True),
    (r'matches("ab", "a b", "x")', True),
    (r'matches("AB", "ab", "i")', True),
    (r'matches("a.b", ".", "q")', True),
    (r'matches("aa", "(a)\\1")', True),
    (r'matches("aa0", "^(a)\\10$")', True),
    (r'matches("b", "^[\\w-[a]]$")', True),
    (r'matches("a", "^[\\w-[a]]$")', False),
    (r'matches("-", "^\\w$")', False),
    (r'matches("\r", ".")', False),
    (r'matches("\r", ".", "s")', True),
    (r'matches("b\n", "b$")', False),
    (r'matches("b\n", "b$", "m")', True),
    (r'matches("SS", "ß", "i")', False),
    (r'matches("あ", "\\P{IsHiragana}")', False),
    (r'matches("a", "\\p{IsNowhere}")', None),
    (r'matches("a&&b", "^[a&&b]+$")', True),
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


RUNAWAYS = [
    'matches(text, "^(a|a)*$")',
    'matches(text, "(a+)+$")',
    'matches(text, "^(((a*)*)*)*b$")',
    'replace(text, "(a|aa)+$", "b")',
    'split(text, "(a|aa)+$")',
    'for i in 1..60000 return matches(text, "(a|aa)+$")',
]


@pytest.mark.parametrize("text", RUNAWAYS)
def test_a_pattern_that_would_run_away_ends(text: str) -> None:
    started = time.process_time()
    feel.compile(text)({"text": "a" * 3000 + "!"})
    assert time.process_time() - started < 10
