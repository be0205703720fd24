"""The receipt of a filing (受付票): page, PDF, JSON; the copy of what was filed."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from madoguchi.cases.access import own_case
from madoguchi.cases.filing.pages.counter import Signed, addressee_name, texts
from madoguchi.cases.filing.receipt import as_filing, receipt_value
from madoguchi.documents import service as documents
from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.language import pick
from madoguchi.payments import service as payments
from madoguchi.procedures import service as procedures

router = APIRouter(include_in_schema=False)


@router.get("/cases/{case_id}/receipt")
async def receipt(request: Request, case_id: str, actor: Signed) -> Response:
    """The panel with the arrival number, and what happens next."""
    state, t, language = request.app.state, texts(request), request.state.language
    async with state.database.reading() as session:
        case = await own_case(session, actor, case_id)
        if case.erased_at is not None:
            return RedirectResponse(f"/cases/{case.id}", 303)
        agency = await addressee_name(
            session, case.forward_to or case.agency_id, case.via_agency_id
        )
        owed = await payments.payments_of(session, case.id)
        package = await procedures.package(session, case.digest)
    files = [
        {
            "name": file["name"],
            "size": f"{file['size']:,} B",
            "sha256": file["sha256"],
        }
        for found in case.attached.values()
        for file in found
    ]
    facts = [
        (t("cases.fact.procedure"), pick(case.title, language)),
        (t("cases.fact.arrived"), to_the_second(case.arrived_at, language)),
        (t("cases.fact.addressee"), pick(agency, language)),
        (t("cases.fact.applicant"), case.organisation_name or case.filer_name),
        (t("cases.fact.filer"), case.filer_name),
        *([(t("cases.fact.agent"), case.agent_name)] if case.agent_name else []),
        (t("cases.fact.hash"), case.content_hash),
        (t("cases.fact.version"), package.version),
    ]
    response: Response = state.pages.render(
        request,
        "cases/filing/receipt.html",
        case=case,
        arrived=to_the_second(case.arrived_at, language),
        facts=facts,
        files=files,
        file_columns=[
            {"key": "name", "label": t("cases.files.name"), "primary": True},
            {"key": "size", "label": t("cases.files.size"), "number": True},
            {"key": "sha256", "label": "SHA-256"},
        ],
        unpaid=[payment for payment in owed if payment.state == "requested"],
    )
    return response


@router.get("/cases/{case_id}/receipt.json")
async def receipt_json(request: Request, case_id: str, actor: Signed) -> Response:
    """Everything needed to verify the filing later, without us."""
    state = request.app.state
    async with state.database.reading() as session:
        case = await own_case(session, actor, case_id)
        value = await receipt_value(session, case, state.log)
    name = f"receipt-{case.arrival_number}.json"
    return JSONResponse(value, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/cases/{case_id}/receipt.pdf")
async def receipt_pdf(request: Request, case_id: str, actor: Signed) -> Response:
    """The receipt as PDF."""
    return await _pdf(request, case_id, actor, "receipt")


@router.get("/cases/{case_id}/copy.pdf")
async def copy_pdf(request: Request, case_id: str, actor: Signed) -> Response:
    """What was filed, as PDF (申請書控え)."""
    return await _pdf(request, case_id, actor, "copy")


async def _pdf(request: Request, case_id: str, actor: Any, what: str) -> Response:
    state, language = request.app.state, request.state.language
    async with state.database.reading() as session:
        case = await own_case(session, actor, case_id)
        filing = await as_filing(session, case, language, state.settings.address)
    make = documents.receipt_pdf if what == "receipt" else documents.filing_copy_pdf
    content = await make(filing)
    name = f"{what}-{case.arrival_number}.pdf"
    headers = documents.download_headers(name, "application/pdf", inline=True)
    return Response(content, headers=dict(headers))


def to_the_second(at: datetime, language: str) -> str:
    """The moment of arrival in Japan, with seconds."""
    shown = as_jst(at)
    if language == "ja":
        return (
            f"{shown.year}年{shown.month}月{shown.day}日 "
            f"{shown.hour}時{shown.minute:02}分{shown.second:02}秒"
        )
    return f"{shown:%Y-%m-%d %H:%M:%S} (Japan time)"
