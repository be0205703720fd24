"""The reference tells the truth: every example is evaluated, every built-in is shown."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from madoguchi import feel
from madoguchi.cli import app
from madoguchi.feel.builtins import BUILTINS

PAGE = Path(__file__).parents[2] / "docs/reference/feel.md"
TEXT = PAGE.read_text(encoding="utf-8")
FILING = {
    "処理能力": feel.compile("200")({}),
    "gas": "helium",
    "class1": False,
    "filed_on": feel.compile('@"2026-04-01"')({}),
    "start date": feel.compile('@"2026-05-01"')({}),
    "設備": feel.compile('[{name: "A", 圧力: 3, 容積: 10}, {name: "B", 圧力: 5.5, 容積: 20}]')({}),
    "備考": None,
}
SCOPE = {
    "処理能力": feel.NUMBER,
    "gas": feel.STRING,
    "class1": feel.BOOLEAN,
    "filed_on": feel.DATE,
    "start date": feel.DATE,
    "設備": feel.ListType(
        feel.ContextType({"name": feel.STRING, "圧力": feel.NUMBER, "容積": feel.NUMBER})
    ),
    "備考": feel.ANY,
}
EXAMPLES = re.findall(r"^\| `([^`]+)` \| [^|]*? \| `([^`]+)` \|$", TEXT, re.MULTILINE)
MESSAGES = re.findall(r"^\| `([^`]+)` \| ([^|`]*。) \|$", TEXT, re.MULTILINE)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) > 120
    assert len(MESSAGES) == 5


@pytest.mark.parametrize(("text", "value"), EXAMPLES)
def test_examples(text: str, value: str) -> None:
    expected = feel.compile(value)({})
    assert feel.compile(text, SCOPE)(FILING) == expected
    assert feel.compile(text, dict.fromkeys(SCOPE, feel.ANY))(FILING) == expected


@pytest.mark.parametrize(("text", "message"), MESSAGES)
def test_messages(text: str, message: str) -> None:
    found = feel.check(text, SCOPE)
    assert found
    said = re.sub(r"（.*?）", "", found[0].message["ja"])
    assert said.startswith(message) or message in said


def test_every_built_in_is_shown() -> None:
    shown = {name for text, _ in EXAMPLES for name in BUILTINS if f"{name}(" in text}
    assert set(BUILTINS) - shown == set()


@pytest.mark.parametrize("program", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_the_python_examples_run(program: str) -> None:
    exec(compile(program, str(PAGE), "exec"), {})


@pytest.mark.parametrize("command", re.findall(r"^madoguchi (feel sql .*)$", TEXT, re.MULTILINE))
def test_the_commands_run(command: str) -> None:
    done = CliRunner().invoke(app, shlex.split(command))
    assert done.exit_code == 0, done.stderr
