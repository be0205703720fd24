"""Bad input of every kind at every question of every package: pure.

The first variant of a family meets all of it, the others, written from the same source, a part each.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest

from madoguchi.identity.service import office_of
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.evaluation import Evaluation, FileRef
from madoguchi.procedures.fields.sample import MINUS, BadInput, asked, bad_inputs
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.given import changed
from madoguchi.procedures.package.load import load_place
from tests import filings

PAPER = FileRef("0" * 64, "sheet.pdf", 1000, "application/pdf")
SHARE = 8  # of the bad input, what each further variant of a family meets
# What programs send and no page can: other types of JSON, numbers that are none, too much of a thing.
MISFITS = (
    ["x"], {"a": {"b": [1]}}, [["x"]], 1.5, float("nan"), float("inf"), 10**400, True, False,
    -1, "x" * 100_000, "\x00\ud800", [{"row": "r1", "a": "x"}] * 3, [{"row": {"a": 1}, "a": "x"}], [None],
)  # fmt: skip
FOLDERS = {
    folder.parent.name: list(places)
    for folder, places in groupby(filings.ALL, lambda place: place.folder)
}


def packages(folder: str) -> Iterator[tuple[int, Package]]:
    """The packages written in a folder with their number."""
    for number, place in enumerate(FOLDERS[folder]):
        found = load_place(place).package
        assert found is not None
        yield number, found


def judged(package: Package, entered: dict[str, object], example: filings.Example) -> Evaluation:
    attached = dict.fromkeys(package.attachments, (PAPER,))
    return evaluate(package, entered, attached, example.environment(office_of))


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_every_bad_answer_is_refused_where_it_stands_and_every_odd_one_understood(
    folder: str,
) -> None:
    for number, package in packages(folder):
        example = filings.example(package)
        inputs = list(bad_inputs(package, judged(package, example.entered, example)))
        assert len(inputs) > 50
        if number:
            inputs = inputs[number % SHARE :: SHARE]
        minus: dict[str, set[frozenset[tuple[str, str]]]] = {}
        wrong = []
        for bad in inputs:
            verdict = judged(package, changed(example.entered, {bad.pointer: bad.raw}), example)
            here = [fault for fault in verdict.errors if fault.pointer == bad.pointer]
            if bad.refused and not here:
                wrong.append((bad, "is taken"))
            if not bad.refused and not understood(verdict, bad):
                wrong.append((bad, "is not understood", [fault.message["en"] for fault in here]))
            said = [fault.message for fault in verdict.faults]
            if any(not text.get("ja") or not text.get("en") for text in said):
                wrong.append((bad, "is not explained in both languages"))
            if str(bad.raw)[:1] in MINUS and str(bad.raw)[1:] == "1":
                found = frozenset((fault.pointer, fault.code) for fault in verdict.errors)
                minus.setdefault(bad.pointer, set()).add(found)
        assert not wrong, (package.id, wrong[:10])
        different = [place for place, verdicts in minus.items() if len(verdicts) > 1]
        assert not different, f"{package.id}: kinds of minus are judged differently at {different}"


def understood(verdict: Evaluation, bad: BadInput) -> bool:
    """Whether the answer has a value, or the question is gone because of another rule."""
    return bad.pointer not in verdict.relevant or standing(verdict.values, bad.pointer) is not None


def standing(values: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        if isinstance(values, list):
            values = next((row for row in values if row.get("row") == step), None)
        else:
            values = values.get(step) if values is not None else None
    return values


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_what_fits_no_question_is_judged_and_never_breaks(folder: str) -> None:
    for number, package in packages(folder):
        example = filings.example(package)
        base = judged(package, example.entered, example)
        places = [p for p in sorted(base.relevant) if package.field_at(p) is not None]
        chosen = places[number % SHARE :: SHARE] if number else places
        for turn, pointer in enumerate(chosen):
            for raw in MISFITS[turn % 3 :: 3]:  # neighbours meet different ones
                verdict = judged(package, changed(example.entered, {pointer: raw}), example)
                where = [fault for fault in verdict.errors if fault.pointer.startswith(pointer)]
                assert where or harmless(package, pointer, raw, verdict), (package.id, pointer, raw)


def harmless(package: Package, pointer: str, raw: object, verdict: Evaluation) -> bool:
    """Whether taking it is right: never asked, gone, or a fitting value after all."""
    field = package.field_at(pointer)
    assert field is not None
    whole = package.fields[pointer.split("/")[1]]
    if (
        not (asked(whole) and asked(field))
        or field.type in ("note", "fixed")
        or pointer not in verdict.relevant
    ):
        return True
    if isinstance(raw, bool):
        return field.type in ("boolean", "checkbox", "pledge")
    if raw in ([None], "\x00\ud800"):  # nothing is left of it
        return standing(verdict.values, pointer) is None
    if isinstance(raw, int) and field.type in ("text", "longtext"):
        return True  # it stands there in digits
    if isinstance(raw, int | float):
        return field.type in ("integer", "decimal", "money", "fiscal_year", "duration")
    return False


@pytest.mark.parametrize(
    "folder", [f for f in sorted(FOLDERS) if any(
        field.type == "table" for field in filings.package(f).fields.values()
    )],
)  # fmt: skip
def test_tables_of_a_thousand_rows(folder: str) -> None:
    """Every table at once; a fault in the last row is told there, and faults stay countable."""
    package = filings.package(folder)
    example = filings.example(package)
    entered = dict(example.entered)
    for name, field in package.fields.items():
        if field.type == "table" and entered.get(name):
            row = entered[name][0]
            entered[name] = [{**row, "row": f"r{number}"} for number in range(1000)]
            bad = next(
                (c for c in field.columns.values() if c.type in ("integer", "decimal")), None
            )
            if bad is not None and bad.calculate is None:
                entered[name][-1] = {**entered[name][-1], bad.name: "三つ"}
    verdict = judged(package, entered, example)
    for name, field in package.fields.items():
        if field.type == "table" and name in entered and f"/{name}" in verdict.relevant:
            rows = verdict.values.get(name)
            assert isinstance(rows, list)
            assert len(rows) == 1000
