"""Who handles a case (担当): taking it, giving it to a colleague, one or many at a time."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.errors import case_error
from madoguchi.cases.models import Case
from madoguchi.identity import service as identity
from madoguchi.identity.service import ROLES, Actor, Person
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date

NOT_HANDLING = frozenset({"administrator", "manager", "inspector"})
MOST = 200


async def colleagues(session: AsyncSession, agency_id: str, today: date) -> list[Person]:
    """The officials who can handle cases of an agency: with a role there or above it, by kana."""
    above = [id for id in identity.shipped_agencies() if identity.covers(id, agency_id)]
    places = list(dict.fromkeys([agency_id, *above]))
    found: dict[str, Person] = {}
    for role in ROLES:
        if role not in NOT_HANDLING:
            found |= {p.id: p for p in await identity.officials_of(session, places, role, today)}
    return sorted(found.values(), key=lambda person: (person.kana, person.name, person.id))


async def assign(
    session: AsyncSession,
    actor: Actor,
    case_ids: Sequence[str],
    assignee_id: str | None,
    clock: Clock,
) -> list[Case]:
    """Give cases to an official, or to nobody; the caller commits. All of them or none.

    CaseError 404 for a case of another agency, 422 for an assignee without a role at its agency,
    422 for more than MOST cases.
    """
    wanted = list(dict.fromkeys(case_ids))
    if len(wanted) > MOST:
        raise case_error(
            "too-many-cases",
            422,
            "一度に割り当てられるのは{most}件までです。",
            "At most {most} cases can be assigned at once.",
            {"most": MOST},
        )
    known: dict[str, dict[str, Person]] = {}
    cases = []
    for case_id in sorted(wanted):  # one order for everybody: two bulk assignments cannot deadlock
        case = await case_at_desk(session, actor, case_id, lock=True)
        if case.agency_id not in known:
            people = await colleagues(session, case.agency_id, jst_date(clock()))
            known[case.agency_id] = {person.id: person for person in people}
        assignee = known[case.agency_id].get(assignee_id or "")
        if assignee_id is not None and assignee is None:
            raise case_error(
                "not-a-colleague",
                422,
                "選んだ人は、この案件を受け持つ権限がありません。",
                "The person chosen cannot handle this case.",
            )
        await _give(session, actor, case, assignee, clock)
        cases.append(case)
    return cases


async def _give(
    session: AsyncSession, actor: Actor, case: Case, assignee: Person | None, clock: Clock
) -> None:
    chosen = assignee.id if assignee else None
    if case.assignee_id == chosen:
        return
    case.assignee_id = chosen
    case.updated_at = clock()
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action="assigned" if chosen else "unassigned",
        actor=actor.id,
        at=case.updated_at,
        payload={
            "actor_name": actor.name,
            "assignee": chosen,
            "assignee_name": assignee.name if assignee else None,
        },
    )
