"""What keeps the tree readable: file and function sizes, docstrings, texts, names that are banned."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "madoguchi"
FILES = sorted(SOURCE.rglob("*.py"))
BANNED = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "base"}


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def test_a_file_is_small_and_says_what_it_is_for() -> None:
    faults = []
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > 400:
            faults.append(f"{name(path)}: split it: one concept a file")
        if not ast.get_docstring(ast.parse(text)):
            faults.append(f"{name(path)}: say in the first line what is in the file")
        if path.stem in BANNED:
            faults.append(f"{name(path)}: name it by what is in it")
    assert not faults, "\n".join(faults)


def test_a_function_is_short() -> None:
    faults = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 60:
                    faults.append(f"{name(path)}: {node.name} has {lines} lines")
    assert not faults, "\n".join(faults)


def named(id_: str, text: str) -> bool:
    """Whether a text has an id, or an id that begins like a family's, between quotes."""
    return f'"{id_}' in text if id_.endswith("-") else f'"{id_}"' in text


def test_the_engine_names_no_procedure() -> None:
    paths = [p for p in (ROOT / "procedures").rglob("procedure.yaml") if "_template" not in p.parts]
    sources = [path.read_text("utf-8") for path in paths]
    # Of a family's id, what stands before the first part that varies.
    ids = [re.findall(r"^id: (\S+)", source, re.M)[0].partition("${")[0] for source in sources]
    allowed = {"simple-filing", "simple-notice"}  # what makes any procedure fileable
    for path in FILES:
        if path.name == "schemas.py" or "demo" in path.parts:  # examples may name some
            continue
        text = path.read_text(encoding="utf-8")
        found = [id_ for id_ in ids if id_ not in allowed and named(id_, text)]
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


def test_no_link_to_somebodys_disk_is_kept() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-s"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    links = [line for line in listed.stdout.splitlines() if line.startswith("120000")]
    assert not links, "a symbolic link that only works on one machine"
