"""REST for duties (提出義務API): what one has to file; for officials, all of their offices'."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.desk.api import Short
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.obligations.demanding import MOST_AT_ONCE, demand
from madoguchi.cases.obligations.duties import duties_on
from madoguchi.cases.obligations.overriding import Move, excuse, move_deadline
from madoguchi.cases.obligations.pages import LIST, Signed
from madoguchi.cases.obligations.queries import DueQuery, counts, duties_at_desk, open_duties
from madoguchi.cases.obligations.showing import line
from madoguchi.identity.service import agencies_where
from madoguchi.kernel.clock import jst_date
from madoguchi.web.idempotency import Key, once
from madoguchi.web.paging import link_header, page_of, read_cursor

router = APIRouter(prefix="/api/v1", tags=["obligations"])


class ObligationOut(BaseModel):
    """One duty (提出義務): of an entry, for a period, by a day."""

    id: str
    duty: str = Field(description="procedure/name of the package that defines it")
    procedure_id: str = Field(description="the procedure whose filing fulfils it")
    title: dict[str, str]
    period: dict[str, str]
    register_name: str = Field(alias="register")
    number: str
    holder: str
    due_on: date
    moved: bool = Field(description="an official moved the deadline; `reason` says why")
    reason: str | None
    standing: str = Field(description="open | overdue | fulfilled | excused | void")
    late: bool
    case_id: str | None
    fulfilled_at: datetime | None
    demanded_at: datetime | None

    model_config = ConfigDict(populate_by_name=True)


class ObligationPage(BaseModel):
    """A page of duties, first due first."""

    items: list[ObligationOut]
    next: str | None


class CountOut(BaseModel):
    """How a duty stands in a period."""

    duty: str
    period: str
    owed: int
    fulfilled: int
    open: int
    overdue: int
    excused: int


class ReasonIn(BaseModel):
    """Why a holder is excused."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=2000)


class DeadlineIn(BaseModel):
    """A deadline to be moved: for one entry, one agency, or (neither) everyone."""

    model_config = ConfigDict(extra="forbid")
    duty: str = Field(max_length=130)
    period: str = Field(max_length=20)
    due_on: date
    reason: str = Field(max_length=2000)
    agency: str | None = Field(default=None, max_length=64)
    entry: str | None = Field(default=None, max_length=26)


class DemandIn(BaseModel):
    """The duties to demand."""

    model_config = ConfigDict(extra="forbid")
    ids: list[Annotated[str, Field(max_length=40)]] = Field(max_length=MOST_AT_ONCE)


@router.get("/obligations", operation_id="listObligations", response_model=ObligationPage)
async def obligations(
    request: Request,
    response: Response,
    actor: Signed,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What the organisation one acts for has still to file; the Link header leads on."""
    app = request.app.state
    values = read_cursor(app.settings.secret_key, LIST, cursor) if cursor else None
    async with app.database.reading() as session:
        rows = await open_duties(session, actor, cursor=values, limit=limit)
        return await _page(request, response, session, rows, limit)


@router.get("/desk/obligations", operation_id="listDeskObligations", response_model=ObligationPage)
async def at_desk(
    request: Request,
    response: Response,
    actor: Official,
    duty: Annotated[str | None, Query(max_length=130)] = None,
    period: Annotated[str | None, Query(max_length=20)] = None,
    standing: Literal["open", "overdue", "fulfilled", "excused"] | None = None,
    agency: Short = None,
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """The duties at one's agencies by filters; the Link header leads on."""
    app, today = request.app.state, jst_date(request.app.state.clock())
    values = read_cursor(app.settings.secret_key, LIST, cursor) if cursor else None
    asked = DueQuery(duty, period, standing, agency, q, values, limit)
    async with app.database.reading() as session:
        rows = await duties_at_desk(session, agencies_where(actor), asked, today)
        return await _page(request, response, session, rows, limit)


@router.get("/desk/obligations/counts", operation_id="countDeskObligations")
async def counted(request: Request, actor: Official) -> list[CountOut]:
    """How each duty stands in each period at one's agencies."""
    app, today = request.app.state, jst_date(request.app.state.clock())
    async with app.database.reading() as session:
        found = await counts(session, agencies_where(actor), today)
    return [CountOut(**vars(item)) for item in found]


@router.post(
    "/desk/obligations/{obligation_id}/excuse",
    operation_id="excuseObligation",
    status_code=204,
    openapi_extra=schema_of(ReasonIn),
)
async def excused(
    request: Request, obligation_id: str, actor: Official, key: Key = None
) -> Response:
    """Excuse a holder from one duty, with the reason."""
    body = await read_body(request, ReasonIn)

    async def work(session: Any) -> Any:
        await excuse(session, actor, obligation_id, body.reason, request.app.state.clock)

    return await once(request, actor.id, work)


@router.post(
    "/desk/deadlines",
    operation_id="moveDeadline",
    status_code=204,
    openapi_extra=schema_of(DeadlineIn),
)
async def moved(request: Request, actor: Official, key: Key = None) -> Response:
    """Move the deadline of a duty and period, with the reason."""
    body = await read_body(request, DeadlineIn)
    move = Move(body.duty, body.period, body.due_on, body.reason, body.agency, body.entry)

    async def work(session: Any) -> Any:
        await move_deadline(session, actor, move, request.app.state.clock)

    return await once(request, actor.id, work)


@router.post(
    "/desk/obligations/demands",
    operation_id="demandObligations",
    openapi_extra=schema_of(DemandIn),
)
async def demanded(request: Request, actor: Official, key: Key = None) -> Response:
    """Demand overdue duties: a letter where the package has one, and a message."""
    body = await read_body(request, DemandIn)

    async def work(session: Any) -> Any:
        done = await demand(session, actor, body.ids, request.app.state.clock)
        return {"demanded": [found.id for found in done]}

    return await once(request, actor.id, work)


async def _page(
    request: Request, response: Response, session: Any, rows: Any, limit: int
) -> dict[str, Any]:
    app, today = request.app.state, jst_date(request.app.state.clock())
    duties = {id: duty for id, (duty, _) in (await duties_on(session, today)).items()}
    page = page_of(rows, limit, app.settings.secret_key, LIST, lambda row: [row.due_on, row.id])
    current = str(request.url.remove_query_params("cursor"))
    response.headers.update(link_header(current, page))
    return {"items": [line(duties, row, today) for row in page.items], "next": page.next}
