"""Tokens a program gets for itself (RFC 6749 4.4): nothing is written down for them."""

from typing import Any

from madoguchi.identity.provider.granting.asking import Asking, answer, narrowed


async def for_itself(asking: Asking) -> dict[str, Any]:
    """An access token without a person, for the client's scopes that are not about people. OAuthError."""
    own = [scope for scope in asking.client.scopes if scope not in asking.profile.user_scopes]
    return answer(asking, None, narrowed(asking, own), None)
