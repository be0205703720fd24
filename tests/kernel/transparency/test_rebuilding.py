"""The tree built anew: its root is the definition's, and a flipped byte of any tile is named by path."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.kernel.transparency.rebuilding import UNKNOWN, climb, root_of_rests
from madoguchi.kernel.transparency.tiles import WIDTH, Tiles
from madoguchi.kernel.transparency.tree import fold, leaf, root

SIZE = WIDTH * WIDTH + 2 * WIDTH + 5  # three levels, each with a partial tile
LEAVES = [leaf(str(n).encode()) for n in range(SIZE)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tiles = tmp_path_factory.mktemp("tiles")
    Tiles(tiles).append(0, LEAVES)
    return tiles


def rebuilt(folder: Path, leaves: list[bytes]) -> tuple[bytes, list[str]]:
    """The root over leaves, and what was found wrong with the tiles of a folder."""
    flaws, rests, level, tiles = list[str](), list[list[bytes]](), 0, Tiles(folder)
    hashes = leaves
    while hashes:
        hashes, rest = climb(tiles, level, 0, hashes, flaws.append)
        rests, level = [*rests, rest], level + 1
    return root_of_rests(rests), flaws


@settings(max_examples=25)
@given(size=st.integers(0, 1500))
def test_the_root_is_that_of_the_definition(size: int, folder: Path) -> None:
    made, _ = rebuilt(folder, LEAVES[:size])
    by_definition = root(size, lambda level, at: fold(LEAVES[at << level : (at + 1) << level]))
    assert made == by_definition


def test_what_was_written_is_found_whole(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.relative_to(folder).parts[0] for path in files} == {"0", "1", "2"}
    assert rebuilt(folder, LEAVES) == (root(SIZE, Tiles(folder).reader(SIZE)), [])


@settings(max_examples=25)
@given(data=st.data())
def test_one_flipped_bit_of_any_tile_is_named_and_nothing_else(
    data: st.DataObject, folder: Path
) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files[-3:]) | st.sampled_from(files))
    whole = path.read_bytes()
    place, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
    try:
        _, flaws = rebuilt(folder, LEAVES)
    finally:
        path.write_bytes(whole)
    assert flaws == [f"tile/{path.relative_to(folder)}: differs from the journal"]


@settings(max_examples=15)
@given(at=st.integers(0, SIZE - 1))
def test_one_changed_leaf_differs_at_every_level_up_to_the_root(at: int, folder: Path) -> None:
    made, flaws = rebuilt(folder, [*LEAVES[:at], leaf(b"another"), *LEAVES[at + 1 :]])
    assert made != root(SIZE, Tiles(folder).reader(SIZE))
    levels = [flaw.split("/")[1] for flaw in flaws]
    above = sum(at // WIDTH**level * WIDTH**level + WIDTH**level <= SIZE for level in (1, 2))
    assert levels == [str(level) for level in range(above + 1)]


def test_a_tile_of_which_nothing_is_known_is_passed_over(folder: Path) -> None:
    some = (
        [UNKNOWN] * WIDTH
        + LEAVES[WIDTH : 2 * WIDTH]
        + [UNKNOWN] * (WIDTH - 1)
        + [LEAVES[3 * WIDTH - 1]]
    )
    flaws = list[str]()
    above, rest = climb(Tiles(folder), 0, 0, some, flaws.append)
    assert flaws == ["tile/0/002: differs from the journal"]
    assert above[:2] == [UNKNOWN, fold(LEAVES[WIDTH : 2 * WIDTH])]
    assert rest == []
