"""Environments of packages nobody here wrote, each with a Python new enough for it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def client_python(folder: Path, package: str) -> str:
    """The Python of a new environment with the package; skips, saying why, where it cannot be."""
    newer = _newer_python()
    if newer is None:
        pytest.skip(f"{package} needs a Python of 3.12 or later, and none is installed")
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    python = str(folder / "env" / "bin" / "python")
    for command in (
        [uv, "venv", "-q", "--python", newer, str(folder / "env")],
        [uv, "pip", "install", "-q", "--python", python, package],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
        if done.returncode:
            pytest.skip(f"{package} cannot be installed here: {done.stderr[-300:]}")
    return python


@cache
def _newer_python() -> str | None:
    return next((path for path in _candidates() if _runs(path)), None)


def _candidates() -> Iterator[str]:
    """A name on the path may be a mere stand-in that runs nothing, as pyenv's are."""
    if given := os.environ.get("MADOGUCHI_TEST_PYTHON"):
        yield given
    yield from filter(None, (shutil.which(f"python3.{minor}") for minor in (12, 13, 14)))
    for path in sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python")):
        yield str(path)


def _runs(path: str) -> bool:
    return subprocess.run([path, "--version"], capture_output=True).returncode == 0
