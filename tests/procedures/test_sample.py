"""Bad input of every kind at every question of every package, one at a time."""

import pytest

from madoguchi.identity.service import office_of
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.evaluation import Evaluation, FileRef
from madoguchi.procedures.fields.sample import MINUS, BadInput, bad_inputs
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.trial import changed
from tests import filings

PAPER = FileRef("0" * 64, "sheet.pdf", 1000, "application/pdf")


def judged(package: Package, entered: dict[str, object], example: filings.Example) -> Evaluation:
    attached = dict.fromkeys(package.attachments, (PAPER,))
    return evaluate(package, entered, attached, example.environment(office_of))


@pytest.mark.parametrize("procedure", sorted(filings.FOLDERS))
def test_every_bad_answer_is_refused_where_it_stands(procedure: str) -> None:
    package = filings.package(procedure)
    example = filings.example(package)
    inputs = list(bad_inputs(package, judged(package, example.entered, example)))
    assert len(inputs) > 50
    wrong = []
    for bad in inputs:
        verdict = judged(package, changed(example.entered, {bad.pointer: bad.raw}), example)
        here = [fault for fault in verdict.errors if fault.pointer == bad.pointer]
        if bad.refused and not here:
            wrong.append((bad, "is taken"))
        said = [fault.message for fault in verdict.faults]
        if any(not text.get("ja") or not text.get("en") for text in said):
            wrong.append((bad, "is not explained in both languages"))
    assert not wrong, wrong[:10]


@pytest.mark.parametrize("procedure", sorted(filings.FOLDERS))
def test_every_kind_of_minus_gives_the_same_verdict(procedure: str) -> None:
    package = filings.package(procedure)
    example = filings.example(package)
    by_place: dict[str, list[BadInput]] = {}
    for bad in bad_inputs(package, judged(package, example.entered, example)):
        if str(bad.raw)[:1] in MINUS and str(bad.raw)[1:] == "1":
            by_place.setdefault(bad.pointer, []).append(bad)
    for pointer, inputs in by_place.items():
        verdicts = {
            frozenset(
                (fault.pointer, fault.code)
                for fault in judged(
                    package, changed(example.entered, {pointer: bad.raw}), example
                ).errors
            )
            for bad in inputs
        }
        assert len(verdicts) == 1, pointer
