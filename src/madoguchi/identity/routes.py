"""The routers of identity, for the composition root."""

from typing import Any

from fastapi import APIRouter

from madoguchi.identity import api, pages
from madoguchi.identity.account.pages import (
    addressing,
    closing,
    inviting,
    recovering,
    securing,
    signing_in,
    signing_up,
)
from madoguchi.identity.officials import pages as officials
from madoguchi.identity.organisations import pages as organisations
from madoguchi.identity.overseeing import pages as overseeing
from madoguchi.identity.provider import connected, device_pages, logging_out
from madoguchi.identity.provider.authorising import pages as authorising
from madoguchi.identity.provider.clients import pages as clients
from madoguchi.identity.relying import pages as relying
from madoguchi.identity.relying import simulator


def routers(settings: Any) -> tuple[APIRouter, ...]:
    """Pages and API; the sign-in chooser refuses by itself unless settings.demo is true."""
    return (
        pages.router,
        signing_in.router,
        signing_up.router,
        recovering.router,
        inviting.router,
        securing.router,
        addressing.router,
        closing.router,
        officials.router,
        organisations.router,
        overseeing.router,
        api.router,
        authorising.router,
        connected.router,
        device_pages.router,
        logging_out.router,
        relying.router,
        *((simulator.router,) if settings.demo is True else ()),
        clients.router,
    )
