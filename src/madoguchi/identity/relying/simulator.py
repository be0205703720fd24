"""A simulated provider that reads cards (カード読み取りの模擬): for demonstrations only.

A small but whole OpenID provider: code, PKCE S256, nonce, `iss`, signed ID tokens. What a card
would prove is typed into its page, which says that it is a simulation. Its key lives as long as the
process and is no key of the installation's own provider.
"""

import base64
import binascii
import json
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey

from madoguchi.identity.errors import demo_only
from madoguchi.identity.provider.secrets import s256, sha256
from madoguchi.identity.provider.spent import spend
from madoguchi.identity.relying.installed import SIMULATOR, card_of
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.sealing import seal, unseal
from madoguchi.web.answering import page
from madoguchi.web.forms import form_of

CODE_LIFE = timedelta(minutes=2)
PURPOSE = "simulated card"
LONGEST = {"name": 60, "address": 100}


def _demo(request: Request) -> None:
    if request.app.state.settings.demo is not True:
        raise demo_only()


router = APIRouter(prefix=SIMULATOR, include_in_schema=False, dependencies=[Depends(_demo)])


@cache
def _key() -> ECKey:
    return ECKey.generate_key("P-256", private=True, auto_kid=True)


@router.get("/.well-known/openid-configuration")
async def discovery(request: Request) -> JSONResponse:
    """What it says of itself."""
    issuer = _issuer(request)
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
    )


@router.get("/jwks")
async def jwks() -> JSONResponse:
    """Its key."""
    return JSONResponse({"keys": [_key().as_dict(private=False)]})


@router.get("/authorize")
async def authorize(request: Request) -> HTMLResponse:
    """The page that stands for reading a card."""
    _asked(request)
    return _page(request, {"name": "", "address": "", "birthdate": ""})


@router.post("/authorize")
async def read_card(request: Request) -> Response:
    """The card was "read", or the person gave up; back to who asked, which is only ourselves."""
    asked, state = _asked(request), request.app.state
    async with form_of(request, 40_000) as form:
        given = {name: form.value(f"/{name}").strip() for name in ("name", "address", "birthdate")}
        gave_up = form.value("decision") == "deny"
    answer = {"state": asked["state"], "iss": _issuer(request)}
    if gave_up:
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({**answer, 'error': 'access_denied'})}", 303
        )
    faults, day = _faults(given)
    if faults:
        return _page(request, given, faults)
    now = int(state.clock().timestamp())
    told = {
        **given,
        "birthdate": day,
        "nonce": asked["nonce"],
        "challenge": asked["code_challenge"],
        "redirect_uri": asked["redirect_uri"],
        "until": now + int(CODE_LIFE.total_seconds()),
    }
    code = seal(state.settings.secret_key, PURPOSE, json.dumps(told, ensure_ascii=False))
    return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**answer, 'code': code})}", 303)


@router.post("/token")
async def token(request: Request) -> JSONResponse:
    """A code for an ID token, once, from who asked for it."""
    state = request.app.state
    async with form_of(request, 40_000) as form:
        code, verifier = form.value("code"), form.value("code_verifier")
        redirect_uri = form.value("redirect_uri")
    opened = unseal(state.settings.secret_key, PURPOSE, code)
    told: dict[str, Any] = json.loads(opened) if opened else {}
    now = state.clock()
    holds = (
        _authenticated(request)
        and told
        and now.timestamp() < told["until"]
        and told["redirect_uri"] == redirect_uri
        and s256(verifier) == told["challenge"]
    )
    if holds:
        async with state.database.session() as session:
            holds = await spend(session, PURPOSE, code, now + CODE_LIFE)
            await session.commit()
    if not holds:
        return JSONResponse({"error": "invalid_grant"}, 400)
    issued = int(now.timestamp())
    claims = {
        "iss": _issuer(request),
        "aud": _client(request),
        "sub": sha256(f"{told['name']}\n{told['birthdate']}")[:32],
        "iat": issued,
        "exp": issued + 300,
        "auth_time": issued,
        "acr": "simulated",
        "amr": ["sc", "pin"],
        "nonce": told["nonce"],
        **{name: told[name] for name in ("name", "address", "birthdate")},
    }
    key = _key()
    id_token = jwt.encode({"alg": "ES256", "typ": "JWT", "kid": key.kid}, claims, key)
    return JSONResponse(
        {"id_token": id_token, "access_token": "none", "token_type": "Bearer", "expires_in": 300},
        headers={"Cache-Control": "no-store"},
    )


def _asked(request: Request) -> dict[str, str]:
    """The request, of our own relying party only. IdentityError otherwise."""
    query = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), errors="replace"))
    here = f"{request.app.state.settings.address}/"
    needed = ("state", "nonce", "code_challenge")
    good = (
        query.get("client_id") == _client(request)
        and query.get("redirect_uri", "").startswith(here)
        and "?" not in query.get("redirect_uri", "")
        and query.get("code_challenge_method") == "S256"
        and all(1 <= len(query.get(name, "")) <= 200 for name in needed)
    )
    if not good:
        raise demo_only()
    return query


def _faults(given: dict[str, str]) -> tuple[dict[str, str], str]:
    faults, day = {}, ""
    for name, longest in LONGEST.items():
        if not 1 <= len(given[name]) <= longest:
            faults[f"/{name}"] = name
    try:
        day = parse_date(given["birthdate"]).isoformat()
    except JapaneseInputError:
        faults["/birthdate"] = "birthdate"
    return faults, day


def _page(
    request: Request, given: dict[str, str], faults: dict[str, str] | None = None
) -> HTMLResponse:
    return page(
        request,
        "relying/simulated_card.html",
        {place: f"relying.simulator.{code}_wrong" for place, code in (faults or {}).items()},
        given=given,
        action=f"{SIMULATOR}/authorize?{request.scope['query_string'].decode('latin-1')}",
    )


def _authenticated(request: Request) -> bool:
    relied = card_of(request.app.state.settings)
    encoded = request.headers.get("authorization", "").removeprefix("Basic ")
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    return relied is not None and given == f"{relied.client_id}:{relied.secret}"


def _issuer(request: Request) -> str:
    return f"{request.app.state.settings.address}{SIMULATOR}"


def _client(request: Request) -> str:
    relied = card_of(request.app.state.settings)
    return relied.client_id if relied is not None and relied.issuer == _issuer(request) else ""
