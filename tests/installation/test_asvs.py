"""security/asvs.yaml: complete, and what it names is there."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from madoguchi.cli import app
from madoguchi.installation.asvs import Chapter, chapters_of, not_found

ROOT = Path(__file__).parents[2]
# Of ASVS 5.0.0, levels 1 and 2 together: how many requirements a section has.
SECTIONS = {
    "V6": {"6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4},
    "V7": {"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2},
    "V8": {"8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1},
    "V9": {"9.1": 3, "9.2": 4},
    "V10": {"10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3},
}
# How much of what can be asserted must be: all of it where tokens are made and believed.
LEAST = {"V6": 0.9, "V7": 0.9, "V8": 0.9, "V9": 1.0, "V10": 1.0}


def _chapters() -> list[Chapter]:
    return chapters_of((ROOT / "security" / "asvs.yaml").read_text(encoding="utf-8"))


def test_every_requirement_is_listed() -> None:
    wanted = {
        chapter: [f"{section}.{n + 1}" for section, count in sections.items() for n in range(count)]
        for chapter, sections in SECTIONS.items()
    }
    assert {c.id: [item.id for item in c.requirements] for c in _chapters()} == wanted


def test_every_test_and_document_named_is_there() -> None:
    assert list(not_found(_chapters(), ROOT)) == []


def test_as_much_is_covered_as_we_say() -> None:
    short = {c.id: c.covered / c.automatable for c in _chapters()}
    assert {id: share for id, share in short.items() if share < LEAST.get(id, 0)} == {}


@pytest.mark.parametrize(
    "row",
    [
        "{level: 2, what: w}",
        "{level: 2, what: w, tests: [a.py::test_a], open: to do}",
        "{level: 3, what: w, open: to do}",
        "{level: 2, what: w, tests: a.py::test_a}",
        "{level: 2, what: w, tests: []}",
        "{level: 2, what: w, open: to do, other: x}",
    ],
)
def test_a_row_has_one_state(row: str) -> None:
    with pytest.raises(ValueError, match=r"6\.1\.1"):
        chapters_of(f"V6: {{title: T, requirements: {{6.1.1: {row}}}}}")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "def helper(): ...\nclass TestB:\n    def test_c(self): ...\n"
    )
    (tmp_path / "d.md").write_text("# Who may *enter*\n")
    rows = {
        "6.1.1": "tests: [test_a.py::TestB::test_c, 'test_a.py::helper']",
        "6.1.2": "tests: [test_z.py::test_c]",
        "6.1.3": "document: d.md#who-may-enter",
        "6.2.1": "document: d.md#nobody",
    }
    text = ", ".join(f"{id}: {{level: 1, what: w, {state}}}" for id, state in rows.items())
    found = list(not_found(chapters_of(f"V6: {{title: T, requirements: {{{text}}}}}"), tmp_path))
    assert [line.partition(":")[0] for line in found] == ["6.1.1", "6.1.2", "6.2.1"]


def test_the_command_prints_a_line_for_each_chapter(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["security", "asvs", "--open"])
    assert told.exit_code == 0, told.output
    assert [line.split()[0] for line in told.output.splitlines()[:5]] == list(SECTIONS)
    assert "| 10.4.1 | 1 |" in CliRunner().invoke(app, ["security", "asvs", "--markdown"]).output
    elsewhere = CliRunner().invoke(app, ["security", "asvs", "--root", str(tmp_path)])
    assert elsewhere.exit_code == 1
