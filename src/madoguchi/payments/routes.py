"""The routes of payments: the payer's pages, the API, in demonstrations the simulated bank."""

from fastapi import APIRouter

from madoguchi.payments import api, notices, pages, simulated_bank
from madoguchi.settings import Settings


def routers(settings: Settings) -> tuple[APIRouter, ...]:
    """The routers to include."""
    if settings.demo:
        return notices.router, api.router, pages.router, simulated_bank.router
    return notices.router, api.router, pages.router
