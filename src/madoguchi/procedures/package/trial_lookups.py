"""What a package's test says of other filings and registers, and its tests of duties."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from madoguchi.kernel.canonical import plain
from madoguchi.procedures.filed import typed_filing
from madoguchi.procedures.lookup_keys import lookup_key
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.functions import (
    DISQUALIFIED,
    DUPLICATE,
    ENTRIES,
    ENTRY,
    LEDGER,
    PREVIOUS,
    QUOTA,
    Question,
)
from madoguchi.procedures.package.spec import TestSpec
from madoguchi.procedures.periods import ONCE, period_key, read_period

_ENDED = frozenset({"closed", "cancelled", "lapsed"})


class Answers(Mapping[Question, object]):
    """The answers a test gives to whatever rules look up: nothing stays to be asked."""

    def __init__(self, package: Package, test: TestSpec) -> None:
        self._package, self._test = package, test

    def __contains__(self, question: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Question]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __getitem__(self, question: Question) -> object:
        """The answer, from `previous:`, `registers:` and `duplicate:` of the test."""
        kind, *asked = question
        match kind:
            case _ if kind == PREVIOUS:
                return self._previous(*asked)
            case _ if kind == DUPLICATE:
                return int(self._test.duplicate)
        if kind == QUOTA:
            return self._test.quotas.get(asked[0].rpartition("/")[2])
        if kind == LEDGER:
            return self._test.ledgers.get(asked[0])
        entries = [_entry(entry) for entry in self._test.registers.get(asked[0], ())]
        if kind == ENTRY:
            return next((e for e in entries if e["number"] == asked[1] and _on(e, asked[2])), None)
        if kind == ENTRIES:
            found = (e for e in entries if lookup_key(e.get(asked[1])) == asked[2])
            return [e for e in found if _on(e, asked[3]) and e["status"] == "valid"]
        return kind == DISQUALIFIED and any(_disposed(entry, asked[1:]) for entry in entries)

    def _previous(self, procedure: str, period: str, entry: str) -> object:
        filed = {
            str(period_key(p)): data for p, data in self._test.previous.get(procedure, {}).items()
        }
        data = filed.get(period) if entry in ("", *self._test.entries) else None
        own = data is not None and procedure == self._package.id
        return typed_filing(self._package.fields, plain(data)) if own else data


def _entry(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"number": "", "status": "valid", "valid_from": date.min, "valid_to": None, **given}


def _on(entry: Mapping[str, Any], day: str) -> bool:
    until = entry["valid_to"]
    return entry["valid_from"].isoformat() <= day and (until is None or day < until.isoformat())


def _disposed(entry: Mapping[str, Any], asked: Sequence[str]) -> bool:
    name, born, number, since = asked
    if entry["valid_from"].isoformat() < since or entry["status"] in _ENDED:
        return False
    if number:
        return lookup_key(entry.get("corporate_number")) == number
    known = lookup_key(entry.get("birth_date"))
    same_birth = not known or not born or known == born
    return bool(name) and lookup_key(entry.get("name")) == name and same_birth


def try_duty(package: Package, test: TestSpec) -> list[str]:
    """A test of a duty: `obligation`, `entry`, `period`; expect `due: DATE`, or `due: null`."""
    duty = package.obligations.get(test.obligation or "")
    if duty is None:
        return [f"there is no obligation “{test.obligation}”"]
    if test.expect.keys() != {"due"}:
        return ["a test of an obligation expects `due:` (a date, or null when there is no duty)"]
    key = str(period_key(test.period))
    period = read_period(duty.spec.period, key)
    if period is None and duty.spec.period != ONCE:
        return [f"“{test.period}” is not a {duty.spec.period} such as 2026, 2026H1, 2026-04"]
    entry = {"register": duty.register, **test.entry}
    found = duty.due_on(entry, period.as_context() if period is not None else {})
    expected = test.expect["due"]
    return [] if found == expected else [f"due: expected {expected}, found {_day(found)}"]


def _day(found: date | None) -> str:
    return found.isoformat() if found is not None else "no duty"
