"""REST for inspections (立入検査API): officials' plans and acts, visits of inspectors, the holder."""

from fastapi import APIRouter

from madoguchi.cases.inspections.api import holders, officials, visits

# The fixed paths come before those with an inspection's id in them.
routers: tuple[APIRouter, ...] = (holders.router, visits.router, officials.router)
