"""The functions of rules: what is looked up, and that the reference's examples are true."""

import re
from datetime import date
from pathlib import Path

import pytest

from madoguchi import feel
from madoguchi.procedures.package.functions import FUNCTIONS, PREVIOUS
from madoguchi.procedures.package.scope import Environment, names

PAGE = Path(__file__).parents[2] / "docs/reference/feel.md"
ROW = re.compile(r"^\| `([^`]+)` \| [^|]*? \| `([^`]+)` \| [–✓] \|$", re.MULTILINE)
EXAMPLES = ROW.findall(PAGE.read_text(encoding="utf-8"))
TODAY = date(2026, 5, 1)


def environment() -> Environment:
    return Environment(
        TODAY,
        TODAY,
        facts={"registration": "R-1"},
        entries={"e1": {"id": "e1", "register": "gasoline-sellers", "number": "G-7"}},
        office=lambda kind, place: (
            "pref-14" if (kind, place) == ("prefecture", "神奈川県") else None
        ),
    )


@pytest.mark.parametrize(("text", "value"), EXAMPLES)
def test_examples_of_the_reference(text: str, value: str) -> None:
    rule = feel.compile(text, {}, functions=FUNCTIONS)
    assert rule(names(environment())) == feel.compile(value)({})


def test_every_function_is_in_the_reference() -> None:
    shown = {text.partition("(")[0] for text, _ in EXAMPLES}
    assert set(FUNCTIONS) - shown == {"previous_for"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('known("nothing")', False),
        ("known(null)", None),
        ('registered_in("others")', False),
        ('entries_in("others")', []),
        ('office("prefecture", ["神奈川県", "東京都"])', ["pref-14", None]),
        ('office("prefecture", null)', None),
    ],
)
def test_what_is_not_known(text: str, value: object) -> None:
    assert feel.compile(text, {}, functions=FUNCTIONS)(names(environment())) == value


def test_a_question_without_an_answer_is_noted() -> None:
    given = environment()
    rule = feel.compile(
        'previous_for(entries_in("gasoline-sellers")[1], "report", 2025)', {}, functions=FUNCTIONS
    )
    assert rule(names(given)) is None
    assert given.asked == {(PREVIOUS, "report", "2025", "e1")}
    answered = Environment(
        TODAY, TODAY, entries=given.entries, answers={(PREVIOUS, "report", "2025", "e1"): {"a": 1}}
    )
    assert rule(names(answered)) == {"a": 1}
    assert not answered.asked
