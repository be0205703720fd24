"""The token endpoint: which kind of grant, and whether the client may use it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from madoguchi.identity.provider.clients.rules import CLIENT, CODE, DEVICE, REFRESH
from madoguchi.identity.provider.errors import OAuthError, invalid_request
from madoguchi.identity.provider.granting.asking import Asking
from madoguchi.identity.provider.granting.client_credentials import for_itself
from madoguchi.identity.provider.granting.code import exchange
from madoguchi.identity.provider.granting.device import for_device
from madoguchi.identity.provider.granting.refresh import refresh

KINDS: Mapping[str, Callable[[Asking], Awaitable[dict[str, Any]]]] = {
    CODE: exchange,
    REFRESH: refresh,
    CLIENT: for_itself,
    DEVICE: for_device,
}


async def give_tokens(asking: Asking) -> dict[str, Any]:
    """The answer to a token request. OAuthError."""
    grant_type = asking.form.get("grant_type")
    if not grant_type:
        raise invalid_request("grant_type is missing")
    if grant_type not in KINDS:
        raise OAuthError("unsupported_grant_type", "grant_type is not supported")
    if grant_type not in asking.client.grant_types:
        raise OAuthError("unauthorized_client", "the client may not use this grant_type")
    if asking.client.dpop_required and asking.jkt is None:
        raise OAuthError("invalid_dpop_proof", "a DPoP proof is required")
    return await KINDS[grant_type](asking)
