"""The tree against RFC 6962's own definition, written out, and against pymerkle."""

import hashlib

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.kernel.transparency.tree import (
    EMPTY,
    consistency,
    fold,
    grew,
    inclusion,
    leaf,
    pyramid,
    root,
    root_of_path,
)


def contents(size: int) -> list[bytes]:
    return [f"entry {n}".encode() for n in range(size)]


def read_of(leaves: list[bytes]):
    return lambda level, index: fold(
        [leaf(content) for content in leaves[index << level : (index + 1) << level]]
    )


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH as section 2.1 of the RFC writes it."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", [*range(18), 63, 64, 65, 255, 256, 257, 1000])
def test_roots_are_those_of_the_rfc(size: int) -> None:
    leaves = contents(size)
    assert root(size, read_of(leaves)) == by_definition(leaves)


def test_pymerkle_agrees() -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    leaves = contents(300)
    for content in leaves:
        other.append_entry(content)
    read = read_of(leaves)
    for size in (1, 2, 7, 128, 255, 300):
        assert other.get_root(size) == root(size, read)
        for index in {0, size // 2, size - 1}:
            theirs = other.prove_inclusion(index + 1, size)
            pymerkle.verify_inclusion(other.get_leaf(index + 1), root(size, read), theirs)
            ours = inclusion(index, size, read)
            assert [leaf(leaves[index]), *ours] == list(theirs.path)
        for old in {1, size // 2, size - 1} - {0}:
            theirs = other.prove_consistency(old, size)
            pymerkle.verify_consistency(root(old, read), root(size, read), theirs)


@settings(max_examples=40)
@given(st.integers(1, 300), st.data())
def test_a_proof_holds_for_its_leaf_alone(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = contents(size)
    read = read_of(leaves)
    path, top = inclusion(index, size, read), root(size, read)
    assert root_of_path(index, size, leaf(leaves[index]), path) == top
    assert root_of_path(index, size, leaf(b"other"), path) != top
    if size > 1:
        assert root_of_path((index + 1) % size, size, leaf(leaves[index]), path) != top
        assert root_of_path(index, size, leaf(leaves[index]), path[:-1]) != top
        bent = [*path[:-1], bytes(32)]
        assert root_of_path(index, size, leaf(leaves[index]), bent) != top
    assert root_of_path(index, size, leaf(leaves[index]), [*path, bytes(32)]) != top
    assert root_of_path(size, size, leaf(leaves[index]), path) is None


@settings(max_examples=40)
@given(st.integers(0, 300), st.integers(0, 300))
def test_growth_is_proved_and_nothing_else(one: int, two: int) -> None:
    old, new = sorted((one, two))
    read = read_of(contents(new))
    path = consistency(old, new, read)
    before, after = root(old, read), root(new, read)
    assert grew(old, new, before, after, path)
    other = leaf(b"another root")
    if old:
        assert not grew(old, new, other, after, path)
    if 0 < old < new:
        assert not grew(old, new, before, other, path)
        assert not grew(old, new, before, after, path[1:])
        assert not grew(old, new, before, after, [*path, other])


def test_what_is_outside_is_refused() -> None:
    read = read_of(contents(3))
    assert root(0, read) == EMPTY
    for index in (-1, 3):
        with pytest.raises(IndexError):
            inclusion(index, 3, read)
    with pytest.raises(IndexError):
        consistency(4, 3, read)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=300))
def test_the_subtrees_inside_a_tile_are_those_of_its_hashes(hashes: list[bytes]) -> None:
    levels = pyramid(b"".join(hashes))
    for level, joined in enumerate(levels):
        width = 1 << level
        assert len(joined) == len(hashes) // width * 32
        for at in range(len(hashes) // width):
            assert joined[at * 32 : at * 32 + 32] == fold(hashes[at * width : (at + 1) * width])
    assert len(hashes) >> len(levels) == 0
