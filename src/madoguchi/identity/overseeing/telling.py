"""What people of an organisation are told of its closing by the office (窓口による終了のお知らせ)."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.recording import TELL_JOB
from madoguchi.identity.models import Organisation, Person
from madoguchi.identity.overseeing.models import OrganisationClosing
from madoguchi.kernel.jobs import enqueue


async def tell_asked(
    session: AsyncSession, organisation: Organisation, reason: str, at: datetime
) -> None:
    """Its members learn that an official wants it closed, and why."""
    await enqueue(
        session,
        TELL_JOB,
        {
            "person": None,
            "organisation": organisation.id,
            "subject": {
                "ja": "{organisation}の利用を、窓口が終了しようとしています",
                "en": "The office is about to close {organisation}",
            },
            "body": {
                "ja": "理由：{reason}\n\n別の職員が確認すると、{organisation}として手続ができなくなります。"
                "心当たりがない場合は、すぐに窓口に連絡してください。",
                "en": "Reason: {reason}\n\nOnce another official confirms it, nobody can act for "
                "{organisation}. If this is wrong, tell the office at once.",
            },
            "dedupe_key": f"closing-asked:{organisation.id}:{at.isoformat()}",
            "link": "/organisation",
            "values": {"organisation": organisation.name, "reason": reason},
        },
    )


async def tell_closed(
    session: AsyncSession, organisation: Organisation, person: Person, closing: OrganisationClosing
) -> None:
    """Somebody who acted for it learns that it is closed, and why."""
    await enqueue(
        session,
        TELL_JOB,
        {
            "person": person.id,
            "organisation": None,
            "subject": {
                "ja": "{organisation}の利用を、窓口が終了しました",
                "en": "The office has closed {organisation}",
            },
            "body": {
                "ja": "理由：{reason}\n\n提出した手続は残ります。あなたのアカウントは、そのまま使えます。"
                "代表者の確認をもう一度受けると、再び利用できます。",
                "en": "Reason: {reason}\n\nWhat was filed stays, and so does your account. A "
                "representative proved anew opens it again.",
            },
            "dedupe_key": f"closed:{closing.id}:{person.id}",
            "link": "/account",
            "values": {"organisation": organisation.name, "reason": closing.reason},
        },
    )
