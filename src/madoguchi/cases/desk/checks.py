"""Every check of a package and how a filing fares under it (機械点検の結果): pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from madoguchi.kernel.language import Text
from madoguchi.procedures.package.compiled import Check
from madoguchi.procedures.service import Evaluation, Package

PASSED, FAILED, UNKNOWN, NOT_APPLICABLE = "passed", "failed", "unknown", "not_applicable"


@dataclass(frozen=True)
class CheckResult:
    """One check: passed | failed | unknown (something it needs is missing) | not_applicable.

    `rows` counts the rows that failed, for a check made row by row.
    """

    id: str
    pointer: str
    label: Text
    message: Text
    severity: str
    result: str
    rows: int = 0


def check_results(package: Package, verdict: Evaluation) -> list[CheckResult]:
    """All checks, the failed ones first, then as the package lists them."""
    results = [_result(package, check, verdict) for check in package.checks]
    order = {FAILED: 0, UNKNOWN: 1, PASSED: 2, NOT_APPLICABLE: 3}
    return sorted(results, key=lambda item: order[item.result])


def other_faults(package: Package, verdict: Evaluation) -> list[tuple[str, Text, str]]:
    """(pointer, message, severity) of faults that are not checks: limits, characters, files."""
    own = {check.id for check in package.checks}
    return [(f.pointer, f.message, f.severity) for f in verdict.faults if f.code not in own]


def _result(package: Package, check: Check, verdict: Evaluation) -> CheckResult:
    pointer = f"/{check.field}"
    field = package.fields[check.field]
    results = []
    if pointer in verdict.relevant:
        if check.column is None:
            results = [_one(check, verdict.context)]
        else:
            rows = verdict.context.get(check.field)
            results = [
                _one(check, {**verdict.context, **row})
                for row in (rows if isinstance(rows, list) else ())
                if f"{pointer}/{row['row']}/{check.column}" in verdict.relevant
            ]
            field = field.columns.get(check.column, field)
    worst = next((r for r in (FAILED, UNKNOWN, PASSED) if r in results), NOT_APPLICABLE)
    failed = results.count(FAILED) if check.column is not None else 0
    return CheckResult(check.id, pointer, field.label, check.message, check.severity, worst, failed)


def _one(check: Check, context: Mapping[str, object]) -> str:
    if check.when is not None:
        when = check.when(context)
        if when is not True:
            return UNKNOWN if when is None else NOT_APPLICABLE
    verdict = check.must(context)
    if verdict is True:
        return PASSED
    return FAILED if verdict is False else UNKNOWN
