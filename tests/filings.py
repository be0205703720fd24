"""A complete filing of every package, taken from the tests the package carries itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.given import begins_at, changed, environment_in, given_by, plain
from madoguchi.procedures.package.load import Place, load_place, places
from madoguchi.procedures.package.scope import Environment
from madoguchi.procedures.package.spec import TestSpec

PACKAGES = Path(__file__).parents[1] / "procedures"
ALL = places(PACKAGES)
# One of each folder: the variants of a family are written from one source.
PLACES: dict[str, Place] = {place.folder.parent.name: place for place in reversed(ALL)}


@dataclass(frozen=True)
class Example:
    """A filing a package calls valid, and the circumstances in which it is."""

    package: Package
    entered: dict[str, Any]
    test: TestSpec

    def on(self, day: date) -> dict[str, Any]:
        """The answers as they would be on another day: every date in them moves along."""
        moved = day - (begins_at(self.test).date() if self.test.today else day)
        return _moved(self.package.fields, self.entered, moved)

    def environment(self, office: Any) -> Environment:
        """The circumstances as rules see them."""
        return environment_in(self.package, self.test, office)


def package(name: str) -> Package:
    """The package of a folder of the repository, compiled; of a family, its first variant."""
    loaded = load_place(PLACES[name])
    assert loaded.package is not None, loaded.faults
    return loaded.package


def example(package: Package) -> Example:
    """The first of a package's own tests that expects a valid filing."""
    # A round-trip reader gives booleans of its own: `is True` would not find them.
    test = next(t for t in package.spec.tests if t.expect.get("valid"))
    return Example(package, changed(given_by(package, test), plain(test.change)), test)


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
        elif field.type == "datetime":
            result[name] = (datetime.fromisoformat(raw) + by).isoformat()
        elif field.type == "table":
            result[name] = [_moved(field.columns, row, by) for row in raw]
        elif field.parts:
            result[name] = _moved(field.parts, raw, by)
    return result
