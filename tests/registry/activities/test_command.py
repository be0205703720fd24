"""`madoguchi registry activities`: what it says, what its report holds, how it ends."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from madoguchi.cli import app
from tests.registry.activities.csv_files import as_file, subsidy

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own."""
    monkeypatch.setenv("MADOGUCHI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MADOGUCHI_DATABASE_URL", raising=False)
    return tmp_path


def test_what_was_found_is_counted_and_listed(home: Path) -> None:
    rows = [
        subsidy(1),
        subsidy(2) | {"法人活動-金額": "90000000167598800", "法人活動-活動名称": "=HYPERLINK(1)"},
        subsidy(3) | {"ID-識別値": "1"},
    ]
    file = as_file(home / "Hojokinjoho_UTF-8.csv", "subsidy", rows)
    report = home / "report.csv"
    done = RUNNER.invoke(app, ["registry", "activities", str(file), "--report", str(report)])
    assert done.exit_code == 0, done.output
    assert "row 4 left out: not a corporate number: '1'" in done.output
    assert "amount-impossible" in done.output
    last = done.output.rstrip().splitlines()[-1]
    assert last.startswith("2 activities of 2 corporations taken in in ")
    with report.open(encoding="utf-8-sig", newline="") as lines:
        (found,) = csv.DictReader(lines)
    assert (found["rule"], found["row"]) == ("amount-impossible", "2")
    assert found["title"] == "'=HYPERLINK(1)"  # ours: no spreadsheet takes it for a formula
    again = RUNNER.invoke(app, ["registry", "activities", str(file)])
    assert "taken in before" in again.output


def test_a_file_that_is_none_is_told_and_the_others_are_taken_in(home: Path) -> None:
    wrong = home / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    good = as_file(home / "Hojokinjoho_UTF-8.csv", "subsidy", [subsidy(1)])
    done = RUNNER.invoke(app, ["registry", "activities", str(wrong), str(good)])
    assert done.exit_code == 1
    assert "wrong.csv: not taken in: these are not the columns" in done.output
    assert "1 activities of 1 corporations" in done.output
