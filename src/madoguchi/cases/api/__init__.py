"""REST for filing (申請API): the same use cases and the same verdicts as the pages."""

from fastapi import APIRouter

from madoguchi.cases.api import cases, drafts, files, filings

routers: tuple[APIRouter, ...] = (filings.router, files.router, drafts.router, cases.router)
