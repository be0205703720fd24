"""JSON Web Tokens: whose signatures we accept of others, and what one says before it is checked."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, TypeGuard

FOREIGN_ALGORITHMS = ["ES256", "PS256", "RS256", "EdDSA"]
"""Of clients' assertions and proofs: asymmetric only, never "none"."""
# The public members of a key and what may stand beside them (RFC 7517, 7518): no private member.
PUBLIC_MEMBERS = frozenset("kty crv x y n e kid use alg key_ops".split())
LARGEST_JWT = 8_000
HEADER, CLAIMS = 0, 1


def unverified(token: str, part: int) -> dict[str, Any]:
    """Header or claims of a JWT whose signature nobody checked yet; {} for what is no JWT."""
    try:
        text = token.split(".")[part]
        found = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, IndexError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def base64url(value: bytes) -> str:
    """As JOSE writes bytes (RFC 7515 2): the alphabet of addresses, without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def is_number(value: object) -> TypeGuard[float]:
    """Whether a claim is a NumericDate (RFC 7519 2); true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)
