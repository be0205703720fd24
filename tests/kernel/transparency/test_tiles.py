"""Tiles on disk: the same tree however it grew, paths as C2SP tlog-tiles names them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.kernel.transparency import tiles as tiles_file
from madoguchi.kernel.transparency.tiles import NotInMemory, TileMissing, Tiles, tile_path
from madoguchi.kernel.transparency.tree import fold, inclusion, leaf, root, root_of_path

LEAVES = [leaf(str(n).encode()) for n in range(66_000)]


def plain(level: int, index: int) -> bytes:
    return fold(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "0/000"),
        (0, 999, 1, "0/999.p/1"),
        (1, 1000, 256, "1/x001/000"),
        (0, 1234067, 256, "0/x001/x234/067"),
        (2, 5, 255, "2/005.p/255"),
    ],
)
def test_paths(level: int, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path


@settings(max_examples=8)
@given(steps=st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_a_tree_is_the_same_however_it_grew(
    steps: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tiles = Tiles(tmp_path_factory.mktemp("tiles"))
    size = 0
    for step in steps:
        grown = tiles.append(size, LEAVES[size : size + step])
        assert root(grown, tiles.reader(grown)) == root(grown, plain)
        assert root(size, tiles.reader(size)) == root(size, plain)  # older states stay readable
        size = grown
    for index in {0, size // 2, size - 1}:
        path = inclusion(index, size, tiles.reader(size))
        assert root_of_path(index, size, LEAVES[index], path) == root(size, plain)


def test_three_levels(tmp_path: Path) -> None:
    tiles = Tiles(tmp_path)
    size = tiles.append(0, LEAVES[:65_400])
    size = tiles.append(size, LEAVES[size:])
    assert (tmp_path / "1/000").is_file()
    assert (tmp_path / "2/000.p/1").is_file()
    assert root(size, tiles.reader(size)) == root(size, plain)


def test_appending_again_after_a_crash_changes_nothing(tmp_path: Path) -> None:
    tiles = Tiles(tmp_path)
    tiles.append(0, LEAVES[:300])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    tiles.append(0, LEAVES[:300])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_partial_tiles_go_when_their_tile_is_full_and_older_states_stay(tmp_path: Path) -> None:
    tiles, states, size = Tiles(tmp_path), [], 0
    for step in (1, 9, 200, 45, 2, 256, 300):  # 255, then over the edge of a tile, twice
        size = tiles.append(size, LEAVES[size : size + step])
        states.append((size, root(size, tiles.reader(size))))
    partial = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.p/*"))
    assert partial == ["0/003.p/45", "1/000.p/1", "1/000.p/2", "1/000.p/3"]
    fresh = Tiles(tmp_path)  # nothing in memory
    for known, top in states:
        assert root(known, fresh.reader(known)) == top == root(known, plain)
    begun_again = fresh.append(200, LEAVES[200:300])  # a crash before the state of 300 was signed
    assert root(begun_again, fresh.reader(begun_again)) == root(300, plain)


def test_a_kept_reader_answers_as_a_new_one_and_the_new_one_sees_the_disk(tmp_path: Path) -> None:
    tiles = Tiles(tmp_path)
    size = tiles.append(0, LEAVES[:700])
    kept = tiles.kept_reader(size)
    for index in range(0, size, 37):
        assert inclusion(index, size, kept) == inclusion(index, size, tiles.reader(size))
    assert tiles.kept_reader(size) is kept
    (tmp_path / "0/002.p/188").write_bytes(bytes(188 * 32))
    assert root(size, kept) == root(size, plain)
    assert root(size, tiles.reader(size)) != root(size, plain)
    (tmp_path / "0/002.p/188").unlink()
    with pytest.raises(TileMissing):
        root(size, tiles.reader(size))


def test_memory_holds_so_many_tiles_and_what_was_asked_for_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles_file, "KEPT", 2)
    tiles = Tiles(tmp_path)
    tiles.append(0, LEAVES[:1024])
    for index in (0, 1, 0, 2):
        tiles.full(0, index)
    assert [tiles.held(0, index) is not None for index in range(4)] == [True, False, True, False]
    reader = tiles.reader(1024)
    with pytest.raises(NotInMemory):
        reader.in_memory(0, 256)
    assert reader.in_memory(0, 600) == LEAVES[600]


def test_a_missing_or_short_tile_is_named(tmp_path: Path) -> None:
    tiles = Tiles(tmp_path)
    tiles.append(0, LEAVES[:600])
    (tmp_path / "0/001").unlink()
    with pytest.raises(TileMissing, match="tile/0/001"):
        tiles.tile(0, 1)
    (tmp_path / "0/000").write_bytes(b"short")
    with pytest.raises(TileMissing, match="tile/0/000"):
        Tiles(tmp_path).tile(0, 0)
