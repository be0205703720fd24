"""Acts of agents (代理人の行為): through whom somebody acts, and telling the principal."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.filing.drafts import agent_of
from madoguchi.cases.models import Case
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel.language import Text
from madoguchi.messages import service as messages

_SUBJECT: Text = {
    "ja": "代理人が手続を提出しました（{number}）",
    "en": "Your agent has filed ({number})",
}
_BODY: Text = {
    "ja": "{agent}が、{principal}の代理で「{title}」を提出しました。\n"
    "心当たりがない場合は、委任の画面で委任を終わらせ、窓口に連絡してください。"
    "このお知らせは、委任の画面で止められます。",
    "en": "{agent} has filed “{title}” on behalf of {principal}.\n"
    "If you did not expect this, end the mandate on its page and write to the office. "
    "You can switch these messages off there.",
}


async def agent_named(session: AsyncSession, actor: Actor, case: Case) -> str | None:
    """Who acts for the applicant: the agent's firm and name; None for the applicant's own people."""
    if agent_of(actor, case.organisation_id) is None:
        return None
    return await identity.agent_title(session, actor)


async def tell_of_filing(session: AsyncSession, case: Case, mandate_id: str) -> None:
    """Tell the principal that an agent filed for them, unless they switched that off."""
    if await identity.tells_filings(session, mandate_id):
        await messages.notify(session, at=case.arrived_at, **filing_told(case))


def filing_told(case: Case) -> dict[str, Any]:
    """What the principal is told of a filing by their agent: arguments of `messages.notify`."""
    return {
        "to": messages.Recipient(organisation=case.organisation_id),
        "subject": _SUBJECT,
        "body": _BODY,
        "dedupe_key": f"agent-filed:{case.id}",
        "link": f"/cases/{case.id}",
        "case_id": case.id,
        "values": {
            "number": case.arrival_number,
            "title": case.title,
            "agent": case.agent_name or case.filer_name,
            "principal": case.organisation_name or "",
        },
    }
