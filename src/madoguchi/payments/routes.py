"""The routes of payments: the payer's pages, the API, in demonstrations the simulated bank."""

from fastapi import APIRouter

from madoguchi.payments import api, pages, simulated_bank
from madoguchi.settings import Settings


def routers(settings: Settings) -> tuple[APIRouter, ...]:
    """The routers to include."""
    if settings.demo:
        return api.router, pages.router, simulated_bank.router
    return api.router, pages.router
