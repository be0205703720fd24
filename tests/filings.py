"""A complete filing of every package, taken from the tests the package carries itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.load import load_folder
from madoguchi.procedures.package.scope import Environment
from madoguchi.procedures.package.spec import TestSpec
from madoguchi.procedures.package.trial import _environment, _given, changed, plain
from madoguchi.procedures.service import folders

PACKAGES = Path(__file__).parents[1] / "procedures"
FOLDERS = {path.parent.name: path for path in folders(PACKAGES) if path.parent.name != "_template"}


@dataclass(frozen=True)
class Example:
    """A filing a package calls valid, and the circumstances in which it is."""

    package: Package
    entered: dict[str, Any]
    test: TestSpec

    def on(self, day: date) -> dict[str, Any]:
        """The answers as they would be on another day: every date in them moves along."""
        moved = day - (self.test.today or day)
        return _moved(self.package.fields, self.entered, moved)

    def environment(self, office: Any) -> Environment:
        """The circumstances as rules see them."""
        return _environment(self.package, self.test, office)


def package(procedure_id: str) -> Package:
    """A package of the repository, compiled."""
    loaded = load_folder(FOLDERS[procedure_id])
    assert loaded.package is not None, loaded.faults
    return loaded.package


def example(package: Package) -> Example:
    """The first of a package's own tests that expects a valid filing."""
    # A round-trip reader gives booleans of its own: `is True` would not find them.
    test = next(t for t in package.spec.tests if t.expect.get("valid"))
    return Example(package, changed(_given(package, test), plain(test.change)), test)


def _moved(
    fields: Mapping[str, Field], entered: Mapping[str, Any], by: timedelta
) -> dict[str, Any]:
    result = dict(entered)
    for name, field in fields.items():
        raw = entered.get(name)
        if raw is None:
            continue
        if field.type == "date":
            result[name] = (date.fromisoformat(raw) + by).isoformat()
        elif field.type == "table":
            result[name] = [_moved(field.columns, row, by) for row in raw]
        elif field.parts:
            result[name] = _moved(field.parts, raw, by)
    return result
