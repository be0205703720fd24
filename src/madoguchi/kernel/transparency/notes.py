"""Signed notes (署名付き覚書): C2SP signed-note and tlog-cosignature, with Ed25519.

    <text, ends with a newline>
    <empty line>
    — <key name> base64(<4 bytes of the key's hash> ‖ <signature>)

A key for checking is one line: `<name>+<hash in hexadecimal>+base64(<algorithm> ‖ <public key>)`.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01  # signs the text
COSIGNATURE = 0x04  # signs "cosignature/v1\ntime …\n" and the text
PUBLIC_BYTES = 32
LATEST = 253_402_300_799  # the last second of the year 9999: no clock of a witness is beyond it
_MARK = "\N{EM DASH} "


class NoteError(ValueError):
    """A note, a key or a signature that cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Key:
    """A key for checking: name, algorithm (ED25519 or COSIGNATURE), public key of 32 bytes."""

    name: str
    algorithm: int
    public: bytes

    @property
    def hash(self) -> bytes:
        """Four bytes by which signatures name the key."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(named).digest()[:4]

    def __str__(self) -> str:
        shown = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.hash.hex()}+{shown}"


@dataclass(frozen=True)
class Signature:
    """One line below a note."""

    name: str
    key_hash: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_MARK}{self.name} {base64.b64encode(self.key_hash + self.value).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text and the signatures below it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(str(line) for line in self.signatures)}"


def read_key(line: str) -> Key:
    """A key for checking from its line. NoteError."""
    parts = line.strip().split("+", 2)
    if len(parts) != 3 or not _is_name(parts[0]):
        raise NoteError("a key reads name+hash+base64")
    raw = _decoded(parts[2], "key")
    if len(raw) != 1 + PUBLIC_BYTES or raw[0] not in (ED25519, COSIGNATURE):
        raise NoteError("the key is not an Ed25519 key")
    key = Key(parts[0], raw[0], raw[1:])
    if key.hash.hex() != parts[1]:
        raise NoteError("the key and its hash differ")
    return key


def key_of(private: Ed25519PrivateKey, name: str, algorithm: int = ED25519) -> Key:
    """The key that checks what `private` signs. NoteError for a name with spaces or "+"."""
    if not _is_name(name):
        raise NoteError(f"not a key name: {name!r}")
    return Key(name, algorithm, private.public_key().public_bytes_raw())


def read_note(text: str) -> Note:
    """A note from its text. NoteError."""
    body, blank, lines = text.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteError("no signatures below the text")
    if any(ord(sign) < 0x20 and sign != "\n" for sign in text):
        raise NoteError("control characters in the note")
    return Note(body + "\n", tuple(_signature(line) for line in lines[:-1].split("\n")))


def sign(text: str, private: Ed25519PrivateKey, name: str) -> Signature:
    """The log's signature of a text that ends with a newline."""
    return Signature(name, key_of(private, name).hash, private.sign(text.encode()))


def cosign(text: str, private: Ed25519PrivateKey, name: str, at: int) -> Signature:
    """A witness's signature: that at Unix second `at` this was the newest state it had seen."""
    key = key_of(private, name, COSIGNATURE)
    return Signature(name, key.hash, at.to_bytes(8) + private.sign(_witnessed(text, at)))


def signed_by(note: Note, key: Key) -> bool:
    """Whether the key signed the note; a wrong signature under its name makes the note false."""
    lines = [s for s in note.signatures if s.name == key.name and s.key_hash == key.hash]
    return len(lines) == 1 and _holds(note.text, lines[0], key)


def witnessed_at(note: Note, key: Key) -> int | None:
    """The Unix second at which a witness's key signed the note, if it did at a time there is."""
    if key.algorithm != COSIGNATURE or not signed_by(note, key):
        return None
    line = next(s for s in note.signatures if s.key_hash == key.hash and s.name == key.name)
    at = int.from_bytes(line.value[:8])
    return at if at <= LATEST else None


def _holds(text: str, line: Signature, key: Key) -> bool:
    content, value = text.encode(), line.value
    if key.algorithm == COSIGNATURE:
        content, value = _witnessed(text, int.from_bytes(value[:8])), value[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _witnessed(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _signature(line: str) -> Signature:
    if not line.startswith(_MARK):
        raise NoteError("a line below the text is no signature")
    name, space, value = line.removeprefix(_MARK).partition(" ")
    raw = _decoded(value, "signature")
    if not space or not _is_name(name) or len(raw) < 5:
        raise NoteError("a line below the text is no signature")
    return Signature(name, raw[:4], raw[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name)


def _decoded(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"the {what} is not base64") from None
    if base64.b64encode(raw).decode() != text:  # two spellings of one signature are one too many
        raise NoteError(f"the {what} is not canonical base64")
    return raw
