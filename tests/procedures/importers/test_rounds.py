"""Rounds of one form: versions of one package, questions that keep their names."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from madoguchi.installation.import_rounds import import_rounds
from madoguchi.installation.importing import Outcome
from madoguchi.procedures.importers.packaging import packaged
from madoguchi.procedures.importers.rounds import kept_names
from madoguchi.procedures.importers.writing import Settings
from madoguchi.procedures.importers.xgov.read import read
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.load import load
from madoguchi.procedures.versions.diff import compare

DAY = date(2026, 4, 1)


def xgov(*questions: tuple[str, str, str]) -> dict[str, Any]:
    """A form of one page with questions (key, type, title)."""
    components = [
        {"name": key, "type": kind, "title": title, "options": {}} for key, kind, title in questions
    ]
    return {
        "startPage": "/p",
        "pages": [{"path": "/p", "title": "Page", "components": components, "next": []}],
    }


FIRST = xgov(
    ("aaaaaa", "TextField", "Name of your organisation"),
    ("bbbbbb", "YesNoField", "Is it a charity?"),
    ("cccccc", "NumberField", "How much funding do you need?"),
)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        (("aaaaaa", "TextField", "Something else"), "name_of_your_organisation"),  # the same key
        (
            ("zzzzzz", "TextField", "Name of your organisation"),
            "name_of_your_organisation",
        ),  # the same title
        (("zzzzzz", "YesNoField", "Is it a charity"), "is_it_a_charity"),  # but for a mark
        (
            ("zzzzzz", "NumberField", "How much funding will you need?"),
            "how_much_funding_do_you_need",
        ),  # nearly
        (("zzzzzz", "TextField", "What is your postcode?"), "what_is_your_postcode"),  # new
    ],
)
def test_the_same_question_keeps_its_name(question: tuple[str, str, str], kept: str) -> None:
    earlier = packaged(read(FIRST, "first"), Settings("x")).package
    form = read(xgov(question), "second")
    found = packaged(form, Settings("x", kept=kept_names(form, earlier))).package
    assert [name for name, field in found.fields.items() if field.type != "note"] == [kept]
    assert found.fields[kept].spec.source == question[0]


def test_a_new_question_never_takes_the_name_of_another() -> None:
    earlier = packaged(read(FIRST, "first"), Settings("x")).package
    changed = xgov(("zzzzzz", "TextField", "Is it a charity?"), ("bbbbbb", "YesNoField", "Charity"))
    form = read(changed, "second")
    found = packaged(form, Settings("x", kept=kept_names(form, earlier))).package
    assert found.fields["is_it_a_charity"].spec.source == "bbbbbb"
    assert found.fields["is_it_a_charity_2"].spec.source == "zzzzzz"


def test_the_difference_of_rounds_is_what_changed(tmp_path: Path) -> None:
    second = xgov(
        ("dddddd", "TextField", "Name of your organisation"),
        ("eeeeee", "YesNoField", "Is it a charity?"),
        ("ffffff", "TextField", "What is your postcode?"),
    )
    for name, form in (("one", FIRST), ("two", second)):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.json").write_text(json.dumps(form))
    outcomes = import_rounds(
        [tmp_path / "one", tmp_path / "two"], "meti", DAY, lambda outcome: None
    )
    assert [(o.package, o.version) for o in outcomes] == [("one", "v1"), ("one", "v2")]
    first, last = (_package(outcome) for outcome in outcomes)
    changes = {(d.path, d.kind) for d in compare(first, last) if d.path.startswith("data/")}
    assert changes == {
        ("data/how_much_funding_do_you_need", "removed"),
        ("data/what_is_your_postcode", "added"),
    }


def _package(outcome: Outcome) -> Package:
    found = load(outcome.files, outcome.version).package
    assert found is not None
    return found


@pytest.mark.xdist_group("forms")
def test_real_rounds_are_a_chain(shared_data: Path) -> None:
    rounds = [
        shared_data / "forms" / "xgov" / name for name in ("cof", "cof_r2", "cof_r3", "cof_r3w2")
    ]
    if not all(path.is_dir() for path in rounds):
        pytest.skip("the rounds are not in the shared data")
    outcomes = import_rounds([path / "en" for path in rounds], "meti", DAY, lambda outcome: None)
    assert not [outcome for outcome in outcomes if outcome.state == "failed"]
    versions: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        versions.setdefault(outcome.package, []).append(outcome)
    chains = [found for found in versions.values() if len(found) == 4]
    assert len(chains) >= 15
    for chain in chains:
        packages = [_package(outcome) for outcome in chain]
        # Between the last two rounds few keys changed: nearly all questions are the same.
        kept = packages[2].fields.keys() & packages[3].fields.keys()
        assert len(kept) >= 0.6 * len(packages[3].fields), chain[0].package
