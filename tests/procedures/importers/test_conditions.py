"""Conditions in JavaScript, JsonLogic and XGov's own words, as FEEL; tried against Node."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from madoguchi.feel.printer import printed
from madoguchi.procedures.importers import javascript, json_logic
from madoguchi.procedures.importers.expression import Expression, Untranslatable
from madoguchi.procedures.importers.form import Form, Page, Question, Table
from madoguchi.procedures.importers.formio.read import read as read_formio
from madoguchi.procedures.importers.places import Place
from madoguchi.procedures.importers.to_feel import Translator
from madoguchi.procedures.importers.writing import Settings, written
from madoguchi.procedures.importers.xgov.conditions import trees
from madoguchi.procedures.importers.xgov.flow import Link, relevances
from tests.procedures.importers.trying import NODE, Trial, in_javascript, trials_of

OPTIONS = {key: {"en": key} for key in ("ja", "nei", "NO", "1", "2")}


def form() -> Form:
    """A form with an answer of every kind, in a container and in rows."""
    inner = [
        Question(("t", "name"), {"en": "Name"}),
        Question(("t", "age"), {"en": "Age"}, type="integer"),
        Question(("t", "box", "sick"), {"en": "Sick"}, type="choice", keys={"options": OPTIONS}),
    ]
    questions: list[Any] = [
        Question(
            ("a",),
            {"en": "A"},
            type="choice",
            keys={"options": OPTIONS},
            members=frozenset(("value",)),
        ),
        Question(("b",), {"en": "B"}, type="choice", keys={"options": OPTIONS}),
        Question(("text",), {"en": "Text"}),
        Question(("n",), {"en": "N"}, type="integer"),
        Question(("tick",), {"en": "Tick"}, type="checkbox"),
        Question(("many",), {"en": "Many"}, type="multichoice", keys={"options": OPTIONS}),
        Question(("day",), {"en": "Day"}, type="date"),
        Table(("t",), {"en": "T"}, parts=inner),
    ]
    return Form("formio", "f", {"en": "F"}, "en", [Page((), {"en": "P"}, key="p", parts=questions)])


PLACES = written(form(), Settings("f")).places
PLACES.containers.add(("group",))


def rule(tree: Expression, at: Place | None = None) -> str:
    return printed(Translator(PLACES, at).holds(tree))


@pytest.mark.parametrize(
    ("script", "feel"),
    [
        ('show = data.a === "ja"', 'a = "ja"'),
        ('show = data.a !== "ja" ;', 'a != "ja"'),
        ('show = "ja" == data.a', 'a = "ja"'),
        (
            'show = (data.a === "ja") || (data.b === "nei" && !data.tick)',
            'a = "ja" or b = "nei" and tick != true',
        ),
        ('show = !(data.a === "ja" || data.b === "ja")', 'a != "ja" and b != "ja"'),
        ("show = data.n > 2", "n > 2"),
        ("show = !(data.n > 2)", "n = null or n <= 2"),
        ("show = data.n", "n != null and n != 0"),
        ("show = !data.n", "n = null or n = 0"),
        ("show = data.text", "text != null"),
        ("show = !!data.tick", "tick"),
        ("show = data.tick === false", "tick = false"),
        ("show = data.many.ja === true", '"ja" in many'),
        ("show = !data.many.ja", 'not("ja" in many)'),
        ("show = data.many['nei']", '"nei" in many'),
        ("show = data.a?.value !== undefined", "a != null"),
        ('show = ["NO"].includes(data.a.value)', 'a = "NO"'),
        ('show = !["NO", "ja"].includes(data.a.value)', 'not(a in ("NO", "ja"))'),
        ('show = ["NO", "ja"].indexOf(data.a) !== -1', 'a in ("NO", "ja")'),
        ('var hide = data.a === "ja";\nshow = !hide;', 'a != "ja"'),
        (
            'show = _.some(data.t, (r) => { return r.name === "x"; })',
            'some Row_r in t satisfies Row_r.name = "x"',
        ),
        ("show = data.t.some(r => r.age > 3)", "some Row_r in t satisfies Row_r.age > 3"),
        (
            'show = data.t.length > 0 && _.every(data.t, row => row.box.sick === "ja")',
            'count(t) > 0 and (t = null or (every Row in t satisfies Row.box_sick = "ja"))',
        ),
        (
            'if (data.a === "ja") { show = true } else { show = data.tick }',
            'a = "ja" or a != "ja" and tick',
        ),
        ("show = data.group.gone === 'x' || data.tick", "tick"),
        ("show = Number(data.text) >= 1.5", "number(text) >= 1.5"),
        ("show = Math.abs(data.n - 2) >= 1", "abs(n - 2) >= 1"),
        ("show = data.a == 1", 'a = "1"'),
        ("show = true", "true"),
        ("/* a note */ show = (false);", "false"),
    ],
)
def test_javascript_becomes_feel(script: str, feel: str) -> None:
    assert rule(javascript.script(script, "show")) == feel


@pytest.mark.parametrize(
    ("script", "value"),
    [
        (
            "value = f(data.n) + f(data.n); function f(x) { return parseFloat(x || 0); }",
            "(if n != null then n else 0) + (if n != null then n else 0)",
        ),
        ('value = data.a === "ja" ? 1 : 2', 'if a = "ja" then 1 else 2'),
        ("value = Math.round(data.n / 3)", "floor(n / 3 + 0.5)"),
        ('if (data.tick) {value = "x"} else {value = "y"}', 'if tick then "x" else "y"'),
    ],
)
def test_calculations_become_feel(script: str, value: str) -> None:
    assert printed(Translator(PLACES, None).value(javascript.script(script, "value"))) == value


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("show = instance.isDigital()", "instance.isDigital()"),
        ("show = utils.x('a').empty", "utils.x()"),
        ("show (data.a)", "statement"),
        ("show = ", "not valid JavaScript"),
        ("", "no value"),
        ("show = moment(data.day).isAfter('2020-01-01')", "moment"),
        ("while (true) { show = true }", "statement"),
        ("show = data[data.a]", "data[data.a]"),
        ("show = `x${data.a}`", "x${data.a}"),
        ("show = " + "(" * 5000 + "1" + ")" * 5000, ""),
        ("show = data.nowhere.at.all === 1", "does not ask"),
        ("show = " + "x" * 30_000, "longer than"),
    ],
)
def test_what_is_not_mechanical_is_told(script: str, reason: str) -> None:
    with pytest.raises((Untranslatable, RecursionError)) as told:
        rule(javascript.script(script, "show"))
    assert reason in str(told.value)


@pytest.mark.parametrize(
    ("logic", "feel"),
    [
        ({"===": [{"var": "data.a"}, "ja"]}, 'a = "ja"'),
        ({"and": [{">": [{"var": "n"}, 2]}, {"!": [{"var": "tick"}]}]}, "n > 2 and tick != true"),
        ({"in": [{"var": "a"}, ["ja", "nei"]]}, 'a in ("ja", "nei")'),
        ({"<": [1, {"var": "n"}, 5]}, "n > 1 and n < 5"),
        (
            {"some": [{"var": "data.t"}, {"==": [{"var": "name"}, "x"]}]},
            'some Row in t satisfies Row.name = "x"',
        ),
        ({"if": [{"var": "tick"}, {"==": [{"var": "a"}, "ja"]}, False]}, 'tick and a = "ja"'),
    ],
)
def test_json_logic_becomes_feel(logic: Any, feel: str) -> None:
    assert rule(json_logic.read(logic)) == feel


@pytest.mark.parametrize(
    "logic", [{"reduce": [1, 2]}, {"a": 1, "b": 2}, {"var": 3}, {"some": [1, 2]}]
)
def test_other_json_logic_is_told(logic: Any) -> None:
    with pytest.raises(Untranslatable):
        json_logic.read(logic)


def _xgov(*parts: tuple[str, str, str], coordinator: str = "or") -> Expression:
    items = [
        {
            "field": {"name": f"Section.{name}"},
            "operator": operator,
            "value": {"type": "Value", "value": value},
        }
        | ({"coordinator": coordinator} if index else {})
        for index, (name, operator, value) in enumerate(parts)
    ]
    found = trees([{"name": "c", "value": {"conditions": items}}])["c"]
    assert not isinstance(found, Untranslatable)
    return found


@pytest.mark.parametrize(
    ("tree", "feel"),
    [
        (_xgov(("a", "is", "ja")), 'a = "ja"'),
        (_xgov(("tick", "is", "true")), "tick"),
        (_xgov(("tick", "is", "false")), "tick = false"),
        (_xgov(("many", "contains", "nei")), '"nei" in many'),
        (
            _xgov(("n", "is at least", "3"), ("n", "is less than", "9"), coordinator="and"),
            "n >= 3 and n < 9",
        ),
        (_xgov(("a", "is", "ja"), ("b", "is not", "ja")), 'a = "ja" or b != "ja"'),
    ],
)
def test_xgov_conditions_become_feel(tree: Expression, feel: str) -> None:
    assert rule(tree) == feel


def test_pages_joined_by_links() -> None:
    yes, no = _xgov(("tick", "is", "true")), _xgov(("a", "is", "ja"))
    links = [
        Link("start", "extra", yes),
        Link("start", "common", None),
        Link("extra", "common", None),
        Link("common", "end", no),
        Link("common", "other", None),
        Link("other", "start", None),  # back
    ]
    found, back = relevances("start", ["start", "extra", "common", "end", "other", "lost"], links)
    assert [rule(found[page]) for page in ("start", "common", "extra", "end")] == [
        "true",
        "true",
        "tick",
        'a = "ja"',
    ]
    assert rule(found["other"]) == 'a != "ja"'
    assert rule(found["lost"]) == "false"
    assert [link.target for link in back] == ["start"]


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_javascript_and_feel_agree_on_real_forms(shared_data: Path) -> None:
    files = sorted((shared_data / "forms" / "formio").glob("*.json"))
    if not files:
        pytest.skip("no Form.io forms in the shared data")
    dice, trials = random.Random(20260401), list[Trial]()
    for file in files:
        trials += trials_of(read_formio(json.loads(file.read_bytes()), file.stem), 4, dice)
    found = in_javascript(trials)
    apart = [
        f"{' '.join(trial.script.split())}\n  {trial.rule}\n  {trial.data}: {truth}, {trial.truth}"
        for trial, truth in zip(trials, found, strict=True)
        if truth != trial.truth
    ]
    assert len({trial.script for trial in trials}) > 500
    assert {trial.truth for trial in trials} == {True, False}
    assert not apart, "\n".join(apart[:5])
