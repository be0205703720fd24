"""Tokens as GbizID shapes them: few claims; a refresh token that looks like an unsigned JWT."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.identity.provider.jose import CLAIMS, unverified

ACCESS = ("sub", "azp", "iss", "exp", "iat", "jti")
ID_TOKEN = ("sub", "aud", "iss", "exp", "iat", "auth_time", "nonce", "jti")


def only(claims: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The claims of these names, those there are."""
    return {name: claims[name] for name in names if name in claims}


def wrapped(refresh_token: str, expires_at: datetime) -> str:
    """A refresh token as clients expect it: {"alg":"none"}.{exp,jti}. ; nothing trusts its shape."""
    claims = {"exp": int(expires_at.timestamp()), "jti": refresh_token}
    return ".".join([_base64({"alg": "none"}), _base64(claims), ""])


def unwrapped(refresh_token: str) -> str:
    """The refresh token itself, of what `wrapped` made; any other text as it is."""
    if not refresh_token.endswith(".") or refresh_token.count(".") != 2:
        return refresh_token
    found = unverified(refresh_token, CLAIMS).get("jti")
    return found if isinstance(found, str) else refresh_token


def _base64(value: Mapping[str, Any]) -> str:
    raw = json.dumps(value, separators=(",", ":")).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
