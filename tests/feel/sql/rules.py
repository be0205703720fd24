"""Random rules and rows over one table, of every kind that has SQL."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from madoguchi import feel

SCOPE: dict[str, feel.Type] = {
    "a": feel.NUMBER,
    "b": feel.NUMBER,
    "big": feel.NUMBER,
    "price": feel.NUMBER,
    "ok": feel.BOOLEAN,
    "name": feel.STRING,
    "alias": feel.STRING,
    "day": feel.DATE,
    "until": feel.DATE,
    "site": feel.ContextType({"area": feel.NUMBER}),
}
COLUMNS: dict[str, str | feel.Column] = {
    "a": feel.Column("t.a", whole=3),
    "b": feel.Column("t.b", whole=3),
    "big": feel.Column("t.big", whole=18),
    "price": feel.Column("t.price", whole=6, scale=2),
    "site.area": feel.Column("t.area", whole=3),
    **{name: f"t.{name}" for name in ("ok", "name", "alias", "day", "until")},
}
SPECIAL = ["", "a", "ab", "A", "山", "山田", "Ａ", "a'b", "%", "_", "\\", "a\nb", "😀", "👨‍👩‍👧", "が",
           "ß", "ŉ", "İ", "ΑΣ", "ςσ", "ﬁ", "ǆ", "ῼ", "１２３", "123-4567", "株式会社", "$1", ":p1", '"']  # fmt: skip
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.sampled_from(SPECIAL) | st.text(letters, max_size=5)
BORDERS = [date.min, date(4, 2, 29), date(1582, 10, 10), date(1900, 2, 28), date(2000, 2, 29), date(2024, 2, 29),
           date(2026, 3, 31), date(2026, 4, 1), date(2021, 1, 1), date(2020, 12, 31), date(9999, 2, 28), date.max]  # fmt: skip
dates = st.sampled_from(BORDERS) | st.dates()
small = st.integers(-999, 999)
rows = st.fixed_dictionaries(
    {
        "a": st.none() | small,
        "b": st.none() | st.integers(-3, 3) | small,
        "big": st.none()
        | st.sampled_from([10**18 - 1, 1 - 10**18])
        | st.integers(-(10**17), 10**17),
        "price": st.none()
        | st.decimals(-999999, 999999, places=2)
        | st.sampled_from([Decimal("0.50"), Decimal("-0.50"), Decimal("2.50"), Decimal("-2.50")]),
        "area": st.none() | small,
        "ok": st.none() | st.booleans(),
        "name": st.none() | texts,
        "alias": st.none() | texts,
        "day": st.none() | dates,
        "until": st.none() | dates,
    }
)


def quoted(text: str) -> str:
    """A text as FEEL writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"' if escaped.isprintable() or "‍" in escaped else '"x"'


LENGTHS = ["P20D", "P1D", "-P400D", "P1M", "-P1M", "P1Y6M", "P3999Y", "-P1460000D"]
constants = st.sampled_from(["0", "1", "3", "20", "-7", "0.5", "1.25", "-2.5", "1000000"])
literal_texts = st.sampled_from(SPECIAL).map(quoted)
literal_dates = st.sampled_from(BORDERS).map('@"{}"'.format)
day_texts = (
    st.sampled_from(["day", "until"])
    | literal_dates
    | st.builds('(day + @"{}")'.format, st.sampled_from(LENGTHS))
    | st.builds('(until - @"{}")'.format, st.sampled_from(LENGTHS))
    | st.sampled_from(
        ["(if ok then day else until)", "max(day, until)", 'min([day, @"2026-04-01"])']
    )
    | st.just('(if ok then day else until + @"P1M")')
)
text_texts = st.recursive(
    literal_texts | st.sampled_from(["name", "alias", "day of week(day)", "month of year(until)"]),
    lambda inner: (
        st.builds("({} + {})".format, inner, inner)
        | st.builds("upper case({})".format, inner)
        | st.builds("lower case({})".format, inner)
        | st.builds("substring({}, {})".format, inner, st.sampled_from("1 2 5 -1 -3 0".split()))
        | st.builds("substring({}, {}, 2)".format, inner, st.sampled_from(["1", "2", "-2", "-1"]))
        | st.builds("substring before({}, {})".format, inner, inner)
        | st.builds("substring after({}, {})".format, inner, inner)
        | st.builds("max({}, {})".format, inner, inner)
    ),
    max_leaves=3,
)
ROUNDING = ["floor", "ceiling", "round up", "round down", "round half up", "round half down"]
number_texts = st.recursive(
    constants
    | st.sampled_from(["a", "b", "big", "price", "site.area"])
    | st.builds("string length({})".format, text_texts)
    | st.builds("{}.{}".format, day_texts, st.sampled_from(["year", "month", "day", "weekday"]))
    | st.sampled_from(["day of year(day)", "week of year(until)", "(until - day).days"])
    | st.builds(
        "years and months duration({}, until).{}".format,
        st.sampled_from(["day", '@"2000-02-29"']),
        st.sampled_from(["years", "months"]),
    ),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner)
        | st.builds("({} / {})".format, inner, st.sampled_from(["2", "-8", "100", "0.5", "3"]))
        | st.builds("(-{})".format, inner)
        | st.builds("abs({})".format, inner)
        | st.builds("{}({}, {})".format, st.sampled_from(ROUNDING), inner, st.sampled_from("012"))
        | st.builds("{}({}, -2)".format, st.sampled_from(ROUNDING), inner)
        | st.builds("(if ok then {} else {})".format, inner, inner)
        | st.builds("min({}, {}, 5)".format, inner, inner)
        | st.builds("max([{}, {}])".format, inner, inner)
    ),
    max_leaves=4,
)
compare = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
order = st.sampled_from(["<", "<=", ">", ">="])
PATTERNS = [
    r"^a",
    r"\\d{3}-\\d{4}",
    r"(ab|山)$",
    r"[a-z]?\\.",
    r"^.$",
    r"^[^A-Z]*$",
    r"^\\d+$",
    r"a|^$",
    "社*?",
]
atoms = (
    st.builds("{} {} {}".format, number_texts, compare, number_texts)
    | st.builds("{} {} {}".format, text_texts, compare, text_texts)
    | st.builds("{} {} {}".format, day_texts, compare, day_texts)
    | st.builds("{} - {} {} @{}".format, day_texts, day_texts, order, st.just('"P30D"'))
    | st.builds("a / b {} {}".format, order, constants)
    | st.builds("{} {} (price - a) / price * 100".format, constants, order)
    | st.builds("{} in (1, > 10, [2..5), {})".format, number_texts, number_texts)
    | st.builds("{} in [1, 2, {}]".format, number_texts, number_texts)
    | st.builds("{} in [20, -7, 0.5, 999]".format, number_texts)
    | st.builds("{} in [{}..{}]".format, number_texts, constants, number_texts)
    | st.builds("name in ({}, {})".format, text_texts, text_texts)
    | st.builds("{} in {}".format, text_texts, st.just('["a", "山田", "A"]'))
    | st.builds("{} in {}".format, day_texts, st.just('[@"2026-04-01"..@"9999-12-31")'))
    | st.builds("{} between {} and {}".format, number_texts, constants, number_texts)
    | st.builds("contains({}, {})".format, text_texts, text_texts)
    | st.builds("starts with({}, {})".format, text_texts, text_texts)
    | st.builds("ends with(name, {})".format, text_texts)
    | st.builds('matches({}, "{}")'.format, text_texts, st.sampled_from(PATTERNS))
    | st.builds("(some x in [1, b, 20] satisfies x {} {})".format, compare, number_texts)
    | st.builds("(every i in -1..2, y in [a, b] satisfies y {} i)".format, compare)
    | st.builds("list contains([1, null, {}], a)".format, number_texts)
    | st.sampled_from(["ok", "ok = null", "name != null", "a = null", "day = null", "ok = (a > 3)"])
    | st.sampled_from(['years and months duration(day, until) >= @"P20Y"', "any(ok, a > 3, b > a)"])
)
conditions = st.recursive(
    atoms,
    lambda inner: (
        st.builds("({} and {})".format, inner, inner)
        | st.builds("({} or {})".format, inner, inner)
        | st.builds("not({})".format, inner)
        | st.builds("(if {} then {} else {})".format, inner, inner, inner)
    ),
    max_leaves=4,
)
rules = conditions | number_texts | text_texts
