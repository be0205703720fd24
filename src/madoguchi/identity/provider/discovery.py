"""Discovery (OpenID Connect Discovery 1.0, RFC 8414): what this provider can do, as data."""

from typing import Any

from madoguchi.identity.assurance import ACRS
from madoguchi.identity.provider.clients.rules import AUTH_METHODS, PUBLIC
from madoguchi.identity.provider.granting.endpoint import KINDS
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.jose import FOREIGN_ALGORITHMS
from madoguchi.identity.provider.profiles import Profile


def metadata(provider: Provider, profile: Profile) -> dict[str, Any]:
    """The provider's metadata as a profile shows it."""
    confidential = [method for method in AUTH_METHODS if method != PUBLIC]
    return {
        "issuer": provider.issuer(profile),
        "authorization_endpoint": provider.url("authorize"),
        "token_endpoint": provider.url("token"),
        "userinfo_endpoint": provider.url("userinfo"),
        "jwks_uri": provider.url("jwks"),
        "introspection_endpoint": provider.url("introspect"),
        "revocation_endpoint": provider.url("revoke"),
        "registration_endpoint": provider.url("register"),
        "device_authorization_endpoint": provider.url("device_authorization"),
        "end_session_endpoint": provider.url("logout"),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "pushed_authorization_request_endpoint": provider.url("par"),
        "require_pushed_authorization_requests": False,
        "dpop_signing_alg_values_supported": FOREIGN_ALGORITHMS,
        "scopes_supported": list(profile.user_scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(KINDS),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(profile.algorithms),
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": FOREIGN_ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": FOREIGN_ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": FOREIGN_ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "acr_values_supported": list(ACRS),
        "claims_supported": [
            "sub",
            "name",
            "email",
            "locale",
            "organisation",
            "acr",
            "amr",
            "auth_time",
        ],
        "ui_locales_supported": ["ja", "en"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": profile.response_iss,
    }
