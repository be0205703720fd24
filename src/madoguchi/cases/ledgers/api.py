"""REST for licence ledgers (残高照会・裏書API): officials' programs, customs among them, and holders."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.errors import not_found
from madoguchi.cases.ledgers import recording
from madoguchi.cases.ledgers.reading import entry_numbered, lines_of, view_of
from madoguchi.cases.ledgers.schemas import (
    AmountIn,
    CorrectIn,
    FinalIn,
    LedgerOut,
    LinePage,
    ReleaseIn,
    UseIn,
    UseOut,
    ledger_out,
    line_out,
    use_out,
)
from madoguchi.cases.obligations.pages import Signed
from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.clock import jst_date
from madoguchi.web.idempotency import Key, once

router = APIRouter(prefix="/api/v1", tags=["ledgers"])
Anyone = Annotated[Actor, Depends(current_actor)]


@router.get("/ledgers", operation_id="findLedger", response_model=LedgerOut)
async def found(
    request: Request,
    actor: Anyone,
    register: Annotated[str, Query(max_length=64)],
    number: Annotated[str, Query(max_length=120)],
) -> dict[str, Any]:
    """What is left of the registration with that number (残数照会)."""
    app, today = request.app.state, jst_date(request.app.state.clock())
    async with app.database.reading() as session:
        entry_id = await entry_numbered(session, register, number)
        return ledger_out(await view_of(session, actor, entry_id, today), today)


@router.get("/ledgers/{entry}", operation_id="getLedger", response_model=LedgerOut)
async def ledger(request: Request, entry: str, actor: Anyone) -> dict[str, Any]:
    """What is left of a registration; of ledgers that are public, for everyone."""
    app, today = request.app.state, jst_date(request.app.state.clock())
    async with app.database.reading() as session:
        return ledger_out(await view_of(session, actor, entry, today), today)


@router.get("/ledgers/{entry}/lines", operation_id="listLedgerLines", response_model=LinePage)
async def lines(
    request: Request,
    entry: str,
    actor: Signed,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The lines of a registration's ledgers, the latest first."""
    app, today = request.app.state, jst_date(request.app.state.clock())
    async with app.database.reading() as session:
        if not (await view_of(session, actor, entry, today)).whole:
            raise not_found()
        rows = await lines_of(session, entry, before=before, limit=limit)
    items = [line_out(line, use) for line, use in rows[:limit]]
    return {"items": items, "next": items[-1]["number"] if len(rows) > limit else None}


@router.post(
    "/ledgers/{entry}/uses",
    operation_id="recordUse",
    response_model=UseOut,
    status_code=201,
    openapi_extra=schema_of(UseIn),
)
async def recorded(request: Request, entry: str, actor: Signed, key: Key = None) -> Response:
    """Record a use (裏書登録), final or provisional: all of its amounts, or none."""
    body = await read_body(request, UseIn)
    clock = request.app.state.clock

    async def work(session: AsyncSession) -> dict[str, Any]:
        return use_out(await recording.record(session, actor, entry, body.plain(), clock))

    return await once(request, actor.id, work, status=201)


@router.post(
    "/ledgers/uses/{use}/finalise",
    operation_id="finaliseUse",
    response_model=UseOut,
    openapi_extra=schema_of(FinalIn),
)
async def finalised(request: Request, use: str, actor: Signed, key: Key = None) -> Response:
    """Make a provisional use final (確定), with the amounts used in fact if they differ."""
    body = await read_body(request, FinalIn)
    amounts = _plain(body.amounts) if body.amounts is not None else None
    clock = request.app.state.clock

    async def work(session: AsyncSession) -> dict[str, Any]:
        return use_out(await recording.finalise(session, actor, use, amounts, clock))

    return await once(request, actor.id, work)


@router.post(
    "/ledgers/uses/{use}/release",
    operation_id="releaseUse",
    response_model=UseOut,
    openapi_extra=schema_of(ReleaseIn),
)
async def released(request: Request, use: str, actor: Signed, key: Key = None) -> Response:
    """Cancel a use (取消), with the reason: its amounts are there again."""
    body = await read_body(request, ReleaseIn)
    clock = request.app.state.clock

    async def work(session: AsyncSession) -> dict[str, Any]:
        return use_out(await recording.release(session, actor, use, body.reason, clock))

    return await once(request, actor.id, work)


@router.post(
    "/ledgers/uses/{use}/correct",
    operation_id="correctUse",
    response_model=UseOut,
    openapi_extra=schema_of(CorrectIn),
)
async def corrected(request: Request, use: str, actor: Signed, key: Key = None) -> Response:
    """Correct the amounts of a use (訂正), with the reason; the old lines stay."""
    body = await read_body(request, CorrectIn)
    amounts, clock = _plain(body.amounts), request.app.state.clock

    async def work(session: AsyncSession) -> dict[str, Any]:
        return use_out(await recording.correct(session, actor, use, amounts, body.reason, clock))

    return await once(request, actor.id, work)


def _plain(amounts: list[AmountIn]) -> list[Any]:
    return [item.plain() for item in amounts]
