"""The pages of the applicant's side: all work without scripts; htmx only keeps them up to date."""

from fastapi import APIRouter

from madoguchi.cases.filing.pages.acting import router as acting
from madoguchi.cases.filing.pages.answering import router as answering
from madoguchi.cases.filing.pages.attaching import router as attaching
from madoguchi.cases.filing.pages.checking import router as checking
from madoguchi.cases.filing.pages.drafting import router as drafting
from madoguchi.cases.filing.pages.listing import router as listing
from madoguchi.cases.filing.pages.looking import router as looking
from madoguchi.cases.filing.pages.receipts import router as receipts
from madoguchi.cases.filing.tables.pages import router as tables

routers: tuple[APIRouter, ...] = (
    drafting,
    answering,
    tables,
    attaching,
    checking,
    listing,
    receipts,
    acting,
    looking,
)
