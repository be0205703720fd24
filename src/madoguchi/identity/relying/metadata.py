"""What a provider says of itself (OpenID Connect Discovery 1.0), read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from madoguchi.identity.relying.faults import ProviderFault

LONGEST_URL = 1_000


@dataclass(frozen=True)
class Metadata:
    """The endpoints of an issuer; `names_itself`: its answers carry `iss` (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    names_itself: bool


def discovery_address(issuer: str) -> str:
    """Where the metadata of an issuer lies (Discovery 4): a slash at its end is not doubled."""
    return issuer.removesuffix("/") + "/.well-known/openid-configuration"


def metadata_of(issuer: str, document: object) -> Metadata:
    """The metadata of exactly this issuer (Discovery 4.3). ProviderFault for anything else."""
    if not isinstance(document, Mapping) or document.get("issuer") != issuer:
        raise ProviderFault("metadata_of_another_issuer")
    methods = document.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise ProviderFault("metadata_without_pkce")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_address(issuer, document, "authorization_endpoint"),
        token_endpoint=_address(issuer, document, "token_endpoint"),
        jwks_uri=_address(issuer, document, "jwks_uri"),
        userinfo_endpoint=(
            _address(issuer, document, "userinfo_endpoint")
            if document.get("userinfo_endpoint")
            else None
        ),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(issuer: str, document: Mapping[Any, Any], name: str) -> str:
    """An endpoint: https, or http where the issuer itself is (tests, a closed network)."""
    given = document.get(name)
    try:
        parts = urlsplit(given) if isinstance(given, str) else None
    except ValueError:
        parts = None
    allowed = {"https", urlsplit(issuer).scheme}
    good = (
        parts is not None
        and isinstance(given, str)
        and len(given) <= LONGEST_URL
        and parts.scheme in allowed
        and parts.hostname
        and not parts.username
        and not parts.fragment
        and all("\x21" <= character <= "\x7e" for character in given)
    )
    if not good:
        raise ProviderFault(f"metadata_{name}")
    return str(given)
