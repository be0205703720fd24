"""Errors of the protocol (RFC 6749 5.2, RFC 6750 3.1): codes for programs, in English."""

from collections.abc import Mapping

from madoguchi.identity.errors import IdentityError


class OAuthError(Exception):
    """What a client is told: an error code of the protocol and a sentence for its engineer."""

    def __init__(
        self,
        code: str,
        description: str,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.description = description
        self.status = status
        self.headers = dict(headers or {})
        super().__init__(code, description)


def invalid_client(why: str = "client authentication failed") -> OAuthError:
    """401: the client did not prove who it is. Never says which part was wrong."""
    return OAuthError("invalid_client", why, 401)


def invalid_request(why: str) -> OAuthError:
    """400: something is missing, doubled or malformed."""
    return OAuthError("invalid_request", why)


def invalid_grant(why: str = "the code or token is not valid") -> OAuthError:
    """400: a code or refresh token that is unknown, used, expired, revoked or another's."""
    return OAuthError("invalid_grant", why)


def invalid_scope(why: str) -> OAuthError:
    """400: a scope this client may not have."""
    return OAuthError("invalid_scope", why)


def invalid_token(why: str = "the access token is not valid") -> OAuthError:
    """401: an access token that is unknown, expired, revoked or of another kind."""
    return OAuthError("invalid_token", why, 401)


def unknown_service() -> IdentityError:
    """400, a page: a request of nobody we know; it is never sent on anywhere (RFC 6749 4.1.2.1)."""
    return IdentityError(
        "unknown_service",
        400,
        {
            "ja": "このサービスは登録されていないか、戻り先のアドレスが登録と違います。"
            "元のサービスに戻って、もう一度やり直してください。続く場合は、そのサービスの窓口へ"
            "お知らせください。",
            "en": "This service is not registered here, or the address to return to is not the "
            "registered one. Go back to the service and try again. If it happens again, please "
            "tell the people who run that service.",
        },
    )


def request_gone() -> IdentityError:
    """400, a page: a pushed request that was used or has expired; where it came from is unknown."""
    return IdentityError(
        "request_gone",
        400,
        {
            "ja": "ログインの受付時間が過ぎたか、すでに使われました。元のサービスに戻って、"
            "もう一度やり直してください。",
            "en": "This sign-in has expired or was already used. Go back to the service and "
            "begin again.",
        },
    )


def client_fault(ja: str, en: str, pointer: str) -> IdentityError:
    """422: what is said of a client to be registered is not right."""
    return IdentityError("invalid_client_metadata", 422, {"ja": ja, "en": en}, {}, (pointer,))
