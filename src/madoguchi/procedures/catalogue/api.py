"""REST for the catalogue of all procedures."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from madoguchi.procedures.catalogue import asking, rules, service
from madoguchi.procedures.catalogue.cards import Card, entry_card
from madoguchi.procedures.catalogue.models import CatalogueEntry
from madoguchi.procedures.catalogue.schemas import (
    CatalogueDetail,
    CatalogueFacets,
    CataloguePage,
    ProcedureCard,
)
from madoguchi.procedures.catalogue.survey import RATE_COLUMN, to_row

router = APIRouter(prefix="/api/v1/catalogue", tags=["catalogue"])

Values = Annotated[list[str], Query()]
Text = Annotated[str, Query(description="Words, all of which must be found; any text is fine")]


@router.get("", summary="Search all procedures")
async def list_catalogue(
    request: Request,
    response: Response,
    q: Text = "",
    kind: Values = [],  # noqa: B006 - FastAPI copies it
    ministry: Values = [],  # noqa: B006
    online: Values = [],  # noqa: B006
    event: Values = [],  # noqa: B006
    profession: Values = [],  # noqa: B006
    law: Values = [],  # noqa: B006
    structured: Values = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> CataloguePage:
    """Most relevant first: published procedures, then names before laws, then yearly filings.

    Several values of one filter widen it, several filters narrow. `next` and the Link header
    give the following page.
    """
    secret = request.app.state.settings.secret_key
    query = asking.read_query(request.query_params.multi_items())
    place = asking.read_place(secret, cursor)
    async with request.app.state.database.reading() as session:
        listing = await service.search_page(session, query, limit, place)
    following = asking.write_place(secret, listing.after) if listing.after else None
    if following:
        address = asking.address_of(query, "/api/v1/catalogue", limit=str(limit), cursor=following)
        response.headers["Link"] = f'<{address}>; rel="next"'
    return CataloguePage(
        total=listing.total,
        items=[_card(card) for card in listing.cards],
        next=following,
        used=list(listing.used),
        suggestions=list(listing.suggestions),
    )


@router.get("/facets", summary="Counts for the filters")
async def get_facets(
    request: Request,
    q: Text = "",
    kind: Values = [],  # noqa: B006
    ministry: Values = [],  # noqa: B006
    online: Values = [],  # noqa: B006
    event: Values = [],  # noqa: B006
    profession: Values = [],  # noqa: B006
    law: Values = [],  # noqa: B006
    structured: Values = [],  # noqa: B006
) -> CatalogueFacets:
    """For each filter, how many results each of its values would give with the other filters."""
    query = asking.read_query(request.query_params.multi_items())
    async with request.app.state.database.reading() as session:
        listing = await service.search_page(session, query, 1)
    return CatalogueFacets(
        total=listing.total,
        facets={facet: dict(values) for facet, values in listing.counts.items()},
    )


@router.get("/{entry_id}", summary="One procedure")
async def get_entry(request: Request, entry_id: str) -> CatalogueDetail:
    """All that the survey says of the procedure with this 手続ID."""
    async with request.app.state.database.reading() as session:
        row = await service.entry(session, entry_id)
        serving = await service.procedure_serving(session, entry_id)
    return _detail(row, entry_card(row, serving))


def _card(card: Card) -> ProcedureCard:
    return ProcedureCard.model_validate(card, from_attributes=True)


def _detail(row: CatalogueEntry, card: Card) -> CatalogueDetail:
    personal, corporate = rules.events(row.personal_events, row.corporate_events)
    columns = {
        column.name: getattr(row, column.name) for column in CatalogueEntry.__table__.columns
    }
    survey = to_row(columns)
    return CatalogueDetail(
        **_card(card).model_dump(),
        agency=row.agency,
        implementing=rules.items(row.implementing),
        offices=rules.items(row.offices),
        information=rules.items(row.information),
        attachments=rules.items(row.attachments),
        personal_events=personal,
        corporate_events=corporate,
        professions=rules.professions(row.professions),
        fee_methods=[rules.label(method) for method in rules.items(row.fee_methods)],
        yearly_online=row.yearly_online,
        yearly_paper=row.yearly_paper,
        source=row.source,
        survey=survey | {RATE_COLUMN: str(survey[RATE_COLUMN])},
    )
