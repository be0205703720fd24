"""The routes of cases: home, the applicant's side, the desk, the registers, the API."""

from fastapi import APIRouter

from madoguchi.cases.home import pages as home
from madoguchi.settings import Settings


def routers(settings: Settings) -> tuple[APIRouter, ...]:
    """The routers to include, in the order in which paths are matched."""
    from madoguchi.cases import api as filing_api
    from madoguchi.cases.bulk import api as bulk_api
    from madoguchi.cases.bulk import pages as bulk
    from madoguchi.cases.collections import api as collections_api
    from madoguchi.cases.collections import pages as collections
    from madoguchi.cases.crosscase import pages as crosscase
    from madoguchi.cases.desk import api as desk_api
    from madoguchi.cases.desk import pages as desk
    from madoguchi.cases.expiry import pages as expiry
    from madoguchi.cases.exports import api as exports_api
    from madoguchi.cases.exports import pages as exports
    from madoguchi.cases.filing import pages as filing
    from madoguchi.cases.inspections import api as inspections_api
    from madoguchi.cases.inspections import pages as inspections
    from madoguchi.cases.ledgers import api as ledgers_api
    from madoguchi.cases.ledgers import pages as ledgers
    from madoguchi.cases.obligations import api as obligations_api
    from madoguchi.cases.obligations import desk_pages as obligations_desk
    from madoguchi.cases.obligations import pages as obligations
    from madoguchi.cases.opinions import api as opinions_api
    from madoguchi.cases.opinions import pages as opinions
    from madoguchi.cases.registers import api as registers_api
    from madoguchi.cases.registers import pages as registers
    from madoguchi.cases.registers.acts import api as entry_acts_api
    from madoguchi.cases.registers.acts import pages as entry_acts

    return (
        home.router,
        *_looking_into(),
        *filing.routers,
        *filing_api.routers,
        desk_api.router,
        exports_api.router,
        bulk_api.router,
        bulk.router,
        registers_api.router,
        collections_api.router,
        collections.router,
        entry_acts_api.router,
        crosscase.router,
        crosscase.api,
        ledgers_api.router,
        ledgers.router,
        expiry.router,
        expiry.api,
        obligations_api.router,
        obligations.router,
        obligations_desk.router,
        opinions_api.router,
        opinions.router,
        *inspections_api.routers,
        *inspections.routers,
        *desk.routers,
        exports.router,
        entry_acts.router,
        registers.router,
    )


def _looking_into() -> tuple[APIRouter, ...]:
    """What officials hold against a case: the money that arrived, the party's registration; and who
    acts for the party.
    """
    from madoguchi.cases.accounting import pages as accounting
    from madoguchi.cases.accounting import receipts_pages
    from madoguchi.cases.delegations.routes import routers as delegations
    from madoguchi.cases.proofing import card_pages as proofing_by_card
    from madoguchi.cases.proofing import pages as proofing
    from madoguchi.cases.proofing import succession_pages as succession
    from madoguchi.cases.registration import pages as registration
    from madoguchi.cases.retention import api as retention_api
    from madoguchi.cases.retention import pages as retention

    return (
        *delegations,
        accounting.router,
        receipts_pages.router,
        registration.router,
        proofing.router,
        succession.router,
        proofing_by_card.router,
        retention_api.router,
        retention.router,
    )
