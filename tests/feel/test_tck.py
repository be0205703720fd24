"""The DMN Technology Compatibility Kit: how many of its cases pass."""

from pathlib import Path

import pytest

from madoguchi.feel.dmn import tck


def test_compatibility_kit(shared_data: Path) -> None:
    folder = shared_data / "dmn-tck"
    if not folder.is_dir():
        pytest.skip(f"no DMN TCK at {folder}")
    report = tck.run(folder)
    live = [result for result in report.results if not result.set_aside]
    assert len(live) == 2951
    assert report.failures(set_aside=False) == [], str(report)
    assert len(report.results) >= 3041  # with the cases that the kit keeps in comments
    passed = sum(not result.failure for result in report.results)
    assert passed >= 0.98 * len(report.results)
    assert str(report).splitlines()[-1] == f"passed {passed} of {len(report.results)}"
