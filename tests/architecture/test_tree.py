"""What keeps the tree readable: file and function sizes, docstrings, texts, names that are banned."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "madoguchi"
FILES = sorted(SOURCE.rglob("*.py"))
BANNED = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "base"}


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_is_small_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, "split it: one concept a file"
    assert ast.get_docstring(ast.parse(text)), "say in the first line what is in the file"
    assert path.stem not in BANNED, "name it by what is in it"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_function_is_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 60, f"{node.name} has {lines} lines"


def test_the_engine_names_no_procedure() -> None:
    ids = [path.parent.parent.name for path in (ROOT / "procedures").rglob("procedure.yaml")]
    allowed = {"simple-filing", "simple-notice"}  # what makes any procedure fileable
    for path in FILES:
        if path.name == "schemas.py" or "demo" in path.parts:  # examples may name some
            continue
        text = path.read_text(encoding="utf-8")
        found = [
            id_ for id_ in ids if id_ not in allowed and id_ != "_template" and f'"{id_}"' in text
        ]
        assert not found, f"{name(path)} names {found}"


def test_no_module_opens_the_web_from_its_rules() -> None:
    for path in FILES:
        if path.name in ("rules.py", "models.py", "queries.py"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^(from|import) (fastapi|starlette|jinja2)", text, re.M), name(
                path
            )


def test_every_model_says_its_name_in_both_languages() -> None:
    glossary = (ROOT / "docs" / "glossary.toml").read_text(encoding="utf-8")
    terms = tomllib.loads(glossary)
    japanese = " ".join(str(term.get("ja")) for term in terms.values())
    for path in FILES:
        if path.name != "models.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ClassDef) or not any(
                "Base" in ast.unparse(b) for b in node.bases
            ):
                continue
            first = (ast.get_docstring(node) or "").split("\n")[0]
            found = re.search(r"\(([^)]*[\u3040-\u9fff][^)]*)\)", first)
            assert found, f"{name(path)}: {node.name} needs its Japanese name in the first line"
            assert found[1].split("、")[0] in japanese, (
                f"{found[1]} ({node.name}) is not in the glossary"
            )


TEXT_KEY = re.compile(r"""\bt\(\s*["']([a-z0-9_.-]+)["']""")


def test_every_text_a_page_uses_exists() -> None:
    known: set[str] = set()
    for path in SOURCE.rglob("texts.toml"):
        known |= set(_keys(tomllib.loads(path.read_text(encoding="utf-8")), ""))
    missing = {
        f"{path.relative_to(SOURCE)}: {key}"
        for path in [*SOURCE.rglob("*.html"), *FILES]
        for key in TEXT_KEY.findall(path.read_text(encoding="utf-8"))
        if not key.endswith((".", "_")) and key not in known
    }
    assert not missing


def _keys(table: dict[str, object], prefix: str) -> list[str]:
    found = []
    for key, value in table.items():
        if isinstance(value, dict) and "ja" in value:
            found.append(prefix + key)
        if isinstance(value, dict):
            found += _keys(value, f"{prefix}{key}.")
    return found
