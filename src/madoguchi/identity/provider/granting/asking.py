"""What a request of the token endpoint is answered from, and the answer's shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madoguchi.identity.provider.clients.rules import REFRESH
from madoguchi.identity.provider.errors import invalid_scope
from madoguchi.identity.provider.gbizid.tokens import wrapped
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.models import Client, Grant
from madoguchi.identity.provider.profiles import OFFLINE, OPENID, Profile
from madoguchi.identity.provider.secrets import new_refresh_token
from madoguchi.identity.provider.tokens import access_token, id_token
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database


@dataclass(frozen=True)
class Asking:
    """A token request of a client that proved who it is. `jkt`: the key its DPoP proof showed."""

    database: Database
    clock: Clock
    provider: Provider
    profile: Profile
    client: Client
    form: Mapping[str, str]
    jkt: str | None = None

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.clock()


def next_refresh_token(asking: Asking, grant_id: str, scopes: list[str]) -> str | None:
    """A refresh token where client and person agreed to one."""
    if OFFLINE not in scopes or REFRESH not in asking.client.grant_types:
        return None
    return new_refresh_token(asking.provider.refresh_mark, grant_id)


def narrowed(asking: Asking, granted: list[str]) -> list[str]:
    """The scopes asked for of those granted; all of them when none are named. OAuthError."""
    wanted = asking.form.get("scope", "").split()
    if not set(wanted) <= set(granted):
        raise invalid_scope("scope is wider than what was granted")
    return [scope for scope in granted if scope in wanted] if wanted else granted


def answer(
    asking: Asking, grant: Grant | None, scopes: list[str], refresh_token: str | None
) -> dict[str, Any]:
    """The token response (RFC 6749 5.1)."""
    provider, profile, client, now = (
        asking.provider,
        asking.profile,
        asking.client,
        asking.now,
    )
    found: dict[str, Any] = {
        "access_token": access_token(provider, profile, client, grant, scopes, asking.jkt, now),
        "token_type": "DPoP" if asking.jkt else "Bearer",
        "expires_in": int(profile.access_life.total_seconds()),
        "scope": " ".join(scopes),
    }
    if refresh_token:
        shaped = profile.gbizid_fields and grant is not None
        found["refresh_token"] = (
            wrapped(refresh_token, grant.expires_at) if shaped and grant else refresh_token
        )
    if grant and OPENID in scopes:
        found["id_token"] = id_token(provider, profile, client, grant, now)
    return found
