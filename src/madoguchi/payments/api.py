"""The payments API: what one has to pay, and under which numbers."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from madoguchi.identity.service import Actor, required_actor
from madoguchi.payments.models import PaymentRequest
from madoguchi.payments.paying import payers_of
from madoguchi.payments.service import payment_for, payments_for, standing_of

router = APIRouter(prefix="/api/v1", tags=["payments"])

Who = Annotated[Actor, Depends(required_actor)]


class PaymentOut(BaseModel):
    """A payment with the numbers it is paid under; amounts in yen."""

    id: str
    case_id: str
    fee_id: str
    label: dict[str, str]
    amount: int
    collecting_agency: str
    notice_number: str
    confirmation_number: str
    category: str
    state: str
    standing: str
    excess: int
    returned: int
    requested_at: datetime
    due_on: date | None
    settled_at: datetime | None


@router.get("/payments", summary="手数料などの一覧 / List payments")
async def list_payments(request: Request, actor: Who) -> list[PaymentOut]:
    """The latest 100 payments of oneself and of whom one acts for, newest first."""
    async with request.app.state.database.reading() as session:
        found = await payments_for(session, person=actor.id, organisations=payers_of(actor))
    return [_out(payment) for payment in found]


@router.get("/payments/{id}", summary="納付の内容 / One payment")
async def get_payment(request: Request, id: str, actor: Who) -> PaymentOut:
    """One payment. 404 for anybody else's."""
    async with request.app.state.database.reading() as session:
        found = await payment_for(session, id, person=actor.id, organisations=payers_of(actor))
    return _out(found)


def _out(payment: PaymentRequest) -> PaymentOut:
    columns = {
        name: getattr(payment, name) for name in PaymentOut.model_fields if name != "standing"
    }
    return PaymentOut(**columns, standing=standing_of(payment))
