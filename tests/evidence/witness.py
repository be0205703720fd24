"""A witness (C2SP tlog-witness) on 127.0.0.1, written from the specification and not from our code.

It verifies signature and consistency by RFC 6962's definition, remembers what it cosigned, and can
be told to misbehave.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = "pref-14.example/witness"
EMPTY = hashlib.sha256(b"").digest()


def vkey(private: Ed25519PrivateKey, name: str = NAME) -> str:
    """The witness's key as settings name it: algorithm 04."""
    raw = b"\x04" + private.public_key().public_bytes_raw()
    named = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    return f"{name}+{named.hex()}+{base64.b64encode(raw).decode()}"


@dataclass
class Witness:
    """`answers` None: honest; otherwise the (status, headers, body) given to everything."""

    origin: str
    log_key: bytes
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    signs_with: Ed25519PrivateKey | None = None
    at: int = 1_775_000_000
    size: int = 0
    root: bytes = EMPTY
    port: int = 0
    answers: tuple[int, str, bytes] | None = None
    hangs: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        return f"{vkey(self.private)} http://127.0.0.1:{self.port}/w"

    def judge(self, body: bytes) -> tuple[int, str, bytes]:
        """What an honest witness answers to add-checkpoint."""
        head, _, note = body.decode().partition("\n\n")
        first, *proof_lines = head.split("\n")
        word, number = first.split(" ")
        assert word == "old"
        assert number == str(int(number))
        text, _, signatures = note.rpartition("\n\n")
        text += "\n"
        origin, size_line, root_line, *_ = text.split("\n")
        size, root, old = int(size_line), base64.b64decode(root_line), int(number)
        proof = [base64.b64decode(line, validate=True) for line in proof_lines]
        if origin != self.origin:
            return 404, "", b""
        if not self.trusts(text, signatures):
            return 403, "", b""
        if old > size or len(proof) > 63:
            return 400, "", b""
        if old != self.size:
            return 409, "Content-Type: text/x.tlog.size\r\n", b"%d\n" % self.size
        if old == size and root != self.root:
            return 409, "Content-Type: text/x.tlog.size\r\n", b"%d\n" % self.size
        if not grew(old, size, self.root, root, proof):
            return 422, "", b""
        self.size, self.root = size, root
        return 200, "", self.signature(text)

    def trusts(self, text: str, signatures: str) -> bool:
        key = Ed25519PublicKey.from_public_bytes(self.log_key)
        for line in signatures.splitlines():
            dash, name, value = line.split(" ")
            assert dash == "\N{EM DASH}"
            if name == self.origin:
                try:
                    key.verify(base64.b64decode(value)[4:], text.encode())
                except InvalidSignature:
                    continue
                return True
        return False

    def signature(self, text: str) -> bytes:
        private = self.signs_with or self.private
        signed = private.sign(f"cosignature/v1\ntime {self.at}\n{text}".encode())
        name = bytes.fromhex(vkey(self.private).split("+")[1])
        value = base64.b64encode(name + self.at.to_bytes(8) + signed).decode()
        return f"\N{EM DASH} {NAME} {value}\n".encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.asked.append(head[0])
        if self.hangs:
            await reader.read()  # until the other side gives up
            writer.close()
            return
        status, more, content = self.answers or self.judge(body)
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n{more}"
            "Connection: close\r\n\r\n".encode()
            + content
        )
        writer.close()


@asynccontextmanager
async def witnessing(origin: str, log_key: bytes) -> AsyncIterator[Witness]:
    witness = Witness(origin, log_key)
    server = await asyncio.start_server(witness.answer, "127.0.0.1", 0)
    witness.port = server.sockets[0].getsockname()[1]
    try:
        yield witness
    finally:
        server.close()


def grew(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 6962 section 2.1.2, read backwards: SUBPROOF(m, D[n], b) rebuilt from its hashes."""
    if old == 0:
        return not proof
    left = list(proof)

    def rebuilt(m: int, n: int, whole: bool) -> tuple[bytes, bytes]:
        if m == n:
            known = old_root if whole else left.pop()
            return known, known
        k = 1
        while 2 * k < n:
            k *= 2
        other = left.pop()
        if m <= k:
            first, second = rebuilt(m, k, whole)
            return first, _node(second, other)
        first, second = rebuilt(m - k, n - k, False)
        return _node(other, first), _node(other, second)

    try:
        found = rebuilt(old, new, True)
    except IndexError:
        return False
    return not left and found == (old_root, new_root)


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
