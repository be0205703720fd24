"""What this installation relies on: how it calls out, the card's provider of its settings."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from starlette.requests import Request

from madoguchi.identity.relying.client import Relied, read_key
from madoguchi.identity.relying.faults import ProviderFault
from madoguchi.identity.relying.knowing import Fetch, Fetched, Knowledge
from madoguchi.web.outgoing import Unreachable, fetch, networks

CARD = "card"
CARD_LEVEL = "card"
SIMULATOR = "/simulator/card"
SIMULATED_CLIENT = "madoguchi"


def knowledge_of(request: Request) -> Knowledge:
    """What this process knows of providers."""
    state = request.app.state
    if not isinstance(getattr(state, "relying", None), Knowledge):
        state.relying = Knowledge(fetching(request.app))
    found: Knowledge = state.relying
    return found


def fetching(app: FastAPI) -> Fetch:
    """How other providers are called: guarded (web.outgoing); our own simulator, in a
    demonstration only, within this process.
    """
    settings = app.state.settings
    allowed = networks(settings.provider_networks)
    simulator = f"{settings.address}{SIMULATOR}/"

    async def call(method: str, address: str, headers: Any, body: bytes) -> Fetched:
        if settings.demo is True and address.startswith(simulator):
            async with AsyncClient(transport=ASGITransport(app)) as inside:
                found = await inside.request(method, address, headers=headers, content=body)
            return Fetched(found.status_code, found.content)
        try:
            status, content = await fetch(method, address, headers, body, allowed)
        except Unreachable as unreachable:
            raise ProviderFault(unreachable.fault) from None
        return Fetched(status, content)

    return call


def card_of(settings: Any) -> Relied | None:
    """The provider that reads cards: as configured; in a demonstration our simulator; else none.

    The simulator never serves an installation that is no demonstration. ValueError for a key file
    that holds none.
    """
    if settings.card_issuer:
        if settings.card_issuer.startswith(f"{settings.address}{SIMULATOR}"):
            return None
        key = read_key(_text(settings.card_key_file)) if settings.card_key_file else None
        return Relied(
            id=CARD,
            issuer=settings.card_issuer,
            client_id=settings.card_client_id,
            secret=_text(settings.card_secret_file) if settings.card_secret_file else "",
            key=key,
            scope=settings.card_scope,
            acr_values=(settings.card_acr,) if settings.card_acr else (),
            levels={settings.card_acr: CARD_LEVEL} if settings.card_acr else {},
        )
    if settings.demo is not True:
        return None
    return Relied(
        id=CARD,
        issuer=f"{settings.address}{SIMULATOR}",
        client_id=SIMULATED_CLIENT,
        secret="simulated",  # noqa: S106 - of the simulator, which invents what it says
        scope="openid name address birthdate",
        acr_values=("simulated",),
        levels={"simulated": CARD_LEVEL},
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
