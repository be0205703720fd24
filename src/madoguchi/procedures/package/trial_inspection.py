"""Tests of `inspections:` in a package: the score of an entry, its sites, the answers that fail."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from madoguchi.procedures.inspection import (
    UNMET,
    AnswerError,
    History,
    assess,
    judge_answer,
    sites,
)
from madoguchi.procedures.package.compile_inspection import Inspections
from madoguchi.procedures.package.inspection_spec import InspectionTrial
from madoguchi.procedures.package.scope import Environment


def try_inspection(
    block: Inspections | None,
    trial: InspectionTrial,
    expect: Mapping[str, Any],
    environment: Environment,
) -> list[str]:
    """What came out otherwise than the test expects; no problems: the test passed."""
    if block is None:
        return ["there is no `inspections:` to test"]
    unknown = expect.keys() - {"score", "factors", "sites", "unmet", "refused"}
    if unknown:
        return [f"an inspection cannot be expected to have “{sorted(unknown)[0]}”"]
    try:
        history = History(**trial.history)
    except TypeError as error:
        return [f"history: {error}"]
    entry = {"since": date(2020, 4, 1), **trial.entry}
    score, reasons = assess(block, entry, history, environment)
    unmet, refused = _answers(block, trial.answers)
    found: dict[str, object] = {
        "score": score,
        "factors": sorted(reason.factor for reason in reasons),
        "sites": len(sites(block, entry, environment)),
        "unmet": unmet,
        "refused": refused,
    }
    return [
        f"{name}: expected {wanted}, found {found[name]}"
        for name, wanted in expect.items()
        if found[name] != (sorted(wanted) if isinstance(wanted, list) else wanted)
    ]


def _answers(block: Inspections, answers: Mapping[str, object]) -> tuple[list[str], list[str]]:
    unmet: list[str] = []
    refused: list[str] = []
    for key, typed in answers.items():
        item = block.item(key)
        try:
            if item is None or judge_answer(item, str(typed))[1] == UNMET:
                (refused if item is None else unmet).append(key)
        except AnswerError:
            refused.append(key)
    return sorted(unmet), sorted(refused)
