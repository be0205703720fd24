"""The routes of messages: the API, the inbox, in demonstrations the development mailbox."""

from fastapi import APIRouter

from madoguchi.messages import api, pages
from madoguchi.settings import Settings


def routers(settings: Settings) -> tuple[APIRouter, ...]:
    """The routers to include."""
    if settings.demo:
        return api.router, pages.router, pages.development
    return api.router, pages.router
