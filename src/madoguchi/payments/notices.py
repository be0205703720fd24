"""Clearing notices told at once (消込通知の速報): signed by the receiving side, taken in once.

Signed as Standard Webhooks describes, with the secret both sides agreed on
(`MADOGUCHI_CLEARING_SECRET`); the interface of the Multi-Payment Network is not published.
"""

import json
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from madoguchi.kernel.clock import as_utc
from madoguchi.kernel.language import Text
from madoguchi.payments.receiving import Receipt, take
from madoguchi.payments.service import PaymentError
from madoguchi.webhooks.rules import is_signed

router = APIRouter(prefix="/api/v1", tags=["payments"])
MOST_BYTES = 500_000
Number = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]


class ReceiptIn(BaseModel):
    """Money received under a notice number."""

    model_config = ConfigDict(extra="forbid")

    receipt_number: str = Field(pattern=r"^[!-~]{1,40}$", description="the sender's own, unique")
    notice_number: Number
    amount: int = Field(ge=1, lt=10**12, strict=True)
    paid_at: AwareDatetime


class NoticeIn(BaseModel):
    """Up to 100 receipts."""

    model_config = ConfigDict(extra="forbid")

    receipts: list[ReceiptIn] = Field(min_length=1, max_length=100)


class ReceiptOut(BaseModel):
    """What a receipt came to."""

    receipt_number: str
    outcome: str


class NoticeOut(BaseModel):
    """One result for each receipt, in their order."""

    results: list[ReceiptOut]


@router.post(
    "/payments/clearings",
    summary="消込通知 / Clearing notice",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": NoticeIn.model_json_schema()}},
        }
    },
)
async def take_notice(request: Request) -> NoticeOut:
    """For the receiving side alone: signed as webhooks are (webhook-id, -timestamp, -signature).

    Sending the same again is harmless: each receipt number counts once ("repeated").
    """
    state = request.app.state
    body = await _signed_body(request)
    try:
        notice = NoticeIn.model_validate(json.loads(body))
    except (ValidationError, ValueError, RecursionError) as fault:
        raise _error("clearing_form", 422) from fault
    now: datetime = state.clock()
    results = []
    async with state.database.session() as session:
        for one in notice.receipts:
            receipt = Receipt(
                one.receipt_number, one.notice_number, one.amount, as_utc(one.paid_at)
            )
            outcome, _ = await take(session, receipt, "notice", now)
            results.append(ReceiptOut(receipt_number=one.receipt_number, outcome=outcome))
        await session.commit()
    return NoticeOut(results=results)


async def _signed_body(request: Request) -> bytes:
    secret = request.app.state.settings.clearing_secret
    if secret is None:
        raise _error("clearing_off", 403)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise _error("clearing_form", 422)
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    id, stamp, signatures = (request.headers.get(name, "") for name in names)
    genuine = is_signed(
        secret.get_secret_value(), id, stamp, bytes(content), signatures, request.app.state.clock()
    )
    if not id or not genuine:
        raise _error("clearing_signature", 401)
    return bytes(content)


_TEXTS: dict[str, Text] = {
    "clearing_off": {
        "ja": "この環境では、消込通知の受付けを設定していません。",
        "en": "Clearing notices are not set up here.",
    },
    "clearing_signature": {
        "ja": "消込通知の署名を確かめられません。時刻と鍵を確かめてください。",
        "en": "The signature of the notice does not hold. Check the time and the secret.",
    },
    "clearing_form": {
        "ja": "消込通知の形が違います。何も取り込んでいません。",
        "en": "This is not a clearing notice. Nothing was taken in.",
    },
}


def _error(code: str, status: int) -> PaymentError:
    return PaymentError(code, status, _TEXTS[code])
