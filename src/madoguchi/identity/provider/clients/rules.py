"""What may be said of a client that is to be registered, as pure decisions."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from madoguchi.identity.provider.errors import client_fault
from madoguchi.identity.provider.jose import PUBLIC_MEMBERS
from madoguchi.identity.provider.profiles import PROFILES
from madoguchi.web.outgoing import LONGEST_URL

CODE, REFRESH, CLIENT, DEVICE = (
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
)
GRANT_TYPES = (CODE, REFRESH, CLIENT, DEVICE)
BASIC, POST, PRIVATE_KEY, PUBLIC = (
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "none",
)
AUTH_METHODS = (BASIC, POST, PRIVATE_KEY, PUBLIC)
LONGEST_URI = 1_000
MOST_URIS = 20
MOST_SCOPES = 50
LONGEST_NAME = 100
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")  # RFC 6749 3.3


def check_uri(uri: str, pointer: str, longest: int = LONGEST_URI) -> None:
    """A redirect, logout or notice address: https, or http on the own machine; no fragment.

    IdentityError 422.
    """
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    plain = uri.isascii() and not any(c in uri for c in ' \\*"<>\x7f') and uri.isprintable()
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    if not (plain and safe and host and "@" not in parts.netloc) or "#" in uri:
        raise client_fault(
            "アドレスは https:// で始まる完全なものにしてください（開発中は http://localhost も可）。"
            "* と # は使えません。",
            "Give a complete address that begins with https:// (http://localhost while developing), "
            "without * and #.",
            pointer,
        )
    if len(uri) > longest:
        raise client_fault(
            f"アドレスは{longest}文字以内にしてください。",
            f"An address may have {longest} characters at most.",
            pointer,
        )


def check_client(told: Mapping[str, Any]) -> None:
    """Whether a client may be registered like this. IdentityError 422 naming what is wrong.

    `told` has the columns of a client as plain data.
    """
    for language in ("ja", "en"):
        _check_name(told["name"].get(language), f"/name/{language}")
    _one_of(told["profile"], PROFILES, "/profile")
    _one_of(told["auth_method"], AUTH_METHODS, "/token_endpoint_auth_method")
    algorithms = PROFILES[told["profile"]].algorithms
    _one_of(told["id_token_alg"], algorithms, "/id_token_signed_response_alg")
    for grant_type in told["grant_types"] or [None]:
        _one_of(grant_type, GRANT_TYPES, "/grant_types")
    if len(told["scopes"]) > MOST_SCOPES:
        raise client_fault("scopeが多すぎます。", "Too many scopes.", "/scope")
    for scope in told["scopes"]:
        if not SCOPE.fullmatch(scope):
            raise client_fault(
                "scopeに使えない文字があります。",
                "A scope has a character it may not have.",
                "/scope",
            )
    for pointer in ("redirect_uris", "post_logout_uris"):
        if len(told[pointer]) > MOST_URIS:
            raise client_fault("アドレスが多すぎます。", "Too many addresses.", f"/{pointer}")
        for uri in told[pointer]:
            check_uri(uri, f"/{pointer}")
    if told["backchannel_logout_uri"]:
        check_uri(told["backchannel_logout_uri"], "/backchannel_logout_uri", LONGEST_URL)
    _check_together(told)


def _check_together(told: Mapping[str, Any]) -> None:
    grant_types = told["grant_types"]
    if CODE in grant_types and not told["redirect_uris"]:
        raise client_fault(
            "戻り先のアドレス（redirect_uris）を登録してください。",
            "Register the address to return to (redirect_uris).",
            "/redirect_uris",
        )
    if told["auth_method"] == PUBLIC and (CLIENT in grant_types or told["introspects"]):
        raise client_fault(
            "秘密を持たないクライアントは、利用者なしでトークンを受け取れません。",
            "A client without a credential cannot get tokens of its own or ask about tokens.",
            "/token_endpoint_auth_method",
        )
    if told["auth_method"] == PRIVATE_KEY and not told["jwks"]:
        raise client_fault(
            "private_key_jwtには公開鍵（jwks）が必要です。",
            "private_key_jwt needs the client's public keys (jwks).",
            "/jwks",
        )
    keys = told["jwks"].get("keys") if set(told["jwks"]) <= {"keys"} else None
    if told["jwks"] and not (isinstance(keys, list) and keys and all(map(_is_public, keys))):
        raise client_fault(
            "jwksには公開鍵だけを入れてください。", "jwks must hold public keys only.", "/jwks"
        )


def _is_public(key: object) -> bool:
    """Whether it has the shape of a public key: known members, plain text in them."""
    if not isinstance(key, dict) or not set(key) <= PUBLIC_MEMBERS:
        return False
    told = [one for value in key.values() for one in (value if type(value) is list else [value])]
    return all(isinstance(one, str) and one.isascii() and len(one) <= 2_000 for one in told)


def _check_name(name: object, pointer: str) -> None:
    """A name people see on the consent page: short, and what it looks like."""
    # No tricks of line or direction: every control and format character is refused.
    plain = name.replace("\u3000", " ") if isinstance(name, str) else ""
    if not (isinstance(name, str) and plain.strip() and plain.isprintable()):
        raise client_fault(
            "サービスの名前を入力してください（改行や制御文字は使えません）。",
            "Enter the name of the service, without line breaks or control characters.",
            pointer,
        )
    if len(name) > LONGEST_NAME:
        raise client_fault(
            f"名前は{LONGEST_NAME}文字以内にしてください。",
            f"A name may have {LONGEST_NAME} characters at most.",
            pointer,
        )


def _one_of(value: object, allowed: Any, pointer: str) -> None:
    if value not in allowed:
        raise client_fault(
            f"次のどれかにしてください：{'、'.join(allowed)}",
            f"Choose one of: {', '.join(allowed)}",
            pointer,
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
