"""A request for authorisation as it arrives (認可リクエストの到着): whose it is, and the way back to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse, Response

from madoguchi.identity.provider.authorising import rules
from madoguchi.identity.provider.authorising.rules import AuthorisationRequest, answer_to
from madoguchi.identity.provider.errors import OAuthError, invalid_request, unknown_service
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.profiles import PROFILES, Profile


@dataclass(frozen=True)
class Arrived:
    """A request of a client we know, at an address that is its own.

    `query` is what stands in the address; `params` is what is asked, pushed or in the query.
    """

    query: Mapping[str, str]
    params: Mapping[str, str]
    client: Client
    profile: Profile
    redirect_uri: str


def query_of(query: bytes) -> dict[str, str]:
    """The parameters in the address. IdentityError, a page, when one stands twice."""
    try:
        return rules.single(
            parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="replace")
        )
    except OAuthError:
        raise unknown_service() from None


def arrived(query: Mapping[str, str], params: Mapping[str, str], client: Client) -> Arrived:
    """The request of a client. IdentityError, a page, when it must not be answered anywhere."""
    profile = PROFILES[client.profile]
    return Arrived(query, params, client, profile, rules.redirect_uri_of(params, client, profile))


def read(arrived: Arrived) -> AuthorisationRequest:
    """The request, checked. OAuthError for its client."""
    if arrived.client.par_required and "request_uri" not in arrived.query:
        raise invalid_request("this client pushes its requests (RFC 9126)")
    return rules.read_request(arrived.params, arrived.client, arrived.profile)


def back(provider: Provider, arrived: Arrived, answer: Mapping[str, str]) -> Response:
    """Back to the client, with its state, and with our name so that no answer is mixed up (RFC 9207)."""
    state = arrived.params.get("state")
    told = {
        **answer,
        "state": state if state is None or len(state) <= rules.LONGEST_VALUE else None,
        "iss": provider.issuer(arrived.profile) if arrived.profile.response_iss else None,
    }
    return RedirectResponse(answer_to(arrived.redirect_uri, told), 303)
