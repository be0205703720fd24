"""The client against hostile providers: nothing that does not hold in every point is believed."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from madoguchi.identity.provider.secrets import s256
from madoguchi.identity.relying import checking, client
from madoguchi.identity.relying.checking import Expected
from madoguchi.identity.relying.faults import ProviderFault
from madoguchi.identity.relying.knowing import Fetched, Knowledge
from madoguchi.identity.relying.metadata import discovery_address, metadata_of
from tests.identity.provider.world import signed_by_secret
from tests.identity.relying.hostile import CLIENT, FOREIGN, ISSUER, KEY, SECONDS, Hostile
from tests.web.app import NOW

INSTALLATION = "a secret for tests"
BACK = "https://here.example/back"
RELIED = client.Relied("p", ISSUER, CLIENT, secret="s:/ecret", acr_values=("high",))
ASKING = client.Asking(RELIED, BACK, "the-state", 300)


def provider(**changes: object) -> Hostile:
    changes.setdefault("nonce", client.derived(INSTALLATION, "nonce", "the-state"))
    return Hostile(**changes)  # type: ignore[arg-type]


async def redeemed(hostile: Hostile) -> checking.SignedIn:
    return await client.redeem(Knowledge(hostile.fetch), ASKING, "c0de", INSTALLATION, NOW)


async def test_the_request_and_its_code() -> None:
    right = provider(userinfo={"sub": "s-1", "name": "港 太郎", "nonce": "other"})
    metadata = metadata_of(ISSUER, right.document)
    address = client.request_address(ASKING, metadata, INSTALLATION)
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked | {"nonce": "", "code_challenge": ""} == {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": BACK, "scope": "openid",
        "state": "the-state", "nonce": "", "code_challenge": "", "code_challenge_method": "S256",
        "acr_values": "high", "max_age": "300",
    }  # fmt: skip
    found = await redeemed(right)
    assert (found.issuer, found.subject, found.acr, found.amr) == (ISSUER, "s-1", "high", ("hwk",))
    assert (found.claims["name"], found.claims["nonce"]) == ("港 太郎", right.nonce)
    method, _, headers, sent = next(it for it in right.asked if it[1].endswith("/token"))
    assert (method, sent["code"], sent["redirect_uri"]) == ("POST", "c0de", BACK)
    assert s256(sent["code_verifier"]) == asked["code_challenge"]
    assert sent["code_verifier"] not in address
    assert headers["Authorization"] == "Basic bWFkb2d1Y2hpOnMlM0ElMkZlY3JldA=="


async def test_a_key_instead_of_a_secret() -> None:
    own = ECKey.generate_key("P-256", private=True, parameters={"kid": "own"})
    relied = client.Relied("p", ISSUER, CLIENT, key=own.as_dict(private=True))
    right = provider()
    asking = client.Asking(relied, BACK, "the-state")
    await client.redeem(Knowledge(right.fetch), asking, "c", INSTALLATION, NOW)
    _, _, headers, sent = next(it for it in right.asked if it[1].endswith("/token"))
    claims = jwt.decode(sent["client_assertion"], own).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT, CLIENT, ISSUER)
    assert claims["exp"] - claims["iat"] == 60
    assert "Authorization" not in headers
    with pytest.raises(ValueError, match="private"):
        client.read_key('{"kty": "oct", "k": "AAAA"}')


async def test_tokens_stay_on_the_server() -> None:
    """What a person's browser gets of it: no token, no secret, no verifier (ASVS 10.1.1)."""
    right = provider(userinfo={"sub": "s-1"})
    address = client.request_address(ASKING, metadata_of(ISSUER, right.document), INSTALLATION)
    found = await redeemed(right)
    sent = {name for _, _, _, body in right.asked for name in body}
    assert sent == {"grant_type", "code", "redirect_uri", "code_verifier"}
    told = [(url, headers.get("Authorization")) for _, url, headers, _ in right.asked]
    assert [url for url, mark in told if mark == "Bearer at"] == [f"{ISSUER}/userinfo"]
    assert [url for url, mark in told if (mark or "").startswith("Basic")] == [f"{ISSUER}/token"]
    assert "access_token" not in found.claims
    assert "at" not in found.claims.values()
    for hidden in ("s:/ecret", client.derived(INSTALLATION, "verifier", "the-state")):
        assert hidden not in address
        assert hidden not in repr(RELIED)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"nonce": "another"}, "token_for_another_request"),
        ({"claims": {"nonce": None}}, "token_for_another_request"),
        ({"claims": {"aud": "other"}}, "token_for_another_client"),
        ({"claims": {"aud": [CLIENT, "other"]}}, "token_for_another_client"),
        ({"claims": {"aud": None}}, "token_for_another_client"),
        ({"claims": {"azp": "other"}}, "token_for_another_client"),
        ({"claims": {"iss": ISSUER + "/"}}, "token_of_another_issuer"),
        ({"claims": {"exp": SECONDS - 61}}, "token_expired"),
        ({"claims": {"exp": True}}, "token_expired"),
        ({"claims": {"exp": "9999999999"}}, "token_expired"),
        ({"claims": {"iat": SECONDS - 700}}, "token_not_fresh"),
        ({"claims": {"iat": SECONDS + 100}}, "token_not_fresh"),
        ({"claims": {"auth_time": SECONDS - 400}}, "authentication_too_old"),
        ({"claims": {"auth_time": None}}, "authentication_too_old"),
        ({"claims": {"sub": None}}, "token_subject"),
        ({"claims": {"sub": 7}}, "token_subject"),
        ({"claims": {"sub": "x" * 256}}, "token_subject"),
        ({"claims": {"sub": "a\0b"}}, "token_subject"),
        ({"claims": {"events": {}}}, "token_type"),
        ({"header": {"typ": "at+jwt"}}, "token_type"),
        ({"header": {"typ": "logout+jwt"}}, "token_type"),
        ({"header": {"alg": "none"}, "signature": ""}, "token_algorithm"),
        ({"header": {"alg": "HS256"}, "signature": "AAAA"}, "token_algorithm"),
        ({"signature": "AAAA"}, "token_signature"),
        ({"userinfo": {"sub": "s-2", "name": "別人"}}, "userinfo_of_another"),
        ({"metadata": {"issuer": "https://elsewhere.example"}}, "metadata_of_another_issuer"),
        ({"metadata": {"token_endpoint": "http://id.ministry.example/t"}}, "metadata_token_endpoint"),
        ({"metadata": {"jwks_uri": "file:///etc/passwd"}}, "metadata_jwks_uri"),
        ({"metadata": {"jwks_uri": None}}, "metadata_jwks_uri"),
        ({"metadata": {"code_challenge_methods_supported": ["plain"]}}, "metadata_without_pkce"),
    ],
)  # fmt: skip
async def test_what_does_not_hold_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ProviderFault) as refused:
        await redeemed(provider(**changes))
    assert refused.value.why == why


async def test_only_keys_of_the_issuer_count() -> None:
    """A foreign key of the same name, one the token brings itself, and the public key as a secret."""
    right = provider()
    expected = Expected(ISSUER, CLIENT, right.nonce, 300)
    keys = checking.keys_of({"keys": [KEY.as_dict(private=False)]})
    assert checking.signed_in(right.id_token(), keys, expected, NOW).subject == "s-1"
    public = FOREIGN.as_dict(private=False)
    for hostile in (
        provider(key=FOREIGN),
        provider(key=FOREIGN, header={"jwk": public}),
        provider(key=FOREIGN, header={"jku": "https://evil.example/jwks"}),
    ):
        with pytest.raises(ProviderFault, match="token_signature"):
            checking.signed_in(hostile.id_token(), keys, expected, NOW)
    forged = signed_by_secret({"typ": "JWT", "kid": "k1"}, {"iss": ISSUER}, KEY.as_pem(False))
    with pytest.raises(ProviderFault, match="token_algorithm"):
        checking.signed_in(forged, keys, expected, NOW)
    secret = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", "kid": "k1"}
    unfit = {"keys": [secret, KEY.as_dict(private=True)]}
    for odd in (None, [], {"keys": "x"}, {"keys": [None, {"kty": "EC"}]}, unfit):
        with pytest.raises(ProviderFault):
            checking.signed_in(right.id_token(), checking.keys_of(odd), expected, NOW)
    for text in (None, 7, "", "a.b", "a.b.c", "é.é.é", "x" * 9_000, "W10.W10.W10"):
        with pytest.raises(ProviderFault):
            checking.signed_in(text, keys, expected, NOW)


@pytest.mark.parametrize(
    ("answer", "names_itself", "why"),
    [
        ({"code": "c", "iss": ISSUER}, True, None),
        ({"code": "c"}, False, None),
        ({"code": "c", "iss": ISSUER}, False, None),
        ({"code": "c"}, True, "answer_of_another_issuer"),
        ({"code": "c", "iss": "https://evil.example"}, True, "answer_of_another_issuer"),
        ({"code": "c", "iss": "https://evil.example"}, False, "answer_of_another_issuer"),
        ({"code": "c", "iss": ""}, False, "answer_of_another_issuer"),
        ({"error": "access_denied", "iss": ISSUER}, True, "access_denied"),
        ({"error": "server_error", "code": "c", "iss": ISSUER}, True, "provider_error"),
        ({"iss": ISSUER}, True, "no_code"),
        ({"code": "c" * 2_001, "iss": ISSUER}, True, "no_code"),
    ],
)
def test_mixed_up_answers_are_refused(
    answer: dict[str, str], names_itself: bool, why: str | None
) -> None:
    expected = Expected(ISSUER, CLIENT)
    if why is None:
        assert checking.code_of(answer, expected, names_itself=names_itself) == "c"
        return
    with pytest.raises(ProviderFault) as refused:
        checking.code_of(answer, expected, names_itself=names_itself)
    assert refused.value.why == why


def test_logout_tokens() -> None:
    right, expected = provider(), Expected(ISSUER, CLIENT)
    keys = checking.keys_of({"keys": [KEY.as_dict(private=False)]})
    over = checking.signed_out(right.logout_token(), keys, expected, NOW)
    assert (over.jti, over.subject, over.sid) == ("j-1", "s-1", "sid-1")
    assert checking.signed_out(right.logout_token(sid=None), keys, expected, NOW).sid is None
    refused = {
        right.id_token(): "token_type",
        right.logout_token(nonce="n"): "token_with_nonce",
        right.logout_token(events=None): "token_without_event",
        right.logout_token(events={"other": {}}): "token_without_event",
        right.logout_token(jti=None): "token_id",
        right.logout_token(sub=None, sid=None): "token_subject",
        right.logout_token(aud="other"): "token_for_another_client",
        right.logout_token(iss="https://evil.example"): "token_of_another_issuer",
        right.logout_token(exp=None): "token_expired",
        right.logout_token(iat=SECONDS - 200): "token_not_fresh",
        provider(header={"typ": "JWT"}).logout_token(): "token_type",
        provider(header={"alg": "none"}, signature="").logout_token(): "token_algorithm",
        provider(key=FOREIGN).logout_token(): "token_signature",
    }
    for token, why in refused.items():
        with pytest.raises(ProviderFault) as fault:
            checking.signed_out(token, keys, expected, NOW)
        assert fault.value.why == why


async def test_keys_are_asked_for_again_but_not_endlessly() -> None:
    right = provider()
    knowledge = Knowledge(right.fetch)

    def asked() -> int:
        return sum(address.endswith("/jwks") for _, address, _, _ in right.asked)

    for kid in ("k1", "k1", "unknown", "unknown"):
        await knowledge.keys(ISSUER, kid, NOW)
    assert asked() == 1
    await knowledge.keys(ISSUER, "unknown", NOW + timedelta(seconds=61))
    assert asked() == 2
    await knowledge.keys(ISSUER, "k1", NOW + timedelta(minutes=62))
    assert asked() == 3
    # An issuer with a path and a slash at its end keeps its spelling, and one slash.
    spelled = "https://id.example/oauth/"
    assert discovery_address(spelled) == "https://id.example/oauth/.well-known/openid-configuration"
    with pytest.raises(ProviderFault):
        metadata_of(spelled.removesuffix("/"), provider(issuer=spelled).document)


async def test_what_cannot_be_had_is_not_asked_for_over_and_over() -> None:
    """Whoever calls an address that needs a provider's keys cannot make us wait for it each time."""
    asked: list[str] = []

    async def away(method: str, address: str, headers: object, body: bytes) -> Fetched:
        asked.append(address)
        raise ProviderFault("unreachable")

    known = Knowledge(away)
    for seconds, times in ((0, 1), (19, 1), (21, 2), (22, 2)):
        with pytest.raises(ProviderFault, match="unreachable"):
            await known.keys(ISSUER, None, NOW + timedelta(seconds=seconds))
        assert len(asked) == times
    known.fetch = provider().fetch
    assert (await known.keys(ISSUER, None, NOW + timedelta(seconds=60))).keys
