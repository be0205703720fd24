"""The payment notice on paper (納付通知書): a letter with the numbers, set as PDF when asked for."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.cases.offices import office_named
from madoguchi.documents import service as documents
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.japanese import format_wareki
from madoguchi.kernel.language import pick
from madoguchi.payments.models import PaymentRequest

_TEMPLATE = Path(__file__).with_name("notice_letter.html")


async def notice_html(session: AsyncSession, case: Case, payment: PaymentRequest) -> str:
    """The notice of a payment as HTML, in Japanese as official letters are."""
    office = await office_named(session, case.agency_id)
    asked_on = jst_date(payment.requested_at)
    context = {
        "title": "納付通知書",
        "applicant": {"name": case.organisation_name or case.filer_name},
        "agency": {"id": office.id, "name": office.name, "head": office.head},
        "number": "",
        "decided_on": asked_on,
        "decided_on_wareki": format_wareki(asked_on),
        "filing": pick(case.title, "ja"),
        "arrival_number": case.arrival_number,
        "ended": payment.state in ("paid", "cancelled"),
        "particulars": [
            ("内容", pick(payment.label, "ja")),
            ("金額", f"{payment.amount:,}円"),
            ("納付期限", format_wareki(payment.due_on) if payment.due_on else "定めなし"),
            ("収納機関番号", payment.collecting_agency),
            ("納付番号", payment.notice_number),
            ("確認番号", payment.confirmation_number),
            ("納付区分", payment.category),
        ],
    }
    return documents.render_letter(_TEMPLATE.read_text("utf-8"), context, language="ja")
