"""Running the tests a package carries. Publishing is refused while one fails."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.evaluation import Evaluation
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.given import (
    Office,
    attached_by,
    changed,
    environment_in,
    given_by,
    plain,
)
from madoguchi.procedures.package.play import play
from madoguchi.procedures.package.source import PathInFile
from madoguchi.procedures.package.spec import TestSpec
from madoguchi.procedures.package.trial_collection import try_collection
from madoguchi.procedures.package.trial_inspection import try_inspection
from madoguchi.procedures.package.trial_lookups import try_duty

_KNOWN = {
    "valid",
    "values",
    "errors",
    "warnings",
    "attachments",
    "fees",
    "authority",
    "via",
    "agency",
    "absent",
    "state",
    "outcome",
    "letters",
    "register",
    "register_from",
    "late",
    "act_by",
    "said",
    "refused_action",
}


@dataclass(frozen=True)
class Failure:
    """A test that did not come out as its package expects."""

    test: str
    path: PathInFile
    message: str


def run_tests(package: Package, office: Office) -> tuple[int, list[Failure]]:
    """Run every test of a package: (how many, which failed and why)."""
    failures: list[Failure] = []
    for index, test in enumerate(package.spec.tests):
        for problem in _run(package, test, office):
            failures.append(Failure(test.name, ("tests", index), problem))
    return len(package.spec.tests), failures


def _run(package: Package, test: TestSpec, office: Office) -> list[str]:
    if test.inspect is not None:
        environment = environment_in(package, test, office)
        return try_inspection(package.inspections, test.inspect, test.expect, environment)
    if test.collection is not None:
        return try_collection(package, test, office)
    if test.obligation is not None:
        return try_duty(package, test)
    unknown = test.expect.keys() - _KNOWN
    if unknown:
        return [f"cannot expect “{sorted(unknown)[0]}”; known are {', '.join(sorted(_KNOWN))}"]
    try:
        entered = changed(given_by(package, test), plain(test.change))
    except ValueError as error:
        return [str(error)]
    environment = environment_in(package, test, office)
    attached = attached_by(package, test, entered, environment)
    verdict = evaluate(package, entered, attached, environment)
    problems = _compare(package, test.expect, verdict)
    if test.run is not None:
        problems += play(package, test, office, entered)
    return problems


def _compare(package: Package, expect: Mapping[str, Any], verdict: Evaluation) -> list[str]:
    problems: list[str] = []

    def same(what: str, expected: object, found: object) -> None:
        if expected != found:
            problems.append(f"{what}: expected {_shown(expected)}, found {_shown(found)}")

    if "valid" in expect:
        found = [f"{f.pointer} {f.code}" for f in verdict.errors]
        if verdict.valid != expect["valid"]:
            problems.append(f"valid: expected {expect['valid']}, found errors {found}")
    for key, faults in (("errors", verdict.errors), ("warnings", verdict.warnings)):
        if key in expect:
            wanted = {p if p.startswith("/") else f"/{p}" for p in expect[key]}
            same(key, sorted(wanted), sorted({fault.pointer for fault in faults}))
    for name, wanted in (expect.get("values") or {}).items():
        same(name, _comparable(wanted), _comparable(_found(package, verdict, name)))
    for key, wanted in (expect.get("attachments") or {}).items():
        state = verdict.attachments.get(key)
        same(f"attachment {key}", wanted, state.state if state else "unknown")
    if "fees" in expect:
        same("fees", expect["fees"] or {}, {fee.id: fee.amount for fee in verdict.fees})
    if "authority" in expect:
        same("authority", expect["authority"], verdict.authority)
    if "via" in expect:
        same("via", expect["via"], verdict.via)
    for name in expect.get("absent") or ():
        if (name if name.startswith("/") else f"/{name}") in verdict.relevant:
            problems.append(f"{name} should be absent but is asked")
    return problems


def _found(package: Package, verdict: Evaluation, name: str) -> object:
    """The value of a field, a decision, or the place a JSON Pointer leads to."""
    if not name.startswith("/"):
        if name in package.fields:
            return verdict.data.get(name)
        return verdict.decisions.get(name)
    here: Any = verdict.data
    for step in name.strip("/").split("/"):
        if isinstance(here, list):
            here = next((row for row in here if row.get("row") == step), None)
        else:
            here = here.get(step) if isinstance(here, dict) else None
    return here


def _comparable(value: object) -> object:
    value = plain(value)
    if isinstance(value, str):
        try:
            return str(Decimal(value).normalize())
        except ArithmeticError:
            return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(Decimal(value).normalize())
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items() if key != "row"}
    return [_comparable(item) for item in value] if isinstance(value, list) else value


def _shown(value: object) -> str:
    return json.dumps(plain(value), ensure_ascii=False)
