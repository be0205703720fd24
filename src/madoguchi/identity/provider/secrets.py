"""Secrets we give out (秘密の値): random, kept as SHA-256, compared in constant time.

A refresh token also carries a mark only this installation can make. So an old one is recognised as
ours without keeping every one that was ever given, and nobody can end another's family by guessing.
"""

import hashlib
import hmac
import secrets
import string
from base64 import urlsafe_b64encode

ALPHANUMERIC = string.ascii_letters + string.digits


def sha256(text: str) -> str:
    """Under what a secret is kept: its SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def matches(text: str, kept: str | None) -> bool:
    """Whether a secret is the one kept as SHA-256."""
    return hmac.compare_digest(sha256(text), kept or "")


def new_code() -> str:
    """An authorisation code: 22 letters and digits, 131 bits."""
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(22))


def new_refresh_token(key: bytes, grant_id: str) -> str:
    """A refresh token of a grant: its id, 256 random bits, the mark."""
    body = f"{grant_id}.{secrets.token_urlsafe(32)}"
    return f"{body}.{_mark(key, body)}"


def grant_of_refresh_token(key: bytes, token: str) -> str | None:
    """The id of the grant a refresh token was given for; None for what we never gave."""
    body, _, mark = token.rpartition(".")
    genuine = hmac.compare_digest(_mark(key, body).encode(), mark.encode("utf-8", "replace"))
    return body.partition(".")[0] if genuine else None


def s256(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636 4.2); also `ath` of a DPoP proof."""
    digest = hashlib.sha256(verifier.encode("utf-8", "replace")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _mark(key: bytes, body: str) -> str:
    made = hmac.new(key, body.encode("utf-8", "replace"), hashlib.sha256).digest()[:16]
    return urlsafe_b64encode(made).rstrip(b"=").decode()
