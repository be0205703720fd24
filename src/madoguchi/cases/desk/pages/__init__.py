"""The pages of the desk: all work without scripts; every change is a form posted and answered 303."""

from fastapi import APIRouter

from madoguchi.cases.desk.pages import (
    acting,
    administering,
    figuring,
    listing,
    reading,
    rebasing,
    speaking,
    together,
)

# The fixed paths come before those with a case's id in them.
routers: tuple[APIRouter, ...] = (
    listing.router,
    together.router,
    figuring.router,
    administering.router,
    acting.router,
    speaking.router,
    rebasing.router,
    reading.router,
)
