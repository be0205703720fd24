"""The routes of evidence."""

from fastapi import APIRouter

from madoguchi.evidence import api, files, pages


def routers() -> tuple[APIRouter, ...]:
    """The routers to include."""
    return api.router, files.router, pages.router
