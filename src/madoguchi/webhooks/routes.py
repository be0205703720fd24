"""The routes of webhooks: the pages of the owners, the API."""

from fastapi import APIRouter

from madoguchi.settings import Settings
from madoguchi.webhooks import api, pages


def routers(settings: Settings) -> tuple[APIRouter, ...]:
    """The routers to include."""
    return api.router, pages.router
