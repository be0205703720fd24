"""What was done for an organisation, and by a person (だれが何をしたか), read from the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.exports.service import EXPORTED_BY_AGENT
from madoguchi.cases.models import Case
from madoguchi.identity import service as identity
from madoguchi.kernel.clock import JST
from madoguchi.kernel.ids import is_id
from madoguchi.kernel.journal import Entry

PAGE = 50
MOST = 10_000  # lines of a file
MOST_CASES = 5_000  # of an organisation, the newest
CASE = "case:"


@dataclass(frozen=True)
class Act:
    """One act: who, as whose agent, what, about which filing."""

    entry: Entry
    who: str
    agent: bool
    principal: str
    case: Case | None


async def done_for(
    session: AsyncSession,
    organisation_id: str,
    *,
    agents_only: bool = False,
    since: date | None = None,
    before: str | None = None,
    limit: int = PAGE,
) -> list[Act]:
    """Up to limit + 1 acts of the applicant's side for an organisation, and what happened with its
    mandates and members, newest first. `before` is the id of the last one of a page.
    """
    # Two questions, each with an index; as one, a long journal would be read through.
    newest = select(Case.id).where(Case.organisation_id == organisation_id)
    cases = await session.scalars(newest.order_by(Case.id.desc()).limit(MOST_CASES))
    own = f"organisation:{organisation_id}"
    conditions: list[ColumnElement[bool]] = [
        Entry.subject.in_([own, *(f"{CASE}{id}" for id in cases)]),
        or_(Entry.on_behalf_of == organisation_id, Entry.subject == own),
    ]
    if since is not None:
        conditions.append(Entry.at >= datetime.combine(since, time(), JST))
    if agents_only:
        conditions += [
            or_(Entry.subject != own, Entry.action == EXPORTED_BY_AGENT),
            Entry.payload["mandate"].as_string().is_not(None),
        ]
    return await _acts(session, conditions, before, limit)


async def done_by(
    session: AsyncSession, person_id: str, *, before: str | None = None, limit: int = PAGE
) -> list[Act]:
    """Up to limit + 1 acts in a person's name, and what happened with their account, newest first."""
    mine = or_(Entry.actor == person_id, Entry.subject == f"person:{person_id}")
    return await _acts(session, [mine], before, limit)


async def _acts(
    session: AsyncSession, conditions: Iterable[ColumnElement[bool]], before: str | None, limit: int
) -> list[Act]:
    query = select(Entry).where(*conditions)
    last = await session.get(Entry, before) if before and is_id(before) else None
    if last is not None:
        same = and_(Entry.at == last.at, Entry.id < last.id)
        query = query.where(or_(Entry.at < last.at, same))
    # By when it happened: what is entered for an earlier day has a later id.
    newest = query.order_by(Entry.at.desc(), Entry.id.desc()).limit(limit + 1)
    entries = list(await session.scalars(newest))
    cases = await _cases(session, entries)
    names = await identity.people_named(session, [entry.actor for entry in entries])
    principals = await identity.organisations_named(
        session, {entry.on_behalf_of for entry in entries if entry.on_behalf_of}
    )
    return [_act(entry, cases, names, principals) for entry in entries]


def _act(
    entry: Entry, cases: dict[str, Case], names: dict[str, str], principals: dict[str, str]
) -> Act:
    payload = entry.payload or {}
    of_an_act = entry.subject.startswith(CASE) or entry.action == EXPORTED_BY_AGENT
    agent = of_an_act and bool(payload.get("agent") or payload.get("mandate"))
    who = str(payload.get("agent") or names.get(entry.actor) or entry.actor)
    case = cases.get(entry.subject.removeprefix(CASE))
    principal = principals.get(entry.on_behalf_of or "", "")
    return Act(entry, who, agent, principal, case)


async def _cases(session: AsyncSession, entries: Iterable[Entry]) -> dict[str, Case]:
    ids = {e.subject.removeprefix(CASE) for e in entries if e.subject.startswith(CASE)}
    if not ids:
        return {}
    rows = await session.scalars(select(Case).where(Case.id.in_(sorted(ids))))
    return {case.id: case for case in rows}
