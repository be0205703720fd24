"""Errors are null with a reported reason: which part has no value, and why."""

import pytest

from madoguchi import feel

SCOPE = {
    "a": feel.NUMBER,
    "name": feel.STRING,
    "site": feel.ContextType({"area": feel.NUMBER}),
    "rows": feel.ListType(feel.ContextType({"n": feel.NUMBER})),
}
CONTEXT = {"a": 0, "name": "x", "site": {}, "rows": [{"n": 1}, {}]}
CASES = [
    ("1 / a + 2", [("no-result", 3, "1 / a")]),
    ("100 * (1 / a)", [("no-result", 10, "1 / a")]),
    ("site.area * 2", [("absent", 6, "site.area")]),
    ("a + 1", []),
    ("if a = 0 then rows[5].n else 1", [("no-result", 19, "rows[5]")]),
    ("if a = 0 then null else 1", []),
    ("a > 1 or 1 / a > 2", [("no-result", 12, "1 / a")]),
    ("sum(rows.n)", [("absent", 10, "rows.n")]),
    ('date(name) > @"2026-01-01"', [("no-result", 1, "date(name)")]),
    ("sum(for i in 1..99999, j in 1..99999 return i)", [("too-costly", 1, "")]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_the_innermost_part_without_a_value_is_named(
    text: str, expected: list[tuple[str, int, str]]
) -> None:
    found = feel.null_reasons(feel.compile(text, SCOPE), CONTEXT)
    assert [(reason.code, reason.column) for reason in found] == [
        (code, column) for code, column, _ in expected
    ]
    for reason, (_, _, part) in zip(found, expected, strict=True):
        assert all(part in text for text in reason.message.values())


def test_data_of_another_type_are_told_from_data_that_are_not_there() -> None:
    rule = feel.compile("a + 1", SCOPE)
    (reason,) = feel.null_reasons(rule, {"a": "12"})
    assert (reason.code, reason.message) == (
        "unfit",
        {"ja": "「a」の値が数値ではありません。", "en": "The value of “a” is no number."},
    )
    (reason,) = feel.null_reasons(rule, {})
    assert (reason.code, reason.message["en"]) == ("absent", "“a” has no value.")
