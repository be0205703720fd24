"""Tests of `collections:` in a package: filings in, rows and a valid file out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from madoguchi.procedures.collecting import (
    Filing,
    as_json,
    contradictions,
    filing_of,
    lines_of,
    problems,
    rows_of,
)
from madoguchi.procedures.collection_files import file_of
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.package.collected import Collection
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.given import (
    Office,
    begins_at,
    changed,
    environment_in,
    given_by,
    plain,
)
from madoguchi.procedures.package.spec import TestSpec

_EXPECTED = {"rows", "lines", "contradictions", "valid"}


def try_collection(package: Package, test: TestSpec, office: Office) -> list[str]:
    """What came out otherwise than the test expects; no problems: the test passed."""
    collection = package.collections.get(test.collection or "")
    if collection is None:
        return [f"there is no collection “{test.collection}”"]
    unknown = test.expect.keys() - _EXPECTED
    if unknown:
        return [f"a collection cannot be expected to have “{sorted(unknown)[0]}”"]
    day = begins_at(test).date()
    try:
        filings = [
            _filing(package, test, number, given, office)
            for number, given in enumerate(test.filings, 1)
        ]
    except ValueError as error:
        return [str(error)]
    lines = lines_of(collection, filings, day)
    rows = rows_of(collection, lines, day)
    found: dict[str, Any] = {
        "rows": as_json(rows),
        "lines": len(lines),
        "contradictions": sorted(c.check for c in contradictions(collection, lines, rows, day)),
    }
    wrong = [str(text["en"]) for text in problems(collection, rows)]
    about = about_of(collection, str(test.period or ""), 1, day.isoformat())
    wrong += file_of(collection, as_json(rows), as_json(lines), about)[1]
    result = [
        f"{name}: expected {wanted}, found {found[name]}"
        for name, wanted in plain(test.expect).items()
        if name in found and found[name] != wanted
    ]
    if test.expect.get("valid", True) != (not wrong):
        result.append(f"valid: expected {test.expect.get('valid', True)}, found {wrong[:3]}")
    return result


def about_of(collection: Collection, period: str, edition: int, made_on: str) -> dict[str, Any]:
    """What templates and JSON files say of the collection itself."""
    return {
        "collection": collection.id,
        "title": dict(collection.spec.title),
        "period": period,
        "edition": edition,
        "made_on": made_on,
        "agency": collection.spec.agency,
    }


def _filing(
    package: Package, test: TestSpec, number: int, given: dict[str, Any], office: Office
) -> Filing:
    procedure = str(given.get("procedure") or package.id)
    inner = test.model_copy(update={"given": given.get("given", {})})
    about = {
        "procedure": procedure,
        "arrival_number": f"T-{number}",
        "arrived_on": begins_at(test).date(),
        "organisation": f"会社{number}",
        "corporate_number": None,
        "agency": "meti",
        "period": str(test.period or ""),
        **plain(given.get("filing") or {}),
    }
    if procedure != package.id:
        # The other package is not at hand: answers come with the types they are written in.
        written = {**_natural(given.get("given") or {}), **_natural(given.get("change") or {})}
        return Filing(written, about)
    entered = changed(given_by(package, inner), plain(given.get("change") or {}))
    verdict = evaluate(package, entered, {}, environment_in(package, test, office))
    return filing_of(package.fields, verdict.data, about)


def _natural(value: Any) -> Any:
    """YAML values as rules see them: every number a decimal."""
    if isinstance(value, Mapping):
        return {str(key): _natural(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_natural(item) for item in value]
    return Decimal(str(value)) if type(value) in (int, float, Decimal) else value
