"""REST for registers (登録簿API): public columns, for everyone."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from madoguchi.cases.registers.pages import as_open_data
from madoguchi.cases.registers.queries import (
    RegisterQuery,
    entries_on,
    heading_of,
    registers_on,
)
from madoguchi.cases.registers.schemas import RegisterOut, RegisterPage
from madoguchi.kernel.clock import jst_date
from madoguchi.web.paging import link_header, page_of, read_cursor

router = APIRouter(prefix="/api/v1", tags=["registers"])


@router.get("/registers", operation_id="listRegisters", response_model=list[RegisterOut])
async def registers(request: Request) -> list[RegisterOut]:
    """Every register that holds something."""
    app = request.app.state
    async with app.database.reading() as session:
        found = await registers_on(session, jst_date(app.clock()))
    return [RegisterOut(name=line.name, title=line.title, count=line.count) for line in found]


@router.get("/registers/{name}", operation_id="getRegister", response_model=RegisterPage)
async def register(
    request: Request,
    response: Response,
    name: str,
    on: date | None = None,
    known_at: AwareDatetime | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RegisterPage:
    """The registrations that stand on a day (today), by number; the Link header leads on.

    `known_at`: as recorded at that moment, without what was corrected since. `status` of an item is
    `valid` or `suspended`.
    """
    app = request.app.state
    secret = app.settings.secret_key
    day = on or jst_date(app.clock())
    values = read_cursor(secret, f"register:{name}", cursor) if cursor else None
    asked = RegisterQuery(name, day, q, values, limit, known_at)
    async with app.database.reading() as session:
        title, columns = await heading_of(session, name)
        rows = await entries_on(session, asked)
    page = page_of(rows, limit, secret, f"register:{name}", lambda row: [row.number, row.id])
    public = [column for column in columns if column.public]
    response.headers.update(link_header(str(request.url.remove_query_params("cursor")), page))
    return RegisterPage(
        register_name=name,
        title=title,
        on=day,
        columns=[{"name": column.name, "label": column.label} for column in public],
        items=[as_open_data(row, public) for row in page.items],
        next=page.next,
    )
