"""Pages of payments: what the payer has to pay, and how."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from madoguchi.identity.service import Actor, required_actor
from madoguchi.payments.paying import payers_of
from madoguchi.payments.service import note_viewed, payment_for, payments_for, standing_of

router = APIRouter(include_in_schema=False)

TONES = {
    "issued": "warning",
    "viewed": "warning",
    "paid": "success",
    "expired": "neutral",
    "cancelled": "neutral",
    "refunded": "info",
    "mismatched": "error",
}
Who = Annotated[Actor, Depends(required_actor)]


@router.get("/payments")
async def show_payments(request: Request, actor: Who) -> HTMLResponse:
    """The payer's payments, newest first."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await payments_for(session, person=actor.id, organisations=payers_of(actor))
    rendered: HTMLResponse = state.pages.render(
        request, "payments/list.html", payments=found, tones=TONES, standing=standing_of
    )
    return rendered


@router.get("/payments/{id}")
async def show_payment(request: Request, id: str, actor: Who) -> HTMLResponse:
    """The notice of one payment: amount, numbers, how to pay."""
    state = request.app.state
    async with state.database.reading() as session:
        payment = await payment_for(session, id, person=actor.id, organisations=payers_of(actor))
    if payment.viewed_at is None and payment.state == "requested":
        async with state.database.session() as session:
            await note_viewed(session, payment, state.clock())
            await session.commit()
    rendered: HTMLResponse = state.pages.render(
        request, "payments/notice.html", payment=payment, standing=standing_of(payment)
    )
    return rendered
