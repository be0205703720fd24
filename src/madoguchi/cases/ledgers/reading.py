"""Reading ledgers (残高照会): how registrations stand, and their lines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.ledgers.access import may_see
from madoguchi.cases.ledgers.holding import Holding, accounts_of, holding_of
from madoguchi.cases.ledgers.models import LedgerAccount, LedgerLine, LedgerUse
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.service import span_of
from madoguchi.identity.service import Actor, agencies_where, may_read_for
from madoguchi.kernel.japanese import normalise_line, search_key

PAGE = 50


@dataclass(frozen=True)
class View:
    """What somebody may read of a registration's ledgers; `whole`: lines and uses too."""

    holding: Holding
    accounts: list[LedgerAccount]
    whole: bool


async def view_of(session: AsyncSession, actor: Actor, entry_id: str, today: date) -> View:
    """A registration with the ledgers this person may read. CaseError 404 for none."""
    holding = await holding_of(session, entry_id, today)
    if may_see(actor, holding.entry, holding.accounts):
        return View(holding, holding.accounts, True)
    public = [account for account in holding.accounts if account.rules.get("public")]
    if not public:
        raise not_found()
    return View(holding, public, False)


async def has_ledger(session: AsyncSession, actor: Actor, entry_id: str) -> bool:
    """Whether there is a ledger of a registration that somebody may read."""
    accounts = await accounts_of(session, [entry_id])
    if not accounts:
        return False
    holding = await holding_of(session, entry_id, date.max)
    public = any(account.rules.get("public") for account in accounts)
    return public or may_see(actor, holding.entry, accounts)


async def entry_numbered(session: AsyncSession, register: str, number: str) -> str:
    """The registration of a number, its id. CaseError 404."""
    query = select(RegisterEntry.entry_id).where(
        RegisterEntry.register == register[:64],
        RegisterEntry.number == normalise_line(number)[:120],
        RegisterEntry.superseded_at.is_(None),
    )
    found: str | None = await session.scalar(query.limit(1))
    if found is None:
        raise not_found()
    return found


async def lines_of(
    session: AsyncSession,
    entry_id: str,
    *,
    before: int | None = None,
    use_id: str | None = None,
    limit: int = PAGE,
) -> list[tuple[LedgerLine, LedgerUse | None]]:
    """Up to limit + 1 lines (of one use) with the uses they belong to, the latest first."""
    query = (
        select(LedgerLine, LedgerUse)
        .outerjoin(LedgerUse, LedgerUse.id == LedgerLine.use_id)
        .where(LedgerLine.entry_id == entry_id)
        .order_by(LedgerLine.number.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(LedgerLine.number < before)
    if use_id is not None:
        query = query.where(LedgerLine.use_id == use_id)
    return [(line, use) for line, use in (await session.execute(query))]


async def registrations_with_ledgers(
    session: AsyncSession, actor: Actor, today: date, *, text: str = "", after: str = ""
) -> list[Holding]:
    """The registrations whose ledgers somebody may read, by number; up to PAGE + 1.

    Agents and members for single procedures read none, as `may_see` says of each.
    """
    if actor.kind != "official" and not may_read_for(actor, actor.organisation or "", ""):
        return []
    theirs = (
        RegisterEntry.agency_id.in_(_offices(actor))
        if actor.kind == "official"
        else RegisterEntry.organisation_id == (actor.organisation or "")
    )
    query = (
        select(RegisterEntry.number, RegisterEntry.entry_id)
        .where(
            theirs,
            RegisterEntry.superseded_at.is_(None),
            exists().where(LedgerAccount.entry_id == RegisterEntry.entry_id),
            RegisterEntry.number > after,
        )
        .distinct()
        .order_by(RegisterEntry.number, RegisterEntry.entry_id)
        .limit(PAGE + 1)
    )
    words = search_key(text)[:100]
    if words:
        query = query.where(RegisterEntry.search_text.contains(words, autoescape=True))
    ids = [entry_id for _, entry_id in (await session.execute(query))]
    return await _holdings(session, ids, today)


async def _holdings(session: AsyncSession, ids: Sequence[str], today: date) -> list[Holding]:
    query = (
        select(RegisterEntry)
        .where(RegisterEntry.entry_id.in_(ids), RegisterEntry.superseded_at.is_(None))
        .order_by(RegisterEntry.valid_from, RegisterEntry.id)
    )
    rows = list(await session.scalars(query))
    accounts = await accounts_of(session, list(ids))
    found = []
    for entry_id in ids:
        versions = [row for row in rows if row.entry_id == entry_id]
        spans = [span_of(row) for row in versions]
        now = [r for r, span in zip(versions, spans, strict=True) if span.covers(today)]
        own = [account for account in accounts if account.entry_id == entry_id]
        found.append(Holding((now or versions[-1:])[0], spans, own))
    return found


def _offices(actor: Actor) -> Collection[str]:
    return agencies_where(actor)
