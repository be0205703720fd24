"""What is said about a case (メモ・やり取り): notes among officials, messages to the applicant."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.models import CaseNote
from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.errors import case_error
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import new_id
from madoguchi.messages import service as messages

LONGEST_NOTE = 4000
_SUBJECT = {
    "ja": "「{title}」について窓口からメッセージがあります",
    "en": "A message from the office about {title}",
}
_BODY = {
    "ja": "到達番号 {arrival_number} の手続について、窓口からメッセージが届きました。手続の画面で確認し、返信できます。",
    "en": "The office has written about filing {arrival_number}. Read and answer it on its page.",
}


async def add_note(
    session: AsyncSession, actor: Actor, case_id: str, body: str, clock: Clock
) -> CaseNote:
    """An internal note on a case; the caller commits. CaseError 404, 422 (empty, too long)."""
    case = await case_at_desk(session, actor, case_id, lock=True)
    text = body.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_NOTE:
        raise case_error(
            "note-length",
            422,
            "メモを1～{most}文字で入力してください。",
            "Write a note of 1 to {most} characters.",
            {"most": LONGEST_NOTE},
        )
    note = CaseNote(
        id=new_id(),
        case_id=case.id,
        author_id=actor.id,
        author_name=actor.name,
        body=text,
        at=clock(),
    )
    session.add(note)
    await session.flush()
    return note


async def notes_of(session: AsyncSession, case_id: str) -> list[CaseNote]:
    """The notes on a case, newest first; the caller has opened it at the desk."""
    query = select(CaseNote).where(CaseNote.case_id == case_id).order_by(CaseNote.id.desc())
    return list(await session.scalars(query))


async def write_to_applicant(
    session: AsyncSession, actor: Actor, case_id: str, body: str, clock: Clock
) -> None:
    """Say something to the applicant and put a notice in their inbox; the caller commits."""
    case = await case_at_desk(session, actor, case_id, lock=True)
    said = await messages.say(
        session,
        case_id=case.id,
        direction="to_applicant",
        author=actor.id,
        author_name=actor.name,
        body=body,
        at=clock(),
    )
    await messages.notify(
        session,
        to=messages.Recipient(organisation=case.organisation_id)
        if case.organisation_id
        else messages.Recipient(person=case.filer_id),
        subject=_SUBJECT,
        body=_BODY,
        at=clock(),
        dedupe_key=f"case:{case.id}:said:{said.id}",
        link=f"/cases/{case.id}",
        case_id=case.id,
        values={"title": case.title, "arrival_number": case.arrival_number},
    )
    await messages.mark_conversation_read(session, case.id, by_office=True, at=clock())
