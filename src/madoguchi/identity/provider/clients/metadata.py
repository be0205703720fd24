"""Client metadata (RFC 7591 2; OpenID Connect Registration 2) as columns of a client, and back."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from madoguchi.identity.provider.clients.rules import CLIENT, CODE
from madoguchi.identity.provider.clients.service import DEFAULTS
from madoguchi.identity.provider.errors import OAuthError
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.profiles import STANDARD

# By the name of the metadata: the column, and of which type the value is.
COLUMNS: Mapping[str, tuple[str, type]] = {
    "redirect_uris": ("redirect_uris", list),
    "post_logout_redirect_uris": ("post_logout_uris", list),
    "backchannel_logout_uri": ("backchannel_logout_uri", str),
    "backchannel_logout_session_required": ("backchannel_logout_session_required", bool),
    "token_endpoint_auth_method": ("auth_method", str),
    "grant_types": ("grant_types", list),
    "jwks": ("jwks", dict),
    "id_token_signed_response_alg": ("id_token_alg", str),
    "require_pushed_authorization_requests": ("par_required", bool),
    "dpop_bound_access_tokens": ("dpop_required", bool),
}
# What would change how we deal with a client and is not done: refused, never passed over.
ONLY: Mapping[str, Collection[object]] = {
    "response_types": (["code"],),
    "subject_type": ("public",),
    "jwks_uri": (),
    "sector_identifier_uri": (),
    "software_statement": (),
    "userinfo_signed_response_alg": (),
    "userinfo_encrypted_response_alg": (),
    "id_token_encrypted_response_alg": (),
    "request_object_signing_alg": (),
}


def columns_of(metadata: Mapping[str, Any], allowed: Collection[str]) -> dict[str, Any]:
    """The columns a service asks to be registered with. OAuthError invalid_client_metadata.

    `allowed` are the scopes it may have. Names we do not know are passed over (RFC 7591 2); what
    is left out has its default.
    """
    for name, values in ONLY.items():
        if metadata.get(name) is not None and metadata[name] not in values:
            raise invalid_metadata(f"{name} is not supported with this value")
    columns = {**DEFAULTS, "id_token_alg": STANDARD.algorithm}
    for name, (column, kind) in COLUMNS.items():
        value = metadata.get(name)
        if value is None:
            continue
        strings = not isinstance(value, list) or all(isinstance(one, str) for one in value)
        if not (isinstance(value, kind) and strings):
            raise invalid_metadata(f"{name} has the wrong type")
        columns[column] = value
    if CLIENT in columns["grant_types"]:
        raise invalid_metadata("client_credentials is for services an operator registered")
    return {**columns, "name": _name(metadata), "scopes": _scopes(metadata, allowed)}


def metadata_of(client: Client) -> dict[str, Any]:
    """What a client is registered with."""
    shown = {name: getattr(client, column) for name, (column, _) in COLUMNS.items()}
    return {
        "client_id": client.id,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "client_name": client.name["ja"],
        "client_name#en": client.name["en"],
        "response_types": ["code"] if CODE in client.grant_types else [],
        "scope": " ".join(client.scopes),
        **{name: value for name, value in shown.items() if value not in (None, {})},
    }


def invalid_metadata(why: str) -> OAuthError:
    """400: metadata that is malformed or not ours to keep (RFC 7591 3.2.2)."""
    return OAuthError("invalid_client_metadata", why)


def _name(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Its name in both languages; without one, the host people are sent back to."""
    plain = metadata.get("client_name")
    if plain is None:
        uris = metadata.get("redirect_uris")
        plain = _host(uris[0]) if isinstance(uris, list) and uris else "client"
    return {code: metadata.get(f"client_name#{code}", plain) for code in ("ja", "en")}


def _host(uri: object) -> str:
    try:
        return urlsplit(str(uri)).netloc or "client"
    except ValueError:
        return "client"


def _scopes(metadata: Mapping[str, Any], allowed: Collection[str]) -> list[str]:
    wanted = metadata.get("scope")
    if wanted is None:
        return list(allowed)
    if not isinstance(wanted, str) or not set(wanted.split()) <= set(allowed):
        raise invalid_metadata("scope is wider than the service may have")
    return list(dict.fromkeys(wanted.split()))
