"""Signing keys (署名鍵): kept as files only their owner reads, parsed once, rotated with overlap.

A new key is published at once and signs after LEAD, when every copy of the key set (one hour old at
most) has it. The key before it stays published until KEEP after it last signed.
"""

import json
import os
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey

from madoguchi.kernel.durable import write_once

ES256, RS256 = "ES256", "RS256"
ALGORITHMS = (ES256, RS256)
P256 = 32  # bytes of a number of the curve
_ECDSA = ECDSA(SHA256())
LEAD = timedelta(hours=2)
KEEP = timedelta(hours=26)
"""Longer than any token that is checked with the published keys lives."""


@dataclass(frozen=True)
class SigningKey:
    """A key of ours: its algorithm, when it was made, its place in the order of rotation."""

    algorithm: str
    number: int
    created_at: datetime
    key: ECKey | RSAKey

    @cached_property
    def kid(self) -> str:
        """The name tokens and the key set know it by: its RFC 7638 thumbprint."""
        return self.key.kid or ""

    @cached_property
    def _private(self) -> EllipticCurvePrivateKey | RSAPrivateKey:
        return self.key.get_op_key("sign")

    @cached_property
    def _public(self) -> EllipticCurvePublicKey | RSAPublicKey:
        return self._private.public_key()

    def sign(self, message: bytes) -> bytes:
        """Its signature as JWS has it (RFC 7518 3.3, 3.4)."""
        if isinstance(self._private, RSAPrivateKey):
            return self._private.sign(message, PKCS1v15(), SHA256())
        r, s = decode_dss_signature(self._private.sign(message, _ECDSA))
        return r.to_bytes(P256, "big") + s.to_bytes(P256, "big")

    def holds(self, signature: str, message: bytes) -> bool:
        """Whether a signature, in base64url, is its own of this message."""
        try:
            raw = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
            if isinstance(self._public, RSAPublicKey):
                self._public.verify(raw, message, PKCS1v15(), SHA256())
                return True
            r, s = (int.from_bytes(half, "big") for half in (raw[:P256], raw[P256:]))
            self._public.verify(encode_dss_signature(r, s), message, _ECDSA)
        except (InvalidSignature, ValueError):
            return False
        return len(raw) == 2 * P256


def signing(keys: Sequence[SigningKey], algorithm: str, now: datetime) -> SigningKey:
    """The key that signs now: the newest published for LEAD, else the oldest there is."""
    own = [key for key in keys if key.algorithm == algorithm]
    ready = [key for key in own if key.created_at + LEAD <= now]
    return ready[-1] if ready else own[0]


def published(keys: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    """The keys clients may still need: all but those replaced long ago."""
    return [key for key in keys if is_published(key, keys, now)]


def is_published(key: SigningKey, keys: Sequence[SigningKey], now: datetime) -> bool:
    """Whether clients may still need a key: it was not replaced long ago."""
    later = [k for k in keys if k.algorithm == key.algorithm and k.number > key.number]
    return not later or now < later[0].created_at + LEAD + KEEP


class KeyStore:
    """The keys in a folder. Read again only when a file was added there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys: tuple[SigningKey, ...] = ()
        self._read = -1

    def all(self, now: datetime) -> tuple[SigningKey, ...]:
        """Every key, oldest first; the first of each algorithm is made when there is none."""
        try:
            changed = os.stat(self.folder).st_mtime_ns
        except FileNotFoundError:
            self._begin(now)
            changed = os.stat(self.folder).st_mtime_ns
        if changed != self._read:
            self._keys = tuple(_load(path) for path in sorted(self.folder.glob("*.json")))
            if {key.algorithm for key in self._keys} != set(ALGORITHMS):
                self._begin(now)
                return self.all(now)
            self._read = changed
        return self._keys

    def signing(self, algorithm: str, now: datetime) -> SigningKey:
        """The key that signs now."""
        return signing(self.all(now), algorithm, now)

    def by_kid(self, kid: object, now: datetime) -> SigningKey | None:
        """A published key by its name."""
        keys = self.all(now)
        return next((key for key in keys if key.kid == kid and is_published(key, keys, now)), None)

    def public(self, now: datetime) -> dict[str, Any]:
        """The key set to publish (RFC 7517)."""
        keys = published(self.all(now), now)
        return {"keys": [key.key.as_dict(private=False) for key in keys]}

    def rotate(self, now: datetime) -> list[SigningKey]:
        """Make the next key of each algorithm; the new ones. Keys no longer published are deleted."""
        keys = self.all(now)
        for algorithm in ALGORITHMS:
            number = max(key.number for key in keys if key.algorithm == algorithm)
            _make(self.folder, algorithm, number + 1, now)
        shown = {(key.algorithm, key.number) for key in published(keys, now)}
        for key in keys:
            if (key.algorithm, key.number) not in shown:
                _path(self.folder, key.algorithm, key.number).unlink(missing_ok=True)
        self._read = -1
        known = {key.kid for key in keys}
        return [key for key in self.all(now) if key.kid not in known]

    def _begin(self, now: datetime) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for algorithm in ALGORITHMS:
            if not any(self.folder.glob(f"{algorithm}-*.json")):
                _make(self.folder, algorithm, 1, now)


def _path(folder: Path, algorithm: str, number: int) -> Path:
    return folder / f"{algorithm}-{number:06}.json"


def _make(folder: Path, algorithm: str, number: int, now: datetime) -> None:
    """Processes that make the same key at the same time keep one of theirs."""
    key = (
        ECKey.generate_key("P-256", private=True, auto_kid=True)
        if algorithm == ES256
        else RSAKey.generate_key(2048, private=True, auto_kid=True)
    )
    content = {
        "created": int(now.timestamp()),
        "jwk": {**key.as_dict(private=True), "use": "sig", "alg": algorithm},
    }
    write_once(_path(folder, algorithm, number), json.dumps(content).encode())


def _load(path: Path) -> SigningKey:
    return _parsed(path.stem, path.read_text(encoding="ascii"))


@lru_cache(maxsize=8)  # looking whether an RSA key is sound takes a tenth of a second
def _parsed(name: str, text: str) -> SigningKey:
    content = json.loads(text)
    algorithm, _, number = name.partition("-")
    kind = ECKey if algorithm == ES256 else RSAKey
    return SigningKey(
        algorithm,
        int(number),
        datetime.fromtimestamp(content["created"], UTC),
        kind.import_key(content["jwk"]),
    )
