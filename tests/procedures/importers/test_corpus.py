"""Every form of the shared data: imported, compiled, shown; what stays behind is told."""

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import validator_for
from typer.testing import CliRunner

from madoguchi.cli import app
from madoguchi.installation.importing import (
    Outcome,
    import_forms,
    report_of,
    totals,
    write_packages,
)
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.importers.json_schema.documents import entered
from madoguchi.procedures.importers.packaging import Imported, packaged
from madoguchi.procedures.importers.recognise import DOCUMENT, form_of, recognised
from madoguchi.procedures.importers.writing import Settings
from madoguchi.procedures.package.load import load_folder
from tests.procedures.packages import environment

DAY = date(2026, 4, 1)


@pytest.fixture(scope="module")
def forms(shared_data: Path) -> Path:
    folder = shared_data / "forms"
    if not folder.is_dir():
        pytest.skip(f"no forms at {folder}")
    return folder


@pytest.fixture(scope="module")
def outcomes(forms: Path) -> list[Outcome]:
    started = time.monotonic()
    found = import_forms([forms], "meti", DAY, lambda outcome: None)
    print(f"imported in {time.monotonic() - started:.1f} s")
    return found


@pytest.mark.xdist_group("forms")
def test_all_forms_import_compile_and_show(
    forms: Path, outcomes: list[Outcome], tmp_path: Path
) -> None:
    count = totals(outcomes)
    assert count["failed"] == 0, [o.line() for o in outcomes if o.state == "failed"]
    assert count["imported"] + count["skipped"] == len(list(forms.rglob("*.json")))
    assert count["imported"] > 400
    assert all(outcome.pages for outcome in outcomes if outcome.state == "imported")
    # Of all conditions nearly every one becomes a rule.
    assert count["conditions_translated"] / count["conditions"] > 0.99
    assert write_packages(outcomes, tmp_path) == count["packages"]
    one = next(
        outcome for outcome in outcomes if outcome.kind == "xgov" and outcome.state == "imported"
    )
    assert load_folder(tmp_path / one.package / "v1").package is not None


@pytest.mark.xdist_group("forms")
def test_english_and_welsh_are_one_form(outcomes: list[Outcome]) -> None:
    joined = [outcome for outcome in outcomes if outcome.state == "joined"]
    assert len(joined) > 80
    texts = {o.package: o.files["procedure.yaml"] for o in outcomes if o.state == "imported"}
    assert all("languages: [en, cy]" in texts[outcome.package] for outcome in joined)


@pytest.mark.xdist_group("forms")
def test_the_report_tells_where_what_and_why(outcomes: list[Outcome]) -> None:
    report: Any = json.loads(json.dumps(report_of(outcomes)))
    items = [item for file in report["files"] for item in file.get("items", ())]
    assert report["totals"]["reported"] == sum(
        any(item["grade"] == "lost" for item in file.get("items", ())) for file in report["files"]
    )
    assert all(item["where"] and item["what"] and item["why"] for item in items)
    scripts = [item for item in items if "instance.isSubmissionDigital()" in item["why"]]
    assert scripts
    assert all("isSubmissionDigital" in item["original"] for item in scripts)


@pytest.mark.xdist_group("forms")
def test_documents_that_fit_a_schema_are_valid_filings(forms: Path) -> None:
    read = {
        path: recognised(path.read_bytes())
        for path in sorted((forms / "json-schema").glob("*.json"))
    }
    validators = {path: validator_for(f.data) for path, f in read.items() if f.is_form}
    made: dict[Path, Imported] = {}
    tried = 0
    for document in [f.data for f in read.values() if f.kind == DOCUMENT]:
        for path, validator in validators.items():
            if not validator.is_valid(document):
                continue
            if path not in made:
                made[path] = packaged(form_of(read[path], path.stem), Settings("x"))
            answers = entered(document, made[path].places)
            if not answers:  # a schema that anything fits
                continue
            verdict = evaluate(made[path].package, answers, {}, environment())
            assert verdict.valid, (
                path.name,
                [(f.pointer, f.message["en"]) for f in verdict.errors],
            )
            tried += 1
    assert tried >= 10


def test_the_command_counts_on_its_last_line(tmp_path: Path) -> None:
    form = {"title": "T", "components": [{"type": "textfield", "key": "a", "label": "A"}]}
    (tmp_path / "good.json").write_text(json.dumps(form))
    (tmp_path / "odd.json").write_text(
        json.dumps({**form, "components": [{"type": "holo", "key": "b", "input": True}]})
    )
    (tmp_path / "broken.json").write_text('{"components": [')
    (tmp_path / "data.json").write_text('{"a": 1}')
    ran = CliRunner().invoke(
        app, ["forms", "import", str(tmp_path), "--report", str(tmp_path / "r" / "report.json")]
    )
    lines = ran.output.strip().splitlines()
    assert lines[-1] == "2 imported, 1 reported, 1 failed"
    assert any(line.startswith("broken.json: failed: not JSON") for line in lines)
    assert ran.exit_code == 1
    report = json.loads((tmp_path / "r" / "report.json").read_text())
    assert [file["state"] for file in report["files"]] == [
        "failed",
        "skipped",
        "imported",
        "imported",
    ]
