"""Lists of an applicant's filings (提出した手続の一覧), paged by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_cases
from madoguchi.cases.filing.asking import kind_of
from madoguchi.cases.models import Case, Draft
from madoguchi.identity.organisations.branches import branch_and_below
from madoguchi.identity.service import Actor
from madoguchi.kernel.ids import is_id, read_arrival_number
from madoguchi.kernel.japanese import search_key
from madoguchi.kernel.periods import last_day_before
from madoguchi.payments import service as payments
from madoguchi.payments.paying import payers_of
from madoguchi.web.paging import Page, after, page_of, read_cursor

LIST = "cases"
GROUPS = ("all", "waiting", "open", "done")
_WAITS = {"waiting": "applicant", "open": "agency", "done": ""}


ITSELF = "-"  # filings of the organisation itself, of no branch


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the applicant: `what` is correction, part or payment."""

    case: Case
    what: str
    href: str
    due_on: date | None
    amount: int | None = None


async def list_cases(
    session: AsyncSession,
    actor: Actor,
    *,
    secret: str,
    group: str = "all",
    words: str = "",
    branch: str = "",
    cursor: str | None = None,
    limit: int = 20,
) -> Page[Case]:
    """The filings of the party the actor acts for, newest first. CursorError 400."""
    query = select(Case).where(own_cases(actor), *narrowed(group, words, branch))
    if cursor:
        query = query.where(
            after((Case.arrived_at, Case.id), read_cursor(secret, LIST, cursor), descending=True)
        )
    query = query.order_by(Case.arrived_at.desc(), Case.id.desc()).limit(limit + 1)
    rows = list(await session.scalars(query))
    return page_of(rows, limit, secret, LIST, lambda case: (case.arrived_at, case.id))


async def count_cases(session: AsyncSession, actor: Actor, branch: str = "") -> dict[str, int]:
    """How many filings there are in each group."""
    rows = await session.execute(
        select(Case.waits_for, func.count())
        .where(own_cases(actor), *narrowed("all", "", branch))
        .group_by(Case.waits_for)
    )
    found: dict[str, int] = {waits: count for waits, count in rows}  # noqa: C416 - rows are not pairs to mypy
    counts = {group: found.get(waits, 0) for group, waits in _WAITS.items()}
    return {"all": sum(found.values()), **counts}


async def waiting_for_me(session: AsyncSession, actor: Actor, limit: int = 50) -> list[Waiting]:
    """What waits for the applicant: corrections to make and fees to pay, the earliest due first."""
    query = (
        select(Case)
        .where(own_cases(actor), Case.waits_for == "applicant")
        .order_by(Case.arrived_at.desc(), Case.id.desc())
        .limit(limit)
    )
    waiting = [
        Waiting(
            case,
            kind_of(case),
            f"/cases/{case.id}",
            last_day_before(case.act_by) if case.act_by else None,
        )
        for case in await session.scalars(query)
    ]
    waiting += await _unpaid(session, actor, limit)
    return sorted(waiting, key=lambda item: (item.due_on is None, item.due_on or date.max))


async def recent_cases(session: AsyncSession, actor: Actor, limit: int = 5) -> list[Case]:
    """The filings that moved last."""
    query = select(Case).where(own_cases(actor))
    query = query.order_by(Case.updated_at.desc(), Case.id.desc()).limit(limit)
    return list(await session.scalars(query))


async def open_correction(session: AsyncSession, case: Case) -> Draft | None:
    """The correction already begun for a case, if any."""
    found: Draft | None = await session.scalar(
        select(Draft).where(
            Draft.case_id == case.id,
            Draft.filed_at.is_(None),
            Draft.base_revision == case.revision,
        )
    )
    return found


async def _unpaid(session: AsyncSession, actor: Actor, limit: int) -> list[Waiting]:
    theirs = payers_of(actor).items()
    owed = await payments.payments_for(
        session,
        person=None if actor.agent else actor.id,
        organisations={id: which for id, which in theirs if id == actor.organisation},
        limit=limit,
    )
    due = {payment.case_id: payment for payment in owed if payment.state == "requested"}
    if not due:
        return []
    cases: Sequence[Case] = (
        await session.scalars(select(Case).where(own_cases(actor), Case.id.in_(list(due))))
    ).all()
    return [
        Waiting(
            case,
            "payment",
            f"/payments/{due[case.id].id}",
            due[case.id].due_on,
            due[case.id].amount,
        )
        for case in cases
    ]


def narrowed(group: str, words: str, branch: str = "") -> list[ColumnElement[bool]]:
    """The conditions of a group of filings, of words in their titles, and of a branch with those
    below it (`ITSELF`: of no branch).
    """
    found: list[ColumnElement[bool]] = []
    if group in _WAITS:
        found.append(Case.waits_for == _WAITS[group])
    if words.strip():
        number = read_arrival_number(words)
        found.append(_named(words) if number is None else Case.arrival_number == number)
    if branch == ITSELF:
        found.append(Case.branch_id.is_(None))
    elif branch:
        known = Case.branch_id.in_(branch_and_below(branch)) if is_id(branch) else false()
        found.append(known)
    return found


def _named(words: str) -> ColumnElement[bool]:
    """Titles that hold the words; the search is plain, a party's list being short."""
    text = words.strip()[:100]
    return or_(
        Case.title["ja"].as_string().contains(text, autoescape=True),
        Case.title["en"].as_string().icontains(text, autoescape=True),
        Case.arrival_number.startswith(search_key(text), autoescape=True),
    )
