"""What a test of a package puts before the engine: answers, files, circumstances. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from madoguchi.kernel.clock import JST, jst_date
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.evaluation import FileRef
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.scope import Environment
from madoguchi.procedures.package.source import read_yaml
from madoguchi.procedures.package.spec import TestSpec
from madoguchi.procedures.package.trial_lookups import Answers
from madoguchi.procedures.workflow.machine import DRAFT

Office = Callable[[str, str], str | None]
_SAMPLE = FileRef("0" * 64, "sample.pdf", 1000, "application/pdf")
_DEFAULT_DAY = date(2026, 5, 1)


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


def given_by(package: Package, test: TestSpec) -> Any:
    """The answers a test gives, before its change. ValueError says what is wrong with its file."""
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


def begins_at(test: TestSpec) -> datetime:
    """The moment a test begins: ten in the morning unless it names another."""
    begin = test.today or _DEFAULT_DAY
    if isinstance(begin, datetime):
        return begin if begin.tzinfo is not None else begin.replace(tzinfo=JST)
    return datetime.combine(begin, time(10), JST)


def environment_in(package: Package, test: TestSpec, office: Office) -> Environment:
    """The circumstances a test describes, as rules see them on its first day."""
    day = jst_date(begins_at(test))
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
        entries={key: {"id": key, **value} for key, value in test.entries.items()},
        office=office,
        answers=Answers(package, test),
        official=True,
        phase=package.machine.states[DRAFT].phase or "",
    )


def attached_by(
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
