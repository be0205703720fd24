"""Profiles (プロファイル): how the provider speaks to a client, as rows of data.

`standard` is OpenID Connect with OAuth 2.1's rules. Profiles other than it exist for services
written for another provider, which must work unchanged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

OPENID, PROFILE, EMAIL, ORGANISATION, OFFLINE = (
    "openid",
    "profile",
    "email",
    "organisation",
    "offline_access",
)


@dataclass(frozen=True)
class Profile:
    """Profile (プロファイル): what varies between the kinds of clients.

    `issuer_path` follows the installation's address. `user_scopes` are those about a person; other
    scopes name what a program may do. `errors` replaces (code, status) of the token endpoint.
    """

    name: str
    issuer_path: str = ""
    algorithm: str = "ES256"
    pkce_required: bool = True
    response_iss: bool = True
    scope_required: bool = True
    redirect_uri_required: bool = True
    code_life: timedelta = timedelta(seconds=60)
    access_life: timedelta = timedelta(minutes=10)
    id_token_life: timedelta = timedelta(minutes=10)
    refresh_life: timedelta = timedelta(days=30)
    user_scopes: tuple[str, ...] = (OPENID, PROFILE, EMAIL, ORGANISATION, OFFLINE)
    errors: Mapping[str, tuple[str, int]] = field(default_factory=dict)


STANDARD = Profile("standard")
PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (STANDARD,)}


def issuer_of(profile: Profile, address: str) -> str:
    """The issuer identifier of a profile at an installation's address."""
    return address + profile.issuer_path
