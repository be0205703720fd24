"""Changing the mail address (メールアドレスの変更): the new one proved, the old one told, undone for days.

`sub` and everything else of the person stay: the address is a way in, not who somebody is.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account import codes, letters
from madoguchi.identity.account.ending import end_access
from madoguchi.identity.account.models import Account, FormerAddress, Passkey, RecoveryCode
from madoguchi.identity.account.proving import Known, Means
from madoguchi.identity.account.recording import note, send_letter
from madoguchi.identity.account.resting import resting
from madoguchi.identity.account.rules import UNDO_LIFE
from madoguchi.identity.errors import account_refused
from madoguchi.identity.models import Person
from madoguchi.identity.relying.models import ProviderLink
from madoguchi.kernel.ids import new_id


async def change_address(session: AsyncSession, means: Means, known: Known, address: str) -> None:
    """Use a proved address from now on; the earlier one gets a link that undoes it.

    IdentityError 422 when somebody has it, or had it a short while ago. The caller commits.
    """
    account, earlier, token = known.account, known.account.address, codes.link_token()
    try:
        async with session.begin_nested():
            account.address = known.person.email = address
    except IntegrityError as fault:
        raise account_refused("invalid_address") from fault
    if await resting(session, address, means.now, but=account.person_id):
        raise account_refused("invalid_address")
    session.add(
        FormerAddress(
            id=new_id(),
            person_id=account.person_id,
            address=earlier,
            followed_by=address,
            mac=codes.mac(means.key, "undo", "", token),
            left_at=means.now,
            free_at=means.now + UNDO_LIFE,
        )
    )
    account.reset_at = None
    link = f"{means.site}/account/address/undo/{token}"
    await send_letter(
        session, means.key, earlier, *letters.address_changed_letter(address, link, means)
    )
    await note(session, means.now, account.person_id, "address_changed")


async def undoable(session: AsyncSession, person_id: str, now: datetime) -> bool:
    """Whether a change of a person's address may still be undone."""
    return bool(
        await session.scalar(
            select(exists().where(FormerAddress.person_id == person_id, *_open(now)))
        )
    )


async def change_of(session: AsyncSession, means: Means, token: str) -> FormerAddress | None:
    """The change a link undoes, None when there is none any more."""
    if len(token) > 100:
        return None
    mac = codes.mac(means.key, "undo", "", token)
    found: FormerAddress | None = await session.scalar(
        select(FormerAddress)
        .join(Account, Account.person_id == FormerAddress.person_id)
        .where(FormerAddress.mac == mac, *_open(means.now))
    )
    return found


async def undo(session: AsyncSession, means: Means, change: FormerAddress) -> bool:
    """Give the account back to the owner of its earlier address; False when that was done already.

    Every session, token and grant ends, and what the other one may have made goes: passkeys, app and
    providers of the days before the change, password and recovery codes. The caller commits.
    """
    now, since = means.now, change.left_at - UNDO_LIFE
    account = await session.get_one(Account, change.person_id, with_for_update=True)
    undone = await session.scalars(
        update(FormerAddress)
        .where(
            FormerAddress.person_id == change.person_id,
            FormerAddress.left_at >= change.left_at,
            FormerAddress.undone_at.is_(None),
        )
        .values(undone_at=now, free_at=now)
        .returning(FormerAddress.id)
        .execution_options(synchronize_session=False)
    )
    if change.id not in undone.all():
        return False
    person = await session.get_one(Person, change.person_id)
    account.address = person.email = change.address
    account.password = account.reset_at = None
    if account.totp_since is not None and account.totp_since >= since:
        account.totp = account.totp_since = None
    await session.execute(
        delete(Passkey).where(Passkey.person_id == account.person_id, Passkey.created_at >= since)
    )
    await session.execute(
        delete(ProviderLink).where(
            ProviderLink.person_id == account.person_id, ProviderLink.created_at >= since
        )
    )
    await session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == account.person_id))
    await end_access(session, now, account.person_id)
    await note(session, now, account.person_id, "address_undone")
    return True


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        FormerAddress.followed_by.is_not(None),
        FormerAddress.undone_at.is_(None),
        FormerAddress.free_at > now,
    )
