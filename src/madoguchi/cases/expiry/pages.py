"""Officials' page and API of terms that end soon (有効期間の満了が近い登録)."""

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.expiry.queries import MOST_DAYS, PAGE, Ending, ending_soon
from madoguchi.identity.service import agencies_where
from madoguchi.kernel.clock import jst_date
from madoguchi.web.paging import link_header, make_cursor, page_of, read_cursor

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1/desk", tags=["desk"])
LIST = "desk:expiring"
WITHIN = (30, 90, 180, 365)


class EndingOut(BaseModel):
    """A registration whose term ends."""

    register_name: str = Field(alias="register")
    number: str
    holder: str
    agency: str
    valid_until: date
    status: str
    renewable: bool = Field(description="whether a procedure renews this register")
    case_id: str | None = Field(description="the filing that is to renew it")

    model_config = {"populate_by_name": True}


class EndingPage(BaseModel):
    """A page of them, the first to end first."""

    items: list[EndingOut]
    next: str | None


@router.get("/desk/expiring")
async def expiring(request: Request, actor: Official) -> Response:
    """What ends within some days (?within=), with who has filed its renewal."""
    state, params = request.app.state, request.query_params
    today, secret = jst_date(state.clock()), state.settings.secret_key
    given = params.get("within", "")
    within = (
        min(int(given), MOST_DAYS)
        if given.isascii() and given.isdigit() and given[:5] == given
        else 180
    )
    cursor = params.get("cursor")
    values = read_cursor(secret, LIST, cursor) if cursor else None
    async with state.database.reading() as session:
        rows = await ending_soon(
            session, agencies_where(actor), today, within=within, cursor=values
        )
    items = rows[:PAGE]
    following = None
    if len(rows) > PAGE:
        following = "/desk/expiring?" + urlencode(
            {"within": within, "cursor": make_cursor(secret, LIST, _place(items[-1]))}
        )
    page: Response = state.pages.render(
        request,
        "cases/expiry/list.html",
        wide=True,
        lines=[{**vars(row), "days": (row.valid_until - today).days} for row in items],
        within=within,
        choices=sorted({*WITHIN, within}),
        next=following,
    )
    return page


@api.get("/expiring", operation_id="listExpiring", response_model=EndingPage)
async def listed(
    request: Request,
    response: Response,
    actor: Official,
    within: Annotated[int, Query(ge=0, le=MOST_DAYS)] = 180,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
) -> EndingPage:
    """The registrations at one's agencies whose term ends within so many days."""
    app, today = request.app.state, jst_date(request.app.state.clock())
    values = read_cursor(app.settings.secret_key, LIST, cursor) if cursor else None
    async with app.database.reading() as session:
        rows = await ending_soon(
            session, agencies_where(actor), today, within=within, cursor=values, limit=limit
        )
    page = page_of(rows, limit, app.settings.secret_key, LIST, _place)
    response.headers.update(link_header(str(request.url.remove_query_params("cursor")), page))
    items = [
        EndingOut(
            register_name=row.register,
            number=row.number,
            holder=row.holder,
            agency=row.agency_id,
            valid_until=row.valid_until,
            status=row.status,
            renewable=row.renewable,
            case_id=row.case_id,
        )
        for row in page.items
    ]
    return EndingPage(items=items, next=page.next)


def _place(row: Ending) -> list[object]:
    return [row.valid_until + timedelta(days=1), row.id]
