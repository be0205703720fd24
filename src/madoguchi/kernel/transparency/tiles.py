"""The tree on disk as C2SP tlog-tiles: files of up to 256 hashes that any web server can serve.

`tile/<L>/<N>` holds the hashes 256·N … of the subtrees of 256^L leaves; while not yet full it is
`tile/<L>/<N>.p/<W>` with W hashes. A path, once written, never changes; the partial ones go when
their tile is full, for it begins with the same hashes. Bundles of entries (`tile/entries`) are not
kept: who acted when on what is not for everybody, the hashes are.
"""

import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from madoguchi.kernel.durable import sync, write_all_whole
from madoguchi.kernel.transparency.tree import HASH_BYTES, fold, pyramid

WIDTH = 256
HEIGHT = 8  # 2^8 hashes a tile
KEPT = 2048  # full tiles in memory; with the subtrees inside them 16 KiB each, 32 MiB in all

Subtrees = tuple[bytes, ...]  # of one tile: tree.pyramid


class NotInMemory(Exception):
    """Only the disk has it: to be asked for where waiting holds up nobody else."""


class TileMissing(Exception):
    """A tile the tree needs is not there, or too short; its path is the message."""


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """The path of a tile below `tile/`: groups of three digits, "1/x001/234.p/5"."""
    digits = f"{index:03d}"
    digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"{level}/{name}" + (f".p/{width}" if width < WIDTH else "")


class Tiles:
    """A folder of tiles. One writer, any number of readers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept = OrderedDict[tuple[int, int], Subtrees]()  # full tiles: they never change
        self._keeping = threading.Lock()
        self.kept_reader = lru_cache(maxsize=2)(self.reader)  # for proofs, which ask for one size

    def reader(self, size: int) -> "TreeReader":
        """The complete subtrees of the first `size` leaves.

        It keeps the partial tiles it has read. Whoever signs takes a new one, and sees the disk.
        """
        return TreeReader(self, size)

    def append(self, size: int, leaves: Sequence[bytes]) -> int:
        """Add leaf hashes behind the first `size`; the new size. Synced to disk. TileMissing.

        Adding the same leaves again after a crash writes the same files again.
        """
        new, level = list(leaves), 0
        begin = size
        files: dict[Path, bytes] = {}
        filled: list[Path] = []
        while new:
            first = begin - begin % WIDTH
            known = self.tile(level, begin // WIDTH, begin % WIDTH) if begin % WIDTH else b""
            data = known + b"".join(new)
            for start in range(0, len(data), WIDTH * HASH_BYTES):
                part = data[start : start + WIDTH * HASH_BYTES]
                index = (first + start // HASH_BYTES) // WIDTH
                path = self.folder / tile_path(level, index, len(part) // HASH_BYTES)
                files[path] = part
                if len(part) == WIDTH * HASH_BYTES:
                    filled.append(path)
            full = len(data) // (WIDTH * HASH_BYTES)
            new = [
                fold(_hashes(data[i * WIDTH * HASH_BYTES : (i + 1) * WIDTH * HASH_BYTES]))
                for i in range(full)
            ]
            begin, level = first // WIDTH, level + 1
        self._write(files)
        for path in filled:
            shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)
        return size + len(leaves)

    def tile(self, level: int, index: int, width: int = WIDTH) -> bytes:
        """The first `width` hashes of a tile, from the shortest file that has them. TileMissing."""
        if width == WIDTH:
            return self.full(level, index)[0]
        exact = self._read(level, index, width)
        if exact is not None:
            return exact
        return self.full(level, index)[0][: width * HASH_BYTES]

    def full(self, level: int, index: int) -> Subtrees:
        """A full tile and the subtrees inside it, from memory or the disk. TileMissing."""
        kept = self.held(level, index)
        if kept is not None:
            return kept
        found = self._read(level, index, WIDTH)
        if found is None:
            raise TileMissing(f"tile/{tile_path(level, index)}")
        made = pyramid(found)
        with self._keeping:
            self._kept[level, index] = made
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def held(self, level: int, index: int) -> Subtrees | None:
        """The same if it is in memory; what was asked for last stays longest."""
        with self._keeping:
            kept = self._kept.get((level, index))
            if kept is not None:
                self._kept.move_to_end((level, index))
        return kept

    def _read(self, level: int, index: int, width: int) -> bytes | None:
        path = self.folder / tile_path(level, index, width)
        try:
            found = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if len(found) != width * HASH_BYTES:
            raise TileMissing(f"tile/{tile_path(level, index, width)}")
        return found

    def _write(self, files: dict[Path, bytes]) -> None:
        folders = {path.parent for path in files}
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        write_all_whole(files)
        for folder in folders:
            sync(folder)


class TreeReader:
    """`read(level, index)` of tree.py over the first `size` leaves of a folder of tiles."""

    def __init__(self, tiles: Tiles, size: int) -> None:
        self.tiles = tiles
        self.size = size
        self._partial: dict[tuple[int, int], Subtrees] = {}  # one a level at most

    def __call__(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree. TileMissing."""
        return _subtree(level, index, self._tile)

    def in_memory(self, level: int, index: int) -> bytes:
        """The same without the disk. NotInMemory."""
        return _subtree(level, index, self._held)

    def _tile(self, level: int, number: int) -> Subtrees:
        width = self._width(level, number)
        if width >= WIDTH:
            return self.tiles.full(level, number)
        known = self._partial.get((level, number))
        if known is None:
            known = pyramid(self.tiles.tile(level, number, width))
            self._partial[level, number] = known
        return known

    def _held(self, level: int, number: int) -> Subtrees:
        whole = self._width(level, number) >= WIDTH
        known = self.tiles.held(level, number) if whole else self._partial.get((level, number))
        if known is None:
            raise NotInMemory
        return known

    def _width(self, level: int, number: int) -> int:
        return (self.size >> level * HEIGHT) - number * WIDTH


def _subtree(level: int, index: int, tile: Callable[[int, int], Subtrees]) -> bytes:
    tile_level, inside = divmod(level, HEIGHT)
    number, offset = divmod(index, WIDTH >> inside)
    at = offset * HASH_BYTES
    return tile(tile_level, number)[inside][at : at + HASH_BYTES]


def _hashes(data: bytes) -> list[bytes]:
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
