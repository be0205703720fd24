"""The DMN Technology Compatibility Kit (適合性試験): run its cases and count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..builtins.conversion import text_of
from ..operators import equal
from ..temporal import date_from_text, date_time_from_text, duration_from_text, time_from_text
from .evaluation import Evaluation
from .model import Model, load_model
from .tck_aside import cases_set_aside, with_set_aside
from .xml import Tag, XmlError, read_xml


@dataclass(frozen=True)
class Result:
    """How one case went: a failure names the node, what was expected and what came of it."""

    folder: str
    file: str
    case: str
    failure: str = ""
    set_aside: bool = False

    def __str__(self) -> str:
        note = " (set aside by the kit)" if self.set_aside else ""
        return f"{self.file} {self.case}{note}: {self.failure}"


@dataclass(frozen=True)
class Report:
    """The results of a run; written out: a line a folder, each failure, and the counts."""

    results: tuple[Result, ...]

    def failures(self, *, set_aside: bool) -> list[Result]:
        """List the failures among the live cases, or among those set aside."""
        return [r for r in self.results if r.failure and r.set_aside is set_aside]

    def __str__(self) -> str:
        folders: dict[str, list[Result]] = {}
        for result in self.results:
            folders.setdefault(result.folder, []).append(result)
        lines = [f"{counted(results)}  {folder}" for folder, results in folders.items()]
        failed = sorted((r for r in self.results if r.failure), key=lambda r: r.set_aside)
        live = [r for r in self.results if not r.set_aside]
        aside = [r for r in self.results if r.set_aside]
        lines += ["", *map(str, failed), ""]
        lines.append(f"live cases: {counted(live)}; set aside in comments: {counted(aside)}")
        return "\n".join([*lines, f"passed {counted(self.results)}"])


def counted(results: Sequence[Result]) -> str:
    """Write how many passed: ``P of N``."""
    return f"{sum(not r.failure for r in results)} of {len(results)}"


def run(folder: Path) -> Report:
    """Run every test file (``*-test-*.xml``) under a folder, live cases and those set aside."""
    paths = sorted(folder.rglob("*-test-*.xml"))
    return Report(tuple(result for path in paths for result in cases_of(path)))


def main(folder: str) -> int:
    """Print the report, its last line ``passed P of N``; give 1 when a live case failed, else 0."""
    report = run(Path(folder))
    print(report)
    return int(bool(report.failures(set_aside=False)))


def cases_of(path: Path) -> Iterator[Result]:
    """Run the cases of one file; whatever cannot be read or evaluated has failed."""
    place = path.parent.name, path.name
    try:
        root = read_xml(path)
    except XmlError as error:
        yield Result(*place, "", f"unreadable: {error}")
        return
    live = list(root.all("testCase"))
    aside = cases_set_aside(path)
    file = path.parent / (root.text_of("modelName") or "")
    try:
        model = load_model(file)
    except Exception as error:
        for case in (*live, *aside):
            yield Result(
                *place, case.get("id"), f"unreadable model: {error!r}"[:200], case in aside
            )
        return
    for case in live:
        yield Result(*place, case.get("id"), outcome(model, case))
    if aside:
        revived = with_set_aside(model, file)
        for case in aside:
            yield Result(*place, case.get("id"), outcome(revived, case), set_aside=True)


def outcome(model: Model, case: Tag) -> str:
    """Run one case; empty when all its results are as expected, else why it failed."""
    inputs = {node.get("name"): value_of(node) for node in case.all("inputNode")}
    try:
        for node in case.all("resultNode"):
            tag = node.one("expected")
            expected = value_of(tag) if tag else None
            actual = result(model, case, node, inputs)
            if not same(expected, actual):
                return f"{node.get('name')}: expected {shown(expected)}, got {shown(actual)}"
    except Exception as error:
        return f"no result: {error!r}"[:200]
    return ""


def result(model: Model, case: Tag, node: Tag, inputs: Mapping[str, Any]) -> Any:
    """Evaluate what a case asks for."""
    evaluation = Evaluation(model, inputs)
    service = node.get("name") if node.get("type") == "decisionService" else ""
    invocable = case.get("invocableName", service)
    if invocable:
        found = evaluation.call(invocable, inputs)
        named = isinstance(found, Mapping) and node.get("name") in found
        return found[node.get("name")] if named else found
    return evaluation.decide(node.get("name"))


def value_of(tag: Tag) -> Any:
    """Read a value: typed text, a list, or components."""
    items = tag.one("list")
    if items is not None:
        return (
            None if items.get("nil") == "true" else [value_of(item) for item in items.all("item")]
        )
    components = list(tag.all("component"))
    if components:
        return {c.get("name"): None if c.get("nil") == "true" else value_of(c) for c in components}
    value = tag.one("value")
    if value is None or value.get("nil") == "true":
        return None
    text = value.text
    kind = value.get("type").rpartition(":")[2]
    readers: dict[str, Any] = {
        "decimal": Decimal,
        "double": Decimal,
        "integer": Decimal,
        "boolean": lambda t: t == "true",
        "date": date_from_text,
        "time": time_from_text,
        "dateTime": date_time_from_text,
        "duration": duration_from_text,
        "dayTimeDuration": duration_from_text,
        "yearMonthDuration": duration_from_text,
    }
    return readers[kind](text.strip()) if kind in readers else text


def same(expected: Any, actual: Any) -> bool:
    """Compare: equal as FEEL has it, numbers to the digits the kit gives."""
    if expected is None or actual is None:
        return expected is actual
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return expected.keys() == actual.keys() and all(
            same(v, actual[k]) for k, v in expected.items()
        )
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) <= abs(expected).scaleb(-9) + Decimal("1e-9")
    return equal(expected, actual) is True


def shown(value: Any) -> str:
    """Write a value for a report."""
    return text_of(value, quoted=True)[:200]
