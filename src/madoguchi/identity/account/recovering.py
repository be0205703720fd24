"""Recovery (アカウントの回復): by time and the mailbox, never by asking somebody.

Whoever lost every means asks by mail, waits a day while the owner is told at every turn, and asks
again. Signing in with two factors in between cancels it. No official can shorten or skip this.
"""

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.models import Account, Invitation, Passkey, RecoveryCode
from madoguchi.identity.account.proving import Known, Means
from madoguchi.identity.account.recording import note
from madoguchi.identity.account.rules import ENTRY, reset_state
from madoguchi.identity.ending import end_sessions
from madoguchi.identity.models import AccessToken, Mandate, Membership, SignIn
from madoguchi.identity.provider.models import Grant


async def reset(session: AsyncSession, means: Means, known: Known) -> str:
    """One step of a reset, by who has just proved their address: what it came to.

    "refused" for officials, whom the operator gives a code; "needless" where mail is enough;
    "asked"; "waiting"; "done": every means but the address is gone, every session, token, membership
    and mandate ended, and the account an entry again: who took a mailbox and waited gets a name,
    not an organisation. The caller commits.
    """
    account, now = known.account, means.now
    if known.official:
        return "refused"
    if not known.strong:
        return "needless"
    state = reset_state(account.reset_at, now)
    if state == "waiting":
        return "waiting"
    if state == "none":
        account.reset_at = now
        await note(session, now, account.person_id, "reset_asked")
        return "asked"
    for table in (Passkey, RecoveryCode):
        await session.execute(delete(table).where(table.person_id == account.person_id))
    account.password = account.totp = account.totp_since = account.reset_at = None
    account.level = ENTRY
    await _end_everything(session, means, account.person_id)
    await note(session, now, account.person_id, "reset_done")
    return "done"


async def _end_everything(session: AsyncSession, means: Means, person_id: str) -> None:
    await session.execute(delete(Membership).where(Membership.person_id == person_id))
    await session.execute(
        update(Mandate)
        .where(Mandate.agent_person_id == person_id, Mandate.revoked_at.is_(None))
        .values(revoked_at=means.now)
    )
    await end_sessions(session, means.now, SignIn.person_id == person_id)
    await session.execute(
        update(Grant)
        .where(Grant.person_id == person_id, Grant.revoked_at.is_(None))
        .values(revoked_at=means.now)
    )
    address = select(Account.address).where(Account.person_id == person_id).scalar_subquery()
    await session.execute(
        update(Invitation)
        .where(
            Invitation.address == address,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=means.now)
    )
    await session.execute(
        update(AccessToken)
        .where(AccessToken.person_id == person_id, AccessToken.revoked_at.is_(None))
        .values(revoked_at=means.now)
    )
