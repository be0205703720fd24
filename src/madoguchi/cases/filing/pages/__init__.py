"""The pages of the applicant's side: all work without scripts; htmx only keeps them up to date."""

from fastapi import APIRouter

from madoguchi.cases.filing.pages import (
    acting,
    answering,
    attaching,
    checking,
    drafting,
    listing,
    looking,
    receipts,
)

routers: tuple[APIRouter, ...] = (
    drafting.router,
    answering.router,
    attaching.router,
    checking.router,
    listing.router,
    receipts.router,
    acting.router,
    looking.router,
)
