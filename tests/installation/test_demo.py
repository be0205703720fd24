"""The demo's filings are valid on any day: a package that asks something new must not break the demo."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from madoguchi.identity.service import office_of
from madoguchi.installation.demo.patterns import PATTERNS, SUPPORT, in_rounds
from madoguchi.installation.demo.scenarios import SCENARIOS, Scenario
from madoguchi.kernel.clock import JST
from madoguchi.procedures import service as procedures
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.package.load import load_place
from tests import filings

IDS = {scenario.procedure for scenario in (*SCENARIOS, *PATTERNS)} | {SUPPORT}
PACKAGES = {
    package.id: package
    for place in filings.ALL
    if place.folder.parent.name in "/".join(IDS) and (package := load_place(place).package)
}


@pytest.mark.parametrize("today", [date(2026, 11, 18), date(2027, 1, 4), date(2028, 2, 29)])
def test_every_filing_of_the_demo_is_valid(today: date) -> None:
    rounds = in_rounds(
        PACKAGES[SUPPORT], datetime(today.year, today.month, today.day, 1, tzinfo=JST)
    )
    assert rounds
    faults = {
        (scenario.procedure, scenario.days_ago): found
        for scenario in (*SCENARIOS, *PATTERNS, *rounds)
        if scenario.days_ago is not None and (found := _faults(scenario, today))
    }
    assert not faults


def _faults(scenario: Scenario, today: date) -> list[str]:
    package = PACKAGES[scenario.procedure]
    day = today - timedelta(days=scenario.days_ago or 0)
    example = filings.example(package)
    environment = replace(example.environment(office_of), today=day, filed_on=day)
    entered = procedures.sample_filing(package, scenario.changes(day))
    errors = evaluate(package, entered, {}, environment).errors
    return [
        f"{fault.pointer} {fault.code}" for fault in errors if "attachments" not in fault.pointer
    ]
