"""The receiving side of payments, simulated (納付の模擬): exists only in demonstrations.

It knows what a bank's terminal knows: the numbers typed in. It reports what was paid by the same
clearing notice that the real receiving side would send.
"""

import secrets

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.kernel.japanese import JapaneseInputError, parse_money
from madoguchi.kernel.language import Text
from madoguchi.payments.models import PaymentRequest
from madoguchi.payments.service import PaymentError, payment_by_notice, record_clearing
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(prefix="/dev/bank", include_in_schema=False)


@router.get("")
async def show_bank(request: Request) -> HTMLResponse:
    """The terminal: type the numbers of the notice, or come with them from the notice's page."""
    number = request.query_params.get("notice_number", "")
    confirmation = request.query_params.get("confirmation_number", "")
    amount = request.query_params.get("amount", "")
    return _form(request, {"notice": number, "confirmation": confirmation, "amount": amount})


@router.post("")
async def pay(request: Request) -> Response:
    """Pay what was typed, also a wrong amount: that happens, and must be seen."""
    state = request.app.state
    async with form_of(request) as form:
        typed = {name: form.value(name).strip() for name in ("notice", "confirmation", "amount")}
    errors: list[dict[str, object]] = []
    amount = _amount(typed["amount"], errors)
    now = state.clock()
    async with state.database.session() as session:
        payment = await _found(session, typed, request, errors)
        if errors or payment is None:
            return _form(request, typed, errors, 422)
        await record_clearing(
            session,
            notice_number=payment.notice_number,
            amount=amount,
            receipt_number=f"SIM-{secrets.token_hex(8)}",
            paid_at=now,
            at=now,
            source="simulated",
        )
        await session.commit()
    flash(request, state.texts.text("payments.bank.done"))
    return RedirectResponse("/payments", 303)


async def _found(
    session: object, typed: dict[str, str], request: Request, errors: list[dict[str, object]]
) -> PaymentRequest | None:
    texts = request.app.state.texts
    try:
        payment = await payment_by_notice(session, typed["notice"])  # type: ignore[arg-type]
    except PaymentError:
        errors.append({"name": "notice", "text": texts.text("payments.bank.unknown_notice")})
        return None
    if not secrets.compare_digest(
        payment.confirmation_number.encode(), typed["confirmation"].encode("utf-8", "replace")
    ):
        text = texts.text("payments.bank.wrong_confirmation")
        errors.append({"name": "confirmation", "text": text})
        return None
    return payment


def _amount(typed: str, errors: list[dict[str, object]]) -> int:
    text: Text = {
        "ja": "1円以上10億円以下の金額を入力してください。",
        "en": "Please enter an amount from 1 to 1,000,000,000 yen.",
    }
    try:
        amount = int(parse_money(typed))
        if 1 <= amount <= 1_000_000_000:
            return amount
    except JapaneseInputError as fault:
        text = fault.message
    errors.append({"name": "amount", "text": text})
    return 0


def _form(
    request: Request,
    typed: dict[str, str],
    errors: list[dict[str, object]] | None = None,
    status: int = 200,
) -> HTMLResponse:
    rendered: HTMLResponse = request.app.state.pages.render(
        request, "payments/bank.html", status=status, typed=typed, errors=errors or []
    )
    return rendered
