"""The tree built anew (木の再計算): hashes of one level in, those of the next out, tiles compared."""

from collections.abc import Callable, Sequence

from madoguchi.kernel.transparency.tiles import WIDTH, TileMissing, Tiles, tile_path
from madoguchi.kernel.transparency.tree import EMPTY, HASH_BYTES, fold, node

UNKNOWN = bytes(HASH_BYTES)  # the leaf of an entry that is missing or cannot be read
Found = Callable[[str], None]


def climb(
    tiles: Tiles, level: int, first: int, hashes: Sequence[bytes], found: Found
) -> tuple[list[bytes], list[bytes]]:
    """Compare neighbouring hashes of a tile level, from a tile's beginning (`first` is its index),
    with the tiles on disk. (The hashes of the full tiles one level up, those of the last partial.)
    """
    above: list[bytes] = []
    for start in range(0, len(hashes), WIDTH):
        part = list(hashes[start : start + WIDTH])
        nothing_known = all(hash_ == UNKNOWN for hash_ in part)
        if not nothing_known:
            _compare(tiles, level, first + start // WIDTH, part, found)
        if len(part) < WIDTH:
            return above, part
        above.append(UNKNOWN if nothing_known else fold(part))
    return above, []


def root_of_rests(rests: Sequence[Sequence[bytes]]) -> bytes:
    """The root of a tree by the hashes in its last, partial tiles, lowest level first."""
    right: bytes | None = None
    for rest in rests:
        while rest:
            last = len(rest) & -len(rest)  # smallest complete subtree, at the right
            part = fold(rest[len(rest) - last :])
            right = part if right is None else node(part, right)
            rest = rest[: len(rest) - last]
    return EMPTY if right is None else right


def _compare(tiles: Tiles, level: int, index: int, hashes: list[bytes], found: Found) -> None:
    name = f"tile/{tile_path(level, index, len(hashes))}"
    try:
        held = tiles.tile(level, index, len(hashes))
    except TileMissing as fault:
        found(f"{fault}: missing or cut short")
        return
    if held != b"".join(hashes):
        found(f"{name}: differs from the journal")
