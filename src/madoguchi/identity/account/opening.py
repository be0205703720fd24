"""Opening accounts (アカウントの開設): by a proved mail address, or by the operator."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.models import Account
from madoguchi.identity.account.recording import note
from madoguchi.identity.account.resting import resting
from madoguchi.identity.account.rules import ENTRY
from madoguchi.identity.errors import account_refused
from madoguchi.identity.models import Person
from madoguchi.identity.service.people import add_person
from madoguchi.kernel.clock import Clock


async def open_account(
    session: AsyncSession,
    clock: Clock,
    *,
    address: str,
    name: str,
    language: str = "ja",
    level: str = ENTRY,
    by: str | None = None,
) -> Person:
    """A new person with an account. `address` is proved, in the form of rules.mail_address.

    IdentityError 422 when somebody has an account with it already, or had one a short while ago.
    The caller commits.
    """
    person = await add_person(session, clock, name=name, email=address, language=language)
    try:
        async with session.begin_nested():
            session.add(
                Account(person_id=person.id, address=address, level=level, created_at=clock())
            )
    except IntegrityError as fault:
        raise account_refused("invalid_address") from fault
    # Asked after the insert: it waits for one who leaves the address at this moment.
    if await resting(session, address, clock()):
        raise account_refused("invalid_address")
    await note(session, clock(), person.id, "account_opened", {"level": level}, by=by)
    return person
