"""Signed notes: the example of Go's sumdb/note, and what must not pass."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.transparency.checkpoint import Checkpoint, read_checkpoint
from madoguchi.kernel.transparency.notes import (
    COSIGNATURE,
    Note,
    NoteError,
    cosign,
    key_of,
    read_key,
    read_note,
    sign,
    signed_by,
    witnessed_at,
)

KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STATE = str(Checkpoint("madoguchi.example/log", 12, bytes(32)))


def test_the_example_of_go() -> None:
    key, note = read_key(KEY), read_note(NOTE)
    assert str(key) == KEY
    assert str(note) == NOTE
    assert signed_by(note, key)
    assert not signed_by(read_note(NOTE.replace("answer", "Answer")), key)


def test_a_checkpoint_is_signed_and_witnessed() -> None:
    note = Note(STATE, (sign(STATE, PRIVATE, "log"), cosign(STATE, PRIVATE, "witness", 1767000000)))
    read = read_note(str(note))
    assert read_checkpoint(read.text) == Checkpoint("madoguchi.example/log", 12, bytes(32))
    assert signed_by(read, key_of(PRIVATE, "log"))
    assert witnessed_at(read, key_of(PRIVATE, "witness", COSIGNATURE)) == 1767000000
    assert witnessed_at(read, key_of(PRIVATE, "log")) is None
    assert not signed_by(read, key_of(PRIVATE, "witness"))  # another algorithm is another key


@given(st.data())
def test_every_flipped_bit_is_seen(data: st.DataObject) -> None:
    content = bytearray(str(Note(STATE, (sign(STATE, PRIVATE, "log"),))).encode())
    place = data.draw(st.integers(0, len(content) * 8 - 1))
    content[place // 8] ^= 1 << place % 8
    try:
        note = read_note(content.decode())
    except (NoteError, UnicodeDecodeError):
        return
    assert not signed_by(note, key_of(PRIVATE, "log"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\nno signature\n",
        "text\n\n— name !!!!\n",
        "text\n\n— name AAAA\n",
        "a\x00\n\n— n AAAAAAAA\n",
    ],
)
def test_what_is_no_note(text: str) -> None:
    with pytest.raises(NoteError):
        read_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "log\n5\n",
        "log\n05\nAAAA\n",
        "log\n-1\nAAAA\n",
        "log\n5\nAAAA\n",
        "\n5\nAAAA\n",
        "log\n５\nAAAA\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NoteError):
        read_checkpoint(text)


@pytest.mark.parametrize(
    "line", ["", "a+b", "a b+c74f20a3+AQ==", KEY.replace("c7", "c8"), KEY[:-4] + "!!!!"]
)
def test_what_is_no_key(line: str) -> None:
    with pytest.raises(NoteError):
        read_key(line)
