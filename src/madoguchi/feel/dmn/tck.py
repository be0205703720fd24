"""The DMN Technology Compatibility Kit (適合性試験): run its cases and count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..builtins.conversion import text_of
from ..operators import equal
from ..temporal import date_from_text, date_time_from_text, duration_from_text, time_from_text
from .evaluation import Evaluation
from .model import Model, load_model
from .xml import Tag, XmlError, read_xml


@dataclass(frozen=True)
class Failure:
    """A case whose result is not the expected one."""

    file: str
    case: str
    node: str
    expected: str
    actual: str


@dataclass(frozen=True)
class Report:
    """How many cases passed of how many, and the failures."""

    passed: int
    total: int
    failures: tuple[Failure, ...]

    def __str__(self) -> str:
        lines = [
            f"{f.file} {f.case} {f.node}: expected {f.expected}, got {f.actual}"
            for f in self.failures
        ]
        return "\n".join([*lines, f"passed {self.passed} of {self.total}"])


def run(folder: Path) -> Report:
    """Run every test file (``*-test-*.xml``) under a folder."""
    total = 0
    failures: list[Failure] = []
    for path in sorted(folder.rglob("*-test-*.xml")):
        for failure in cases_of(path):
            total += 1
            if failure:
                failures.append(failure)
    return Report(total - len(failures), total, tuple(failures))


def main(folder: str) -> int:
    """Print the report, its last line ``passed P of N``; give 1 when a case failed, else 0."""
    report = run(Path(folder))
    print(report)
    return int(report.passed < report.total)


def cases_of(path: Path) -> Iterator[Failure | None]:
    """Run the cases of one file; whatever cannot be read or evaluated has failed."""
    try:
        root = read_xml(path)
    except XmlError as error:
        yield Failure(path.name, "", "", "a readable file", str(error))
        return
    try:
        model: Model | None = load_model(path.parent / (root.text_of("modelName") or ""))
    except Exception:
        model = None
    for case in root.all("testCase"):
        try:
            yield run_case(path.name, model, case)
        except Exception as error:
            yield Failure(path.name, case.get("id"), "", "a result", repr(error)[:200])


def run_case(file: str, model: Model | None, case: Tag) -> Failure | None:
    """Run one case; None when all its results are as expected."""
    inputs = {node.get("name"): value_of(node) for node in case.all("inputNode")}
    for node in case.all("resultNode"):
        expected_tag = node.one("expected")
        expected = value_of(expected_tag) if expected_tag else None
        actual = None if model is None else result(model, case, node, inputs)
        if not same(expected, actual):
            return Failure(file, case.get("id"), node.get("name"), shown(expected), shown(actual))
    return None


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
