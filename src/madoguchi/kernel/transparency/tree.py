"""Merkle trees (マークル木) as RFC 6962 section 2.1 defines them; checking as RFC 9162 section 2.1.

A tree is known by its complete subtrees: `read(level, index)` gives the hash over the leaves
[index · 2^level, (index + 1) · 2^level). Where they are kept is nobody's business here.
"""

import hashlib
from collections.abc import Callable, Sequence

Read = Callable[[int, int], bytes]

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()


def leaf(content: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 ‖ content)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over 2^k neighbouring hashes."""
    while len(hashes) > 1:
        hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def pyramid(hashes: bytes) -> tuple[bytes, ...]:
    """Every complete subtree over neighbouring hashes (32 bytes each, joined), level by level."""
    levels = [hashes]
    while len(below := levels[-1]) >= 2 * HASH_BYTES:
        pairs = range(0, len(below) - 2 * HASH_BYTES + 1, 2 * HASH_BYTES)
        above = [hashlib.sha256(b"\x01" + below[at : at + 2 * HASH_BYTES]) for at in pairs]
        levels.append(b"".join([hash_.digest() for hash_ in above]))
    return tuple(levels)


def root(size: int, read: Read) -> bytes:
    """The root of the first `size` leaves (MTH)."""
    return _span(0, size, read) if size else EMPTY


def inclusion(index: int, size: int, read: Read) -> list[bytes]:
    """The audit path of leaf `index` in the first `size` leaves (PATH). IndexError outside."""
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_span(middle, end, read))
            end = middle
        else:
            path.append(_span(start, middle, read))
            start = middle
    return path[::-1]


def consistency(old: int, new: int, read: Read) -> list[bytes]:
    """That the first `old` leaves begin the first `new` (PROOF). IndexError unless 0 ≤ old ≤ new."""
    if not 0 <= old <= new:
        raise IndexError(f"{old} leaves of {new}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_span(middle, end, read))
            end = middle
        else:
            path.append(_span(start, middle, read))
            start, whole = middle, False
    return [*([] if whole else [_span(start, end, read)]), *path[::-1]]


def root_of_path(index: int, size: int, leaf_hash: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root an audit path leads to (RFC 9162 section 2.1.3.2); None when it cannot be one."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf_hash
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, step)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def grew(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a consistency proof holds between two roots (RFC 9162 section 2.1.4.2)."""
    if old == new:
        return old_root == new_root and not path
    if old == 0:
        return not path and old_root == EMPTY
    if not 0 < old < new or not path:
        return False
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node(step, first), node(step, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node(second, step)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def _split(size: int) -> int:
    """The largest power of two below `size` (> 1)."""
    return 1 << (size - 1).bit_length() - 1


def _span(start: int, end: int, read: Read) -> bytes:
    """The hash over leaves [start, end), `start` being where a subtree of that size may begin."""
    right: bytes | None = None
    parts: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(read(level, start >> level))
        start += 1 << level
    for part in reversed(parts):
        right = part if right is None else node(part, right)
    assert right is not None  # noqa: S101 — start < end
    return right
