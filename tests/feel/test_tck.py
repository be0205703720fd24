"""The DMN Technology Compatibility Kit: how many of its cases pass."""

from pathlib import Path

import pytest

from madoguchi.feel.dmn import tck


def test_compatibility_kit(shared_data: Path) -> None:
    folder = shared_data / "dmn-tck"
    if not folder.is_dir():
        pytest.skip(f"no DMN TCK at {folder}")
    report = tck.run(folder)
    assert report.total == 2951
    assert report.passed == 2951, str(report)
    assert str(report).splitlines()[-1] == f"passed {report.passed} of {report.total}"
