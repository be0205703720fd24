"""The pages of inspections: the desk's, the inspector's on the phone, the holder's."""

from fastapi import APIRouter

from madoguchi.cases.inspections.pages import desk, files, holding, listing, planning, visits

# The fixed paths come before those with an inspection's id in them.
routers: tuple[APIRouter, ...] = (
    planning.router,
    listing.router,
    files.router,
    desk.router,
    visits.router,
    holding.router,
)
