"""The pages of the desk: all work without scripts; every change is a form posted and answered 303."""

from fastapi import APIRouter

from madoguchi.cases.desk.pages import (
    acting,
    administering,
    figuring,
    listing,
    reading,
    speaking,
)

# The fixed paths come before those with a case's id in them.
routers: tuple[APIRouter, ...] = (
    listing.router,
    figuring.router,
    administering.router,
    acting.router,
    speaking.router,
    reading.router,
)
