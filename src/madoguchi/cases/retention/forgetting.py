"""What is forgotten by time alone (日々の整理): drafts nobody files, and traces of technical use.

Nobody's record: a draft is its owner's until it is filed. The owner is told before it goes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.expiry.expiring import day_text
from madoguchi.cases.models import Counter, Draft, HeldInput
from madoguchi.cases.retention.files import UNATTACHED, forget
from madoguchi.documents.models import Document
from madoguchi.identity.models import SignIn
from madoguchi.identity.provider.models import Grant
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.journal.erasure import erase_payloads
from madoguchi.kernel.language import Text
from madoguchi.messages import service as messages
from madoguchi.web.idempotency import forget_keys

AT_ONCE = 100
WARNED = timedelta(days=14)  # between telling the owner of a draft and deleting it
KEYS = timedelta(days=1)
HELD = timedelta(days=1)
SIGN_INS = timedelta(days=400)
LOOKED_AT = "retention.files"  # the counter of seconds up to which documents were looked at
_SUBJECT: Text = {
    "ja": "下書きをまもなく削除します:{title}",
    "en": "A draft will be deleted soon: {title}",
}
_BODY: Text = {
    "ja": "「{title}」の下書きは、長い間更新されていません。{on}以降に削除します。"
    "続ける場合は、それまでに下書きを開いて保存してください。提出した手続には影響しません。",
    "en": "The draft of “{title}” has not been touched for a long time. It will be deleted on {on} "
    "or later. To keep it, open it and save it before. What you have filed is not affected.",
}


async def remind_of_drafts(session: AsyncSession, days: int, at: datetime) -> int:
    """Tell the owners of up to AT_ONCE drafts untouched for all but two weeks of `days`; how many."""
    drafts = await session.scalars(
        select(Draft)
        .where(
            Draft.filed_at.is_(None),
            Draft.updated_at < at - timedelta(days=days) + WARNED,
            or_(Draft.reminded_at.is_(None), Draft.reminded_at < Draft.updated_at),
        )
        .order_by(Draft.updated_at, Draft.id)
        .limit(AT_ONCE)
        .with_for_update()
    )
    told = 0
    for draft in drafts:
        draft.reminded_at = at
        person = None if draft.organisation_id else draft.owner_id
        await messages.notify(
            session,
            to=messages.Recipient(person=person, organisation=draft.organisation_id),
            subject=_SUBJECT,
            body=_BODY,
            at=at,
            dedupe_key=f"draft_ends:{draft.id}:{jst_date(at)}",
            link=f"/drafts/{draft.id}",
            values={"title": draft.title, "on": day_text(jst_date(at + WARNED))},
        )
        told += 1
    return told


async def forget_drafts(session: AsyncSession, days: int, at: datetime) -> int:
    """Delete up to AT_ONCE drafts untouched for `days` whose owners were told two weeks ago or
    more, with their files and what the journal kept of them; how many went.
    """
    drafts = list(
        await session.scalars(
            select(Draft)
            .where(
                Draft.filed_at.is_(None),
                Draft.updated_at < at - timedelta(days=days),
                Draft.reminded_at > Draft.updated_at,
                Draft.reminded_at <= at - WARNED,
            )
            .order_by(Draft.updated_at, Draft.id)
            .limit(AT_ONCE)
            .with_for_update()
        )
    )
    for draft in drafts:
        await _forget_draft(session, draft, days, at)
    return len(drafts)


async def _forget_draft(session: AsyncSession, draft: Draft, days: int, at: datetime) -> None:
    hashes = {str(file["sha256"]) for files in draft.attached.values() for file in files}
    await session.execute(delete(HeldInput).where(HeldInput.draft_id == draft.id))
    await session.delete(draft)
    await session.flush()
    await erase_payloads(session, [f"draft:{draft.id}"])
    await journal.append(
        session,
        subject=f"draft:{draft.id}",
        action="draft_deleted",
        actor="system",
        on_behalf_of=draft.organisation_id,
        at=at,
        payload={"days": days, "procedure": draft.procedure_id},
    )
    mine = or_(
        Document.owner_person == draft.owner_id,
        Document.owner_organisation == draft.organisation_id,
    )
    documents = await session.scalars(select(Document).where(mine, Document.sha256.in_(hashes)))
    await forget(session, list(documents))


async def forget_traces(session: AsyncSession, at: datetime) -> None:
    """Delete what only served one moment: held inputs, answers to repeats, old sign-ins."""
    await session.execute(delete(HeldInput).where(HeldInput.created_at < at - HELD))
    await forget_keys(session, at - KEYS)
    granted = select(Grant.id).where(Grant.sign_in_id == SignIn.id).exists()
    await session.execute(delete(SignIn).where(SignIn.created_at < at - SIGN_INS, ~granted))


async def forget_unattached(session: AsyncSession, at: datetime) -> bool:
    """Look at up to AT_ONCE documents of a week ago, forget those nothing names; whether more wait.

    Documents are looked at once, in the order they came: up to where is kept as a counter.
    """
    counter = await session.get(Counter, LOOKED_AT, with_for_update=True)
    if counter is None:
        counter = Counter(name=LOOKED_AT, value=0)
        session.add(counter)
    since = datetime.fromtimestamp(counter.value, tz=at.tzinfo)
    documents: Sequence[Document] = (
        await session.scalars(
            select(Document)
            .where(Document.received_at >= since, Document.received_at < at - UNATTACHED)
            .order_by(Document.received_at, Document.id)
            .limit(AT_ONCE)
        )
    ).all()
    await forget(session, documents)
    full = len(documents) == AT_ONCE
    counter.value = _next(counter.value, documents) if documents else counter.value
    return full


def _next(before: int, documents: Sequence[Document]) -> int:
    """The second to go on with; a second with more documents than fit is left behind."""
    last = int(documents[-1].received_at.timestamp())
    return last if last > before and len(documents) == AT_ONCE else last + 1
