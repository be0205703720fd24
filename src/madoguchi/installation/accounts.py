"""Accounts made and helped by the operator: the first officials, and those who lost every means."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.opening import open_account
from madoguchi.identity.account.proving import Known, Means, known_at
from madoguchi.identity.account.rules import mail_address
from madoguchi.identity.account.securing import make_recovery_codes
from madoguchi.identity.errors import account_refused, unknown
from madoguchi.identity.rules import ROLES
from madoguchi.identity.service import find_agency, grant_role, seed_agencies
from madoguchi.identity.service.sign_in import end_all_sign_ins
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import Database
from madoguchi.settings import Settings

BY = "command_line"


async def add_account(
    database: Database, settings: Settings, address: str, name: str, roles: Sequence[str]
) -> list[str]:
    """Open an account with roles ("agency:role"); its recovery codes, to be handed over in person.

    IdentityError 422 for an address that is none or is taken, 404 for an unknown agency or role.
    """
    kept = mail_address(address)
    if kept is None:
        raise account_refused("invalid_address")
    async with database.session() as session:
        person = await open_account(session, system_clock, address=kept, name=name, by=BY)
        if roles:
            await seed_agencies(session)
        for role in roles:
            await _grant(session, person.id, role)
        codes = await _codes(session, database, settings, kept)
        await session.commit()
    return codes


async def renew_codes(database: Database, settings: Settings, address: str) -> list[str]:
    """New recovery codes for who lost every means and cannot reset them: an official.

    Its owner is told; with the mailbox and one of them they sign in. IdentityError 404.
    """
    async with database.session() as session:
        codes = await _codes(session, database, settings, mail_address(address) or "")
        await session.commit()
    return codes


async def end_sessions(database: Database, address: str | None) -> int:
    """End the sessions of an account, or (None) of everybody; how many (ASVS 7.4.5).

    IdentityError 404 when nobody active has the address.
    """
    async with database.session() as session:
        known = await known_at(session, mail_address(address) or "") if address else None
        if address is not None and known is None:
            raise unknown("account")
        person = known.person.id if known else None
        ended = await end_all_sign_ins(session, system_clock, person, by=BY)
        await session.commit()
    return ended


async def _grant(session: AsyncSession, person_id: str, wanted: str) -> None:
    name, _, role = wanted.partition(":")
    agency = await find_agency(session, name)
    if role not in ROLES or agency is None:
        raise unknown("role")
    await grant_role(session, system_clock, person_id, agency.id, role, by=BY)


async def _codes(
    session: AsyncSession, database: Database, settings: Settings, address: str
) -> list[str]:
    known: Known | None = await known_at(session, address)
    if known is None:
        raise unknown("account")
    now: datetime = system_clock()
    means = Means(database, now, settings.secret_key, settings.address, "ja")
    return await make_recovery_codes(session, means, known, by=BY)
