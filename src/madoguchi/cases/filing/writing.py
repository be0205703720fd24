"""Writing to the office about a filing (窓口への連絡)."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_case
from madoguchi.cases.filing.agents import agent_named
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock
from madoguchi.messages import service as messages


async def write_to_office(
    session: AsyncSession, actor: Actor, clock: Clock, case_id: str, body: str
) -> None:
    """Say something about a case; whoever handles it is told. CaseError 404, MessageError 422."""
    case = await own_case(session, actor, case_id, lock=True)
    at = clock()
    said = await messages.say(
        session,
        case_id=case.id,
        direction="to_office",
        author=actor.id,
        author_name=await agent_named(session, actor, case) or actor.name,
        body=body,
        at=at,
    )
    if case.assignee_id is not None:
        await messages.notify(
            session,
            to=messages.Recipient(person=case.assignee_id),
            subject={
                "ja": "申請者から連絡がありました({number})",
                "en": "A message from the applicant ({number})",
            },
            body={
                "ja": "「{title}」について、申請者から連絡がありました。",
                "en": "The applicant has written about “{title}”.",
            },
            values={"number": case.arrival_number, "title": case.title},
            at=at,
            dedupe_key=f"said:{said.id}",
            link=f"/desk/cases/{case.id}",
            case_id=case.id,
        )
