"""Sealing (封緘): secrets the database or the queue must keep, readable with the installation's key only."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(key: str, purpose: str, secret: str) -> str:
    """The secret, encrypted and authenticated (Fernet); `purpose` separates one use from others."""
    return _box(key, purpose).encrypt(secret.encode()).decode("ascii")


def unseal(key: str, purpose: str, sealed: str) -> str | None:
    """The secret again; None when it was sealed with another key, for another use, or altered."""
    try:
        return _box(key, purpose).decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeError):
        return None


@lru_cache(maxsize=16)
def derived_key(key: str, purpose: str) -> bytes:
    """32 bytes for one purpose out of the installation's key (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, None, f"madoguchi.{purpose}".encode()).derive(key.encode())


@lru_cache(maxsize=16)
def _box(key: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key(key, purpose)))
