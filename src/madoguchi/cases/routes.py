"""The routes of cases: home, the applicant's side, the desk, the registers, the API."""

from fastapi import APIRouter

from madoguchi.cases.home import pages as home
from madoguchi.settings import Settings


def routers(settings: Settings) -> tuple[APIRouter, ...]:
    """The routers to include, in the order in which paths are matched."""
    from madoguchi.cases import api as filing_api
    from madoguchi.cases.desk import api as desk_api
    from madoguchi.cases.desk import pages as desk
    from madoguchi.cases.filing import pages as filing
    from madoguchi.cases.registers import api as registers_api
    from madoguchi.cases.registers import pages as registers

    return (
        home.router,
        *filing.routers,
        *filing_api.routers,
        desk_api.router,
        registers_api.router,
        *desk.routers,
        registers.router,
    )
