"""Running the tests a package carries. Publishing is refused while one fails."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from madoguchi.kernel.canonical import digest
from madoguchi.procedures.evaluate import evaluate, evaluate_form
from madoguchi.procedures.evaluation import Evaluation, FileRef
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.scope import Environment
from madoguchi.procedures.package.source import PathInFile, read_yaml
from madoguchi.procedures.package.spec import TestSpec
from madoguchi.procedures.workflow.advance import Happened, WorkflowError, advance
from madoguchi.procedures.workflow.machine import DRAFT

Office = Callable[[str, str], str | None]
_SAMPLE = FileRef("0" * 64, "sample.pdf", 1000, "application/pdf")
_DEFAULT_DAY = date(2026, 5, 1)
_KNOWN = {
    "valid",
    "values",
    "errors",
    "warnings",
    "attachments",
    "fees",
    "authority",
    "absent",
    "state",
    "outcome",
    "letters",
    "register",
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
    unknown = test.expect.keys() - _KNOWN
    if unknown:
        return [f"cannot expect “{sorted(unknown)[0]}”; known are {', '.join(sorted(_KNOWN))}"]
    try:
        entered = changed(_given(package, test), plain(test.change))
    except ValueError as error:
        return [str(error)]
    environment = _environment(package, test, office)
    attached = _attached(package, test, entered, environment)
    verdict = evaluate(package, entered, attached, environment)
    problems = _compare(package, test.expect, verdict)
    if test.run is not None:
        problems += _play(package, test, verdict, environment)
    return problems


def merge_patch(target: Any, patch: Any) -> Any:
    """JSON Merge Patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def changed(target: Any, change: Mapping[str, Any]) -> Any:
    """A JSON Merge Patch whose keys may also be JSON Pointers with row ids; null removes."""
    result = merge_patch(target, {k: v for k, v in change.items() if not k.startswith("/")})
    for pointer, value in change.items():
        if pointer.startswith("/"):
            result = _put(result, pointer.strip("/").split("/"), value)
    return result


def _put(target: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    if isinstance(target, list):
        rows = [row for row in target if row.get("row") != steps[0]]
        old = next((row for row in target if row.get("row") == steps[0]), {"row": steps[0]})
        new = _put(old, steps[1:], value)
        if new is None:
            return rows
        return (
            [new if row.get("row") == steps[0] else row for row in target]
            if len(rows) < len(target)
            else [*rows, new]
        )
    members = dict(target or {})
    new = _put(members.get(steps[0]), steps[1:], value)
    return {**members, steps[0]: new} if new is not None else merge_patch(members, {steps[0]: None})


def _given(package: Package, test: TestSpec) -> Any:
    if not isinstance(test.given, str):
        return plain(test.given)
    text = package.files.get(f"tests/{test.given}")
    if text is None:
        raise ValueError(f"there is no file tests/{test.given}")
    source = read_yaml(text, test.given)
    if source.faults or not isinstance(source.data, dict):
        raise ValueError(f"tests/{test.given}: {source.faults[:1] or 'is not a map'}")
    return plain(source.data)


def plain(value: Any) -> Any:
    """YAML values as JSON would bring them: dates as text, decimals as text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, date | Decimal) else value


def _environment(package: Package, test: TestSpec, office: Office) -> Environment:
    day = test.today or _DEFAULT_DAY
    account = {
        "organisation": None,
        "person": None,
        "agent": False,
    }
    return Environment(
        today=day,
        filed_on=day,
        account=merge_patch(account, plain(test.account)),
        facts=test.facts,
        catalogue=test.catalogue,
        entries={key: {"id": key, **value} for key, value in plain(test.entries).items()},
        office=office,
    )


def _attached(
    package: Package, test: TestSpec, entered: Mapping[str, object], environment: Environment
) -> dict[str, Sequence[FileRef]]:
    """The attachments named by the test; unnamed, everything that these answers require."""
    if test.attached is not None:
        return dict.fromkeys(test.attached, (_SAMPLE,))
    bare = evaluate(package, entered, {}, environment)
    needed = [key for key, item in bare.attachments.items() if item.state == "required"]
    needed += [
        fault.pointer
        for fault in bare.errors
        if fault.code == "missing-file" and "/attachments/" not in fault.pointer
    ]
    return dict.fromkeys(needed, (_SAMPLE,))


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


def _play(
    package: Package, test: TestSpec, verdict: Evaluation, environment: Environment
) -> list[str]:
    """Walk through the workflow, each role played by a person of its own."""
    state, history, effects = DRAFT, [], []  # type: ignore[var-annotated]
    content = digest(dict(verdict.data))
    outcome = None
    for step in test.run or ():
        name, form = (step, {}) if isinstance(step, str) else next(iter(step.items()))
        action = package.machine.actions.get(name)
        role = next(iter(sorted(action.by)), "") if action else ""
        context = _case_context(package, verdict, state, environment)
        if action is not None and action.check and not verdict.valid:
            return [f"step {name}: the filing has errors {[f.pointer for f in verdict.errors]}"]
        values, _, faults = evaluate_form(
            action.form if action else {}, plain(form or {}), context, environment
        )
        if faults:
            return [f"step {name}: {faults[0].pointer}: {faults[0].message['en']}"]
        try:
            moved = advance(
                package.machine,
                name,
                state,
                {role},
                role,
                history,
                content,
                {**context, "form": values},
            )
        except WorkflowError as error:
            if test.expect.get("refused_action") == name:
                return []
            return [f"step {name}: {error.message['en']}"]
        history.append(Happened(name, role, content))
        state, outcome = moved.to, moved.outcome
        effects += moved.effects
    return _outcome(package, test.expect, state, outcome, effects)


def _case_context(
    package: Package, verdict: Evaluation, state: str, environment: Environment
) -> dict[str, object]:
    case = {
        "state": state,
        "outcome": None,
        "kind": package.kind,
        "arrived_on": environment.filed_on,
        "fees_paid": True,
        "agency": verdict.authority,
    }
    return {**verdict.context, "case": case}


def _outcome(
    package: Package,
    expect: Mapping[str, Any],
    state: str,
    outcome: str | None,
    effects: list[tuple[str, str]],
) -> list[str]:
    problems = []
    letters = [key for kind, key in effects if kind == "letter" and key in package.spec.letters]
    entered = any(kind == "register" for kind, _ in effects) and package.register is not None
    action = {"enter": "entered", "amend": "amended", "close": "closed"}
    register = action[package.register.spec.action] if entered and package.register else None
    found = {"state": state, "outcome": outcome, "letters": letters, "register": register}
    for key, value in found.items():
        if key in expect and expect[key] != value:
            problems.append(f"{key}: expected {expect[key]}, found {value}")
    return problems


def _shown(value: object) -> str:
    return json.dumps(plain(value), ensure_ascii=False)
