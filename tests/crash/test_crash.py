"""The short version of the crash tests: each kind of database killed once under load."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.crash.campaign import campaign
from tests.crash.checking import Kept, compare
from tests.crash.cluster import Unavailable
from tests.crash.load import Receipt


@pytest.mark.timeout(900)  # starting a server takes long where everything else runs at once
@pytest.mark.parametrize(
    ("postgres", "faults"),
    [
        pytest.param(False, ["server killed"], id="sqlite"),
        pytest.param(True, ["database killed"], id="postgresql"),
    ],
)
async def test_what_was_acknowledged_survives(postgres: bool, faults: list[str]) -> None:
    # Not in pytest's own folder, which is closed to the user PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="madoguchi-crash-") as made:
        try:
            found = await campaign(Path(made), faults, "short", postgres=postgres, small=False)
        except Unavailable as why:
            pytest.skip(str(why))
    assert found.wrong == []
    assert (found.kills, found.lost, found.doubled) == (len(faults), set(), set())
    assert found.acknowledged > len(faults)


KEY, FILE = "k-1", "0" * 64
RECEIPT = Receipt(KEY, b"{}", b"{}", "c1", "A-1", "h1", None)
CASE = Kept("c1", "A-1", "h1", KEY, None)


@pytest.mark.parametrize(
    ("kept", "filed", "lost", "doubled"),
    [
        ([CASE], {"case:c1": 1}, 0, 0),
        ([], {}, 1, 0),
        ([CASE, Kept("c2", "A-2", "h1", KEY, None)], {"case:c1": 1, "case:c2": 1}, 0, 1),
        ([Kept("c2", "A-2", "h1", KEY, None)], {"case:c2": 1}, 1, 0),
        ([Kept("c1", "A-1", "other", KEY, None)], {"case:c1": 1}, 1, 0),
        ([CASE], {}, 1, 0),
        ([CASE], {"case:c1": 2}, 1, 0),
    ],
)
def test_the_check_finds_what_is_lost_or_doubled(
    tmp_path: Path, kept: list[Kept], filed: Counter[str], lost: int, doubled: int
) -> None:
    verdict = compare(tmp_path, {KEY: RECEIPT}, {KEY}, kept, filed)
    assert (len(verdict.lost), len(verdict.doubled)) == (lost, doubled)


def test_the_check_finds_a_lost_or_damaged_attachment(tmp_path: Path) -> None:
    receipt = Receipt(KEY, b"{}", b"{}", "c1", "A-1", "h1", FILE)
    case = Kept("c1", "A-1", "h1", KEY, FILE)
    filed = {"case:c1": 1}
    assert compare(tmp_path, {KEY: receipt}, {KEY}, [case], filed).lost == {KEY}
    path = tmp_path / "blobs" / FILE[:2] / FILE[2:4] / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"damaged")
    assert compare(tmp_path, {KEY: receipt}, {KEY}, [case], filed).lost == {KEY}
