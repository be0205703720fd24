"""Accountants' pages: payments of their agencies, one payment, refunds; a CSV of the list."""

import csv
import io
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.cases.accounting import service
from madoguchi.cases.accounting.notice import notice_html
from madoguchi.cases.accounting.service import STANDINGS, Owed
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.errors import CaseError
from madoguchi.cases.exports.sheets import text_of
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.cases.models import Case
from madoguchi.documents import service as documents
from madoguchi.identity.service import people_named
from madoguchi.kernel.csv_text import BOM, harmless
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import JapaneseInputError, normalise_line, parse_money
from madoguchi.kernel.language import pick
from madoguchi.payments.pages import TONES
from madoguchi.payments.paying import payers_of
from madoguchi.payments.receiving import clearings_of
from madoguchi.payments.refunding import refundable, refunds_of
from madoguchi.payments.service import PaymentError, payment_for, standing_of
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
FORM_BYTES = 20_000
SHOWN = 50
MOST_EXPORTED = 10_000


def accountant(actor: Official) -> Official:
    """Only those who look after money. CaseError 403."""
    service.accounted(actor)
    return actor


Accountant = Annotated[Official, Depends(accountant)]


@router.get("/desk/payments")
async def show_payments(request: Request, actor: Accountant) -> HTMLResponse:
    """What was asked for, by how it stands."""
    query = request.query_params
    standing = query.get("standing", "")
    words = normalise_line(query.get("q", ""))[:100]
    before = query.get("before", "")[:26] or None
    async with request.app.state.database.reading() as session:
        found = await service.payments_at(
            session, actor, standing=standing, words=words, before=before, limit=SHOWN + 1
        )
    return _page(
        request,
        "payments.html",
        wide=True,
        found=found[:SHOWN],
        older=found[SHOWN - 1].payment.id if len(found) > SHOWN else None,
        standings=STANDINGS,
        standing_now=standing if standing in STANDINGS else "",
        words=words,
    )


@router.get("/desk/payments.csv")
async def export(request: Request, actor: Accountant) -> Response:
    """The list as CSV, at most 10,000 of the newest."""
    query = request.query_params
    async with request.app.state.database.reading() as session:
        found = await service.payments_at(
            session, actor, standing=query.get("standing", ""), limit=MOST_EXPORTED
        )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEADINGS)
    writer.writerows([harmless(cell) for cell in _cells(owed)] for owed in found)
    headers = {"Content-Disposition": 'attachment; filename="payments.csv"'}
    return Response(BOM + text.getvalue().encode(), media_type="text/csv", headers=headers)


@router.get("/desk/payments/{id}")
async def show_payment(request: Request, id: str, actor: Accountant) -> HTMLResponse:
    """One payment: what arrived under it, what was given back."""
    return await _payment(request, actor, id)


@router.post("/desk/payments/{id}/refunds")
async def propose(request: Request, id: str, actor: Accountant) -> Response:
    """Propose to give money back."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        typed = {name: form.value(f"/{name}") for name in ("kind", "amount", "reason")}
    try:
        amount = int(parse_money(typed["amount"]))
        async with state.database.session() as session:
            await service.propose_refund(
                session,
                actor,
                state.clock,
                id,
                kind=typed["kind"],
                amount=amount,
                reason=typed["reason"],
            )
            await session.commit()
    except JapaneseInputError as fault:
        return await _payment(request, actor, id, typed, ("/amount", fault.message))
    except PaymentError as fault:
        if fault.status == 404:
            raise
        pointer = fault.pointers[0] if fault.pointers else "/amount"
        return await _payment(request, actor, id, typed, (pointer, fault.message), fault.status)
    flash(request, state.texts.text("accounting.done.proposed"))
    return RedirectResponse(f"/desk/payments/{id}", 303)


@router.post("/desk/payments/{id}/refunds/{refund_id}")
async def decide(request: Request, id: str, refund_id: str, actor: Accountant) -> Response:
    """Decide on what somebody else proposed."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        approve = form.value("do") == "approve"
    try:
        async with state.database.session() as session:
            await service.decide_refund(session, actor, state.clock, id, refund_id, approve=approve)
            await session.commit()
    except PaymentError as fault:
        if fault.status == 404:
            raise
        flash(request, fault.message, "error")
    else:
        key = "approved" if approve else "rejected"
        flash(request, state.texts.text(f"accounting.done.{key}"))
    return RedirectResponse(f"/desk/payments/{id}", 303)


@router.get("/payments/{id}/notice.pdf")
async def notice(request: Request, id: str, actor: Signed) -> Response:
    """The payer's notice as a letter."""
    state = request.app.state
    async with state.database.reading() as session:
        payment = await payment_for(session, id, person=actor.id, organisations=payers_of(actor))
        case = await session.get(Case, payment.case_id)
        if case is None:
            raise _no_case()
        html = await notice_html(session, case, payment)
    pdf = await documents.html_to_pdf(html)
    headers = {
        "Content-Disposition": f'attachment; filename="notice-{payment.notice_number}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post("/payments/{id}/again")
async def again(request: Request, id: str, actor: Signed) -> Response:
    """New numbers for a notice that expired."""
    state = request.app.state
    async with state.database.session() as session:
        payment = await payment_for(session, id, person=actor.id, organisations=payers_of(actor))
        await service.ask_again(session, actor, state.clock, payment)
        await session.commit()
    flash(request, state.texts.text("accounting.done.again"))
    return RedirectResponse("/payments", 303)


async def _payment(
    request: Request,
    actor: Official,
    id: str,
    typed: dict[str, str] | None = None,
    fault: tuple[str, Any] | None = None,
    status: int = 422,
) -> HTMLResponse:
    async with request.app.state.database.reading() as session:
        owed = await service.payment_at(session, actor, id)
        clearings = await clearings_of(session, id)
        refunds = await refunds_of(session, id)
        left = await refundable(session, owed.payment)
        people = {item for one in refunds for item in (one.proposed_by, one.decided_by) if item}
        names = await people_named(session, sorted(people))
    return _page(
        request,
        "payment.html",
        status=status if fault else 200,
        owed=owed,
        clearings=clearings,
        refunds=refunds,
        left=left,
        names=names,
        me=actor.id,
        typed=typed or {"kind": "", "amount": "", "reason": ""},
        faults={fault[0]: fault[1]} if fault else {},
        errors=[{"name": fault[0], "text": fault[1]}] if fault else [],
    )


_HEADINGS = (
    "arrival_number 到達番号",
    "payer 納付者",
    "fee 内容",
    "amount 金額",
    "standing 状態",
    "notice_number 納付番号",
    "requested_at 通知日時",
    "due_on 納付期限",
    "settled_at 確定日時",
    "excess 過誤納金",
    "returned 還付した過誤納金",
)


def _cells(owed: Owed) -> list[str]:
    payment, case = owed.payment, owed.case
    values = (
        case.arrival_number,
        case.organisation_name or case.filer_name,
        pick(payment.label, "ja"),
        payment.amount,
        standing_of(payment),
        payment.notice_number,
        payment.requested_at,
        payment.due_on,
        payment.settled_at,
        payment.excess,
        payment.returned,
    )
    return ["" if value is None else text_of(value) for value in values]


def _no_case() -> DomainError:
    return CaseError(
        "no_case", 404, {"ja": "手続が見つかりません。", "en": "The filing was not found."}
    )


def _page(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    rendered: HTMLResponse = request.app.state.pages.render(
        request,
        f"accounting/{name}",
        status=status,
        tones=TONES,
        standing=standing_of,
        **context,
    )
    return rendered
