"""OWASP ASVS: which test asserts each requirement (security/asvs.yaml), read and checked."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

STATES = ("tests", "document", "without", "open")


@dataclass(frozen=True)
class Requirement:
    """One requirement, in exactly one state: covered by `tests`, written down in `document`,
    `without` meaning here, or `open`: to be tested, but not yet.
    """

    id: str
    level: int
    what: str
    tests: tuple[str, ...] = ()
    document: str = ""
    without: str = ""
    open: str = ""

    @property
    def automatable(self) -> bool:
        """Whether a test could assert it."""
        return not (self.document or self.without)


@dataclass(frozen=True)
class Chapter:
    """A chapter of the standard, as V6."""

    id: str
    title: str
    requirements: tuple[Requirement, ...]

    @property
    def automatable(self) -> int:
        """How many requirements tests could assert."""
        return sum(item.automatable for item in self.requirements)

    @property
    def covered(self) -> int:
        """How many tests do assert."""
        return sum(bool(item.tests) for item in self.requirements)


def chapters_of(text: str) -> list[Chapter]:
    """The chapters of a file as security/asvs.yaml. ValueError with every fault in it."""
    read = yaml.safe_load(text)
    faults: list[str] = []
    chapters = [
        Chapter(
            id,
            str(told["title"]),
            tuple(_requirement(str(key), row, faults) for key, row in told["requirements"].items()),
        )
        for id, told in read.items()
    ]
    if faults:
        raise ValueError("\n".join(faults))
    return chapters


def _requirement(id: str, row: dict[str, Any], faults: list[str]) -> Requirement:
    states = [state for state in STATES if row.get(state)]
    if len(states) != 1 or set(row) != {"level", "what", *states} or row["level"] not in (1, 2):
        faults.append(f"{id}: needs level (1 or 2), what, and one of {', '.join(STATES)}")
        return Requirement(id, 0, "")
    said = row[states[0]]
    if states == ["tests"] and isinstance(said, list):
        said = tuple(str(test) for test in said)
    elif states == ["tests"] or not isinstance(said, str):
        faults.append(f"{id}: {states[0]} holds something else")
        return Requirement(id, 0, "")
    return Requirement(id, row["level"], str(row["what"]), **{states[0]: said})


def not_found(chapters: Sequence[Chapter], root: Path) -> Iterator[str]:
    """What chapters name that is not in the repository at `root`: tests and documents.

    Test files are parsed, not run: what pytest would collect stands at the top of a file, or in a
    class, and is named test_….
    """
    known: dict[str, set[str]] = {}
    for item in (row for chapter in chapters for row in chapter.requirements):
        for test in item.tests:
            path, _, name = test.partition("::")
            if path not in known:
                known[path] = _tests_in(root / path)
            if name.partition("[")[0] not in known[path]:
                yield f"{item.id}: there is no test {test}"
        path, _, heading = item.document.partition("#")
        if item.document and not _stands_in(root / path, heading):
            yield f"{item.id}: there is no document {item.document}"


def _tests_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    return set(_named(ast.parse(path.read_text(encoding="utf-8")).body))


def _named(body: Sequence[ast.stmt], before: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _named(node.body, f"{before}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            yield before + node.name


def _stands_in(path: Path, heading: str) -> bool:
    if not path.is_file():
        return False
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return not heading or heading in {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles
    }


def summary(chapters: Sequence[Chapter]) -> Iterator[str]:
    """A line for each chapter: how many of the requirements tests can assert they do assert."""
    width = max(len(chapter.title) for chapter in chapters)
    for chapter in chapters:
        total, rest = len(chapter.requirements), len(chapter.requirements) - chapter.automatable
        yield (
            f"{chapter.id:<4} {chapter.title:<{width}}  {chapter.covered:>2} / {chapter.automatable:>2}"
            f" automatable ({total} requirements; {rest} by document or not applicable)"
        )


def open_ones(chapters: Sequence[Chapter]) -> Iterator[str]:
    """A line for each requirement that is still open."""
    for chapter in chapters:
        for item in chapter.requirements:
            if item.open:
                yield f"{item.id:<7} {item.what}: {item.open}"


def table(chapters: Sequence[Chapter]) -> Iterator[str]:
    """Everything as Markdown, for who buys or audits an installation."""
    for chapter in chapters:
        yield f"## {chapter.id} {chapter.title}: {chapter.covered} / {chapter.automatable}\n"
        yield "| requirement | level | | shown by |\n|---|---|---|---|"
        for item in chapter.requirements:
            shown = "<br>".join(f"`{test}`" for test in item.tests)
            shown = shown or item.document or item.without or f"**open**: {item.open}"
            yield f"| {item.id} | {item.level} | {item.what} | {shown} |"
        yield ""
