"""Profiles (プロファイル): how the provider speaks to a client, as rows of data.

`standard` is OpenID Connect with OAuth 2.1's rules. `gbizid` is for services written for GbizID,
which must work unchanged (docs/reference of its guideline 2.9, 3.4.1); `gbizid_bare` for those of them
that write its issuer without the slash at the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

OPENID, PROFILE, EMAIL, ORGANISATION, OFFLINE = (
    "openid",
    "profile",
    "email",
    "organisation",
    "offline_access",
)
AUTHORIZATION_CODE, REFRESH_TOKEN = "authorization_code", "refresh_token"


@dataclass(frozen=True)
class Profile:
    """Profile (プロファイル): what varies between the kinds of clients.

    `issuer_path` follows the installation's address. `user_scopes` are those about a person; other
    scopes name what a program may do. `errors` replaces (error, status) of the token endpoint by
    the grant type asked for and the error's code; "" stands for every grant type.
    """

    name: str
    issuer_path: str = ""
    algorithms: tuple[str, ...] = ("ES256", "RS256")
    pkce_required: bool = True
    response_iss: bool = True
    scope_required: bool = True
    redirect_uri_required: bool = True
    code_life: timedelta = timedelta(seconds=60)
    access_life: timedelta = timedelta(minutes=10)
    id_token_life: timedelta = timedelta(minutes=10)
    refresh_life: timedelta = timedelta(days=30)
    user_scopes: tuple[str, ...] = (OPENID, PROFILE, EMAIL, ORGANISATION, OFFLINE)
    base_scopes: tuple[str, ...] = (OPENID, PROFILE, EMAIL, ORGANISATION)
    gbizid_fields: bool = False
    """Account numbers, userinfo and shapes of tokens as GbizID has them."""
    errors: Mapping[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    @property
    def algorithm(self) -> str:
        """What access tokens are signed by."""
        return self.algorithms[0]


STANDARD = Profile("standard")
GBIZID = Profile(
    "gbizid",
    issuer_path="/oauth/",
    algorithms=("RS256",),
    pkce_required=False,
    response_iss=False,
    scope_required=False,
    redirect_uri_required=False,
    code_life=timedelta(minutes=5),
    access_life=timedelta(hours=1),
    id_token_life=timedelta(hours=1),
    user_scopes=(
        *(OPENID, PROFILE, "user", "mandate", EMAIL, OFFLINE),
        *("jp_gbizid_v1_ida", "role", "delegation_info"),
    ),
    base_scopes=(OPENID, PROFILE, "user", "mandate", EMAIL),
    gbizid_fields=True,
    errors={
        ("", "invalid_client"): ("unauthorized", 401),
        (REFRESH_TOKEN, "invalid_grant"): ("invalid_token", 401),
        (REFRESH_TOKEN, "invalid_scope"): ("invalid_scope", 401),
    },
)
GBIZID_BARE = replace(GBIZID, name="gbizid_bare", issuer_path="/oauth")
PROFILES: Mapping[str, Profile] = {
    profile.name: profile for profile in (STANDARD, GBIZID, GBIZID_BARE)
}


def issuer_of(profile: Profile, address: str) -> str:
    """The issuer identifier of a profile at an installation's address."""
    return address + profile.issuer_path


def client_error(profile: Profile, grant_type: str, code: str, status: int) -> tuple[str, int]:
    """How an error of the token endpoint is told to clients of a profile."""
    told = profile.errors.get((grant_type, code)) or profile.errors.get(("", code))
    return told or (code, status)
